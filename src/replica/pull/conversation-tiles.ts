/** What a replica has of one conversation: its checkpoint, its new records under their root, and their payloads tile by tile. */
/** Every name comes from the verified log and every size is bounded before anything is decoded. */

import { type ExtensionPayload, RecordError } from '../../archive/archive.ts';
import {
  decodeChunk,
  decodeEntries,
  decodeRecord,
  decompressChunk,
  type Frontier,
  growFrontier,
  hasPayload,
  type LogRecord,
  leafHash,
  parseCheckpoint,
  RECORD_LIMIT,
  rootOf,
  TILE_WIDTH,
  tileCount,
  tileRecords,
  verifyCheckpoint,
} from '../../archive/format/format.ts';
import { decodeHex, encodeHex, equalBytes } from '../../base/bytes.ts';
import { limits } from '../../base/limits.ts';
import { BadReplicaError, LaggingReplicaError } from '../errors.ts';
import type { LoggedState } from '../log/log-index.ts';
import { parseVerifierKey } from '../log/verifier-key.ts';
import { CHECKPOINT_NAME, conversationFolder, entriesName, payloadName } from '../publish/replica-names.ts';
import { inOrder, type ReplicaSource } from './source.ts';

/** Records of one conversation that are taken at once: they are in memory together. */
const MOST_RECORDS = 2 ** 20;
const WIDTH = 3;

/** The bytes of its checkpoint, which are those of the state and signed like the log. */
export async function fetchCheckpoint(
  source: ReplicaSource,
  origin: string,
  { conversation, size, root }: LoggedState,
  keys: readonly string[],
): Promise<Uint8Array> {
  const path = `${conversationFolder(conversation)}/${CHECKPOINT_NAME}`;
  const signers = keys.map(parseVerifierKey);
  const found = await source.find(path, limits.checkpoint, (bytes) => {
    const parsed = parseCheckpoint(bytes);
    if (parsed.origin !== `${origin}/${conversation}`) throw new RecordError(`it is that of ${parsed.origin}`);
    if (parsed.size === size && encodeHex(parsed.root) !== root)
      throw new RecordError('it has another root than the archive log says');
    if (signers.length > 0 && !signers.some((key) => verifyCheckpoint(parsed, key.name, key.publicKey)))
      throw new RecordError('no key of the archive log signed it');
    return { parsed, bytes };
  });
  if (found === undefined) throw new LaggingReplicaError(path, 'the host does not have it');
  if (found.parsed.size === size) return found.bytes;
  throw new LaggingReplicaError(path, `it counts ${found.parsed.size} records, and the archive log ${size}`);
}

export interface NewRecords {
  readonly bytes: readonly Uint8Array[];
  readonly decoded: readonly LogRecord[];
}

/**
 * Its records from `frontier` on, which with those here have the root of the state. `held`: the last ones here that stand in a tile with
 * new ones. Undefined: what the host shows has another root.
 */
export async function fetchRecords(
  source: ReplicaSource,
  { conversation, size, root }: Pick<LoggedState, 'conversation' | 'size' | 'root'>,
  frontier: Frontier,
  held: readonly Uint8Array[],
): Promise<NewRecords | undefined> {
  const folder = conversationFolder(conversation);
  if (size - frontier.size > MOST_RECORDS)
    throw new BadReplicaError(
      folder,
      `${size - frontier.size} new records are more than the ${MOST_RECORDS} that are taken at once`,
    );
  const first = Math.floor(frontier.size / TILE_WIDTH);
  const numbers = Array.from({ length: tileCount(size) - first }, (_, i) => first + i);
  const records: Uint8Array[] = [];
  for await (const tile of inOrder(numbers, WIDTH, async (n) => {
    const width = tileRecords(size, n);
    const path = `${folder}/${entriesName(n, width)}`;
    const limit = width * (RECORD_LIMIT + 2);
    const found = await source.find(path, limit, (bytes) =>
      decodeEntries(bytes, width).map((each) => new Uint8Array(each)),
    );
    if (found === undefined) throw new LaggingReplicaError(path, 'the host does not have it');
    return found;
  }))
    records.push(...tile);
  const skip = frontier.size % TILE_WIDTH;
  if (!held.every((record, i) => equalBytes(record, records[i] ?? new Uint8Array(0)))) return undefined;
  const bytes = records.slice(skip);
  if (!equalBytes(rootOf(growFrontier(frontier, bytes.map(leafHash))), decodeHex(root))) return undefined;
  return { bytes, decoded: bytes.map((record) => decodeRecord(record)) };
}

/** What a payload tile says of its records. `blob`: stands in a file of its own. */
export type FetchedPayload = Exclude<ExtensionPayload, { readonly blob: unknown }> | 'blob';

/** The payloads of `records`, which stand in tile `n` from position `from` on, in a log of `size`. */
export async function fetchPayloads(
  source: ReplicaSource,
  tile: {
    readonly conversation: LoggedState['conversation'];
    readonly size: number;
    readonly n: number;
    readonly revision: number;
  },
  from: number,
  records: readonly LogRecord[],
): Promise<readonly FetchedPayload[]> {
  const { conversation, size, n, revision } = tile;
  const width = tileRecords(size, n);
  const path = `${conversationFolder(conversation)}/${payloadName(n, width, revision)}`;
  const first = n * TILE_WIDTH;
  const found = await source.find(path, limits.payloadTile, (bytes) => {
    const chunk = decodeChunk(bytes, 0);
    if (chunk.first !== first || chunk.slots.length !== width || chunk.length !== bytes.length)
      throw new RecordError('it is not the one chunk of this tile');
    const raw = decompressChunk(bytes, chunk);
    const inline = (at: number) => {
      const slot = chunk.slots[at];
      return slot?.tag === 'inline'
        ? new Uint8Array(raw.subarray(slot.offset, slot.offset + slot.rawLength))
        : undefined;
    };
    return records.map((record, i): FetchedPayload => {
      const at = from - first + i;
      const slot = chunk.slots[at];
      if (!hasPayload(record) || slot === undefined || slot.tag === 'none' || slot.tag === 'withheld') return undefined;
      if (slot.tag === 'blob') return 'blob';
      const own = inline(slot.tag === 'same' ? slot.index - first : at);
      if (own === undefined) throw new RecordError(`payload ${from + i} repeats one that is not in its tile`);
      return own;
    });
  });
  if (found === undefined) throw new LaggingReplicaError(path, 'the host does not have it');
  return found;
}
