/** The files of an archive log: reading tiles, writing at the end, the checkpoints of what was published. */
/** An archive may come from anywhere: each file is looked at before it is read, and no link is followed. */

import { cutTails, type TornTail, Unsynced } from '../../archive/archive.ts';
import {
  decodeEntries,
  encodeEntries,
  LEAF_LENGTH,
  leafHash,
  TILE_WIDTH,
  tileCount,
  tilePath,
  tileRecords,
} from '../../archive/format/format.ts';
import { concatBytes, equalBytes } from '../../base/bytes.ts';
import { confineDisk } from '../../base/confined-disk.ts';
import { type Disk, errorCode, isAbsent, makeFolders, readFile, replaceFile, writeAll } from '../../base/disk.ts';
import { messageOf, TurnpressError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { ConversationId } from '../../model/ids.ts';
import { ArchiveLogError } from '../errors.ts';

const CHECKPOINT = 'log/checkpoint';
/** Files at once. */
const MOST_OPEN = 128;

export class LogFiles {
  readonly #disk: Disk;
  readonly #dir: string;

  constructor(disk: Disk, dir: string) {
    this.#dir = dir.replace(/(?<=.)\/+$/, '');
    this.#disk = confineDisk(disk, this.#dir);
  }

  /** Undefined: nothing was ever committed. Throws ArchiveLogError for what is there and cannot be read. */
  readCheckpoint(): Uint8Array | undefined {
    return this.#read(CHECKPOINT, limits.checkpoint);
  }

  /** Records of tile `n` of a log of `size`, each equal to its leaf hash. Throws ArchiveLogError. */
  readTile(
    n: number,
    size: number,
  ): { readonly records: readonly Uint8Array[]; readonly leaves: readonly Uint8Array[] } {
    const count = tileRecords(size, n);
    const entries = fileOf('entries', n);
    const bytes = this.#read(entries, limits.entryTile) ?? missing(entries);
    // what was being written when something stopped may follow: it does not count
    const records = told(entries, () => takeRecords(bytes, count));
    const hashes = fileOf('0', n);
    const held = this.#read(hashes, limits.leafTile) ?? missing(hashes);
    const leaves = records.map(leafHash);
    if (!equalBytes(held.subarray(0, count * LEAF_LENGTH), concatBytes(leaves)))
      throw new ArchiveLogError(hashes, `it does not hold the hashes of the records in ${entries}`);
    return { records, leaves };
  }

  /** What lies beyond the committed `size`, copied to quarantine and cut off. Returns where to, inside the archive. */
  cut(size: number): readonly string[] {
    const place = { disk: this.#disk, dir: this.#dir };
    return cutTails(place, this.findTails(size));
  }

  /** Writes records from position `from` on, all into one tile: durable when it returns. Nothing lies beyond `from`. */
  writeRecords(from: number, records: readonly Uint8Array[]): void {
    const n = Math.floor(from / TILE_WIDTH);
    const leaves = concatBytes(records.map(leafHash));
    const entries = fileOf('entries', n);
    const before = this.#disk.stat(this.#path(entries))?.size ?? 0;
    const folders = new Set<string>();
    for (const [file, bytes, at] of [
      [entries, encodeEntries(records), before],
      [fileOf('0', n), leaves, (from % TILE_WIDTH) * LEAF_LENGTH],
    ] as const) {
      const path = this.#path(file);
      if (at === 0) {
        const folder = path.slice(0, path.lastIndexOf('/'));
        for (const touched of [...makeFolders(this.#disk, folder), folder]) folders.add(touched);
      }
      const handle = this.#disk.open(path, 'write');
      try {
        writeAll(this.#disk, path, handle, bytes, at);
        this.#disk.fsync(handle);
      } finally {
        this.#disk.close(handle);
      }
    }
    for (const folder of folders) this.#disk.fsyncDir(folder);
  }

  /** The commit. */
  replaceCheckpoint(bytes: Uint8Array): void {
    this.#replace(CHECKPOINT, bytes);
  }

  /** The checkpoint of a conversation's last published state. Undefined: none. Throws ArchiveLogError. */
  readConversation(id: ConversationId): Uint8Array | undefined {
    return this.#read(conversationFile(id), limits.checkpoint);
  }

  /** Many in place of what is there, in steps that are to be made durable. */
  *keepConversations(checkpoints: readonly (readonly [ConversationId, Uint8Array])[]): Generator<Unsynced> {
    const folder = this.#path(CONVERSATIONS);
    const touched = makeFolders(this.#disk, folder);
    for (let at = 0; at < checkpoints.length; at += MOST_OPEN) {
      const some = checkpoints.slice(at, at + MOST_OPEN).map(([id, bytes]) => ({ path: `${folder}/${id}`, bytes }));
      yield Unsynced.of(this.#disk, (step) => {
        for (const { path, bytes } of some) step.write(`${path}.tmp`, bytes, 0, 'replace');
      });
      for (const { path } of some) this.#disk.rename(`${path}.tmp`, path);
    }
    yield Unsynced.of(this.#disk, (step) => step.addFolders([...touched, folder]));
  }

  /** Written in place of what is there; not durable before `syncConversations`. */
  writeConversation(id: ConversationId, bytes: Uint8Array): void {
    const path = this.#path(conversationFile(id));
    for (const touched of makeFolders(this.#disk, path.slice(0, path.lastIndexOf('/')))) this.#disk.fsyncDir(touched);
    replaceFile(this.#disk, path, `${path}.tmp`, bytes);
  }

  removeConversation(id: ConversationId): void {
    try {
      this.#disk.unlink(this.#path(conversationFile(id)));
    } catch (error) {
      if (!isAbsent(error)) throw error;
    }
  }

  syncConversations(): void {
    if (this.#disk.stat(this.#path(CONVERSATIONS)) !== undefined) this.#disk.fsyncDir(this.#path(CONVERSATIONS));
  }

  /** What lies beyond the committed `size`: bytes that were being written when something stopped. */
  findTails(size: number): readonly TornTail[] {
    const tails: TornTail[] = [];
    for (let n = Math.floor(size / TILE_WIDTH); ; n++) {
      let any = false;
      for (const kind of ['entries', '0'] as const) {
        const file = fileOf(kind, n);
        const length = this.#disk.stat(this.#path(file))?.size;
        if (length === undefined) continue;
        any = true;
        const count = tileRecords(size, n);
        const keep = count === 0 ? 0 : kind === '0' ? count * LEAF_LENGTH : this.#entryBytes(n, count);
        if (length > keep) tails.push({ file, keep, whole: keep === 0, bytes: length - keep, records: 0 });
      }
      if (!any && n >= tileCount(size)) return tails;
    }
  }

  #entryBytes(n: number, count: number): number {
    const file = fileOf('entries', n);
    const bytes = this.#read(file, limits.entryTile) ?? missing(file);
    return encodeEntries(told(file, () => takeRecords(bytes, count))).length;
  }

  #replace(file: string, bytes: Uint8Array): void {
    const path = this.#path(file);
    const folder = path.slice(0, path.lastIndexOf('/'));
    for (const touched of makeFolders(this.#disk, folder)) this.#disk.fsyncDir(touched);
    replaceFile(this.#disk, path, `${path}.tmp`, bytes);
    this.#disk.fsyncDir(folder);
  }

  #read(file: string, limit: number): Uint8Array | undefined {
    return told(file, () => readFile(this.#disk, this.#path(file), limit));
  }

  #path(file: string): string {
    return `${this.#dir}/${file}`;
  }
}

const CONVERSATIONS = 'log/conversations';

function conversationFile(id: ConversationId): string {
  return `${CONVERSATIONS}/${id}`;
}

function fileOf(kind: 'entries' | '0', n: number): string {
  return `log/${tilePath(kind, n)}`;
}

/** The first `count` records of a tile. Throws RecordError when it ends before. */
function takeRecords(bytes: Uint8Array, count: number): Uint8Array[] {
  let at = 0;
  for (let i = 0; i < count && at + 2 <= bytes.length; i++) at += 2 + (((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0));
  return decodeEntries(bytes.subarray(0, at), count);
}

function missing(file: string): never {
  throw new ArchiveLogError(file, 'it is not there');
}

/** What one file is the reason of, under its name. */
function told<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof ArchiveLogError) throw error;
    const own = error instanceof TurnpressError || OWN.includes(errorCode(error));
    throw own ? new ArchiveLogError(file, messageOf(error), error) : error;
  }
}

/** Errors of the system that say something of one file. */
const OWN: readonly string[] = ['EACCES', 'EPERM', 'EIO', 'EISDIR', 'ELOOP', 'ENXIO', 'ESTALE', 'EUCLEAN', 'EBADMSG'];
