/** Removing what was taken back from every file of the archive, and finishing that after a crash. */
/** A list in private/purge/ stands before the tombstone is committed and goes when nothing is left to do. */

import { decodeUtf8, encodeUtf8 } from '../../base/bytes.ts';
import { makeFolders, readFile, replaceFile } from '../../base/disk.ts';
import { isJsonObject, parseJson } from '../../base/json.ts';
import { limits } from '../../base/limits.ts';
import { type ConversationId, isHash, type TurnHash } from '../../model/ids.ts';
import { blobPath } from '../files/blobs.ts';
import { tileFile } from '../files/conversation-files.ts';
import { encodeChunk, type PayloadEntry } from '../format/payload-tile.ts';
import { TILE_WIDTH } from '../format/tile-names.ts';
import type { Store } from '../index/store.ts';
import { findUsedBlobs } from '../read/blob-use.ts';
import { reindex } from '../scan/reindex.ts';
import { readTileEntries } from '../scan/seal.ts';

/** One withdrawal that is not finished. */
export interface PurgeEntry {
  readonly turn: TurnHash;
  readonly conversation: ConversationId;
  /** Log position of the turn. */
  readonly position: number;
  /** Blobs that only it may have used: its payload, and the images in it. */
  readonly blobs: readonly string[];
}

const FOLDER = 'private/purge';

/** Durable when it returns. */
export function notePurge(store: Store, entry: PurgeEntry): void {
  for (const touched of makeFolders(store.disk, store.path(FOLDER))) store.disk.fsyncDir(touched);
  const path = store.path(`${FOLDER}/${entry.turn}`);
  replaceFile(store.disk, path, `${path}.tmp`, encodeUtf8(JSON.stringify(entry)));
  store.disk.fsyncDir(store.path(FOLDER));
}

/** Works off what a crash left. An entry whose tombstone was never committed is dropped: that withdrawal did not happen. */
export function resumePurges(store: Store): void {
  for (const name of store.disk.list(store.path(FOLDER)) ?? []) {
    const entry = readEntry(store, name);
    const row = entry === undefined ? undefined : store.index.findRow(entry.conversation);
    if (entry !== undefined && row?.damage !== undefined) continue; // nothing is written to a damaged conversation
    const taken = row !== undefined && store.index.listTombstones(row.key).some(({ turn }) => turn === entry?.turn);
    if (entry !== undefined && taken) workOff(store, entry);
    else removeFile(store, `${FOLDER}/${name}`);
  }
}

/** Any step may be the second time. The entry goes last. */
export function workOff(store: Store, entry: PurgeEntry): void {
  store.write(() => {
    rewriteTile(store, entry);
    dropBlobs(store, entry.blobs);
    dropQuarantine(store, entry);
  });
  reindex(store, entry.conversation);
  store.write(() => {
    store.index.scrub();
    for (const end of ['', '-wal', '-shm']) removeFile(store, `private/search.db${end}`);
    removeFile(store, `${FOLDER}/${entry.turn}`);
    store.disk.fsyncDir(store.path(FOLDER));
  });
}

function rewriteTile(store: Store, { conversation, position }: PurgeEntry): void {
  store.files.forget(conversation);
  const row = store.index.findRow(conversation);
  if (row === undefined) return;
  const n = Math.floor(position / TILE_WIDTH);
  const first = n * TILE_WIDTH;
  const entries = withdraw(readTileEntries(store, row, n), position - first, first);
  const file = tileFile(conversation, 'payload', n);
  const path = store.path(file);
  replaceFile(store.disk, path, `${path}.tmp`, encodeChunk(first, entries, entries.length === TILE_WIDTH ? 9 : 3));
  store.disk.fsyncDir(path.slice(0, path.lastIndexOf('/')));
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
  const there = blobs.filter((hash) => store.disk.stat(store.path(blobPath(hash))) !== undefined);
  const used = there.length === 0 ? new Set<string>() : findUsedBlobs(store, there);
  for (const hash of there) {
    if (used.has(hash)) continue;
    removeFile(store, blobPath(hash));
    store.disk.fsyncDir(store.path(`blobs/${hash.slice(0, 2)}`));
    store.index.transaction(() => store.index.dropBlob(hash));
  }
  for (const hash of blobs) removeFile(store, `${blobPath(hash)}.tmp`);
}

/** Copies of this conversation's payload tiles: what was cut off there may hold the payload too. */
function dropQuarantine(store: Store, { conversation }: PurgeEntry): void {
  const names = store.disk.list(store.path('private/quarantine')) ?? [];
  for (const name of names) {
    if (name.startsWith(`conversations-${conversation}-tile-payload-`)) removeFile(store, `private/quarantine/${name}`);
  }
}

function readEntry(store: Store, name: string): PurgeEntry | undefined {
  if (!isHash(name)) return undefined;
  const value = parseJson(
    decodeUtf8(readFile(store.disk, store.path(`${FOLDER}/${name}`), limits.checkpoint) ?? new Uint8Array(0)),
  );
  if (!isJsonObject(value)) return undefined;
  const { turn, conversation, position, blobs } = value;
  const whole =
    turn === name &&
    typeof conversation === 'string' &&
    isHash(conversation) &&
    typeof position === 'number' &&
    Array.isArray(blobs);
  return whole ? (value as unknown as PurgeEntry) : undefined;
}

function removeFile(store: Store, file: string): void {
  if (store.disk.stat(store.path(file)) !== undefined) store.disk.unlink(store.path(file));
}
