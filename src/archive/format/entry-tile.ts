/** Entry tiles: C2SP entry bundles, each record with its length before it. */
/** Source: https://c2sp.org/tlog-tiles#log-entries. u16 big-endian length ‖ record, back to back, 256 at most. */

import { equalBytes } from '../../base/bytes.ts';
import { plural } from '../../model/counts.ts';
import { RecordError } from '../errors.ts';
import { leafHash } from './merkle.ts';
import { claimedLength } from './record.ts';
import { TILE_WIDTH } from './tile-names.ts';

export function encodeEntries(records: readonly Uint8Array[]): Uint8Array {
  const out = Buffer.allocUnsafe(records.reduce((sum, record) => sum + 2 + record.length, 0));
  let at = 0;
  for (const record of records) {
    out.writeUInt16BE(record.length, at);
    out.set(record, at + 2);
    at += 2 + record.length;
  }
  return out;
}

/** Exactly `count` records that fill `bytes`. Throws RecordError for anything else. */
export function decodeEntries(bytes: Uint8Array, count: number): Uint8Array[] {
  const { records, length } = takeEntries(bytes, count);
  if (records.length !== count)
    throw new RecordError(`entry tile holds ${plural(records.length, 'record')}, ${count} expected`);
  if (length !== bytes.length) throw new RecordError('entry tile has bytes after its last record');
  return records;
}

/** Up to `limit` whole records from the start, and how many bytes they take. */
export function takeEntries(bytes: Uint8Array, limit = TILE_WIDTH): { records: Uint8Array[]; length: number } {
  const records: Uint8Array[] = [];
  let at = 0;
  while (records.length < limit && at + 2 <= bytes.length) {
    const length = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
    if (length === 0 || at + 2 + length > bytes.length) break;
    records.push(bytes.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return { records, length: at };
}

/** The bytes of record `index`, or undefined when the tile ends before it. */
export function findEntry(bytes: Uint8Array, index: number): Uint8Array | undefined {
  let at = 0;
  for (let i = 0; at + 2 <= bytes.length; i++) {
    const length = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
    if (i === index)
      return at + 2 + length <= bytes.length && length > 0 ? bytes.subarray(at + 2, at + 2 + length) : undefined;
    at += 2 + length;
  }
  return undefined;
}

export interface SalvagedEntry {
  /** Byte offset of the record's length in the tile, where it was looked for. */
  readonly offset: number;
  /** Undefined: no bytes were found whose leaf hash is the expected one. */
  readonly record: Uint8Array | undefined;
}

/**
 * What is still good in a damaged tile, by the leaf hashes it should have. After a bad record the next good one is looked
 * for byte by byte, so one flipped length costs one record, not the rest of the tile.
 */
export function salvageEntries(
  bytes: Uint8Array,
  leaves: readonly Uint8Array[],
): { entries: SalvagedEntry[]; length: number } {
  const entries: SalvagedEntry[] = [];
  let at = 0;
  for (let i = 0; i < leaves.length; i++) {
    const leaf = leaves[i];
    const record = leaf === undefined ? undefined : recordAt(bytes, at, leaf);
    if (record !== undefined) {
      entries.push({ offset: at, record });
      at += 2 + record.length;
      continue;
    }
    const next = findNext(bytes, at + 1, leaves, i);
    for (let j = i; j < (next?.index ?? leaves.length); j++) entries.push({ offset: at, record: undefined });
    if (next === undefined) return { entries, length: bytes.length };
    i = next.index - 1;
    at = next.at;
  }
  return { entries, length: at };
}

/** The record at `at` by its length prefix or, should that be bad, by its own fields. */
function recordAt(bytes: Uint8Array, at: number, leaf: Uint8Array): Uint8Array | undefined {
  if (at + 2 > bytes.length) return undefined;
  const framed = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  for (const length of [framed, claimedLength(bytes.subarray(at + 2))]) {
    if (length === 0 || at + 2 + length > bytes.length) continue;
    const record = bytes.subarray(at + 2, at + 2 + length);
    if (equalBytes(leafHash(record), leaf)) return record;
  }
  return undefined;
}

/** The nearest place from `from` on where one of the following few records stands whole. */
function findNext(
  bytes: Uint8Array,
  from: number,
  leaves: readonly Uint8Array[],
  first: number,
): { at: number; index: number } | undefined {
  for (let at = from; at + 4 <= bytes.length; at++) {
    const kind = bytes[at + 2] ?? 0;
    if (kind < 1 || kind > 4 || bytes[at + 3] !== 1) continue;
    for (let index = first; index < Math.min(first + 8, leaves.length); index++) {
      const leaf = leaves[index];
      if (leaf !== undefined && recordAt(bytes, at, leaf) !== undefined) return { at, index };
    }
  }
  return undefined;
}
