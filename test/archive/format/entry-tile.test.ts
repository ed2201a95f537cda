/** Entry tiles: what can be saved of damaged ones, and zeros that never are records. */
/** Reading proper is covered by the golden vectors. */

import { describe, expect, it } from 'vitest';
import { RecordError } from '../../../src/archive/archive.ts';
import { salvageEntries, takeEntries } from '../../../src/archive/format/entry-tile.ts';
import {
  decodeRecord,
  encodeEntries,
  encodeHead,
  encodeTurn,
  findEntry,
  leafHash,
} from '../../../src/archive/format/format.ts';
import { at, chain } from '../turns.ts';

const records = chain(20, 'turn').flatMap((turn, i) => {
  const bytes = encodeTurn({ ...turn, rawLength: turn.payload.length });
  return i % 5 === 4 ? [bytes, encodeHead({ name: `h${i}`, turn: turn.hash, timeMs: i })] : [bytes];
});
const leaves = records.map(leafHash);
const tile = encodeEntries(records);
const starts = records.map((_, i) => records.slice(0, i).reduce((sum, record) => sum + record.length + 2, 0));

/** Indexes of the records that were found, each compared with the true one. */
function saved(bytes: Uint8Array): number[] {
  const { entries } = salvageEntries(bytes, leaves);
  expect(entries).toHaveLength(records.length);
  return entries.flatMap(({ record }, i) => {
    if (record === undefined) return [];
    expect(Buffer.compare(record, at(records, i))).toBe(0);
    return [i];
  });
}

const all = records.map((_, i) => i);

describe('salvage', () => {
  it('finds everything in a whole tile', () => {
    expect(saved(tile)).toEqual(all);
    expect(salvageEntries(tile, leaves).length).toBe(tile.length);
  });

  it('loses one record to a flipped bit in it, wherever that is, and none to one in a length', () => {
    const start = at(starts, 7);
    for (let byte = start; byte < at(starts, 8); byte++) {
      const bad = Buffer.from(tile);
      bad[byte] = at([...bad], byte) ^ 0x10;
      const expected = byte < start + 2 ? all : all.filter((i) => i !== 7);
      expect(saved(bad), `byte ${byte - start}`).toEqual(expected);
    }
  });

  it('finds its way after bytes that went missing, came in between, or became zeros', () => {
    const [from, to] = [at(starts, 4), at(starts, 6)];
    const gone = Buffer.concat([tile.subarray(0, from + 9), tile.subarray(to + 9)]);
    expect(saved(gone)).toEqual(all.filter((i) => i < 4 || i > 6));
    const more = Buffer.concat([tile.subarray(0, from), Buffer.alloc(300, 1), tile.subarray(from)]);
    expect(saved(more)).toEqual(all);
    const zeros = Buffer.from(tile);
    zeros.fill(0, from, to + 50);
    expect(saved(zeros)).toEqual(all.filter((i) => i < 4 || i > 6));
  });

  it('finds nothing where there is nothing', () => {
    expect(saved(new Uint8Array(0))).toEqual([]);
    expect(saved(new Uint8Array(5000))).toEqual([]);
    expect(saved(tile.subarray(0, 1))).toEqual([]);
  });

  it('keeps what stands before a cut', () => {
    expect(saved(tile.subarray(0, at(starts, 10) + 40))).toEqual(all.slice(0, 10));
  });
});

describe('A5: zeros', () => {
  it('of any length are no record and no entry', () => {
    for (let length = 0; length <= 300; length++) {
      expect(() => decodeRecord(new Uint8Array(length))).toThrow(RecordError);
      expect(takeEntries(new Uint8Array(length))).toEqual({ records: [], length: 0 });
    }
    expect(findEntry(new Uint8Array(300), 0)).toBeUndefined();
  });

  it('behind whole records end the tile there', () => {
    const padded = Buffer.concat([tile, Buffer.alloc(500)]);
    expect(takeEntries(padded)).toMatchObject({ length: tile.length });
    expect(takeEntries(padded).records).toHaveLength(records.length);
  });
});
