/** Brings one conversation up to its state in the archive log: records first, then what they say, then a commit. */
/** Whatever is wrong stays this conversation's own matter, and nothing of it is taken that was not proven. */

import type { ArchiveWriter, ExtensionTile } from '../../archive/archive.ts';
import {
  decodeRecord,
  emptyFrontier,
  type Frontier,
  generateCheckpoint,
  hasPayload,
  type LogRecord,
  rootOf,
  TILE_WIDTH,
  type TilePayloads,
  type TileRecords,
} from '../../archive/format/format.ts';
import { encodeUtf8 } from '../../base/bytes.ts';
import type { BlobHash, ConversationId, PayloadHash } from '../../model/ids.ts';
import { BadReplicaError, LaggingReplicaError } from '../errors.ts';
import type { ArchiveLog } from '../log/archive-log.ts';
import type { LoggedState } from '../log/log-index.ts';
import type { VerifierKey } from '../log/verifier-key.ts';
import { walkDecoded } from '../publish/replica-files.ts';
import { conversationFolder } from '../publish/replica-names.ts';
import { countRevisions } from '../publish/revisions.ts';
import type { Arrival, Commits } from './commits.ts';
import { fetchBlob, fetchCheckpoint, fetchPayloads, fetchRecords } from './conversation-tiles.ts';
import { keepEvidence } from './evidence.ts';
import type { Room } from './room.ts';
import { type FileSource, inOrder } from './source.ts';

export interface ConversationPull {
  readonly source: FileSource;
  readonly archive: ArchiveWriter;
  readonly log: ArchiveLog;
  /** Any of these may have signed a conversation's checkpoint. */
  readonly signers: readonly VerifierKey[];
  readonly commits: Commits;
  readonly room: Room;
  readonly dir: string;
}

export interface Pulled {
  readonly turns: number;
  /** Raw bytes of payloads and blobs. */
  readonly bytes: number;
  /** Resolves when all of it is on the disk. Must be awaited: what fails there is told nowhere else. */
  readonly durable: Promise<void>;
}

/** Bytes of one conversation, raw and as they came, that are in memory before they are committed. */
const PIECE_BYTES = 4 * 1024 * 1024;
/** Payload tiles of one conversation that are asked for at once. */
const WIDTH = 2;

/** Verified and on its way to the disk when it resolves. Throws what the source throws, ForkedLogError, RecordError, DamageError; what was committed before stays. */
export async function pullConversation(pull: ConversationPull, state: LoggedState): Promise<Pulled> {
  const { source, archive, log, signers, room } = pull;
  await room.enter();
  const checkpoint = await fetchCheckpoint(source, log.origin, state, signers);
  const held = archive.findConversation(state.conversation);
  if (held?.size === state.size && held.rootHash === state.root)
    return { turns: 0, bytes: 0, durable: pull.commits.add({ held: { state, checkpoint } }) };
  return new Taking(pull, state, checkpoint, await newRecords(pull, state, checkpoint)).run();
}

async function newRecords(
  pull: ConversationPull,
  state: LoggedState,
  checkpoint: Uint8Array,
): Promise<readonly TileRecords[]> {
  const { source, archive, dir, log } = pull;
  const id = state.conversation;
  const held = archive.findConversation(id);
  const frontier = held === undefined ? emptyFrontier : archive.getFrontier(id);
  if (frontier.size < state.size) {
    const from = frontier.size - (frontier.size % TILE_WIDTH);
    const own = held === undefined ? [] : archive.readRecords(id, from, frontier.size);
    for (const _ of [1, 2]) {
      const records = await fetchRecords(source, state, frontier, own);
      if (records !== undefined) return records;
    }
  }
  const broken = new BadReplicaError(
    conversationFolder(id),
    'its records do not have the root that the archive log says',
  );
  if (held === undefined) throw broken;
  // the whole of it, to tell a host that shows something else from an owner who said two things
  const whole = await fetchRecords(source, state, emptyFrontier, []);
  if (whole === undefined) throw broken;
  throw keepEvidence(dir, `${log.origin}/${id}`, log.readConversation(id), checkpoint);
}

/** In pieces, each one a commit under its own root; the last one is under the checkpoint as published. */
class Taking {
  readonly #pull: ConversationPull;
  readonly #state: LoggedState;
  readonly #checkpoint: Uint8Array;
  readonly #records: readonly TileRecords[];
  /** Position of the last tombstone that takes a turn or meta back, by what it names: of the new ones. */
  readonly #taken: ReadonlyMap<string, number>;
  #piece: ExtensionTile[] = [];
  /** Bytes of it. */
  #weight = 0;

  constructor(pull: ConversationPull, state: LoggedState, checkpoint: Uint8Array, records: readonly TileRecords[]) {
    this.#pull = pull;
    this.#state = state;
    this.#checkpoint = checkpoint;
    this.#records = records;
    this.#taken = listTaken(records);
  }

