/** What a source says of turns that are known from another copy of it: their own time, and where they stand. */
/** A copy is made after what it copies, and may lack what stood between: the least time and the fullest telling hold, whichever is read first. */

import type { ConversationId, TurnHash } from '../../../model/ids.ts';
import type { ReadTurn } from '../../read/read-part.ts';
import type { Placed } from '../commit.ts';
import { type Grafting, type KnownTurn, sayAgain } from './regraft.ts';
import type { Standing } from './standing.ts';

/** What a source says of one turn. */
interface Telling {
  readonly timeMs: number;
  readonly parent?: TurnHash;
}

/** What a source says of a conversation's turns, and which of them it tells at all. */
interface Told {
  readonly turns: Map<TurnHash, Telling>;
  readonly all: Set<TurnHash>;
  /** It tells a time that is earlier: the others were copied from it. */
  origin: boolean;
}

/**
 * Turns that are known get the times and the places that `told` says, all at once, and what stands below them moves along.
 * Returns the conversations of which turns were said again, and where their first turns are now.
 */
export function retell(
  told: readonly ReadTurn[],
  standing: Pick<Standing, 'find' | 'turnOf'>,
  grafting: Grafting,
): ReadonlyMap<ConversationId, ConversationId> {
  const conversations = new Map<ConversationId, Told>();
  for (const turn of told) {
    const known = findStored(turn.key, standing);
    if (known === undefined) continue;
    const own = conversations.get(known.conversation) ?? { turns: new Map(), all: new Set(), origin: false };
    conversations.set(known.conversation, own);
    own.all.add(known.hash);
    const named = turn.parent === null || turn.place !== undefined ? undefined : standing.find(turn.parent);
    const parent = named?.conversation === known.conversation ? named.hash : undefined;
    const timeMs = Math.min(turn.standsIn === true ? Infinity : (turn.timeMs ?? Infinity), known.timeMs);
    if (timeMs < known.timeMs) own.origin = true;
    if (timeMs === known.timeMs && (known.parent === null || parent === undefined || parent === known.parent)) continue;
    own.turns.set(known.hash, { timeMs, ...(parent === undefined ? {} : { parent }) });
  }
  const said = [...conversations].filter(([, { turns }]) => turns.size > 0);
  return new Map(said.map(([conversation, own]) => [conversation, retellOne(conversation, own, grafting)]));
}

function findStored(
  key: string,
  { find, turnOf }: Pick<Standing, 'find' | 'turnOf'>,
): (KnownTurn & Placed) | undefined {
  const placed = find(key);
  return placed === undefined || placed === null ? undefined : turnOf(placed.hash);
}

function retellOne(conversation: ConversationId, told: Told, grafting: Grafting): ConversationId {
  const live = grafting.listTurns(conversation).filter(({ hash }) => !grafting.isMoved(hash));
  const byHash = new Map(live.map((turn) => [turn.hash, turn]));
  const parentOf = parentsBy(told, live);
  // a telling whose places lead in a circle has none to give
  const ordered = parentsFirst(live, byHash, parentOf) ?? live;
  const placeOf = ordered === live ? ({ parent }: KnownTurn) => parent : parentOf;
  const settled = new Map<TurnHash, Placed | null>();
  let root = conversation;
  for (const turn of ordered) {
    const above = placeOf(turn);
    const parent = above === null ? null : (settled.get(above) ?? null);
    const timeMs = told.turns.get(turn.hash)?.timeMs ?? turn.timeMs;
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

/**
 * Where a turn stands by this telling. One that tells more between a turn and what it stands behind is believed; one that tells
 * less only lacks something. Of two ways that have nothing to do with each other the origin's holds.
 */
function parentsBy({ turns, all, origin }: Told, live: readonly KnownTurn[]) {
  const isBelow = below(live);
  return ({ hash, parent }: KnownTurn): TurnHash | null => {
    const said = turns.get(hash)?.parent;
    if (parent === null || said === undefined || said === parent) return parent;
    if (isBelow(said, parent)) return isBelow(said, hash) ? parent : said;
    const lacks = isBelow(parent, said) && !all.has(parent);
    return origin && !lacks ? said : parent;
  };
}

/** Tells whether a turn stands somewhere below another one, or is that one. `turns`: parents first, one root. */
function below(turns: readonly KnownTurn[]): (turn: TurnHash, above: TurnHash) => boolean {
  const sizes = new Map<TurnHash, number>();
  for (const { hash, parent } of turns.toReversed()) {
    const size = (sizes.get(hash) ?? 0) + 1;
    sizes.set(hash, size);
    if (parent !== null) sizes.set(parent, (sizes.get(parent) ?? 0) + size);
  }
  // each turn takes the next numbers below its parent's for itself and all that stands below it
  const spans = new Map<TurnHash, readonly [number, number]>();
  const next = new Map<TurnHash | null, number>();
  for (const { hash, parent } of turns) {
    const start = next.get(parent) ?? 0;
    const end = start + (sizes.get(hash) ?? 1);
    next.set(parent, end);
    next.set(hash, start + 1);
    spans.set(hash, [start, end]);
  }
  return (turn, above) => {
    const [own, span] = [spans.get(turn), spans.get(above)];
    return own !== undefined && span !== undefined && own[0] >= span[0] && own[0] < span[1];
  };
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
