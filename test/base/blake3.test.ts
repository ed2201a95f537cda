/** Derive-key mode against the second implementation of the golden vectors, and against the vectors of BLAKE3's authors. */
/** Turn hashes rest on it, so every length of a block and of a chunk is compared. */

import { join } from 'node:path';
import { expect, it } from 'vitest';
import { blake3DeriveKey, blake3Hex } from '../../src/base/blake3.ts';
import { encodeHex } from '../../src/base/bytes.ts';

const second = (await import(join(import.meta.dirname, '../fixtures/archive/second/blake3.mjs'))) as {
  blake3(bytes: Uint8Array): Uint8Array;
  blake3DeriveKey(context: string, bytes: Uint8Array): Uint8Array;
};

/** The input of the official vectors: 0, 1, … 250, 0, 1, … */
const input = (length: number) => Uint8Array.from({ length }, (_, i) => i % 251);
const derived = (context: string, length: number) => encodeHex(blake3DeriveKey(context, input(length)));

it('derives what the second implementation derives, for every length of one chunk and beyond', () => {
  const context = 'turnpress 2026-11 turn record v1';
  for (let length = 0; length <= 1100; length++) {
    const other = encodeHex(second.blake3DeriveKey(context, input(length)));
    expect(derived(context, length), `${length} bytes`).toBe(other);
  }
});

it('gives the published vectors', () => {
  const context = 'BLAKE3 2019-12-27 16:29:52 test vectors context';
  expect(derived(context, 0)).toBe('2cc39783c223154fea8dfb7c1b1660f2ac2dcbd1c1de8277b0b0dd39b7e50d7d');
  expect(derived(context, 1)).toBe('b3e2e340a117a499c6cf2398a19ee0d29cca2bb7404c73063382693bf66cb06c');
});

it('keeps no memory of what it hashed', () => {
  const bytes = input(108);
  const hashMany = (count: number) => {
    for (let i = 0; i < count; i++) blake3DeriveKey('memory', bytes);
    return process.memoryUsage().rss;
  };
  const before = hashMany(20_000);
  // a hasher that is not freed keeps 1.9 KB in WebAssembly memory, which nothing collects
  expect(hashMany(100_000) - before).toBeLessThan(60_000_000);
});

it('hashes much piece by piece, like all of it at once', () => {
  for (const length of [1024 * 1024 - 1, 1024 * 1024, 1024 * 1024 + 1, 2_500_000]) {
    expect(blake3Hex(input(length)), `${length} bytes`).toBe(encodeHex(second.blake3(input(length))));
  }
});
