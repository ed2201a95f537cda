/** The hash tiles of a log, all levels: which a log of some size has, and what stands in them. */
/** A tile of level 0 holds leaf hashes; one above, the roots of full tiles below. Source: https://c2sp.org/tlog-tiles#merkle-tree */

import { rootOfLeaves, TILE_WIDTH } from '../../archive/format/format.ts';
import { concatBytes } from '../../base/bytes.ts';

export interface HashTile {
  readonly level: number;
  readonly n: number;
  /** Hashes in it, 1 to 256. */
  readonly width: number;
}

/** Leaf hashes `from` to `to`, without that one. */
export type ReadLeaves = (from: number, to: number) => readonly Uint8Array[];

/** Those of a log of `size` records, but for full ones that one of `before` records has, too. */
export function* walkHashTiles(size: number, before = 0): Generator<HashTile> {
  for (let level = 0, hashes = size, known = before; hashes > 0; level++) {
    for (let n = Math.floor(known / TILE_WIDTH); n * TILE_WIDTH < hashes; n++)
      yield { level, n, width: Math.min(TILE_WIDTH, hashes - n * TILE_WIDTH) };
    hashes = Math.floor(hashes / TILE_WIDTH);
    known = Math.floor(known / TILE_WIDTH);
  }
}

/** The bytes of a tile, 32 for each hash. */
export function makeHashTile({ level, n, width }: HashTile, leaves: ReadLeaves): Uint8Array {
  return concatBytes(listHashes(level, n * TILE_WIDTH, width, leaves));
}

function listHashes(level: number, first: number, count: number, leaves: ReadLeaves): readonly Uint8Array[] {
  if (level === 0) return leaves(first, first + count);
  return Array.from({ length: count }, (_, i) =>
    rootOfLeaves(listHashes(level - 1, (first + i) * TILE_WIDTH, TILE_WIDTH, leaves)),
  );
}
