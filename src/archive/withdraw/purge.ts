/** Removing what was taken back from every file of the archive, and finishing that after a crash. */
/** A list in private/purge/ stands before the tombstone is committed and goes when nothing is left to do. */

import { decodeUtf8, encodeUtf8 } from '../../base/bytes.ts';
import { isAside } from '../../base/derived.ts';
import { errorCode, makeFolders, readFile, replaceFile } from '../../base/disk.ts';
import { TurnpressError } from '../../base/errors.ts';
import { isJsonObject, type JsonValue, parseJson } from '../../base/json.ts';
import { limits } from '../../base/limits.ts';
import { type ConversationId, isHash } from '../../model/ids.ts';
import { tileFile } from '../files/conversation-files.ts';
import { isForeign } from '../files/foreign.ts';
import { blobPath } from '../format/blob-file.ts';
import { encodeChunk, type PayloadEntry } from '../format/payload-tile.ts';
import { TILE_WIDTH } from '../format/tile-names.ts';
import type { ConversationRow } from '../index/conversation-row.ts';
import type { Store } from '../index/store.ts';
import { listMetas } from '../read/read-metas.ts';
import { findTurn } from '../read/read-turns.ts';
import { reindex } from '../scan/reindex.ts';
import { readTileEntries } from '../scan/seal.ts';

/** What of one conversation is to be removed and is not yet. Its file is named after the conversation. */
export interface PurgeEntry {
  readonly conversation: ConversationId;
  /** What the tombstones name: hashes of turns, payload hashes of metas. */
  readonly named: readonly string[];
  /** Log positions whose payload goes. */
  readonly positions: readonly number[];
  /** Blobs that only these may have used: their payloads, and the images in them. */
  readonly blobs: readonly string[];
}

const FOLDER = 'private/purge';

/** Durable when it returns. */
export function notePurge(store: Store, entry: PurgeEntry): void {
  for (const touched of makeFolders(store.disk, store.path(FOLDER))) store.disk.fsyncDir(touched);
  const path = store.path(`${FOLDER}/${entry.conversation}`);
  replaceFile(store.disk, path, `${path}.tmp`, encodeUtf8(JSON.stringify(entry)));
  store.disk.fsyncDir(store.path(FOLDER));
}

/**
 * Works off what a crash left. An entry whose tombstone was never committed is dropped: that withdrawal did not happen. One that
 * cannot be read is made anew from the tombstones. Of a conversation that is not there any more only its blobs are left.
 */
export function resumePurges(store: Store, forget: Forget): void {
  const entries: PurgeEntry[] = [];
  for (const name of store.disk.list(store.path(FOLDER)) ?? []) {
    if (store.disk.stat(store.path(`${FOLDER}/${name}`))?.directory === true) continue; // not ours, and in nobody's way
    const row = isHash(name) ? store.index.findRow(name as ConversationId) : undefined;
    if (row?.damage !== undefined) continue; // nothing is written to a damaged conversation
    const entry = readEntry(store, name) ?? (row === undefined ? undefined : recoverEntry(store, row));
    const isDue =
      row === undefined ? !store.hasFolder(name as ConversationId) : entry && isCommitted(store, row, entry);
    if (entry !== undefined && isDue === true) entries.push(entry);
    else removeFile(store, `${FOLDER}/${name}`);
  }
  workOff(store, entries, forget);
}

/** Whether something of a conversation is still to be removed, because whoever was at it was stopped. */
export function isPurging(store: Store, id: ConversationId): boolean {
  return store.disk.stat(store.path(`${FOLDER}/${id}`))?.file === true;
}

/** Makes whatever was derived from the archive forget what the entries name. May be asked a second time. */
export type Forget = (store: Store, entries: readonly PurgeEntry[]) => void;

/** Any step may be the second time. */
export function workOff(store: Store, entries: readonly PurgeEntry[], forget: Forget): void {
  if (entries.length === 0) return;
  for (const entry of entries) {
    store.write(() => rewriteTiles(store, entry));
    // also notes anew which blobs the conversation needs, now without what was taken back
    reindex(store, entry.conversation);
  }
  store.write(() => {
    forget(store, entries);
    finishPurge(store, entries);
  });
}

/** What stands outside conversations. Any step may be the second time; the entries go last. */
export function finishPurge(store: Store, entries: readonly PurgeEntry[]): void {
  for (const entry of entries) {
    dropQuarantine(store, entry);
    dropBlobs(store, entry.blobs);
  }
  // costs as much as the whole index, so once for all of them
  store.index.scrub();
  dropAside(store);
  for (const { conversation } of entries) removeFile(store, `${FOLDER}/${conversation}`);
  if (store.disk.stat(store.path(FOLDER)) !== undefined) store.disk.fsyncDir(store.path(FOLDER));
}

/** One commit wrote the tombstones, so either all of them are there or none. */
function isCommitted(store: Store, { key }: ConversationRow, { named }: PurgeEntry): boolean {
  const turns = store.index.listTombstones(key).map(({ turn }): string => turn);
  const metas = store.index.listMetaTombstones(key).map(({ meta }): string => meta);
  const there = new Set([...turns, ...metas]);
  return named.every((hash) => there.has(hash));
}

