/** Reads one conversation from its bytes alone: what counts, what is torn, what is damaged. */
/** Nothing is written here. Damage below the committed size makes the conversation read-only; only what lies beyond may be cut. */

import { crc32 } from 'node:zlib';
import { blake3Hex } from '../base/blake3.ts';
import { equalBytes } from '../base/bytes.ts';
import { JsonError, messageOf } from '../base/errors.ts';
import { canonicalJson, parseJson } from '../base/json.ts';
import type { Head } from '../model/conversation.ts';
import type { ConversationId, TurnHash } from '../model/ids.ts';
import { blobPath, readBlobFile } from './blobs.ts';
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts';
import type { DamageReport } from './contract.ts';
import { type ConversationFiles, checkpointFile, findRecord, tileFile } from './conversation-files.ts';
import type { ChunkRow, LoggedTombstone } from './conversation-row.ts';
import { salvageEntries, takeEntries } from './entry-tile.ts';
import { DamageError } from './errors.ts';
import { emptyFrontier, type Frontier, growFrontier, LEAF_LENGTH, leafHash, rootOf, splitHashes } from './merkle.ts';
import { decompressChunk, listChunks, type PayloadChunk, type PayloadSlot } from './payload-tile.ts';
import type { LogRecord } from './record.ts';
import { addTurn, emptySummary, type SummaryState } from './summary.ts';
import { TILE_WIDTH, type TileKind, tileCount, tileRecords } from './tile-names.ts';

/** Bytes beyond the committed size. */
export interface TornTail {
  /** Path inside the archive. */
  readonly file: string;
  /** Bytes that stay; 0 with `whole`: the file goes. */
  readonly keep: number;
  readonly whole: boolean;
  readonly bytes: number;
  /** Whole records (or hashes, or chunks) in it. */
  readonly records: number;
}

export interface ScannedConversation {
  readonly id: ConversationId;
  /** Undefined: the file is absent or unreadable, and `frontier` was recomputed from the tiles. */
  readonly checkpoint: Checkpoint | undefined;
  readonly frontier: Frontier;
  readonly entryBytes: number;
  readonly payloadBytes: number;
  readonly state: SummaryState;
  readonly tombstones: readonly LoggedTombstone[];
  readonly chunks: readonly ChunkRow[];
  /** Full tiles that still have more than one chunk. */
  readonly unsealed: readonly number[];
  readonly tails: readonly TornTail[];
  readonly damage: readonly DamageReport[];
  /** First damage below the committed size, in words. */
  readonly readOnly: string | undefined;
}

/** What is known from elsewhere about how far the log once reached: a recomputed checkpoint never falls below it. */
export interface KnownExtent {
  readonly origin: string;
  readonly size: number;
}

/** What a scan saw of one turn, for `verify`. */
export interface SeenTurn {
  readonly record: LogRecord & { readonly kind: 'turn' };
  /** Undefined: no chunk covers it. */
  readonly slot: PayloadSlot | undefined;
  /** Undefined: taken back, missing or damaged. */
  readonly payload: Uint8Array | undefined;
  readonly withheld: boolean;
}

export type OnTurn = (hash: TurnHash, position: number, seen: SeenTurn) => void;

/** `onTurn` is told of every readable turn, in log order. Never throws for bad bytes. */
export function scanConversation(
  files: ConversationFiles,
  id: ConversationId,
  known: KnownExtent,
  onTurn: OnTurn,
): ScannedConversation {
  return new Scan(files, id, known).run(onTurn);
}

interface TileView {
  readonly records: readonly (Uint8Array | undefined)[];
  readonly entryLength: number;
  readonly entryFileLength: number;
  readonly leafFileLength: number;
  readonly leaves: readonly Uint8Array[];
  /** Positions in the tile whose frame is bad though the record was found. */
  readonly badFrames: readonly number[];
}

