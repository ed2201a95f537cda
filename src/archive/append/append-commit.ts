/** Writes a planned append in the one order that survives a power cut, and fsyncs in batches. */
/** Blobs, payload tiles, entries, leaf hashes, new directory entries, then the checkpoint of each conversation: the commit. */

import { crc32 } from 'node:zlib';
import { makeFolders, writeAll } from '../../base/disk.ts';
import { limits } from '../../base/limits.ts';
import { LruCache } from '../../base/lru-cache.ts';
import type { PayloadHash } from '../../model/ids.ts';
import { writeBlobFile } from '../files/blobs.ts';
import { tileFile } from '../files/conversation-files.ts';
import { blobPath, encodeBlob } from '../format/blob-file.ts';
import { encodeEntries } from '../format/entry-tile.ts';
import { emptyFrontier, type Frontier, growFrontier, isSameFrontier, LEAF_LENGTH, leafHash } from '../format/merkle.ts';
import { encodeChunk, type PayloadEntry } from '../format/payload-tile.ts';
import { hasPayload } from '../format/record.ts';
import { TILE_WIDTH, type TileKind } from '../format/tile-names.ts';
import type { ChunkRow, ConversationRow, IndexUpdate } from '../index/conversation-row.ts';
import type { Store } from '../index/store.ts';
import { replaceCheckpoint, writeCheckpoint } from '../scan/checkpoint-file.ts';
import { sealTile } from '../scan/seal.ts';
import type { AppendPlan, Growth, PlannedPayload } from './append-plan.ts';

/** Conversations whose files are open at once. */
const GROUP = 32;
/** Conversations whose open tile's payload hashes are remembered. */
const TILES_REMEMBERED = 256;

interface TileWrite {
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly at: number;
}

/** Which payloads the open tile of a log holds inline, and where: true for the log of exactly these records. */
interface OpenTile {
  readonly frontier: Frontier;
  readonly inline: Map<PayloadHash, number>;
}

/** All bytes that one conversation's growth writes. */
interface PreparedGrowth {
  readonly growth: Growth;
  readonly writes: Readonly<Record<TileKind, readonly TileWrite[]>>;
  readonly chunks: readonly ChunkRow[];
  /** Tiles that are full now and were begun by an earlier append. */
  readonly sealable: readonly number[];
  readonly frontier: Frontier;
  readonly entryBytes: number;
  readonly payloadBytes: number;
}

export class Committer {
  readonly #store: Store;
  readonly #inline = new LruCache<OpenTile>(TILES_REMEMBERED);

  constructor(store: Store) {
    this.#store = store;
  }

  /** Durable when it returns. The caller stops writing after an error. */
  commit(plan: AppendPlan): void {
    this.#writeBlobs(plan);
    for (let i = 0; i < plan.growths.length; i += GROUP) {
      const group = plan.growths.slice(i, i + GROUP).map((growth) => this.#prepare(growth));
      this.#writeFiles(group);
      for (const { growth, frontier } of group) {
        if (growth.checkpoint === undefined) writeCheckpoint(this.#store, growth.id, frontier);
        else replaceCheckpoint(this.#store, growth.id, growth.checkpoint);
      }
      this.#index(group);
    }
  }

  /** The same for one conversation. */
  commitOne(growth: Growth): void {
    this.commit({ growths: [growth], newTurns: 0, knownTurns: 0, newHeads: 0, newMetas: 0 });
  }

  #writeBlobs(plan: AppendPlan): void {
    const { disk, dir, index } = this.#store;
    const folders = new Set<string>();
    const written: { hash: string; length: number; crc: number }[] = [];
    for (const { payload } of plan.growths.flatMap((growth) => growth.records)) {
      if (payload?.tag !== 'bytes' || payload.bytes.length <= limits.inlinePayload) continue;
      if (disk.stat(`${dir}/${blobPath(payload.hash)}`) !== undefined) continue;
      const frame = encodeBlob(payload.bytes);
      for (const folder of writeBlobFile(disk, dir, payload.hash, frame)) folders.add(folder);
      written.push({ hash: payload.hash, length: frame.length, crc: crc32(frame) });
    }
    for (const folder of folders) disk.fsyncDir(folder);
    if (written.length === 0) return;
    index.transaction(() => {
      for (const { hash, length, crc } of written) index.recordBlob(hash, length, crc);
    });
  }

  #prepare(growth: Growth): PreparedGrowth {
    const start = growth.row?.frontier ?? emptyFrontier;
    const writes = { entries: [] as TileWrite[], '0': [] as TileWrite[], payload: [] as TileWrite[] };
    const chunks: ChunkRow[] = [];
    const sealable: number[] = [];
    let frontier = start;
    let entryBytes = growth.row?.entryBytes ?? 0;
    let payloadBytes = growth.row?.payloadBytes ?? 0;
    let inline = this.#inlineOf(growth);
    for (let done = 0; done < growth.records.length; ) {
      const first = frontier.size;
      const n = Math.floor(first / TILE_WIDTH);
      const records = growth.records.slice(done, done + TILE_WIDTH - (first % TILE_WIDTH));
      const full = (first + records.length) % TILE_WIDTH === 0;
      const wholeTile = full && records.length === TILE_WIDTH;
      const leaves = records.map((record) => leafHash(record.bytes));
      const entries = encodeEntries(records.map((record) => record.bytes));
      const payloads = records.map(({ payload }, i) => placePayload(payload, first + i, inline));
      const chunk = encodeChunk(first, payloads, wholeTile ? 9 : 3);
      writes.entries.push({ file: tileFile(growth.id, 'entries', n), bytes: entries, at: entryBytes });
      writes['0'].push({
        file: tileFile(growth.id, '0', n),
        bytes: Buffer.concat(leaves),
        at: (first % TILE_WIDTH) * LEAF_LENGTH,
      });
      writes.payload.push({ file: tileFile(growth.id, 'payload', n), bytes: chunk, at: payloadBytes });
      chunks.push({ tile: n, first, offset: payloadBytes, length: chunk.length, crc: crc32(chunk) });
      if (full && !wholeTile) sealable.push(n);
      if (full) inline = new Map();
      entryBytes = full ? 0 : entryBytes + entries.length;
      payloadBytes = full ? 0 : payloadBytes + chunk.length;
      frontier = growFrontier(frontier, leaves);
      done += records.length;
    }
    this.#inline.set(growth.id, { frontier, inline }, 1);
    return { growth, writes, chunks, sealable, frontier, entryBytes, payloadBytes };
  }

  /** Each kind of file of the whole group is written, then fsynced, before the next kind is begun. */
  #writeFiles(group: readonly PreparedGrowth[]): void {
    const { disk } = this.#store;
    const folders = new Set<string>();
    for (const kind of ['payload', 'entries', '0'] as const) {
      const open: number[] = [];
      try {
        for (const { file, bytes, at } of group.flatMap((prepared) => prepared.writes[kind])) {
          const path = this.#store.path(file);
          if (at === 0) {
            const folder = path.slice(0, path.lastIndexOf('/'));
            for (const touched of [...makeFolders(disk, folder), folder]) folders.add(touched);
          }
          const handle = disk.open(path, 'write');
          open.push(handle);
          writeAll(disk, path, handle, bytes, at);
        }
        for (const handle of open) disk.fsync(handle);
      } finally {
        for (const handle of open) disk.close(handle);
      }
    }
    for (const folder of folders) disk.fsyncDir(folder);
  }

