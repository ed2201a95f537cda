/** Brings one conversation up to its state in the archive log: records first, then what they say, then one commit. */
/** Whatever is wrong stays this conversation's own matter, and nothing of it is taken that was not proven. */

import type { ArchiveWriter, ExtensionPayload } from '../../archive/archive.ts';
import {
  decodeBlob,
  emptyFrontier,
  generateCheckpoint,
  growFrontier,
  hasPayload,
  type LogRecord,
  leafHash,
  rootOf,
  TILE_WIDTH,
} from '../../archive/format/format.ts';
import { encodeUtf8 } from '../../base/bytes.ts';
import { limits } from '../../base/limits.ts';
import type { BlobHash, ConversationId, PayloadHash } from '../../model/ids.ts';
import { listBlobs } from '../../model/payload.ts';
import { BadReplicaError, LaggingReplicaError } from '../errors.ts';
import type { ArchiveLog } from '../log/archive-log.ts';
import type { LoggedState } from '../log/log-index.ts';
import { walkDecoded } from '../publish/replica-files.ts';
import { conversationFolder } from '../publish/replica-names.ts';
import { countRevisions } from '../publish/revisions.ts';
import {
  type FetchedPayload,
  fetchCheckpoint,
  fetchPayloads,
  fetchRecords,
  type NewRecords,
} from './conversation-tiles.ts';
import { keepEvidence } from './evidence.ts';
import type { ReplicaSource } from './source.ts';

export interface ConversationPull {
  readonly source: ReplicaSource;
  readonly archive: ArchiveWriter;
  readonly log: ArchiveLog;
  readonly dir: string;
}

export interface Pulled {
  readonly turns: number;
  /** Raw bytes of payloads and blobs. */
  readonly bytes: number;
}

/** Raw payload bytes that are in memory for one conversation before they are committed. */
const PIECE_BYTES = 8 * 1024 * 1024;
/** Of one item: each may be a request for nothing. */
const MOST_PICTURES = 256;

/** Throws what the source throws, ForkedLogError, RecordError, DamageError; what was committed before stays. */
export async function pullConversation(pull: ConversationPull, state: LoggedState): Promise<Pulled> {
  const { source, archive, log } = pull;
  const id = state.conversation;
  const held = archive.findConversation(id);
  const checkpoint = await fetchCheckpoint(
    source,
    log.origin,
    state,
    log.listKeys().map(({ key }) => key),
  );
  let pulled: Pulled = { turns: 0, bytes: 0 };
  if (held === undefined || held.size !== state.size || held.rootHash !== state.root) {
    const records = await newRecords(pull, state, checkpoint);
    pulled = await takeRecords(pull, state, checkpoint, records);
  }
  log.writeConversation(id, checkpoint);
  return pulled;
}

async function newRecords(pull: ConversationPull, state: LoggedState, checkpoint: Uint8Array): Promise<NewRecords> {
  const { source, archive, dir, log } = pull;
  const id = state.conversation;
  const held = archive.findConversation(id);
  const folder = conversationFolder(id);
  const frontier = held === undefined ? emptyFrontier : archive.getFrontier(id);
  if (frontier.size < state.size) {
    const from = frontier.size - (frontier.size % TILE_WIDTH);
    const own = held === undefined ? [] : archive.readRecords(id, from, frontier.size);
    for (const _ of [1, 2]) {
      const records = await fetchRecords(source, state, frontier, own);
      if (records !== undefined) return records;
    }
  }
  const broken = new BadReplicaError(folder, 'its records do not have the root that the archive log says');
  if (held === undefined) throw broken;
  // the whole of it, to tell a host that shows something else from an owner who said two things
  const whole = await fetchRecords(source, state, emptyFrontier, []);
  if (whole === undefined) throw broken;
  throw keepEvidence(dir, `${log.origin}/${id}`, log.readConversation(id), checkpoint);
}

