/** Finds stored turns again whose native ids are not known any more: an index was lost, or the archive came without one. */
/** What was taken out of a turn once must not come back because a rule or a variable is missing when its source is read again. */

import type { PreparedTurn } from '../../../archive/archive.ts';
import { canonicalJson } from '../../../base/json.ts';
import type { ConversationId, TurnHash } from '../../../model/ids.ts';
import type { Item, Part } from '../../../model/item.ts';
import { findItem } from '../../../model/payload.ts';
import type { LoggedTurn } from '../../../model/turn.ts';
import { isSameButForMarks } from '../../../secrets/secrets.ts';
import type { Placed } from '../commit.ts';
import type { IngestStore } from '../store.ts';
import type { Standing } from './standing.ts';

/**
 * The stored turn of the same time that says the same but for what redaction took out of either, or whose words were taken back: in the
 * same place, else elsewhere in the conversation, for a copy may lack what stands between. Undefined: there is none, the turn is there
 * as it is, or the native ids of its conversation are known.
 */
export type FindUnnamed = (turn: PreparedTurn, parent: Placed | null) => Placed | undefined;

export function createFindUnnamed(
  { turnOf, payloadOf, current, isBelow }: Pick<Standing, 'turnOf' | 'payloadOf' | 'current' | 'isBelow'>,
  store: Pick<IngestStore, 'ledger' | 'listTurns'>,
): FindUnnamed {
  const { ledger } = store;
  /** One conversation is known at a time: a source speaks of one after the other. */
  let known: Known | undefined;
  const knownOf = (conversation: ConversationId): Known => {
    if (known?.conversation !== conversation) {
      const turns: readonly Stored[] = ledger.isUnnamed(conversation) ? store.listTurns(conversation) : [];
      const byTime = Map.groupBy(turns, ({ timeMs }) => timeMs);
      known = { conversation, byTime, byParent: Map.groupBy(turns, ({ parent }) => parent) };
    }
    return known;
  };
  /** Those of its place first. One without a time of its own is looked for there alone: its words may come again. */
  const listCandidates = (turn: PreparedTurn, parent: Placed | null): readonly Stored[] => {
    if (parent === null) {
      const roots = ledger.listUnnamed(turn.timeMs).slice(0, MOST);
      return roots
        .flatMap((id) => turnOf(id as string as TurnHash) ?? [])
        .filter(({ timeMs }) => timeMs === turn.timeMs);
    }
    const { byTime, byParent } = knownOf(parent.conversation);
    const here = byParent.get(parent.hash) ?? [];
    const elsewhere = turn.timeMs === parent.timeMs ? [] : (byTime.get(turn.timeMs) ?? []);
    const now = here.filter(({ timeMs }) => timeMs === turn.timeMs);
    return [...now, ...elsewhere.filter((stored) => stored.parent !== parent.hash), ...here].slice(0, MOST);
  };
  return (turn, parent) => {
    if (turnOf(turn.hash) !== undefined) return undefined;
    const candidates = listCandidates(turn, parent);
    if (candidates.length === 0) return undefined;
    const said = findItem(turn, turn.payload);
    let gone: Placed | undefined;
    for (const { hash } of candidates) {
      const stored = turnOf(hash);
      if (stored === undefined || (parent !== null && (hash === parent.hash || isBelow(parent, stored)))) continue;
      const payload = payloadOf(hash);
      const item = payload && findItem(stored, payload);
      const isNow = stored.timeMs === turn.timeMs;
      // what a model said has the time of the line that was read first, or of the moment when it was copied
      if (item !== undefined && said !== undefined && (isNow || said.role === 'assistant') && isTold(item, said))
        return current(stored);
      if (payload === undefined && isNow && stored.parent === (parent?.hash ?? null)) gone ??= stored;
    }
    return gone === undefined ? undefined : current(gone);
  };
}

type Stored = Pick<LoggedTurn, 'hash' | 'parent' | 'timeMs'>;

interface Known {
  readonly conversation: ConversationId;
  readonly byTime: ReadonlyMap<number, readonly Stored[]>;
  readonly byParent: ReadonlyMap<TurnHash | null, readonly Stored[]>;
}

/** The same, or one has all parts of the other in order: it was taken before its end. Where nothing was taken out of them they are told as ever. */
function isTold(item: Item, said: Item): boolean {
  if (isSameButForMarks(item, said)) return true;
  if (item.role !== 'assistant' || said.role !== 'assistant' || item.parts.length === said.parts.length) return false;
  const [part, whole] = item.parts.length < said.parts.length ? [item, said] : [said, item];
  const pieces = whole.parts.map(pieceOf);
  let [at, hidden] = [0, false];
  for (const piece of part.parts.map(pieceOf)) {
    while (at < pieces.length && !isSameButForMarks(piece, pieces[at] ?? piece)) at++;
    if (at >= pieces.length) return false;
    hidden ||= canonicalJson(piece) !== canonicalJson(pieces[at]);
    at++;
  }
  return hidden;
}

function pieceOf(part: Part): Item {
  return { role: 'assistant', parts: [part] };
}

/** Turns of one time that are looked at. */
const MOST = 256;