function rewriteTiles(store: Store, { conversation, positions }: PurgeEntry): void {
  store.files.forget(conversation);
  const row = store.index.findRow(conversation);
  if (row === undefined) return;
  // from here on the index does not know what stands in the tiles: who opens the archive before it does reads the log again
  const nothing = { heads: [], turns: [], tombstones: [], blobs: [], chunks: [], rewrittenTiles: [] };
  store.index.transaction(() => store.index.apply({ row: { ...row, stamp: '' }, ...nothing }));
  for (const [n, group] of Map.groupBy(positions, (position) => Math.floor(position / TILE_WIDTH))) {
    const first = n * TILE_WIDTH;
    let entries = readTileEntries(store, row, n);
    for (const position of group) entries = withdraw(entries, position - first, first);
    const path = store.path(tileFile(conversation, 'payload', n));
    replaceFile(store.disk, path, `${path}.tmp`, encodeChunk(first, entries, entries.length === TILE_WIDTH ? 9 : 3));
    store.disk.fsyncDir(path.slice(0, path.lastIndexOf('/')));
  }
  store.files.forget(conversation);
}

/** Without the payload at `index`. If others repeat it, the first of them holds it from now on. */
export function withdraw(entries: readonly PayloadEntry[], index: number, first: number): PayloadEntry[] {
  const out = [...entries];
  const gone = out[index];
  out[index] = { tag: 'withheld' };
  if (gone?.tag !== 'inline') return out;
  let heir: number | undefined;
  for (const [i, entry] of out.entries()) {
    if (entry.tag !== 'same' || entry.index !== first + index) continue;
    out[i] = heir === undefined ? gone : { tag: 'same', index: heir };
    heir ??= first + i;
  }
  return out;
}

function dropBlobs(store: Store, blobs: readonly string[]): void {
  for (const hash of blobs) {
    if (store.index.isBlobUsed(hash) || store.disk.stat(store.path(blobPath(hash))) === undefined) continue;
    removeFile(store, blobPath(hash));
    store.disk.fsyncDir(store.path(`blobs/${hash.slice(0, 2)}`));
    store.index.transaction(() => store.index.dropBlob(hash));
  }
  for (const hash of blobs) removeFile(store, `${blobPath(hash)}.tmp`);
}

/** Copies of this conversation's payload tiles, and of blobs that were damaged: what was cut off there may hold the payload too. */
function dropQuarantine(store: Store, { conversation, blobs }: PurgeEntry): void {
  const copies = [
    `conversations-${conversation}-tile-payload-`,
    ...blobs.map((hash) => `${blobPath(hash).replaceAll('/', '-')}-`),
  ];
  for (const name of store.disk.list(store.path('private/quarantine')) ?? []) {
    if (copies.some((start) => name.startsWith(start))) removeFile(store, `private/quarantine/${name}`);
  }
}

/** Undefined: what stands there was cut off, or was never a list. */
function readList(store: Store, name: string): JsonValue | undefined {
  try {
    const bytes = readFile(store.disk, store.path(`${FOLDER}/${name}`), limits.payload);
    return bytes === undefined ? undefined : parseJson(decodeUtf8(bytes));
  } catch (error) {
    if (error instanceof TurnpressError || errorCode(error) === 'ELOOP') return undefined;
    throw error;
  }
}

function readEntry(store: Store, name: string): PurgeEntry | undefined {
  if (!isHash(name)) return undefined;
  const value = readList(store, name);
  if (!isJsonObject(value)) return undefined;
  const { conversation, named, positions, blobs } = value;
  const isWhole =
    conversation === name &&
    [named, blobs].every((list) => Array.isArray(list) && list.every((h) => typeof h === 'string' && isHash(h))) &&
    Array.isArray(positions) &&
    positions.every((position) => Number.isSafeInteger(position) && position >= 0);
  return isWhole ? (value as unknown as PurgeEntry) : undefined;
}

/** All that the conversation's tombstones take back, and every blob that nobody needs. */
function recoverEntry(store: Store, row: ConversationRow): PurgeEntry {
  const { id: conversation, key } = row;
  const turns = store.index.listTombstones(key).flatMap(({ turn }) => findTurn(store, turn) ?? []);
  const taken = new Set<string>(store.index.listMetaTombstones(key).map(({ meta }) => meta));
  const metas = listMetas(store, row).filter(({ record }) => taken.has(record.payloadHash));
  const blobs = (store.disk.list(store.path('blobs')) ?? []).flatMap((folder) =>
    (store.disk.list(store.path(`blobs/${folder}`)) ?? []).map((name) => name.replace(/\.zst$/, '')),
  );
  return {
    conversation,
    named: [...turns.map(({ hash }) => hash), ...taken],
    positions: [...turns, ...metas].map(({ position }) => position),
    blobs: blobs.filter((hash) => isHash(hash) && !store.index.isBlobUsed(hash)),
  };
}

/** Caches that were damaged and set aside, or made elsewhere, may hold what was taken back. */
function dropAside(store: Store): void {
  const foreign = (store.disk.list(store.path('private')) ?? []).filter(isForeign).map((name) => `private/${name}`);
  for (const folder of ['private', ...foreign].flatMap((each) => [each, `${each}/cache`])) {
    if (store.disk.stat(store.path(folder))?.directory !== true) continue;
    for (const name of store.disk.list(store.path(folder)) ?? []) {
      const isFile = store.disk.stat(store.path(`${folder}/${name}`))?.file === true;
      const isCache = isAside(name) || (folder.includes('/foreign') && /\.db(?:-|$)/.test(name));
      if (isFile && isCache) removeFile(store, `${folder}/${name}`);
    }
  }
}

function removeFile(store: Store, file: string): void {
  if (store.disk.stat(store.path(file)) !== undefined) store.disk.unlink(store.path(file));
}
