/** Whether one turn is an unfinished copy of another: the first parts of a message whose end was not written yet. */
/** Such a leaf stays in the log, because nothing is ever edited, and is no branch. */

import { blake3Hex } from '../../base/blake3.ts';
import { encodeUtf8 } from '../../base/bytes.ts';
import { canonicalJson } from '../../base/json.ts';
import type { TurnHash } from '../../model/ids.ts';
import type { Item } from '../../model/item.ts';
import { findItem } from '../../model/payload.ts';
import type { LoggedTurn } from '../../model/turn.ts';
import { listRivals } from './heads.ts';
import type { IngestStore } from './store.ts';

/** Assistant items only: `whole` begins with the parts of `copy`, and has more of them or says more about the same ones. */
export function isUnfinishedCopy(copy: Item, whole: Item): boolean {
  if (copy.role !== 'assistant' || whole.role !== 'assistant') return false;
  const [short, long] = [beginnings(copy), beginnings(whole)];
  const end = short.at(-1) ?? '';
  return short.length < long.length ? long[short.length - 1] === end : long.at(-1) === end && rank(copy) < rank(whole);
}

/**
 * Leaves that a sibling of the same parent and time replaces. Payloads are read only where there are such siblings; one that
 * was taken back decides nothing.
 */
export function findSuperseded(
  store: Pick<IngestStore, 'readPayloads'>,
  turns: readonly LoggedTurn[],
): ReadonlySet<TurnHash> {
  const superseded = new Set<TurnHash>();
  for (const rivals of listRivals(turns)) {
    const payloads = store.readPayloads(rivals.map((rival) => rival.turn));
    const begun = new Set<string>();
    const best = new Map<string, number>();
    const copies: { hash: TurnHash; whole: string; rank: number }[] = [];
    for (const [i, { turn, leaf }] of rivals.entries()) {
      const payload = payloads[i];
      const item = payload?.status === 'present' ? findItem(turn, payload.bytes) : undefined;
      if (item?.role !== 'assistant') continue;
      const names = beginnings(item);
      const whole = names.pop() ?? '';
      for (const name of names) begun.add(name);
      best.set(whole, Math.max(best.get(whole) ?? 0, rank(item)));
      if (leaf) copies.push({ hash: turn.hash, whole, rank: rank(item) });
    }
    for (const copy of copies) {
      if (begun.has(copy.whole) || copy.rank < (best.get(copy.whole) ?? 0)) superseded.add(copy.hash);
    }
  }
  return superseded;
}

/** What names no part, the first, the first two, and so on to all: each a hash, so that many parts do not cost their square. */
function beginnings(item: Item): string[] {
  const names = [''];
  for (const part of item.parts) names.push(blake3Hex(encodeUtf8(`${names.at(-1)}\n${canonicalJson(part)}`)));
  return names;
}

/** Of two turns with equal parts the one that knows its end: the final token count, a reason to stop. */
function rank(item: Item): number {
  return (item.usage?.output_tokens ?? 0) * 2 + (item.finish_reason === undefined ? 0 : 1);
}