/** The payload chunks of one tile, decompressed when asked. */
interface OpenPayloads {
  readonly rows: readonly ChunkRow[];
  /** Bytes of the chunks that lie within the committed size. */
  readonly length: number;
  readonly slot: (position: number) => PayloadSlot | undefined;
  /** Bytes that stand inline at a position; undefined when none do or the chunk does not decompress. */
  readonly inline: (position: number) => Uint8Array | undefined;
}

/** The blob file is the bad part, not the tile that names it. */
class BlobProblem extends Error {}

class Scan {
  readonly #files: ConversationFiles;
  readonly #id: ConversationId;
  readonly #known: KnownExtent;
  readonly #damage: DamageReport[] = [];
  readonly #withheld = new Map<TurnHash, LoggedTombstone>();
  readonly #bad = new Set<number>();
  #readOnly: string | undefined;

  constructor(files: ConversationFiles, id: ConversationId, known: KnownExtent) {
    this.#files = files;
    this.#id = id;
    this.#known = known;
  }

  run(onTurn: OnTurn): ScannedConversation {
    const checkpoint = this.#readCheckpoint();
    const size = checkpoint?.size ?? this.#longestPrefix();
    if (checkpoint === undefined && size < this.#known.size) {
      this.#report(
        'checkpoint',
        checkpointFile(this.#id),
        `only ${size} of ${this.#known.size} records can be read`,
        true,
      );
    }
    const frontier = this.#checkTree(size, checkpoint);
    const content = this.#readContent(size, onTurn);
    const tails = this.#findTails(size, content.entryBytes, content.payloadBytes);
    return {
      ...{ id: this.#id, checkpoint, frontier, tails, ...content },
      tombstones: [...this.#withheld.values()],
      damage: this.#damage,
      readOnly: this.#readOnly,
    };
  }

  #report(
    kind: DamageReport['kind'],
    file: string,
    message: string,
    fatal: boolean,
    extra: Partial<DamageReport> = {},
  ): void {
    this.#damage.push({ kind, file, conversation: this.#id, turns: [], message, ...extra });
    if (fatal) this.#readOnly ??= `${file}: ${message}`;
  }

  #readCheckpoint(): Checkpoint | undefined {
    const file = checkpointFile(this.#id);
    const bytes = this.#files.read(file, 1024 * 1024);
    if (bytes === undefined) {
      if (this.#known.size > 0) this.#report('checkpoint', file, 'it is missing', false);
      return undefined;
    }
    try {
      const checkpoint = parseCheckpoint(bytes);
      const expected = `${this.#known.origin}/${this.#id}`;
      if (checkpoint.origin !== expected) this.#report('checkpoint', file, `its origin is not ${expected}`, true);
      return checkpoint;
    } catch (error) {
      this.#report('checkpoint', file, `it cannot be read (${messageOf(error)})`, false);
      return undefined;
    }
  }

  /** Records that stand whole with their leaf hash and payload chunk, from the start without a gap. */
  #longestPrefix(): number {
    for (let n = 0; ; n++) {
      const { records, leaves } = this.#viewTile(n, TILE_WIDTH);
      let whole = 0;
      while (whole < TILE_WIDTH) {
        const record = records[whole];
        const leaf = leaves[whole];
        if (record === undefined || leaf === undefined || !equalBytes(leafHash(record), leaf)) break;
        whole++;
      }
      const covered = this.#chunkEnds(n).findLast((end) => end <= n * TILE_WIDTH + whole);
      if (whole < TILE_WIDTH || covered !== (n + 1) * TILE_WIDTH) return covered ?? n * TILE_WIDTH;
    }
  }

  #chunkEnds(n: number): number[] {
    const bytes = this.#files.read(tileFile(this.#id, 'payload', n)) ?? new Uint8Array(0);
    return listChunks(bytes, n * TILE_WIDTH).chunks.map((chunk) => chunk.first + chunk.slots.length);
  }

