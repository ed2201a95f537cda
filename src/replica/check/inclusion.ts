/** Inclusion proofs: the few hashes that show that a record stands at an index of a log under a root. */
/** Made with a tile of leaves in memory at a time; checked without the log. Source: RFC 9162 §2.1.3, equal to RFC 6962 §2.1.1. */

import { emptyFrontier, growFrontier, LEAF_LENGTH, nodeHash, rootOf, TILE_WIDTH } from '../../archive/format/format.ts';
import { equalBytes } from '../../base/bytes.ts';

/** Leaf hashes `from` to `to`, without that one; never over 256. */
export type ReadLeaves = (from: number, to: number) => readonly Uint8Array[];

/** A place in a tree of some size. */
export interface TreePlace {
  readonly index: number;
  readonly size: number;
}

/** The hashes beside the way from the leaf to the root, from below. Throws RangeError for an index outside the tree. */
export function proveInclusion({ index, size }: TreePlace, leaves: ReadLeaves): readonly Uint8Array[] {
  if (!(index >= 0 && index < size)) throw new RangeError('no such leaf');
  const beside: Uint8Array[] = [];
  for (let [from, to] = [0, size]; to - from > 1; ) {
    const middle = from + splitOf(to - from);
    if (index < middle) {
      beside.push(rootBetween(middle, to, leaves));
      to = middle;
    } else {
      beside.push(rootBetween(from, middle, leaves));
      from = middle;
    }
  }
  return beside.reverse();
}

/** Whether `leaf` stands at the index of the tree with this root. */
export function isIncluded(
  { index, size }: TreePlace,
  leaf: Uint8Array,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  if (!(index >= 0 && index < size)) return false;
  let [at, last, node] = [index, size - 1, leaf];
  for (const beside of proof) {
    if (last === 0 || beside.length !== LEAF_LENGTH) return false;
    if (at % 2 === 1 || at === last) {
      node = nodeHash(beside, node);
      // on the right edge a node without a sibling is its own parent
      for (; at % 2 === 0 && at > 0; at = half(at)) last = half(last);
    } else node = nodeHash(node, beside);
    at = half(at);
    last = half(last);
  }
  return last === 0 && equalBytes(node, root);
}

/** Sizes go up to 2^53, where shifts do not reach. */
function half(n: number): number {
  return Math.floor(n / 2);
}

/** The largest power of two below `size`. */
function splitOf(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

function rootBetween(from: number, to: number, leaves: ReadLeaves): Uint8Array {
  let frontier = emptyFrontier;
  for (let at = from; at < to; ) {
    const end = Math.min(to, (Math.floor(at / TILE_WIDTH) + 1) * TILE_WIDTH);
    frontier = growFrontier(frontier, leaves(at, end));
    at = end;
  }
  return rootOf(frontier);
}
