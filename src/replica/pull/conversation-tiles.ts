/** What a replica has of one conversation: its checkpoint, its new records under their root, and their payloads tile by tile. */
/** Every name comes from the verified log and every size is bounded before anything is decoded. */

import { RecordError } from '../../archive/archive.ts';
import {
  blobPath,
  decodeBlob,
  decodeEntries,
  type Frontier,
  parseCheckpoint,
  RECORD_LIMIT,
  rootOf,
  TILE_WIDTH,
  TilePayloads,
  TileRecords,
  tileCount,
  tileRecords,
  verifyCheckpoint,
} from '../../archive/format/format.ts';
import { decodeHex, encodeHex, equalBytes } from '../../base/bytes.ts';
import { limits } from '../../base/limits.ts';
import { BadReplicaError, LaggingReplicaError } from '../errors.ts';
import type { LoggedState } from '../log/log-index.ts';
import type { VerifierKey } from '../log/verifier-key.ts';
import { CHECKPOINT_NAME, conversationFolder, entriesName, payloadName } from '../publish/replica-names.ts';
import { type FileSource, inOrder } from './source.ts';

/** Records of one conversation that are taken at once: they are in memory together. */
const MOST_RECORDS = 2 ** 20;
const WIDTH = 3;
/** Before each record of an entry bundle. */
const LENGTH_BYTES = 2;

/** The bytes of its checkpoint, which are those of the state and signed like the log. */
export async function fetchCheckpoint(
  source: FileSource,
  origin: string,
  { conversation, size, root }: LoggedState,
  signers: readonly VerifierKey[],
): Promise<Uint8Array> {
  const path = `${conversationFolder(conversation)}/${CHECKPOINT_NAME}`;
  const found = await source.find(path, limits.checkpoint, (bytes) => {
    const parsed = parseCheckpoint(bytes);
    if (parsed.origin !== `${origin}/${conversation}`) throw new RecordError(`it is that of ${parsed.origin}`);
    if (parsed.size === size && encodeHex(parsed.root) !== root)
      throw new RecordError('it has another root than the archive log says');
    if (signers.length > 0 && !signers.some((key) => verifyCheckpoint(parsed, key.name, key.publicKey)))
      throw new RecordError('no key of the archive log signed it');
    return { parsed, bytes };
  });
  if (found === undefined) throw new LaggingReplicaError(path, 'the host does not have it', true);
  if (found.parsed.size === size) return found.bytes;
  throw new LaggingReplicaError(path, `it counts ${found.parsed.size} records, and the archive log ${size}`);
}

/**
 * Its records from `frontier` on, by tile, which with those here have the root of the state. `held`: the last ones here that stand in a
 * tile with new ones. Undefined: what the host shows has another root.
 */
export async function fetchRecords(
  source: FileSource,
  { conversation, size, root }: Pick<LoggedState, 'conversation' | 'size' | 'root'>,
  frontier: Frontier,
  held: readonly Uint8Array[],
): Promise<readonly TileRecords[] | undefined> {
  const folder = conversationFolder(conversation);
  if (size - frontier.size > MOST_RECORDS)
    throw new BadReplicaError(
      folder,
      `${size - frontier.size} new records are more than the ${MOST_RECORDS} that are taken at once`,
    );
  const first = Math.floor(frontier.size / TILE_WIDTH);
  const numbers = Array.from({ length: tileCount(size) - first }, (_, i) => first + i);
  const tiles: TileRecords[] = [];
  let end = frontier;
  for await (const bytes of inOrder(numbers, WIDTH, (n) => fetchEntries(source, folder, n, tileRecords(size, n)))) {
    const old = end.size % TILE_WIDTH;
    const before = old === 0 ? [] : decodeEntries(bytes, tileRecords(size, first + tiles.length)).slice(0, old);
    if (!before.every((record, i) => equalBytes(record, held[i] ?? new Uint8Array(0)))) return undefined;
    const from = before.reduce((sum, record) => sum + record.length + LENGTH_BYTES, 0);
    const count = tileRecords(size, first + tiles.length) - old;
    const tile = new TileRecords(end, bytes.subarray(from), count);
    tiles.push(tile);
    end = tile.end;
  }
  return equalBytes(rootOf(end), decodeHex(root)) ? tiles : undefined;
}

async function fetchEntries(source: FileSource, folder: string, n: number, width: number): Promise<Uint8Array> {
  const path = `${folder}/${entriesName(n, width)}`;
  const found = await source.find(path, width * (RECORD_LIMIT + LENGTH_BYTES), (bytes) => {
    decodeEntries(bytes, width);
    return bytes;
  });
  if (found === undefined) throw new LaggingReplicaError(path, 'the host does not have it');
  return found;
}

/** Payload tile `n` of a log of `size` records. */
export async function fetchPayloads(
  source: FileSource,
  { conversation, size }: Pick<LoggedState, 'conversation' | 'size'>,
  n: number,
  revision: number,
): Promise<TilePayloads> {
  const path = `${conversationFolder(conversation)}/${payloadName(n, tileRecords(size, n), revision)}`;
  const found = await source.find(path, limits.payloadTile, (bytes) => new TilePayloads(bytes, n, size));
  if (found === undefined) throw new LaggingReplicaError(path, 'the host does not have it');
  return found;
}

/** The raw bytes of a blob and its file. Undefined: the host does not have it. */
export function fetchBlob(
  source: FileSource,
  hash: string,
): Promise<{ readonly raw: Uint8Array; readonly frame: Uint8Array } | undefined> {
  const path = blobPath(hash);
  return source.find(path, limits.blobFile, (frame) => ({ raw: decodeBlob(path, frame, hash), frame }));
}