  /** Tile `n` read leniently: damaged framing is worked around with the help of the leaf hashes. */
  #viewTile(n: number, count: number): TileView {
    const bytes = this.#files.read(tileFile(this.#id, 'entries', n)) ?? new Uint8Array(0);
    const leafBytes = this.#files.read(tileFile(this.#id, '0', n)) ?? new Uint8Array(0);
    const leaves = splitHashes(leafBytes).slice(0, count);
    const plain = takeEntries(bytes, count);
    const base = { entryFileLength: bytes.length, leafFileLength: leafBytes.length, leaves };
    const fits = plain.records.length === count && plain.records.every((r, i) => matches(r, leaves[i]));
    if (fits || leaves.length < count) {
      const records = Array.from({ length: count }, (_, i) => plain.records[i]);
      return { ...base, records, entryLength: plain.length, badFrames: [] };
    }
    const salvaged = salvageEntries(bytes, leaves);
    const better = salvaged.entries.filter((entry) => entry.record !== undefined).length;
    const plainGood = plain.records.filter((r, i) => matches(r, leaves[i])).length;
    if (plainGood >= better && plain.records.length === count) {
      return { ...base, records: plain.records, entryLength: plain.length, badFrames: [] };
    }
    const badFrames = salvaged.entries.flatMap(({ offset, record }, i) =>
      record !== undefined && (((bytes[offset] ?? 0) << 8) | (bytes[offset + 1] ?? 0)) !== record.length ? [i] : [],
    );
    return { ...base, records: salvaged.entries.map((entry) => entry.record), entryLength: salvaged.length, badFrames };
  }

  /** Compares records, leaf tiles and root. Fills `#bad` with the positions whose record is not the one under the root. */
  #checkTree(size: number, checkpoint: Checkpoint | undefined): Frontier {
    let byRecord: Frontier = emptyFrontier;
    let byLeaf: Frontier = emptyFrontier;
    const differ: number[] = [];
    const missing: number[] = [];
    const absent: number[] = [];
    for (let n = 0; n < tileCount(size); n++) {
      const view = this.#viewTile(n, tileRecords(size, n));
      const own = view.records.map((record) => (record === undefined ? undefined : leafHash(record)));
      for (const [i, leaf] of own.entries()) {
        const position = n * TILE_WIDTH + i;
        const stored = view.leaves[i];
        if (leaf === undefined) missing.push(position);
        else if (stored === undefined || !equalBytes(leaf, stored)) differ.push(position);
        if (leaf !== undefined && stored === undefined) absent.push(position);
        if (leaf !== undefined && view.records[i]?.[0] === 3) this.#noteTombstone(view.records[i], position);
      }
      const zero = new Uint8Array(LEAF_LENGTH);
      byRecord = growFrontier(
        byRecord,
        own.map((leaf, i) => leaf ?? view.leaves[i] ?? zero),
      );
      byLeaf = growFrontier(
        byLeaf,
        own.map((leaf, i) => view.leaves[i] ?? leaf ?? zero),
      );
      for (const i of view.badFrames) {
        const position = n * TILE_WIDTH + i;
        this.#report('log', tileFile(this.#id, 'entries', n), 'the length before a record is wrong', true, {
          positions: [position],
        });
      }
    }
    const root = checkpoint?.root ?? rootOf(byRecord);
    if (this.#isSizeWrong(missing, size, root)) return byRecord;
    const logFits = equalBytes(rootOf(byRecord), root);
    const leavesFit = equalBytes(rootOf(byLeaf), root);
    if (!logFits) for (const position of differ) this.#bad.add(position);
    for (const position of missing) this.#bad.add(position);
    this.#reportByTile('log', 'entries', [...this.#bad], 'the record is damaged or missing');
    const wrong = differ.filter((position) => !leavesFit || absent.includes(position));
    this.#reportByTile('leaf', '0', wrong, 'the leaf hash is missing or not that of its record');
    if (!logFits && !leavesFit && differ.length === 0 && missing.length === 0) {
      this.#report('checkpoint', checkpointFile(this.#id), 'its root is not that of the log', true);
    }
    return leavesFit && !logFits ? byLeaf : byRecord;
  }

  /** The checkpoint counts more records than there are, and its root is that of those that are there: its size is the bad part. */
  #isSizeWrong(missing: readonly number[], size: number, root: Uint8Array): boolean {
    const [first] = missing;
    if (first === undefined || missing.length !== size - first) return false;
    let frontier: Frontier = emptyFrontier;
    for (let n = 0; n < tileCount(first); n++) {
      const { records } = this.#viewTile(n, tileRecords(first, n));
      if (records.some((record) => record === undefined)) return false;
      frontier = growFrontier(
        frontier,
        records.flatMap((record) => (record === undefined ? [] : [leafHash(record)])),
      );
    }
    if (!equalBytes(rootOf(frontier), root)) return false;
    const message = `it counts ${size} records, but its root is that of the ${first} that are there`;
    this.#report('checkpoint', checkpointFile(this.#id), message, true);
    for (const position of missing) this.#bad.add(position);
    return true;
  }

  #reportByTile(kind: 'log' | 'leaf', tile: TileKind, positions: readonly number[], message: string): void {
    for (const [n, group] of Map.groupBy(positions, (position) => Math.floor(position / TILE_WIDTH))) {
      this.#report(kind, tileFile(this.#id, tile, n), message, true, { positions: group });
    }
  }

  #noteTombstone(bytes: Uint8Array | undefined, position: number): void {
    const record = bytes === undefined ? undefined : findRecord(bytes);
    if (record?.kind !== 'tombstone') return;
    const { kind: _, ...tombstone } = record;
    this.#withheld.set(tombstone.turn, { ...tombstone, position });
  }

  /** Decodes every good record in order, checks that it fits the ones before, and reads the payloads for the summary. */
  #readContent(size: number, onTurn: OnTurn) {
    const depths = new Map<TurnHash, number>();
    const heads = new Map<string, Head>();
    const chunks: ChunkRow[] = [];
    const unsealed: number[] = [];
    let state = emptySummary;
    let entryBytes = 0;
    let payloadBytes = 0;
    const unverified = new Set<TurnHash>();
    for (let n = 0; n < Math.max(1, tileCount(size)); n++) {
      const count = tileRecords(size, n);
      const view = this.#viewTile(n, count);
      const payloads = this.#openPayloads(n, count);
      chunks.push(...payloads.rows);
      if (count === TILE_WIDTH && payloads.rows.length > 1) unsealed.push(n);
      entryBytes = count === TILE_WIDTH ? 0 : view.entryLength;
      payloadBytes = count === TILE_WIDTH ? 0 : payloads.length;
      for (let i = 0; i < count; i++) {
        const position = n * TILE_WIDTH + i;
        const bytes = view.records[i];
        if (bytes === undefined || this.#bad.has(position)) continue;
        const record = findRecord(bytes);
        const problem =
          record === undefined ? 'the record cannot be decoded' : this.#problemOf(record, position, depths);
        if (record === undefined || problem !== undefined) {
          const turns = record?.kind === 'turn' ? [record.hash] : [];
          const message = `record ${position}: ${problem}`;
          this.#report('log', tileFile(this.#id, 'entries', n), message, true, { turns, positions: [position] });
          continue;
        }
        if (record.kind === 'turn') {
          if (record.parent !== null && (!depths.has(record.parent) || unverified.has(record.parent)))
            unverified.add(record.hash);
          depths.set(record.hash, record.depth);
          const payload = this.#payloadOf(record, position, n, payloads);
          const withheld = this.#withheld.has(record.hash);
          onTurn(record.hash, position, { record, slot: payloads.slot(position), payload, withheld });
          state = addTurn(state, record, payload);
        } else {
          if (payloads.slot(position)?.tag !== 'none')
            this.#payloadProblem(n, [], [position], 'a record without payload has one');
          if (record.kind === 'head')
            heads.set(record.name, { name: record.name, turn: record.turn, timeMs: record.timeMs });
          if (record.kind === 'meta') state = { ...state, metaJson: record.json };
        }
      }
    }
    if (unverified.size > 0) {
      const message = `the ancestry of ${unverified.size} turn${unverified.size === 1 ? '' : 's'} runs through a damaged record`;
      this.#report('log', this.#firstBadFile(), message, true, { unverifiedDescendants: unverified.size });
    }
    return { state: { ...state, heads, withheld: this.#withheld.size }, chunks, unsealed, entryBytes, payloadBytes };
  }

  #firstBadFile(): string {
    const first = this.#damage.find((damage) => damage.kind === 'log');
    return first?.file ?? tileFile(this.#id, 'entries', 0);
  }

  /** Why a whole record has no place here. A lost parent is no reason when records are known to be lost. */
  #problemOf(record: LogRecord, position: number, depths: ReadonlyMap<TurnHash, number>): string | undefined {
    const lost = this.#bad.size > 0;
    if (record.kind === 'turn') {
      if (depths.has(record.hash)) return 'the turn stands here a second time';
      if (record.parent === null)
        return position === 0 && record.hash === this.#id ? undefined : 'a first turn of another conversation';
      const depth = depths.get(record.parent);
      if (depth === undefined) return lost ? undefined : 'its parent does not stand before it';
      return record.depth === depth + 1 ? undefined : `depth ${record.depth} after a parent of depth ${depth}`;
    }
    if (position === 0) return 'the log does not start with its first turn';
    if (record.kind === 'meta') return metaProblem(record.json);
    const named = [record.turn, ...(record.kind === 'tombstone' && record.replacement ? [record.replacement] : [])];
    return lost || named.every((turn) => depths.has(turn))
      ? undefined
      : 'it names a turn that does not stand before it';
  }

  #openPayloads(n: number, count: number): OpenPayloads {
    const file = tileFile(this.#id, 'payload', n);
    const bytes = this.#files.read(file) ?? new Uint8Array(0);
    const listed = listChunks(bytes, n * TILE_WIDTH);
    const end = n * TILE_WIDTH + count;
    const chunks = listed.chunks.filter((chunk) => chunk.first + chunk.slots.length <= end);
    const last = chunks.at(-1);
    const covered = last === undefined ? n * TILE_WIDTH : last.first + last.slots.length;
    const length = last === undefined ? 0 : last.offset + last.length;
    if (covered < end) {
      const positions = Array.from({ length: end - covered }, (_, i) => covered + i);
      this.#payloadProblem(n, [], positions, listed.problem ?? 'its payloads are missing');
    }
    const rows = chunks.map((chunk) => ({
      ...{ tile: n, first: chunk.first, offset: chunk.offset, length: chunk.length },
      crc: crc32(bytes.subarray(chunk.offset, chunk.offset + chunk.length)),
    }));
    const raws = new Map<PayloadChunk, Uint8Array>();
    const chunkOf = (position: number) =>
      chunks.find((c) => position >= c.first && position < c.first + c.slots.length);
    return {
      rows,
      length,
      slot: (position: number) => {
        const chunk = chunkOf(position);
        return chunk?.slots[position - chunk.first];
      },
      inline: (position: number): Uint8Array | undefined => {
        const chunk = chunkOf(position);
        const slot = chunk?.slots[position - chunk.first];
        if (chunk === undefined || slot?.tag !== 'inline') return undefined;
        let raw = raws.get(chunk);
        if (raw === undefined) {
          raw = decompressOrNothing(bytes, chunk);
          raws.set(chunk, raw);
        }
        return raw.length === chunk.rawLength ? raw.subarray(slot.offset, slot.offset + slot.rawLength) : undefined;
      },
    };
  }

  /** The payload of a turn when it is there and hashes right; else undefined, and said, unless a tombstone took it back. */
  #payloadOf(
    turn: LogRecord & { kind: 'turn' },
    position: number,
    n: number,
    tile: OpenPayloads,
  ): Uint8Array | undefined {
    if (this.#withheld.has(turn.hash)) return undefined;
    const slot = tile.slot(position);
    if (slot === undefined) return undefined; // said for the whole stretch in openPayloads
    try {
      if (slot.tag === 'withheld' || slot.tag === 'none')
        throw new TypeError('the payload is withheld without a tombstone');
      const bytes =
        slot.tag === 'blob'
          ? readBlobFile(this.#files.disk, this.#files.dir, turn.payloadHash)
          : tile.inline(slot.tag === 'same' ? slot.index : position);
      if (bytes === undefined && slot.tag === 'blob') throw new BlobProblem('the blob file is missing');
      if (bytes === undefined) throw new TypeError('the payload cannot be read');
      if (slot.tag !== 'blob' && blake3Hex(bytes) !== turn.payloadHash)
        throw new TypeError('the payload does not hash to its name');
      const said = slot.tag === 'blob' ? slot.rawLength : bytes.length;
      if (bytes.length !== turn.rawLength || said !== bytes.length)
        throw new TypeError('the payload has another length than its turn says');
      return bytes;
    } catch (error) {
      const where = { turns: [turn.hash], positions: [position] };
      if (error instanceof BlobProblem || error instanceof DamageError)
        this.#report('blob', blobPath(turn.payloadHash), messageOf(error), true, where);
      else this.#payloadProblem(n, where.turns, where.positions, messageOf(error));
      return undefined;
    }
  }

  #payloadProblem(n: number, turns: readonly TurnHash[], positions: readonly number[], message: string): void {
    this.#report('payload', tileFile(this.#id, 'payload', n), message, true, { turns, positions });
  }

  /** What lies beyond the committed size, in the open tile and in tiles after it. */
  #findTails(size: number, entryBytes: number, payloadBytes: number): TornTail[] {
    const tails: TornTail[] = [];
    const open = Math.floor(size / TILE_WIDTH);
    const keeps = { entries: entryBytes, '0': (size % TILE_WIDTH) * LEAF_LENGTH, payload: payloadBytes } as const;
    for (let n = open; ; n++) {
      let any = false;
      for (const kind of ['entries', '0', 'payload'] as const) {
        const file = tileFile(this.#id, kind, n);
        const bytes = this.#files.read(file);
        if (bytes === undefined) continue;
        any = true;
        const keep = n === open ? keeps[kind] : 0;
        if (bytes.length <= keep && bytes.length > 0) continue;
        if (bytes.length === 0 && keep > 0) continue;
        const rest = bytes.subarray(keep);
        tails.push({ file, keep, whole: keep === 0, bytes: rest.length, records: countRecords(kind, rest) });
      }
      if (!any && n > open) return tails;
    }
  }
}

/** Meta is JSON in JCS form, so that equal metas are equal records. */
function metaProblem(json: string): string | undefined {
  try {
    return canonicalJson(parseJson(json)) === json ? undefined : 'its JSON is not in canonical form';
  } catch (error) {
    if (error instanceof JsonError) return error.message;
    throw error;
  }
}

function matches(record: Uint8Array, leaf: Uint8Array | undefined): boolean {
  return leaf !== undefined && equalBytes(leafHash(record), leaf);
}

function decompressOrNothing(tile: Uint8Array, chunk: PayloadChunk): Uint8Array {
  try {
    return decompressChunk(tile, chunk);
  } catch {
    return new Uint8Array(0); // shorter than declared: each payload in it is then reported by name
  }
}

function countRecords(kind: TileKind, bytes: Uint8Array): number {
  if (kind === '0') return Math.floor(bytes.length / LEAF_LENGTH);
  if (kind === 'payload') return 0;
  return takeEntries(bytes).records.filter((record) => findRecord(record) !== undefined).length;
}
