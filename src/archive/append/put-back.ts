/** Content that was lost and is found again: what is missing, and putting back exactly those bytes. */
/** The records in the log say by hash what has to stand there. Nothing else is ever written, and no record changes. */

import { blake3Hex } from '../../base/blake3.ts';
import { makeFolders, replaceFile } from '../../base/disk.ts';
import { limits } from '../../base/limits.ts';
import type { ConversationId } from '../../model/ids.ts';
import type { DamageReport, LostContent, PutBackReport } from '../contract.ts';
import { DamageError } from '../errors.ts';
import { readBlobFile } from '../files/blobs.ts';
import { tileFile } from '../files/conversation-files.ts';
import { carryOut } from '../files/unsynced.ts';
import { blobPath, encodeBlob } from '../format/blob-file.ts';
import { encodeChunk, type PayloadEntry } from '../format/payload-tile.ts';
import { hasPayload, type LogRecord, type PayloadRecord } from '../format/record.ts';
import { TILE_WIDTH, tileRecords } from '../format/tile-names.ts';
import type { ConversationRow } from '../index/conversation-row.ts';
import { forgetBadBlob, listLostBlobs, listUsersOf, noteBadBlob } from '../index/lost-blobs.ts';
import type { Store } from '../index/store.ts';
import { readBytes } from '../read/read-payloads.ts';
import { quarantineFile } from '../scan/quarantine.ts';
import { reindex } from '../scan/reindex.ts';
import { putBlobs } from './put-blobs.ts';

/** Found bytes by their BLAKE3. */
export type Found = ReadonlyMap<string, Uint8Array>;

/** By conversation: what opening found damaged, and blobs that are missing or were noted to be bad. Nothing that was taken back. */
export function listLost(store: Store): readonly LostContent[] {
  const lost = new Map<ConversationId, Set<string>>();
  const add = (id: ConversationId, hash: string) => lost.set(id, (lost.get(id) ?? new Set()).add(hash));
  const damaged = new Set(store.damage.flatMap((found) => (isContent(found) ? (found.conversation ?? []) : [])));
  for (const id of damaged)
    for (const { record } of listLostPayloads(store, id, store.damage)) add(id, record.payloadHash);
  for (const hash of listLostBlobs(store)) for (const id of listUsersOf(store.index, hash)) add(id, hash);
  return [...lost]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([conversation, hashes]) => ({ conversation, hashes: [...hashes].sort() }));
}

/** Remembers what `verify` found, so that `listLost` names it: conversations are read again, bad blobs are noted. */
export function noteLost(store: Store, reports: readonly DamageReport[]): void {
  const ids = new Set(reports.flatMap((found) => (isContent(found) ? (found.conversation ?? []) : [])));
  for (const id of ids) if (store.index.findRow(id) !== undefined) reindex(store, id);
  const blobs = reports.flatMap(({ file }) => /^blobs\/..\/([0-9a-f]{64})\.zst$/.exec(file)?.[1] ?? []);
  store.index.transaction(() => {
    for (const hash of blobs) noteBadBlob(store.index, hash);
  });
}

/**
 * Writes what of `found` a conversation has lost. A tile that is written anew was copied to quarantine; what of it is still lost
 * stays known as damage. A tile of which a record cannot be read, and a file that is out of reach, are left as they are.
 */
export function putBack(store: Store, id: ConversationId, found: Found): PutBackReport {
  const contents = new Map([...found].filter(([hash, bytes]) => blake3Hex(bytes) === hash));
  const blobs = putBackBlobs(store, id, contents);
  if (blobs > 0) reindex(store, id);
  const row = store.index.findRow(id);
  if (row === undefined) return { payloads: 0, blobs };
  const lost = listLostPayloads(store, id, store.damage).filter(({ record }) => !isBlob(record));
  let payloads = 0;
  let wrote = false;
  for (const n of listLostTiles(store, id)) {
    const group = lost.filter(({ position }) => Math.floor(position / TILE_WIDTH) === n);
    const back = group.filter(({ record }) => contents.has(record.payloadHash)).length;
    // of a tile that lost nothing but what its records say anyway all is here
    if ((back === 0 && group.length > 0) || !writeTile(store, row, n, contents)) continue;
    payloads += back;
    wrote = true;
  }
  if (wrote) reindex(store, id);
  return { payloads, blobs };
}

function isContent({ kind }: DamageReport): boolean {
  return kind === 'payload' || kind === 'blob';
}

interface LostPayload {
  readonly record: PayloadRecord;
  readonly position: number;
}

function listLostPayloads(store: Store, id: ConversationId, reports: readonly DamageReport[]): readonly LostPayload[] {
  const row = store.index.findRow(id);
  if (row === undefined) return [];
  const isTaken = takenFrom(store, row);
  const own = reports.filter((found) => found.conversation === id && isContent(found));
  const positions = new Set(own.flatMap((found) => found.positions ?? []));
  return [...positions].flatMap((position) => {
    const record = readRecords(store, row, Math.floor(position / TILE_WIDTH))[position % TILE_WIDTH];
    return hasPayload(record) && !isTaken(record) ? [{ record, position }] : [];
  });
}

