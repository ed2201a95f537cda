/** Whether one turn is an unfinished copy of another: the first parts of a message whose end was not written yet. */
/** Such a leaf stays in the log, because nothing is ever edited, and is no branch. */

import type { ArchiveReader } from '../../../archive/archive.ts';
import { blake3Hex } from '../../../base/blake3.ts';
import { encodeUtf8 } from '../../../base/bytes.ts';
import { canonicalJson } from '../../../base/json.ts';
import type { PayloadHash, TurnHash } from '../../../model/ids.ts';
import type { Item, Part } from '../../../model/item.ts';
import { findItem } from '../../../model/payload.ts';
import type { LoggedTurn } from '../../../model/turn.ts';
import { listRivals } from './heads.ts';

/**
 * Whether `whole` tells all that `part` does, and more of it: every part of one stands in the other, in order, as it is or
 * grown. What redaction replaced in one and not in the other is no such part.
 */
export function isFuller(part: Item, whole: Item): boolean {
  if (part.role !== whole.role || part.role === 'user') return false;
  let at = 0;
  for (const piece of part.parts) {
    while (at < whole.parts.length && !grewFrom(piece, whole.parts[at])) at++;
    if (at++ >= whole.parts.length) return false;
  }
  if (part.parts.length !== whole.parts.length) return true;
  return rank(part) < rank(whole) || part.parts.some((piece, i) => sizeOf(piece) < sizeOf(whole.parts[i]));
}

/** Whether `whole` has every part of `part` in order, as it is, and more of them: nothing that stands may change with it. */
export function isLonger(part: Item, whole: Item): boolean {
  if (part.role !== whole.role || part.role === 'user' || part.parts.length >= whole.parts.length) return false;
  const words = whole.parts.map(canonicalJson);
  let at = 0;
  for (const piece of part.parts) {
    at = words.indexOf(canonicalJson(piece), at) + 1;
    if (at === 0) return false;
  }
  return true;
}

/** Whether all parts of `rest` stand in `whole` at its end, as they are. */
export function tellsAll(whole: Item, rest: Item): boolean {
  const from = whole.parts.length - rest.parts.length;
  return whole.role === rest.role && from >= 0 && canonicalJson(whole.parts.slice(from)) === canonicalJson(rest.parts);
}

function grewFrom(before: Part, now: Part | undefined): boolean {
  if (now === undefined || now.type !== before.type) return false;
  if (before.type === 'text' || before.type === 'reasoning')
    return 'content' in now && now.content.startsWith(before.content);
  const same = canonicalJson(before) === canonicalJson(now);
  if (same || before.type !== 'tool_call' || now.type !== 'tool_call') return same;
  // arguments may be told later; what was replaced in them does not come back
  return before.id === now.id && before.name === now.name && !canonicalJson(before.arguments).includes('[redacted:');
}

function sizeOf(part: Part | undefined): number {
  return part !== undefined && 'content' in part ? part.content.length : 0;
}

/** Unfinished copies of messages. */
export interface Superseded {
  /** Those on which nothing stands. */
  readonly leaves: ReadonlySet<TurnHash>;
  /** All of them, with the payload of the whole message: what stands on the copy stands on that again. */
  readonly wholes: ReadonlyMap<TurnHash, PayloadHash>;
}

/**
 * Turns that a sibling of the same parent and time replaces. Payloads are read only where there are such siblings; one that
 * was taken back decides nothing.
 */
export function findSuperseded(store: Pick<ArchiveReader, 'readPayloads'>, turns: readonly LoggedTurn[]): Superseded {
  const leaves = new Set<TurnHash>();
  const wholes = new Map<TurnHash, PayloadHash>();
  for (const rivals of listRivals(turns)) {
    const payloads = store.readPayloads(rivals.map((rival) => rival.turn));
    /** Beginnings of messages, and the most complete one that begins so. */
    const begun = new Map<string, Known>();
    const known: Known[] = [];
    for (const [i, { turn, leaf }] of rivals.entries()) {
      const payload = payloads[i];
      const item = payload?.status === 'present' ? findItem(turn, payload.bytes) : undefined;
      if (item?.role !== 'assistant') continue;
      const names = beginnings(item);
      const each = { turn, leaf, whole: names.at(-1) ?? '', length: names.length, rank: rank(item) };
      known.push(each);
      for (const name of names) {
        const best = begun.get(name);
        if (best === undefined || isMore(each, best)) begun.set(name, each);
      }
    }
    for (const each of known) {
      const best = begun.get(each.whole);
      if (best === undefined || !isMore(best, each)) continue;
      if (each.leaf) leaves.add(each.turn.hash);
      wholes.set(each.turn.hash, best.turn.payloadHash);
    }
  }
  return { leaves, wholes };
}

interface Known {
  readonly turn: LoggedTurn;
  readonly leaf: boolean;
  readonly whole: string;
  readonly length: number;
  readonly rank: number;
}

function isMore(a: Known, b: Known): boolean {
  return a.length === b.length ? a.rank > b.rank : a.length > b.length;
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
