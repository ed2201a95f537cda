/** What native ids mean, in a file of its own beside the index: it outlives every index. */
/** Which turn an agent's record became cannot be told from the archive when rules, variables or importers have changed since. Only grows. */

import { blake3Hex } from '../../base/blake3.ts';
import { decodeUtf8, encodeHex, encodeUtf8, equalBytes } from '../../base/bytes.ts';
import { type Disk, isAbsent, readRange, writeAll } from '../../base/disk.ts';
import { TurnpressError } from '../../base/errors.ts';
import { isJsonObject, type JsonValue, parseJson } from '../../base/json.ts';
import { compressZstd, decompressZstd } from '../../base/zstd.ts';
import { fileProblem } from '../files/archive-file.ts';
import type { LedgerUpdate } from '../ledger-contract.ts';

/** Without the sources and what was taken out of their turns: that is read again. */
export type NativeIdsUpdate = Omit<LedgerUpdate, 'sources' | 'redacted'>;

/** An entry, by its place and by its hash: as long as it stands there, the file is the one that was read, and has only grown. */
export interface EntryMark {
  readonly start: number;
  readonly end: number;
  readonly hash: string;
}

/** Nothing was written yet. */
export const NO_ENTRY: EntryMark = { start: 0, end: 0, hash: '' };

/**
 * The file is `TPIDS1\0\0`, then entries: u32 bytes of the frame | u32 bytes in it | first 16 bytes of the frame's BLAKE3 | one zstd frame of
 * JSON; little-endian. What does not fit is where it ends.
 */
export class NativeIds {
  readonly #disk: Disk;
  readonly #path: string;
  readonly #folder: string;

  /** `folder`: `private/` of an archive. */
  constructor(disk: Disk, folder: string) {
    this.#disk = disk;
    this.#folder = folder;
    this.#path = `${folder}/native-ids`;
  }

  /** Whether the entry stands there. */
  has({ start, end, hash }: EntryMark): boolean {
    if (end === 0) return this.#disk.stat(this.#path) === undefined;
    return this.#read((file, size) => {
      const head = readHead(this.#disk, file, size, start);
      return head !== undefined && head.end === end && head.hash === hash;
    }, false);
  }

  /** The entries behind one, oldest first. Ends before the first that is not whole. */
  *walk({ end }: EntryMark): Generator<{ readonly mark: EntryMark; readonly update: NativeIdsUpdate }> {
    for (let at = Math.max(end, MAGIC.length); ; ) {
      const next = this.#read((file, size) => this.#entryAt(file, size, at), undefined);
      if (next === undefined) return;
      yield next;
      at = next.mark.end;
    }
  }

  #entryAt(file: number, size: number, at: number) {
    if (!equalBytes(readRange(this.#disk, file, MAGIC.length, 0), MAGIC)) return undefined;
    const head = readHead(this.#disk, file, size, at);
    if (head === undefined || head.raw > MOST_BYTES) return undefined;
    const frame = readRange(this.#disk, file, head.end - at - HEAD_LENGTH, at + HEAD_LENGTH);
    if (nameOf(frame) !== head.hash) return undefined;
    const update = updateOf(decompressZstd(frame, head.raw, MOST_BYTES));
    return { mark: { start: at, end: head.end, hash: head.hash }, update };
  }

  /** Durable when it returns the last entry. What stands behind `after` goes. */
  append(after: EntryMark, updates: Iterable<NativeIdsUpdate>): EntryMark {
    const isNew = this.#disk.stat(this.#path) === undefined;
    const mark = this.#write(this.#path, after, updates);
    if (isNew) this.#disk.fsyncDir(this.#folder);
    return mark;
  }

  /** Only these from now on: all at once or not at all. */
  replace(updates: Iterable<NativeIdsUpdate>): EntryMark {
    const temp = `${this.#path}.tmp`;
    if (this.#disk.stat(temp) !== undefined) this.#disk.unlink(temp);
    const mark = this.#write(temp, NO_ENTRY, updates);
    this.#disk.rename(temp, this.#path);
    this.#disk.fsyncDir(this.#folder);
    return mark;
  }

  #write(path: string, after: EntryMark, updates: Iterable<NativeIdsUpdate>): EntryMark {
    const file = this.#disk.open(path, 'write');
    let mark = after;
    try {
      this.#disk.truncate(file, after.end);
      if (after.end === 0) writeAll(this.#disk, path, file, MAGIC, 0);
      for (const update of updates) {
        const start = Math.max(mark.end, MAGIC.length);
        const { bytes, hash } = encodeEntry(update);
        writeAll(this.#disk, path, file, bytes, start);
        mark = { start, end: start + bytes.length, hash };
      }
      this.#disk.fsync(file);
    } finally {
      this.#disk.close(file);
    }
    return mark;
  }

  /** `absent`: there is no such file, or none that can be read. */
  #read<T>(work: (file: number, size: number) => T, absent: T): T {
    let file: number;
    try {
      file = this.#disk.open(this.#path, 'read');
    } catch (error) {
      if (isAbsent(error)) return absent;
      throw error;
    }
    try {
      const stat = this.#disk.statOpen(file);
      return stat.file ? work(file, stat.size) : absent;
    } catch (error) {
      if (fileProblem(error) !== undefined || error instanceof TurnpressError) return absent;
      throw error;
    } finally {
      this.#disk.close(file);
    }
  }
}

interface Head {
  readonly end: number;
  readonly raw: number;
  readonly hash: string;
}

function readHead(disk: Disk, file: number, size: number, at: number): Head | undefined {
  const bytes = readRange(disk, file, HEAD_LENGTH, at);
  if (bytes.length < HEAD_LENGTH) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = at + HEAD_LENGTH + view.getUint32(0, true);
  return end > size ? undefined : { end, raw: view.getUint32(4, true), hash: encodeHex(bytes.subarray(8)) };
}

function encodeEntry(update: NativeIdsUpdate): { readonly bytes: Uint8Array; readonly hash: string } {
  const raw = encodeUtf8(JSON.stringify(update));
  const frame = compressZstd(raw, 3);
  const hash = nameOf(frame);
  const bytes = Buffer.alloc(HEAD_LENGTH + frame.length);
  bytes.writeUInt32LE(frame.length, 0);
  bytes.writeUInt32LE(raw.length, 4);
  bytes.write(hash, 8, 'hex');
  bytes.set(frame, HEAD_LENGTH);
  return { bytes, hash };
}

/** Written by this file, and its hash fits: of what is no update nothing is taken. */
function updateOf(bytes: Uint8Array): NativeIdsUpdate {
  const value: JsonValue = parseJson(decodeUtf8(bytes));
  return isJsonObject(value) ? (value as unknown as NativeIdsUpdate) : {};
}

function nameOf(frame: Uint8Array): string {
  return blake3Hex(frame).slice(0, 32);
}

const MAGIC = encodeUtf8('TPIDS1\0\0');
const HEAD_LENGTH = 24;
const MOST_BYTES = 64 * 1024 * 1024;
