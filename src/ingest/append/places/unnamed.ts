/** Finds stored turns again whose native ids are not known any more: an index was lost, or the archive came without one. */
/** What was taken out of a turn once must not come back because a rule or a variable is missing when its source is read again. */

import type { PreparedTurn } from '../../../archive/archive.ts';
import { canonicalJson } from '../../../base/json.ts';
import type { ConversationId, TurnHash } from '../../../model/ids.ts';
import type { Item } from '../../../model/item.ts';
import { findItem } from '../../../model/payload.ts';
import { isSameButForMarks } from '../../../secrets/secrets.ts';
import type { Placed } from '../commit.ts';
import type { IngestStore } from '../store.ts';
import type { Standing } from './standing.ts';

/**
 * The stored turn of the same place and time that says the same but for what redaction took out of either, or whose words were taken
 * back. Undefined: there is none, the turn is there as it is, or the native ids of its conversation are known.
 */
export type FindUnnamed = (turn: PreparedTurn, parent: Placed | null) => Placed | undefined;

export function createFindUnnamed(
  { turnOf, payloadOf, current }: Pick<Standing, 'turnOf' | 'payloadOf' | 'current'>,
  store: Pick<IngestStore, 'ledger' | 'listTurns'>,
): FindUnnamed {
  const { ledger } = store;
  /** One conversation is known at a time: a source speaks of one after the other. */
  let known: { readonly conversation: ConversationId; readonly children: Children } | undefined;
  const childrenOf = ({ conversation, hash }: Placed): readonly TurnHash[] => {
    if (known?.conversation !== conversation) {
      const turns = ledger.isUnnamed(conversation) ? store.listTurns(conversation) : [];
      known = { conversation, children: Map.groupBy(turns, ({ parent }) => parent) };
    }
    return (known.children.get(hash) ?? []).map((child) => child.hash);
  };
  return (turn, parent) => {
    if (turnOf(turn.hash) !== undefined) return undefined;
    const beside = parent === null ? ledger.listUnnamed(turn.timeMs) : childrenOf(parent);
    const candidates = beside
      .slice(0, MOST)
      .flatMap((hash) => turnOf(hash as TurnHash) ?? [])
      .filter(({ timeMs }) => timeMs === turn.timeMs);
    if (candidates.length === 0) return undefined;
    const said = findItem(turn, turn.payload);
    const items = candidates.map((stored) => {
      const payload = payloadOf(stored.hash);
      return { stored, item: payload && findItem(stored, payload), isGone: payload === undefined };
    });
    const same = items.find(({ item }) => item !== undefined && said !== undefined && isTold(item, said));
    const found = same ?? items.find(({ isGone }) => isGone);
    return found === undefined ? undefined : current(found.stored);
  };
}

/** The same, or as far as both go: one was taken before its end. Where nothing was taken out of either, the longer one is told as ever. */
function isTold(item: Item, said: Item): boolean {
  if (isSameButForMarks(item, said)) return true;
  if (item.role !== 'assistant' || said.role !== 'assistant') return false;
  const both = Math.min(item.parts.length, said.parts.length);
  const before: Item = { role: item.role, parts: item.parts.slice(0, both) };
  const now: Item = { role: said.role, parts: said.parts.slice(0, both) };
  return both > 0 && canonicalJson(before) !== canonicalJson(now) && isSameButForMarks(before, now);
}

type Children = ReadonlyMap<TurnHash | null, readonly { readonly hash: TurnHash }[]>;

/** Turns of one place that are looked at. */
const MOST = 256;