/** Payload tiles of which anything is damaged. */
function listLostTiles(store: Store, id: ConversationId): ReadonlySet<number> {
  const own = store.damage.filter(({ conversation, kind }) => conversation === id && kind === 'payload');
  return new Set(own.flatMap(({ positions = [] }) => positions.map((each) => Math.floor(each / TILE_WIDTH))));
}

/** Whether a tombstone took back what a record says. */
function takenFrom(store: Store, { key }: ConversationRow): (record: PayloadRecord) => boolean {
  const turns = new Set<string>(store.index.listTombstones(key).map(({ turn }) => turn));
  const metas = new Set<string>(store.index.listMetaTombstones(key).map(({ meta }) => meta));
  return (record) => (record.kind === 'turn' ? turns.has(record.hash) : metas.has(record.payloadHash));
}

function readRecords(store: Store, { id, frontier }: ConversationRow, n: number): readonly (LogRecord | undefined)[] {
  return store.files.readTile(id, n, tileRecords(frontier.size, n)).records;
}

function putBackBlobs(store: Store, id: ConversationId, contents: Found): number {
  const row = store.index.findRow(id);
  if (row === undefined) return 0;
  let count = 0;
  for (const hash of store.index.listBlobUse(row.key)) {
    const bytes = contents.get(hash);
    if (bytes === undefined || !isLost(store, hash)) continue;
    const frame = encodeBlob(bytes);
    store.write(() => {
      quarantineFile(store, blobPath(hash));
      carryOut(putBlobs(store, [[hash, frame]]));
      store.index.transaction(() => forgetBadBlob(store.index, hash));
    });
    count++;
  }
  return count;
}

/** Absent, or a plain file that does not hold it. What is no plain file may lead to it, and is left alone. */
function isLost(store: Store, hash: string): boolean {
  const stat = store.disk.stat(store.path(blobPath(hash)));
  if (stat === undefined) return true;
  if (!stat.file) return false;
  try {
    const whole = readBlobFile(store.disk, store.dir, hash) !== undefined;
    if (whole) forgetBadBlob(store.index, hash);
    return !whole;
  } catch (error) {
    if (error instanceof DamageError) return true;
    throw error;
  }
}

/** False: it cannot be made anew from what is there and what was found. */
function writeTile(store: Store, row: ConversationRow, n: number, contents: Found): boolean {
  const file = tileFile(row.id, 'payload', n);
  if (store.files.problemOf(file) !== undefined) return false;
  const records = readRecords(store, row, n);
  const isTaken = takenFrom(store, row);
  const first = n * TILE_WIDTH;
  const entries: PayloadEntry[] = [];
  const inline = new Map<string, number>();
  for (const [i, record] of records.entries()) {
    if (record === undefined) return false;
    entries.push(entryOf(store, row.id, { record, position: first + i }, { isTaken, contents, inline }));
  }
  const tile = encodeChunk(first, entries, entries.length === TILE_WIDTH ? 9 : 3);
  const path = store.path(file);
  const folder = path.slice(0, path.lastIndexOf('/'));
  store.write(() => {
    quarantineFile(store, file);
    for (const touched of makeFolders(store.disk, folder)) store.disk.fsyncDir(touched);
    replaceFile(store.disk, path, `${path}.tmp`, tile);
    store.disk.fsyncDir(folder);
  });
  return true;
}

interface TileContents {
  readonly isTaken: (record: PayloadRecord) => boolean;
  readonly contents: Found;
  /** Positions in this tile that hold a payload inline, by its hash. */
  readonly inline: Map<string, number>;
}

function entryOf(
  store: Store,
  conversation: ConversationId,
  { record, position }: { readonly record: LogRecord; readonly position: number },
  { isTaken, contents, inline }: TileContents,
): PayloadEntry {
  if (!hasPayload(record)) return { tag: 'none' };
  if (isTaken(record)) return { tag: 'withheld' };
  const { payloadHash, rawLength } = record;
  if (isBlob(record)) return { tag: 'blob', rawLength };
  const same = inline.get(payloadHash);
  if (same !== undefined) return { tag: 'same', index: same };
  const stored = readBytes(store, { conversation, position, payloadHash, rawLength });
  const bytes = stored.status === 'present' ? stored.bytes : contents.get(payloadHash);
  // still lost: without a tombstone this reads as damage, now and until it is found
  if (bytes === undefined) return { tag: 'withheld' };
  inline.set(payloadHash, position);
  return { tag: 'inline', bytes };
}

function isBlob({ rawLength }: PayloadRecord): boolean {
  return rawLength > limits.inlinePayload;
}
