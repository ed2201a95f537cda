/** Where a conversation's files are, and reading its tiles with a bounded memory of what was read. */
/** A record is served only when its leaf hash or its turn hash fits; what does not fit is left to the scan to name. */

import { equalBytes } from '../../base/bytes.ts';
import type { Disk } from '../../base/disk.ts';
import { limits } from '../../base/limits.ts';
import { LruCache } from '../../base/lru-cache.ts';
import type { ConversationId } from '../../model/ids.ts';
import { DamageError, RecordError } from '../errors.ts';
import { salvageEntries, takeEntries } from '../format/entry-tile.ts';
import { leafHash, splitHashes } from '../format/merkle.ts';
import { decompressChunk, listChunks, type PayloadChunk } from '../format/payload-tile.ts';
import { decodeRecord, type LogRecord } from '../format/record.ts';
import { TILE_WIDTH, type TileKind, tilePath } from '../format/tile-names.ts';
import { readArchiveFile } from './archive-file.ts';

/** `conversations/<root>` */
export function conversationPath(id: ConversationId): string {
  return `conversations/${id}`;
}

/** Path of a tile inside the archive. */
export function tileFile(id: ConversationId, kind: TileKind, n: number): string {
  return `${conversationPath(id)}/${tilePath(kind, n)}`;
}

export function checkpointFile(id: ConversationId): string {
  return `${conversationPath(id)}/checkpoint`;
}

/** A file or folder of a conversation that cannot be read, and why. */
export interface Unreadable {
  /** Path inside the archive. */
  readonly place: string;
  readonly problem: string;
}

/** The records of one tile. `undefined` where the bytes do not hash to the stored leaf or are no record. */
export interface DecodedTile {
  readonly records: readonly (LogRecord | undefined)[];
  /** False when something in it, or its leaf tile, does not fit: the conversation has to be scanned. */
  readonly whole: boolean;
}

/** A payload tile's bytes and the chunks in it. */
export interface PayloadTile {
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly chunks: readonly PayloadChunk[];
  readonly problem?: string;
}

/** Bytes of memory, by what the values really hold. */
const TILE_BYTES_KEPT = 16 * 1024 * 1024;
const TILE_LIMITS: Readonly<Record<TileKind, number>> = {
  entries: limits.entryTile,
  '0': limits.leafTile,
  payload: limits.payloadTile,
};
const PAYLOAD_BYTES_KEPT = 12 * 1024 * 1024;
/** A decoded record beside its own bytes, and a chunk's slot, as measured with Node 24. */
const RECORD_WEIGHT = 768;
const SLOT_WEIGHT = 64;

export class ConversationFiles {
  readonly disk: Disk;
  readonly dir: string;
  readonly #tiles = new LruCache<DecodedTile>(TILE_BYTES_KEPT);
  readonly #payloads = new LruCache<PayloadTile>(PAYLOAD_BYTES_KEPT);
  readonly #raws = new LruCache<Uint8Array>(PAYLOAD_BYTES_KEPT);

