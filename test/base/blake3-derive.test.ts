/** Our own BLAKE3 in derive-key mode against the library's, and against the vectors of the BLAKE3 authors. */
/** Turn hashes rest on it, so every length of a block and a chunk is compared. */

import { createDeriveKey } from 'blake3-wasm';
import { expect, it } from 'vitest';
import { blake3DeriveKey } from '../../src/base/blake3.ts';
import { CHUNK_LENGTH, contextKey, deriveFromKey } from '../../src/base/blake3-derive.ts';
import { encodeHex, encodeUtf8 } from '../../src/base/bytes.ts';

/** The input of the official vectors: 0, 1, … 250, 0, 1, … */
const input = (length: number) => Uint8Array.from({ length }, (_, i) => i % 251);

function library(context: string, bytes: Uint8Array): string {
  return (createDeriveKey(context).update(bytes as Buffer) as ReturnType<typeof createDeriveKey>).digest('hex');
}

it('derives what the library derives, for every length of one chunk and beyond', () => {
  const context = 'turnpress 2026-11 turn record v1';
  for (let length = 0; length <= CHUNK_LENGTH + 70; length++) {
    expect(encodeHex(blake3DeriveKey(context, input(length))), `${length} bytes`).toBe(library(context, input(length)));
  }
});

it('derives what the library derives, for contexts of every length', () => {
  for (let length = 0; length <= 200; length++) {
    const context = 'é'.repeat(length >> 1) + 'x'.repeat(length & 1);
    const own = deriveFromKey(contextKey(encodeUtf8(context)), input(97));
    expect(encodeHex(own), `context of ${length}`).toBe(library(context, input(97)));
  }
});

it('gives the published vectors', () => {
  const context = 'BLAKE3 2019-12-27 16:29:52 test vectors context';
  const derived = (length: number) => encodeHex(blake3DeriveKey(context, input(length)));
  expect(derived(0)).toBe('2cc39783c223154fea8dfb7c1b1660f2ac2dcbd1c1de8277b0b0dd39b7e50d7d');
  expect(derived(1)).toBe('b3e2e340a117a499c6cf2398a19ee0d29cca2bb7404c73063382693bf66cb06c');
});

it('refuses what is more than a chunk', () => {
  expect(() => deriveFromKey(contextKey(encodeUtf8('c')), new Uint8Array(CHUNK_LENGTH + 1))).toThrow(RangeError);
});