  /** Seals what is full, then tells the index. */
  #index(group: readonly PreparedGrowth[]): void {
    const { index } = this.#store;
    const updates: IndexUpdate[] = [];
    index.transaction(() => {
      for (const prepared of group) {
        const { growth, frontier, entryBytes, payloadBytes } = prepared;
        const key = growth.row?.key ?? index.startConversation(growth.id);
        // no stamp while tiles are still to be rewritten: a crash in between has the log read again
        const stamp = prepared.sealable.length > 0 ? '' : this.#store.stampOf(growth.id);
        const row: ConversationRow = {
          ...{ key, id: growth.id, frontier, entryBytes, payloadBytes, stamp, origin: growth.origin },
          state: growth.state,
          damage: undefined,
        };
        const first = frontier.size - growth.records.length;
        const turns = growth.records.flatMap(({ turn }, i) =>
          turn === undefined ? [] : [{ hash: turn, position: first + i }],
        );
        const update = {
          row,
          turns,
          heads: [...growth.newHeads.values()],
          tombstones: growth.tombstones ?? [],
          blobs: growth.records.flatMap(({ payload }) => payload?.blobs ?? []),
          chunks: prepared.chunks,
          rewrittenTiles: [],
        };
        index.apply(update);
        updates.push(update);
        this.#store.files.forgetTile(growth.id, Math.floor(first / TILE_WIDTH));
      }
    });
    const sealed = group.flatMap((prepared, i) => {
      const found = updates[i]?.row;
      if (found === undefined || prepared.sealable.length === 0) return [];
      const row = { ...found, stamp: this.#store.stampOf(found.id) };
      return [{ row, chunks: prepared.sealable.map((n) => sealTile(this.#store, row, n)), tiles: prepared.sealable }];
    });
    if (sealed.length === 0) return;
    index.transaction(() => {
      for (const { row, chunks, tiles } of sealed) {
        index.apply({ row, turns: [], heads: [], tombstones: [], blobs: [], chunks, rewrittenTiles: tiles });
      }
    });
  }

  /** What the open tile already holds inline: read once, then kept up. */
  #inlineOf({ id, row }: Growth): Map<PayloadHash, number> {
    const kept = this.#inline.get(id);
    // redacted, restored or written by somebody else since: then what it remembers is of another log
    if (kept !== undefined && row !== undefined && isSameFrontier(kept.frontier, row.frontier)) return kept.inline;
    const inline = new Map<PayloadHash, number>();
    const count = row === undefined ? 0 : row.frontier.size % TILE_WIDTH;
    if (row === undefined || count === 0) return inline;
    const n = Math.floor(row.frontier.size / TILE_WIDTH);
    const { records } = this.#store.files.readTile(id, n, count);
    const slots = this.#store.files.readPayloadTile(id, n)?.chunks.flatMap((chunk) => chunk.slots) ?? [];
    for (const [i, record] of records.entries()) {
      if (hasPayload(record) && slots[i]?.tag === 'inline' && !inline.has(record.payloadHash)) {
        inline.set(record.payloadHash, n * TILE_WIDTH + i);
      }
    }
    return inline;
  }
}

/** Decides where a payload goes; remembers it when it goes inline. */
function placePayload(
  payload: PlannedPayload | undefined,
  position: number,
  inline: Map<PayloadHash, number>,
): PayloadEntry {
  if (payload === undefined) return { tag: 'none' };
  if (payload.tag === 'withheld') return { tag: 'withheld' };
  if (payload.tag === 'blob') return { tag: 'blob', rawLength: payload.rawLength };
  const { hash, bytes } = payload;
  if (bytes.length > limits.inlinePayload) return { tag: 'blob', rawLength: bytes.length };
  const index = inline.get(hash);
  if (index !== undefined) return { tag: 'same', index };
  inline.set(hash, position);
  return { tag: 'inline', bytes };
}
