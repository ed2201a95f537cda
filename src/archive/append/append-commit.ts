/** Writes a planned append in the one order that survives a power cut, and fsyncs in batches. */
/** Blobs, payload tiles, entries, leaf hashes, new directory entries, then the checkpoint of each conversation: the commit. */

import { crc32 } from 'node:zlib';
import { concatBytes } from '../../base/bytes.ts';
import { makeFolders } from '../../base/disk.ts';
import { limits } from '../../base/limits.ts';
import { LruCache } from '../../base/lru-cache.ts';
import type { PayloadHash } from '../../model/ids.ts';
import { checkpointFile, conversationPath, tileFile } from '../files/conversation-files.ts';
import { carryOut, carryOutBeside, Unsynced } from '../files/unsynced.ts';
import { blobPath, encodeBlob } from '../format/blob-file.ts';
import { encodeEntries } from '../format/entry-tile.ts';
import {
  emptyFrontier,
  type Frontier,
  growFrontier,
  isSameFrontier,
  LEAF_LENGTH,
  leafHash,
  splitHashes,
} from '../format/merkle.ts';
import { encodeChunk, type PayloadEntry } from '../format/payload-tile.ts';
import { hasPayload } from '../format/record.ts';
import { TILE_WIDTH, type TileKind } from '../format/tile-names.ts';
import type { ChunkRow, ConversationRow, IndexUpdate } from '../index/conversation-row.ts';
import type { Store } from '../index/store.ts';
import { makeCheckpoint } from '../scan/checkpoint-file.ts';
import { sealTile } from '../scan/seal.ts';
import type { AppendPlan, Growth, PlannedPayload } from './append-plan.ts';
import { putBlobs } from './put-blobs.ts';

