/** Inclusion proofs against the RFC: a second implementation, written from its text, shares nothing with ours. */
/** RFC 9162 §2.1.1 (tree), §2.1.3.1 (path). */

import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isIncluded, proveInclusion } from '../../../src/replica/check/inclusion.ts';

const sha = (...parts: readonly Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest();

const records = Array.from({ length: 300 }, (_, i) => Buffer.from(`record ${i}`));
const known = new Map<string, Buffer>();

/** MTH(D[from:to]), each computed once */
function mth(from: number, to: number): Buffer {
  const key = `${from}:${to}`;
  const hash = known.get(key) ?? newMth(from, to);
  known.set(key, hash);
  return hash;
}

function newMth(from: number, to: number): Buffer {
  if (from === to) return sha();
  if (to - from === 1) return sha(Uint8Array.of(0), records[from] ?? Buffer.alloc(0));
  const k = from + halfOf(to - from);
  return sha(Uint8Array.of(1), mth(from, k), mth(k, to));
}

/** PATH(m, D[from:to]) */
function path(m: number, from: number, to: number): Buffer[] {
  if (to - from === 1) return [];
  const k = halfOf(to - from);
  if (m < k) return [...path(m, from, from + k), mth(from + k, to)];
  return [...path(m - k, from + k, to), mth(from, from + k)];
}

/** The largest power of two smaller than n */
function halfOf(n: number): number {
  return 2 ** (Math.ceil(Math.log2(n)) - 1);
}

const leaves = records.map((record) => sha(Uint8Array.of(0), record));
const leafAt = (i: number) => leaves[i] ?? Buffer.alloc(32);

describe('an inclusion proof', () => {
  it('is that of the RFC for every index of every size up to 70, and holds', () => {
    for (let size = 1; size <= 70; size++) {
      const root = mth(0, size);
      for (let index = 0; index < size; index++) {
        const proof = proveInclusion({ index, size }, (from, to) => leaves.slice(from, to));
        expect(proof.map((hash) => Buffer.from(hash).toString('hex'))).toEqual(
          path(index, 0, size).map((hash) => hash.toString('hex')),
        );
        expect(isIncluded({ index, size }, leafAt(index), proof, root)).toBe(true);
      }
    }
  });

  it('asks for a tile of leaves at a time, and never for more than the tree has', () => {
    const asked: number[] = [];
    for (const index of [0, 17, 255, 256, 299]) {
      const proof = proveInclusion({ index, size: 300 }, (from, to) => {
        expect(to).toBeLessThanOrEqual(300);
        expect(Math.floor(from / 256)).toBe(Math.floor((to - 1) / 256));
        asked.push(to - from);
        return leaves.slice(from, to);
      });
      expect(proof.map((hash) => Buffer.from(hash))).toEqual(path(index, 0, 300));
    }
    expect(Math.max(...asked)).toBeLessThanOrEqual(256);
  });

  it('holds at its own place only, for its own leaf, whole', () => {
    for (const size of [1, 2, 3, 7, 8, 13]) {
      const root = mth(0, size);
      for (let index = 0; index < size; index++) {
        const proof = proveInclusion({ index, size }, (from, to) => leaves.slice(from, to));
        for (let other = -1; other <= size; other++)
          expect(isIncluded({ index: other, size }, leafAt(index), proof, root)).toBe(other === index);
        expect(isIncluded({ index, size }, leafAt(index + 1), proof, root)).toBe(false);
        expect(isIncluded({ index, size }, leafAt(index), [...proof, leafAt(0)], root)).toBe(false);
        if (proof.length > 0) expect(isIncluded({ index, size }, leafAt(index), proof.slice(1), root)).toBe(false);
        if (proof.length > 0) expect(isIncluded({ index, size }, leafAt(index), proof.slice(0, -1), root)).toBe(false);
      }
    }
  });

  it('does not exist outside the tree', () => {
    for (const index of [-1, 3, Number.NaN])
      expect(() => proveInclusion({ index, size: 3 }, () => [])).toThrow(RangeError);
  });
});