  /** Why files could not be read, by path. */
  readonly #problems = new Map<string, Unreadable>();
  /** Folders of the conversation that was looked at last which are folders indeed. */
  #plain: { readonly id: ConversationId | undefined; readonly folders: Set<string> } = {
    id: undefined,
    folders: new Set(),
  };

  constructor(disk: Disk, dir: string) {
    this.disk = disk;
    this.dir = dir;
  }

  /** The bytes of a tile's file. Undefined: there is none, or it cannot be read; then `problemOf` its path says why. */
  readTileBytes(id: ConversationId, kind: TileKind, n: number): Uint8Array | undefined {
    return this.#read(id, tileFile(id, kind, n), TILE_LIMITS[kind]);
  }

  /** As `readTileBytes`. */
  readCheckpointBytes(id: ConversationId): Uint8Array | undefined {
    return this.#read(id, checkpointFile(id), limits.checkpoint);
  }

  /** Why a file could not be read, at any look since the conversation was forgotten. Undefined: it could, or it was absent. */
  problemOf(file: string): string | undefined {
    return this.#problems.get(file)?.problem;
  }

  /** What of a conversation could not be read, and why: a file, or a folder on the way to several. Each once. */
  listProblems(id: ConversationId): readonly Unreadable[] {
    const own = [...this.#problems].flatMap(([file, found]) => (file.startsWith(conversationPath(id)) ? [found] : []));
    return [...new Map(own.map((found) => [found.place, found])).values()];
  }

  /** The first `count` records of tile `n`, checked against the leaf tile. */
  readTile(id: ConversationId, n: number, count: number): DecodedTile {
    const key = `${id}/${n}`;
    const known = this.#tiles.get(key);
    if (known !== undefined && known.records.length >= count) {
      return known.records.length === count ? known : { ...known, records: known.records.slice(0, count) };
    }
    const tile = this.#decodeTile(id, n, count);
    this.#tiles.set(key, tile, count * RECORD_WEIGHT);
    return tile;
  }

  /** A tile that was read before and is still in memory. */
  findKeptTile(id: ConversationId, n: number): DecodedTile | undefined {
    return this.#tiles.get(`${id}/${n}`);
  }

  /** Undefined: there is no such file. */
  readPayloadTile(id: ConversationId, n: number): PayloadTile | undefined {
    const file = tileFile(id, 'payload', n);
    const known = this.#payloads.get(file);
    if (known !== undefined) return known;
    const bytes = this.readTileBytes(id, 'payload', n);
    if (bytes === undefined) return undefined;
    const { chunks, problem } = listChunks(bytes, n * TILE_WIDTH);
    const tile = { file, bytes, chunks, ...(problem === undefined ? {} : { problem }) };
    const slots = chunks.reduce((sum, chunk) => sum + 4 + chunk.slots.length, 0);
    this.#payloads.set(file, tile, bytes.buffer.byteLength + slots * SLOT_WEIGHT);
    return tile;
  }

  /** The inline payloads of a chunk, end to end. Throws ZstdError or LimitError. */
  decompress(tile: PayloadTile, chunk: PayloadChunk): Uint8Array {
    const key = `${tile.file}@${chunk.offset}`;
    const known = this.#raws.get(key);
    if (known !== undefined && known.length === chunk.rawLength) return known;
    const raw = decompressChunk(tile.bytes, chunk);
    this.#raws.set(key, raw, raw.buffer.byteLength + SLOT_WEIGHT);
    return raw;
  }

  /** The files of a conversation changed. */
  forget(id: ConversationId): void {
    this.#plain = { id: undefined, folders: new Set() };
    for (const file of [...this.#problems.keys()])
      if (file.startsWith(conversationPath(id))) this.#problems.delete(file);
    for (const cache of [this.#tiles, this.#payloads, this.#raws]) cache.dropWhere((key) => key.includes(id));
  }

  /** Only the last tiles changed: from `n` on. */
  forgetTile(id: ConversationId, n: number): void {
    const file = tileFile(id, 'payload', n);
    const tile = this.#payloads.get(file);
    for (const chunk of tile?.chunks ?? []) this.#raws.drop(`${file}@${chunk.offset}`);
    this.#payloads.drop(file);
    this.#tiles.drop(`${id}/${n}`);
  }

  #read(id: ConversationId, file: string, limit: number): Uint8Array | undefined {
    if (this.#plain.id !== id) this.#plain = { id, folders: new Set() };
    try {
      return readArchiveFile(this.disk, this.dir, file, limit, this.#plain.folders);
    } catch (error) {
      if (!(error instanceof DamageError)) throw error;
      this.#problems.set(file, { place: String(error.fields.file), problem: error.problem });
      return undefined;
    }
  }

  #decodeTile(id: ConversationId, n: number, count: number): DecodedTile {
    const bytes = this.readTileBytes(id, 'entries', n) ?? new Uint8Array(0);
    const leaves = splitHashes(this.readTileBytes(id, '0', n) ?? new Uint8Array(0));
    const plain = takeEntries(bytes, count).records;
    const fits = plain.length === count && plain.every((record, i) => isLeafOf(record, leaves[i]));
    // a bad length would hide all records after it: the leaf hashes lead to those that are still whole
    const found = fits ? plain : salvageEntries(bytes, leaves.slice(0, count)).entries.map((entry) => entry.record);
    let whole = fits;
    const records: (LogRecord | undefined)[] = [];
    for (let i = 0; i < count; i++) {
      const record = found[i];
      const decoded = record !== undefined && (fits || isLeafOf(record, leaves[i])) ? findRecord(record) : undefined;
      if (decoded === undefined) whole = false;
      records.push(decoded);
    }
    return { records, whole };
  }
}

/** The record, or undefined when the bytes are none. */
export function findRecord(bytes: Uint8Array): LogRecord | undefined {
  try {
    return decodeRecord(bytes);
  } catch (error) {
    if (error instanceof RecordError) return undefined;
    throw error;
  }
}

function isLeafOf(record: Uint8Array, leaf: Uint8Array | undefined): boolean {
  return leaf !== undefined && equalBytes(leafHash(record), leaf);
}
