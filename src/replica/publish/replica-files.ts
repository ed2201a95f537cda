/** Everything that stands below `/archive/` of a public site, as a list that is read lazily. Layout: docs/archive-format.md */
/** Names say what a file holds: under one name there are never two contents, but for checkpoints and archive.json. */

import { type ArchiveReader, DamageError } from '../../archive/archive.ts';
import {
  decodeRecord,
  encodeEntries,
  type LogRecord,
  leafHash,
  TILE_WIDTH,
  tileCount,
  tileRecords,
} from '../../archive/format/format.ts';
import { encodeUtf8 } from '../../base/bytes.ts';
import type { ConversationId } from '../../model/ids.ts';
import { makeHashTile, walkHashTiles } from './hash-tiles.ts';
import {
  CHECKPOINT_NAME,
  conversationFolder,
  entriesName,
  hashTileName,
  INFO_NAME,
  LOG_FOLDER,
  payloadName,
} from './replica-names.ts';
import { countRevisions } from './revisions.ts';

export interface ReplicaFile {
  /** Below the replica's folder. */
  readonly path: string;
  /** Its content has the name for itself. */
  readonly immutable: boolean;
  /** Made when asked for. Throws DamageError. */
  readonly bytes: () => Uint8Array;
}

/** What was published, as an open archive log says it. */
export interface PublishedLog {
  readonly size: number;
  readonly checkpointBytes: Uint8Array | undefined;
  /** Verifier keys, in the order of the log. */
  listKeys(): readonly { readonly key: string }[];
  walkRecords(from?: number): Iterable<{ readonly position: number; readonly bytes: Uint8Array }>;
  /** Undefined: the conversation is not published. */
  sizeOf(conversation: ConversationId): number | undefined;
  readConversation(conversation: ConversationId): Uint8Array | undefined;
}

/** archive.json and the archive log. `before`: only what one of so many records does not have, too. Nothing when nothing was published. */
export function* walkLogFiles(archive: ArchiveReader, log: PublishedLog, before = 0): Generator<ReplicaFile> {
  const { checkpointBytes } = log;
  if (checkpointBytes === undefined) return;
  yield { path: INFO_NAME, immutable: false, bytes: () => generateInfo(archive, log) };
  yield { path: `${LOG_FOLDER}/${CHECKPOINT_NAME}`, immutable: false, bytes: () => checkpointBytes };
  yield* walkTiles(LOG_FOLDER, log.size, before, (from, to) => {
    const records: Uint8Array[] = [];
    for (const { position, bytes } of log.walkRecords(from)) {
      if (position >= to) break;
      records.push(bytes);
    }
    return records;
  });
}

/** A published conversation without its blobs. A payload tile whose content was taken back since is left out until that is published. */
export function* walkConversationFiles(
  archive: ArchiveReader,
  log: PublishedLog,
  id: ConversationId,
): Generator<ReplicaFile> {
  const size = log.sizeOf(id);
  if (size === undefined) return;
  const folder = conversationFolder(id);
  yield {
    path: `${folder}/${CHECKPOINT_NAME}`,
    immutable: false,
    bytes: () => {
      const bytes = log.readConversation(id);
      if (bytes === undefined) throw new DamageError(`log/conversations/${id}`, 'it is not there');
      return bytes;
    },
  };
  yield* walkTiles(folder, size, 0, (from, to) => archive.readRecords(id, from, to));
  const revisions = countTaken(archive, id, size);
  const all = archive.getConversation(id).size;
  const later = all === size ? revisions : countTaken(archive, id, all);
  for (let n = 0; n < tileCount(size); n++) {
    const revision = revisions.get(n) ?? 0;
    if (revision !== (later.get(n) ?? 0)) continue;
    const path = `${folder}/${payloadName(n, tileRecords(size, n), revision)}`;
    yield { path, immutable: true, bytes: () => archive.readPayloadTile(id, n, size) };
  }
}

/** archive.json as on disk, with the verifier keys. */
function generateInfo({ info }: ArchiveReader, log: PublishedLog): Uint8Array {
  const { version, features, origin, created } = info;
  const keys = log.listKeys().map(({ key }) => key);
  return encodeUtf8(`${JSON.stringify({ format: 'turnpress', version, features, origin, created, keys })}\n`);
}

type ReadRecords = (from: number, to: number) => readonly Uint8Array[];

/** Entry tiles and hash tiles of all levels. */
function* walkTiles(folder: string, size: number, before: number, read: ReadRecords): Generator<ReplicaFile> {
  for (let n = Math.floor(before / TILE_WIDTH); n < tileCount(size); n++) {
    const [first, width] = [n * TILE_WIDTH, tileRecords(size, n)];
    const bytes = () => encodeEntries(read(first, first + width));
    yield { path: `${folder}/${entriesName(n, width)}`, immutable: true, bytes };
  }
  for (const tile of walkHashTiles(size, before)) {
    const bytes = () => makeHashTile(tile, (from, to) => read(from, to).map(leafHash));
    yield { path: `${folder}/${hashTileName(tile.level, tile.n, tile.width)}`, immutable: true, bytes };
  }
}

/** `countRevisions` of the first `size` records; where nothing was ever taken back no record is read. */
function countTaken(archive: ArchiveReader, id: ConversationId, size: number): ReadonlyMap<number, number> {
  const { withheld, metaWithheld } = archive.getConversation(id);
  return withheld === 0 && !metaWithheld ? new Map() : countRevisions(walkDecoded(archive, id, size));
}

/** A tile of records is in memory at a time. */
export function* walkDecoded(archive: ArchiveReader, id: ConversationId, size: number, from = 0): Generator<LogRecord> {
  for (let first = from; first < size; first += TILE_WIDTH)
    for (const bytes of archive.readRecords(id, first, Math.min(size, first + TILE_WIDTH))) yield decodeRecord(bytes);
}