  async run(): Promise<Pulled> {
    const { source, archive, room } = this.#pull;
    const { conversation, size } = this.#state;
    const revisions = this.#countRevisions();
    let [turns, bytes, until] = [0, 0, 0];
    let durable = Promise.resolve();
    try {
      const fetched = inOrder(this.#records, WIDTH, async (records) => {
        if (this.#weight === 0) await room.enter();
        return {
          records,
          payloads: await fetchPayloads(source, this.#state, records.n, revisions.get(records.n) ?? 0),
        };
      });
      for await (const tile of fetched) {
        this.#add(tile);
        await this.#fetchBlobs(tile);
        until = Math.max(until, this.#lastTombstone(tile.records));
        const { end } = tile.records;
        // a payload that is withheld needs its tombstone in the same commit
        if (end.size < size && (this.#weight < PIECE_BYTES || until >= end.size)) continue;
        const checkpoint = end.size === size ? this.#checkpoint : this.#ownCheckpoint(end);
        const plan = archive.planExtension({ conversation, tiles: this.#piece, checkpoint });
        await this.#fetchPictures(plan.pictures);
        durable = this.#commit(end.size === size ? { plan, held: { state: this.#state, checkpoint } } : { plan });
        // the next piece follows what is here; nothing follows the last
        if (end.size < size) await durable;
        turns += plan.turns;
        bytes += plan.payloadBytes;
      }
      return { turns, bytes, durable };
    } finally {
      this.#drop();
    }
  }

  /** Hands the piece over, with its room. */
  #commit(arrival: Arrival): Promise<void> {
    const weight = this.#weight;
    this.#piece = [];
    this.#weight = 0;
    return this.#pull.commits.add(arrival, weight);
  }

  #add(tile: ExtensionTile): void {
    this.#piece.push(tile);
    const weight = tile.payloads.rawLength + tile.payloads.bytes.length;
    this.#weight += weight;
    this.#pull.room.take(weight);
  }

  #drop(): void {
    this.#piece = [];
    this.#pull.room.give(this.#weight);
    this.#weight = 0;
  }

  /** One that is here so far only in part. */
  #ownCheckpoint(end: Frontier): Uint8Array {
    const origin = `${this.#pull.log.origin}/${this.#state.conversation}`;
    return encodeUtf8(generateCheckpoint({ origin, size: end.size, root: rootOf(end) }));
  }

  /** 0: none takes anything of this tile back. */
  #lastTombstone(records: TileRecords): number {
    if (this.#taken.size === 0) return 0;
    return Math.max(0, ...records.list().map((bytes) => this.#taken.get(nameOf(decodeRecord(bytes))) ?? 0));
  }

  /** Of the whole log, old records and new. */
  #countRevisions(): ReadonlyMap<number, number> {
    const { archive } = this.#pull;
    const { conversation } = this.#state;
    const held = archive.findConversation(conversation);
    const hadAny = held !== undefined && (held.withheld > 0 || held.metaWithheld);
    if (!hadAny && this.#taken.size === 0) return new Map();
    return countRevisions(walkAll(archive, conversation, this.#records));
  }

  /** Payloads that stand in files of their own: before anything names them. */
  async #fetchBlobs({ records, payloads }: ExtensionTile): Promise<void> {
    for (const hash of listBlobs(records, payloads, this.#taken))
      if (!this.#pull.archive.hasBlob(hash) && !(await this.#takeBlob(hash)))
        throw new LaggingReplicaError(`blobs/${hash}`, 'the host does not have it');
  }

  /** What items show. One that is not in the replica was not published: that is no damage. */
  async #fetchPictures(pictures: readonly BlobHash[]): Promise<void> {
    for (const hash of pictures) if (!this.#pull.archive.hasBlob(hash)) await this.#takeBlob(hash);
  }

  /** False: the host does not have it. */
  async #takeBlob(hash: BlobHash | PayloadHash): Promise<boolean> {
    const { source, commits, room } = this.#pull;
    if (this.#weight === 0) await room.enter();
    const found = await fetchBlob(source, hash);
    if (found === undefined) return false;
    const weight = found.frame.length;
    room.take(weight);
    await commits.add({ blob: [hash, found.frame] }, weight);
    return true;
  }
}

function listTaken(tiles: readonly TileRecords[]): ReadonlyMap<string, number> {
  const taken = new Map<string, number>();
  for (const tile of tiles)
    for (const [i, bytes] of tile.list().entries()) {
      if (bytes[0] !== TOMBSTONE) continue;
      const record = decodeRecord(bytes);
      if (record.kind === 'tombstone') taken.set(namedBy(record), tile.start.size + i);
    }
  return taken;
}

/** First byte of a record: most of them need not be decoded to know that they are none. */
const TOMBSTONE = 3;

function namedBy(record: LogRecord & { readonly kind: 'tombstone' }): string {
  return record.action === 'meta withheld' ? record.meta : record.turn;
}

/** By what a tombstone takes a record's payload back; empty: it has none. */
function nameOf(record: LogRecord): string {
  if (!hasPayload(record)) return '';
  return record.kind === 'turn' ? record.hash : record.payloadHash;
}

function* walkAll(archive: ArchiveWriter, id: ConversationId, tiles: readonly TileRecords[]): Generator<LogRecord> {
  const start = tiles[0]?.start.size ?? 0;
  if (start > 0) yield* walkDecoded(archive, id, start);
  for (const tile of tiles) for (const bytes of tile.list()) yield decodeRecord(bytes);
}

/** Payloads of these records that the tile says to be blobs, without those that are taken back. */
function listBlobs(
  records: TileRecords,
  payloads: TilePayloads,
  taken: ReadonlyMap<string, number>,
): readonly PayloadHash[] {
  const own = payloads.slots.slice(records.start.size - payloads.first);
  if (!own.some(({ tag }) => tag === 'blob')) return [];
  return records.list().flatMap((bytes, i) => {
    if (own[i]?.tag !== 'blob') return [];
    const record = decodeRecord(bytes);
    return hasPayload(record) && !taken.has(nameOf(record)) ? [record.payloadHash] : [];
  });
}
