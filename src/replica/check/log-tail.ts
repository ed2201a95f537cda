/** Records of a log of any length under its checkpoint, the newest first, without the rest of the log. */
/** What is not read stands there as a hash of a tile (https://c2sp.org/tlog-tiles): all that is taken is bound to the root. */

import {
  decodeEntries,
  emptyFrontier,
  growFrontier,
  LEAF_LENGTH,
  leafHash,
  type ParsedCheckpoint,
  rootOf,
  rootOfLeaves,
  splitHashes,
  TILE_WIDTH,
  tileRecords,
} from '../../archive/format/format.ts';
import { equalBytes } from '../../base/bytes.ts';
import { TurnpressError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { BadReplicaError, LaggingReplicaError } from '../errors.ts';
import { entriesName, hashTileName } from '../publish/replica-names.ts';

/** A file of a replica, below its folder; undefined: the host does not have it. Throws what kept it from coming. */
export type FetchFile = (path: string, limit: number) => Promise<Uint8Array | undefined>;

/** What `decode` makes of a file that has to be there. Throws LaggingReplicaError, BadReplicaError. */
export async function fetchDecoded<T>(
  fetchFile: FetchFile,
  path: string,
  limit: number,
  decode: (bytes: Uint8Array) => T,
): Promise<T> {
  const bytes = await fetchFile(path, limit);
  if (bytes === undefined) throw new LaggingReplicaError(path, 'the host does not have it');
  try {
    return decode(bytes);
  } catch (error) {
    if (error instanceof TurnpressError && !(error instanceof BadReplicaError))
      throw new BadReplicaError(path, error.message, error);
    throw error;
  }
}

/** Records of tile `n` of a log of `size`. */
export function fetchEntries(
  fetchFile: FetchFile,
  folder: string,
  size: number,
  n: number,
): Promise<readonly Uint8Array[]> {
  const width = tileRecords(size, n);
  return fetchDecoded(fetchFile, `${folder}/${entriesName(n, width)}`, limits.entryTile, (bytes) =>
    decodeEntries(bytes, width),
  );
}

/** A tile of records at a time, the last one first. Throws BadReplicaError when one of them is not under the checkpoint's root. */
export async function* walkBack(
  fetchFile: FetchFile,
  folder: string,
  { size, root }: Pick<ParsedCheckpoint, 'size' | 'root'>,
): AsyncGenerator<{ readonly first: number; readonly records: readonly Uint8Array[] }> {
  const countAt = (level: number): number => Math.floor(size / TILE_WIDTH ** level);
  const known = new Map<string, readonly Uint8Array[]>();
  const fetchHashes = (level: number, n: number, width: number): Promise<readonly Uint8Array[]> =>
    fetchDecoded(fetchFile, `${folder}/${hashTileName(level, n, width)}`, width * LEAF_LENGTH, (bytes) => {
      if (bytes.length === width * LEAF_LENGTH) return splitHashes(bytes);
      throw new BadReplicaError(`${folder}/${hashTileName(level, n, width)}`, 'it has another length');
    });
  /** The hash over tile `n` of `level`, from a tile that is itself under the root. */
  const hashOver = async (level: number, n: number): Promise<Uint8Array> => {
    const [above, at] = [Math.floor(n / TILE_WIDTH), n % TILE_WIDTH];
    const name = `${level + 1} ${above}`;
    let hashes = known.get(name);
    if (hashes === undefined) {
      hashes = await fetchHashes(level + 1, above, TILE_WIDTH);
      if (!equalBytes(rootOfLeaves(hashes), await hashOver(level + 1, above)))
        throw new BadReplicaError(`${folder}/${hashTileName(level + 1, above, TILE_WIDTH)}`, OUTSIDE);
      known.set(name, hashes);
    }
    return hashes[at] ?? new Uint8Array(0);
  };

  // the right edge: the unfinished tile of each level, which together are all of the tree
  const [last, width] = [countAt(1), size % TILE_WIDTH];
  const newest = width === 0 ? [] : await fetchEntries(fetchFile, folder, size, last);
  const edge: Uint8Array[] = [...growFrontier(emptyFrontier, newest.map(leafHash)).hashes];
  for (let level = 1; countAt(level) > 0; level++) {
    const [n, own] = [Math.floor(countAt(level) / TILE_WIDTH), countAt(level) % TILE_WIDTH];
    if (own === 0) continue;
    const hashes = await fetchHashes(level, n, own);
    known.set(`${level} ${n}`, hashes);
    edge.unshift(...growFrontier(emptyFrontier, hashes).hashes);
  }
  if (!equalBytes(rootOf({ size, hashes: edge }), root)) throw new BadReplicaError(folder, OUTSIDE);
  if (newest.length > 0) yield { first: last * TILE_WIDTH, records: newest };
  for (let n = last - 1; n >= 0; n--) {
    const records = await fetchEntries(fetchFile, folder, size, n);
    if (!equalBytes(rootOfLeaves(records.map(leafHash)), await hashOver(0, n)))
      throw new BadReplicaError(`${folder}/${entriesName(n, TILE_WIDTH)}`, OUTSIDE);
    yield { first: n * TILE_WIDTH, records };
  }
}

const OUTSIDE = 'what the host has there is not what its checkpoint counts';