/** In pieces, each one a commit under its own root; the last one is under the checkpoint as published. */
async function takeRecords(
  pull: ConversationPull,
  state: LoggedState,
  checkpoint: Uint8Array,
  records: NewRecords,
): Promise<Pulled> {
  const { source, archive, log } = pull;
  const { conversation, size } = state;
  const start = size - records.bytes.length;
  const isTaken = takenIn(records.decoded, start);
  const revisions = revisionsOf(archive, conversation, start, records.decoded);
  let frontier = start === 0 ? emptyFrontier : archive.getFrontier(conversation);
  let payloads: ExtensionPayload[] = [];
  let from = start;
  let [turns, bytes, waiting, until] = [0, 0, 0, 0];
  for (let n = Math.floor(start / TILE_WIDTH); n * TILE_WIDTH < size; n++) {
    const [first, end] = [Math.max(start, n * TILE_WIDTH), Math.min(size, (n + 1) * TILE_WIDTH)];
    const decoded = records.decoded.slice(first - start, end - start);
    const tile = { conversation, size, n, revision: revisions.get(n) ?? 0 };
    const fetched = await fetchPayloads(source, tile, first, decoded);
    for (const [i, record] of decoded.entries()) {
      const taken = isTaken(record);
      until = Math.max(until, taken ?? 0);
      const payload = taken === undefined ? await resolve(pull, record, fetched[i], first + i) : undefined;
      waiting += payload instanceof Uint8Array ? payload.length : 0;
      if (hasPayload(record) && payload !== undefined) bytes += record.rawLength;
      if (record.kind === 'turn') turns++;
      payloads.push(payload);
    }
    // a payload that is withheld needs its tombstone in the same commit
    if (end < size && (waiting < PIECE_BYTES || until >= end)) continue;
    const piece = records.bytes.slice(from - start, end - start);
    frontier = growFrontier(frontier, piece.map(leafHash));
    const own = { origin: `${log.origin}/${conversation}`, size: end, root: rootOf(frontier) };
    const signed = end === size ? checkpoint : encodeUtf8(generateCheckpoint(own));
    archive.extendLog({ conversation, records: piece, payloads, checkpoint: signed });
    [payloads, from, waiting] = [[], end, 0];
  }
  return { turns, bytes };
}

/** Position of the last tombstone that takes a record's payload back; undefined: none does. */
function takenIn(decoded: readonly LogRecord[], start: number): (record: LogRecord) => number | undefined {
  const taken = new Map<string, number>();
  for (const [i, record] of decoded.entries())
    if (record.kind === 'tombstone')
      taken.set(record.action === 'meta withheld' ? record.meta : record.turn, start + i);
  return (record) => {
    if (!hasPayload(record)) return undefined;
    return taken.get(record.kind === 'turn' ? record.hash : record.payloadHash);
  };
}

/** Of the whole log, old records and new. */
function revisionsOf(
  archive: ArchiveWriter,
  id: ConversationId,
  start: number,
  decoded: readonly LogRecord[],
): ReadonlyMap<number, number> {
  const held = archive.findConversation(id);
  const hadAny = held !== undefined && (held.withheld > 0 || held.metaWithheld);
  if (!hadAny && !decoded.some(({ kind }) => kind === 'tombstone')) return new Map();
  const all = function* () {
    if (start > 0) yield* walkDecoded(archive, id, start);
    yield* decoded;
  };
  return countRevisions(all());
}

/** The payload as the archive takes it, with the blobs that it needs fetched before. */
async function resolve(
  pull: ConversationPull,
  record: LogRecord,
  fetched: FetchedPayload,
  position: number,
): Promise<ExtensionPayload> {
  if (!hasPayload(record)) return undefined;
  if (fetched === undefined)
    throw new BadReplicaError(
      `payload ${position}`,
      'the host left it out, and no tombstone says that it was taken back',
    );
  if (fetched === 'blob') {
    if (!pull.archive.hasBlob(record.payloadHash) && !(await fetchBlob(pull, record.payloadHash)))
      throw new LaggingReplicaError(`blobs/${record.payloadHash}`, 'the host does not have it');
    const raw = pull.archive.readBlob(record.payloadHash);
    if (raw !== undefined) await fetchPictures(pull, record, raw);
    return { blob: record.payloadHash };
  }
  await fetchPictures(pull, record, fetched);
  return fetched;
}

/** What an item shows. One that is not in the replica was not published: that is no damage. */
async function fetchPictures(pull: ConversationPull, record: LogRecord, payload: Uint8Array): Promise<void> {
  if (record.kind !== 'turn') return;
  for (const hash of listBlobs(record, payload).slice(0, MOST_PICTURES))
    if (!pull.archive.hasBlob(hash)) await fetchBlob(pull, hash);
}

/** False: the host does not have it. */
async function fetchBlob({ source, archive }: ConversationPull, hash: BlobHash | PayloadHash): Promise<boolean> {
  const path = `blobs/${hash.slice(0, 2)}/${hash}.zst`;
  const raw = await source.find(path, limits.blobFile, (frame) => decodeBlob(path, frame, hash));
  if (raw === undefined) return false;
  archive.putBlob(raw);
  return true;
}
