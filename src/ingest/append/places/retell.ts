/** What a client copied with other times, and its origin: the earliest telling of a turn has its time and its place, whichever is read first. */
/** A copy is made after what it copies, so the least time is the turn's own. Nothing stored is edited: what changes is said again. */

import type { ConversationId, TurnHash } from '../../../model/ids.ts';
import type { ReadTurn } from '../../read/read-part.ts';
import type { Placed } from '../commit.ts';
import { type Grafting, type KnownTurn, sayAgain } from './regraft.ts';
import type { Standing } from './standing.ts';

/** What the origin says of one turn. */
interface Origin {
  readonly timeMs: number;
  readonly parent?: TurnHash;
}

/**
 * Turns that are known from a copy get the times and the places that `told` says, all at once, and what stands below them moves along.
 * Returns the conversations of which turns were said again, and where their first turns are now.
 */
export function retell(
  told: readonly ReadTurn[],
  standing: Pick<Standing, 'find' | 'turnOf'>,
  grafting: Grafting,
): ReadonlyMap<ConversationId, ConversationId> {
  const origins = new Map<ConversationId, Map<TurnHash, Origin>>();
  for (const turn of told) {
    const known = findStored(turn.key, standing);
    if (known === undefined || turn.timeMs === null) continue;
    const named = turn.parent === null || turn.place !== undefined ? undefined : standing.find(turn.parent);
    const parent = named?.conversation === known.conversation ? named.hash : undefined;
    const timeMs = Math.min(turn.timeMs, known.timeMs);
    if (timeMs === known.timeMs && (known.parent === null || parent === undefined || parent === known.parent)) continue;
    const own = origins.get(known.conversation) ?? new Map<TurnHash, Origin>();
    origins.set(known.conversation, own.set(known.hash, { timeMs, ...(parent === undefined ? {} : { parent }) }));
  }
  return new Map([...origins].map(([conversation, own]) => [conversation, retellOne(conversation, own, grafting)]));
}

function findStored(
  key: string,
  { find, turnOf }: Pick<Standing, 'find' | 'turnOf'>,
): (KnownTurn & Placed) | undefined {
  const placed = find(key);
  return placed === undefined || placed === null ? undefined : turnOf(placed.hash);
}

function retellOne(
  conversation: ConversationId,
  origins: ReadonlyMap<TurnHash, Origin>,
  grafting: Grafting,
): ConversationId {
  const live = grafting.listTurns(conversation).filter(({ hash }) => !grafting.isMoved(hash));
  const byHash = new Map(live.map((turn) => [turn.hash, turn]));
  const parentOf = ({ hash, parent }: KnownTurn) => (parent === null ? null : (origins.get(hash)?.parent ?? parent));
  // an origin whose places lead in a circle has none to give
  const ordered = parentsFirst(live, byHash, parentOf) ?? live;
  const placeOf = ordered === live ? ({ parent }: KnownTurn) => parent : parentOf;
  const settled = new Map<TurnHash, Placed | null>();
  let root = conversation;
  for (const turn of ordered) {
    const above = placeOf(turn);
    const parent = above === null ? null : (settled.get(above) ?? null);
    const timeMs = origins.get(turn.hash)?.timeMs ?? turn.timeMs;
    if (timeMs === turn.timeMs && (parent?.hash ?? above) === turn.parent) {
      settled.set(turn.hash, { ...turn, conversation });
      continue;
    }
    const again = sayAgain({ ...turn, timeMs }, parent, grafting);
    settled.set(turn.hash, again);
    if (again !== null && again.hash !== turn.hash) grafting.move(turn.hash, again);
    if (again !== null && above === null) root = again.conversation;
  }
  return root;
}

/** Undefined: there is a circle. */
function parentsFirst(
  turns: readonly KnownTurn[],
  byHash: ReadonlyMap<TurnHash, KnownTurn>,
  parentOf: (turn: KnownTurn) => TurnHash | null,
): readonly KnownTurn[] | undefined {
  const ordered: KnownTurn[] = [];
  const done = new Set<TurnHash>();
  for (const turn of turns) {
    const way = new Map<TurnHash, KnownTurn>();
    for (let at: KnownTurn | undefined = turn; at !== undefined && !done.has(at.hash); ) {
      if (way.has(at.hash)) return undefined;
      way.set(at.hash, at);
      const above = parentOf(at);
      at = above === null ? undefined : byHash.get(above);
    }
    for (const each of [...way.values()].reverse()) {
      done.add(each.hash);
      ordered.push(each);
    }
  }
  return ordered;
}
