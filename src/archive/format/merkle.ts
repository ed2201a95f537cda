/** The Merkle tree of a log: RFC 6962 leaf hashes and roots over SHA-256. */
/** A frontier (one hash per perfect subtree, largest first) lets a log grow without being read again. */

import { hash } from 'node:crypto';
import { concatBytes, equalBytes, ownBytes } from '../../base/bytes.ts';

/** Hashes of the perfect subtrees that make up a tree of `size` leaves: one per set bit of `size`, largest first. */
export interface Frontier {
  readonly size: number;
  readonly hashes: readonly Uint8Array[];
}

export const emptyFrontier: Frontier = { size: 0, hashes: [] };
export const LEAF_LENGTH = 32;

/** SHA-256(0x00 ‖ record). */
export function leafHash(record: Uint8Array): Uint8Array {
  const input = Buffer.allocUnsafe(record.length + 1);
  input[0] = 0;
  input.set(record, 1);
  return hash('sha256', input, 'buffer');
}

/** The frontier after `leaves` were added, in order. It keeps the memory of its own hashes only, whatever the leaves stand in. */
export function growFrontier(frontier: Frontier, leaves: readonly Uint8Array[]): Frontier {
  const hashes = [...frontier.hashes];
  let size = frontier.size;
  for (const leaf of leaves) {
    let node = leaf;
    for (let n = size; n % 2 === 1; n = Math.floor(n / 2)) node = nodeHash(hashes.pop() ?? node, node);
    hashes.push(node);
    size++;
  }
  return { size, hashes: hashes.map(ownBytes) };
}

/** Whether two logs are the same, record for record. */
export function isSameFrontier(a: Frontier, b: Frontier): boolean {
  const same = (hash: Uint8Array, i: number) => equalBytes(hash, b.hashes[i] ?? new Uint8Array(0));
  return a.size === b.size && a.hashes.length === b.hashes.length && a.hashes.every(same);
}

/** RFC 6962 root: of no leaves, the hash of nothing. */
export function rootOf(frontier: Frontier): Uint8Array {
  let root: Uint8Array | undefined;
  for (const node of frontier.hashes.toReversed()) root = root === undefined ? node : nodeHash(node, root);
  return root ?? hash('sha256', new Uint8Array(0), 'buffer');
}

export function rootOfLeaves(leaves: readonly Uint8Array[]): Uint8Array {
  return rootOf(growFrontier(emptyFrontier, leaves));
}

/** The frontier's hashes end to end, as the index keeps them. */
export function encodeFrontier(frontier: Frontier): Uint8Array {
  return concatBytes(frontier.hashes);
}

/** Undefined when the bytes do not fit the size. */
export function decodeFrontier(size: number, bytes: Uint8Array): Frontier | undefined {
  let bits = 0;
  for (let n = size; n > 0; n = Math.floor(n / 2)) bits += n % 2;
  if (bytes.length !== bits * LEAF_LENGTH) return undefined;
  return { size, hashes: splitHashes(bytes) };
}

/** 32-byte pieces of a leaf tile; a cut-off last one is left out. */
export function splitHashes(bytes: Uint8Array): Uint8Array[] {
  const hashes: Uint8Array[] = [];
  for (let i = 0; i + LEAF_LENGTH <= bytes.length; i += LEAF_LENGTH) hashes.push(bytes.subarray(i, i + LEAF_LENGTH));
  return hashes;
}

/** SHA-256(0x01 ‖ left ‖ right). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  const input = Buffer.allocUnsafe(65);
  input[0] = 1;
  input.set(left, 1);
  input.set(right, 33);
  return hash('sha256', input, 'buffer');
}