/** Conversations whose files are written together, and files that are open at once. */
const GROUP = 128;
const MOST_OPEN = 128;
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
    carryOut(putBlobs(this.#store, this.#listBlobs(plan)));
    carryOut(this.#steps(plan.growths));
  }

  /** The same for what comes from elsewhere, whose blobs are here already, while other work goes on. */
  async commitBeside(growths: readonly Growth[]): Promise<void> {
    await carryOutBeside(this.#steps(growths));
  }

  /** The same for one conversation. */
  commitOne(growth: Growth): void {
    this.commit({ growths: [growth], newTurns: 0, knownTurns: 0, newHeads: 0, newMetas: 0 });
  }

  /** Those that are not here yet, each made when it is written. */
  *#listBlobs({ growths }: AppendPlan): Generator<readonly [string, Uint8Array]> {
    const { disk, dir } = this.#store;
    const seen = new Set<string>();
    for (const { payload } of growths.flatMap(({ records }) => records)) {
      if (payload?.tag !== 'bytes' || payload.bytes.length <= limits.inlinePayload || seen.has(payload.hash)) continue;
      seen.add(payload.hash);
      if (disk.stat(`${dir}/${blobPath(payload.hash)}`) === undefined) yield [payload.hash, encodeBlob(payload.bytes)];
    }
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
    let isKept = false;
    for (let done = 0; done < growth.records.length; ) {
      const first = frontier.size;
      const n = Math.floor(first / TILE_WIDTH);
      const records = growth.records.slice(done, done + TILE_WIDTH - (first % TILE_WIDTH));
      const full = (first + records.length) % TILE_WIDTH === 0;
      const wholeTile = full && records.length === TILE_WIDTH;
      const given = growth.tiles?.get(n);
      const leaves = given?.leaves ?? concatBytes(records.map((record) => leafHash(record.bytes)));
      const entries = given?.entries ?? encodeEntries(records.map((record) => record.bytes));
      const chunk = given?.payloads ?? makeChunk(first, records, wholeTile, inline);
      writes.entries.push({ file: tileFile(growth.id, 'entries', n), bytes: entries, at: entryBytes });
      writes['0'].push({ file: tileFile(growth.id, '0', n), bytes: leaves, at: (first % TILE_WIDTH) * LEAF_LENGTH });
      writes.payload.push({ file: tileFile(growth.id, 'payload', n), bytes: chunk, at: payloadBytes });
      chunks.push({ tile: n, first, offset: payloadBytes, length: chunk.length, crc: crc32(chunk) });
      if (full && !wholeTile) sealable.push(n);
      if (full) inline = new Map();
      entryBytes = full ? 0 : entryBytes + entries.length;
      payloadBytes = full ? 0 : payloadBytes + chunk.length;
      frontier = given?.end ?? growFrontier(frontier, splitHashes(leaves));
      done += records.length;
      isKept = given?.payloads !== undefined;
    }
    // what a kept tile holds is read when somebody asks
    if (isKept) this.#inline.drop(growth.id);
    else this.#inline.set(growth.id, { frontier, inline }, 1);
    return { growth, writes, chunks, sealable, frontier, entryBytes, payloadBytes };
  }

  /** What is handed out must be durable before the next is asked for: each kind of file of a whole group, then the checkpoints. */
  *#steps(growths: readonly Growth[]): Generator<Unsynced> {
    const { disk } = this.#store;
    for (let i = 0; i < growths.length; i += GROUP) {
      const group = growths.slice(i, i + GROUP).map((growth) => this.#prepare(growth));
      const folders = new Set<string>();
      for (const writes of listWrites(group)) {
        for (let at = 0; at < writes.length; at += MOST_OPEN)
          yield Unsynced.of(disk, (step) => this.#writeFiles(step, writes.slice(at, at + MOST_OPEN), folders));
      }
      yield Unsynced.of(disk, (step) => step.addFolders(folders));
      const checkpoints = group.map(({ growth, frontier }) => ({
        path: this.#store.path(checkpointFile(growth.id)),
        bytes: growth.checkpoint ?? makeCheckpoint(this.#store, growth.id, frontier),
      }));
      yield Unsynced.of(disk, (step) => {
        for (const { path, bytes } of checkpoints) step.write(`${path}.tmp`, bytes, 0, 'replace');
      });
      for (const { path } of checkpoints) disk.rename(`${path}.tmp`, path);
      const renamed = group.map(({ growth }) => this.#store.path(conversationPath(growth.id)));
      yield Unsynced.of(disk, (step) => step.addFolders(renamed));
      this.#index(group);
    }
  }

  /** `folders` gets those with a new entry. */
  #writeFiles(step: Unsynced, writes: readonly TileWrite[], folders: Set<string>): void {
    for (const { file, bytes, at } of writes) {
      const path = this.#store.path(file);
      if (at === 0) {
        const folder = path.slice(0, path.lastIndexOf('/'));
        for (const touched of [...makeFolders(this.#store.disk, folder), folder]) folders.add(touched);
      }
      step.write(path, bytes, at);
    }
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

/**
 * Each list durable before the next. A log that has no checkpoint yet counts as far as its leaf hashes reach from the first on: those of
 * its first tile come last, so that all of it stands or nothing.
 */
function* listWrites(group: readonly PreparedGrowth[]): Generator<readonly TileWrite[]> {
  const all = (kind: TileKind) => group.flatMap(({ writes }) => writes[kind]);
  yield all('payload');
  yield all('entries');
  const first = new Set(
    group.flatMap(({ growth, writes }) => (growth.row === undefined ? writes['0'].slice(0, 1) : [])),
  );
  yield all('0').filter((write) => !first.has(write));
  yield [...first];
}

function makeChunk(
  first: number,
  records: Growth['records'],
  isWhole: boolean,
  inline: Map<PayloadHash, number>,
): Uint8Array {
  const payloads = records.map(({ payload }, i) => placePayload(payload, first + i, inline));
  return encodeChunk(first, payloads, isWhole ? 9 : 3);
}

/** Decides where a payload goes; remembers it when it goes inline. */
function placePayload(
  payload: PlannedPayload | undefined,
  position: number,
  inline: Map<PayloadHash, number>,
): PayloadEntry {
  if (payload === undefined) return { tag: 'none' };
  if (payload.tag === 'withheld') return { tag: 'withheld' };
  if (payload.tag === 'kept') throw new TypeError('the payload tile that holds it was not given');
  if (payload.tag === 'blob') return { tag: 'blob', rawLength: payload.rawLength };
  const { hash, bytes } = payload;
  if (bytes.length > limits.inlinePayload) return { tag: 'blob', rawLength: bytes.length };
  const index = inline.get(hash);
  if (index !== undefined) return { tag: 'same', index };
  inline.set(hash, position);
  return { tag: 'inline', bytes };
}
