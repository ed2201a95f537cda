/** What an extension from elsewhere will write: exact records under an exact checkpoint, checked before a byte is written. */
/** Whoever pulls a log gives what was published; nothing here is made up, and nothing that does not fit the checkpoint is taken. */

import { blake3Hex } from '../../base/blake3.ts';
import { decodeUtf8, equalBytes } from '../../base/bytes.ts';
import { limits } from '../../base/limits.ts';
import type { Head } from '../../model/conversation.ts';
import { plural } from '../../model/counts.ts';
import type { BlobHash, PayloadHash, TurnHash } from '../../model/ids.ts';
import { isMeta } from '../../model/meta.ts';
import type { ExtensionTile, LogExtension, PlannedExtension } from '../contract.ts';
import { NotAnExtensionError, NotFoundError, RecordError } from '../errors.ts';
import { readBlobFile } from '../files/blobs.ts';
import { blobPath } from '../format/blob-file.ts';
import { type ParsedCheckpoint, parseCheckpoint } from '../format/checkpoint.ts';
import { findMisplaced } from '../format/log-rules.ts';
import { emptyFrontier, isSameFrontier, rootOf } from '../format/merkle.ts';
import { findArchiveOrigin } from '../format/origin.ts';
import { decodeRecord, hasPayload, type LogRecord, type PayloadRecord } from '../format/record.ts';
import { TILE_WIDTH } from '../format/tile-names.ts';
import { listBlobsOf } from '../index/blob-parts.ts';
import type { ConversationRow, LoggedTombstone } from '../index/conversation-row.ts';
import type { Store } from '../index/store.ts';
import { addTurn, emptySummary, type SummaryState } from '../index/summary.ts';
import { listMetas } from '../read/read-metas.ts';
import { findTurn } from '../read/read-turns.ts';
import type { Growth, GrowthTile, PlannedPayload, PlannedRecord } from './append-plan.ts';

/** Of one item: whoever fetches them asks once for each. */
const MOST_PICTURES = 256;

/**
 * `row`: the conversation's, after its files were compared with it; undefined for an unknown one. Throws NotAnExtensionError when
 * the log and these records are not the log of the checkpoint, RecordError for bytes that break a rule, NotFoundError for a blob
 * that is not here, DamageError for a damaged conversation.
 */
export function planExtension(
  store: Store,
  extension: LogExtension,
  row: ConversationRow | undefined,
): { readonly growth: Growth; readonly planned: PlannedExtension } {
  if (row !== undefined) store.requireSound(row);
  const origin = checkGrowth(store, extension, row, parseCheckpoint(extension.checkpoint));
  return new Extender(store, extension, row, origin).plan();
}

/** Append-only: what is here and what is new, together, must be what the checkpoint counts. Returns the origin of the log's archive. */
function checkGrowth(
  store: Store,
  { conversation, tiles }: LogExtension,
  row: ConversationRow | undefined,
  checkpoint: ParsedCheckpoint,
): string {
  const refuse = (reason: string): never => {
    throw new NotAnExtensionError(conversation, reason);
  };
  const origin = findArchiveOrigin(checkpoint.origin, conversation) ?? refuse('its checkpoint is that of another log');
  const here = row === undefined ? origin : (row.origin ?? store.info.origin);
  if (origin !== here) refuse(`it is a log of ${origin}, the one here is of ${here}`);
  let end = row?.frontier ?? emptyFrontier;
  for (const { records, payloads } of tiles) {
    if (!isSameFrontier(records.start, end)) refuse('its records do not follow those here');
    end = records.end;
    if (payloads.first !== records.n * TILE_WIDTH || payloads.first + payloads.slots.length !== end.size)
      refuse('its payloads are those of other records');
  }
  if (checkpoint.size !== end.size)
    refuse(`its checkpoint counts ${plural(checkpoint.size, 'record')}, and with the new ones there are ${end.size}`);
  if (checkpoint.size === 0) refuse('it is empty');
  if (!equalBytes(rootOf(end), checkpoint.root))
    refuse('the records here and the new ones have another root than its checkpoint');
  return origin;
}

class Extender {
  readonly #store: Store;
  readonly #extension: LogExtension;
  readonly #row: ConversationRow | undefined;
  readonly #start: number;
  readonly #depths = new Map<TurnHash, number>();
  readonly #metas = new Set<PayloadHash>();
  /** Turns and metas that a tombstone takes back: those here, and those that come with the extension. */
  readonly #withheld: Set<string>;
  /** Undefined: this archive's own. */
  readonly #origin: string | undefined;
  #oldMetas: ReadonlySet<PayloadHash> | undefined;
  #state: SummaryState;
  #payloadBytes = 0;
  readonly #pictures = new Set<string>();

  constructor(store: Store, extension: LogExtension, row: ConversationRow | undefined, origin: string) {
    this.#store = store;
    this.#extension = extension;
    this.#row = row;
    this.#origin = origin === store.info.origin ? undefined : origin;
    this.#start = row?.frontier.size ?? 0;
    this.#state = row?.state ?? emptySummary;
    const known = row === undefined ? [] : store.index.listMetaTombstones(row.key);
    this.#withheld = new Set(known.map(({ meta }) => meta));
  }

  plan(): { readonly growth: Growth; readonly planned: PlannedExtension } {
    const { conversation, checkpoint, tiles } = this.#extension;
    const decoded = tiles.map(({ records }) => records.list().map((bytes) => decodeRecord(bytes)));
    const tombstones = this.#listTombstones(decoded.flat());
    const heads = new Map<string, Head>();
    const growthTiles = new Map<number, GrowthTile>();
    const records: PlannedRecord[] = [];
    for (const [i, tile] of tiles.entries()) {
      const own = this.#planTile(tile, decoded[i] ?? [], heads);
      const { n, bytes, leaves, end } = tile.records;
      const kept = isAsWritten(tile, own) ? tile.payloads.bytes : undefined;
      growthTiles.set(n, { entries: bytes, leaves, end, payloads: kept });
      // a tile that is kept holds its payloads: nobody needs them one by one
      records.push(...(kept === undefined ? own : own.map(withoutBytes)));
    }
    const { row, origin } = { row: this.#row, origin: this.#origin };
    const growth = {
      id: conversation,
      row,
      origin,
      records,
      newHeads: heads,
      tombstones,
      state: this.#state,
      checkpoint,
    };
    const turns = records.filter(({ turn }) => turn !== undefined).length;
    const pictures = [...this.#pictures] as BlobHash[];
    const planned = { conversation, turns, payloadBytes: this.#payloadBytes, pictures };
    return { growth: { ...growth, tiles: growthTiles }, planned };
  }

  #planTile({ records, payloads }: ExtensionTile, decoded: readonly LogRecord[], heads: Map<string, Head>) {
    const bytes = records.list();
    return decoded.map((record, i): PlannedRecord => {
      const position = records.start.size + i;
      const problem = findMisplaced(record, position, this.#extension.conversation, this.#before());
      if (problem !== undefined)
        throw new RecordError(`record ${position}: ${problem}`, { conversation: this.#extension.conversation });
      const { planned, raw } = this.#resolve(record, position, payloads);
      this.#state = addRecord(this.#state, record, raw);
      if (record.kind === 'turn') this.#depths.set(record.hash, record.depth);
      if (record.kind === 'meta') this.#metas.add(record.payloadHash);
      if (record.kind === 'head')
        heads.set(record.name, { name: record.name, turn: record.turn, timeMs: record.timeMs });
      const payload = planned === undefined ? {} : { payload: planned };
      return { bytes: bytes[i] ?? new Uint8Array(0), ...payload, ...nameOf(record) };
    });
  }

  #listTombstones(decoded: readonly LogRecord[]): LoggedTombstone[] {
    return decoded.flatMap((record, i) => {
      if (record.kind !== 'tombstone') return [];
      const { kind: _, ...tombstone } = record;
      this.#withheld.add(tombstone.action === 'meta withheld' ? tombstone.meta : tombstone.turn);
      return [{ ...tombstone, position: this.#start + i }];
    });
  }

  #before() {
    return {
      depthOf: (turn: TurnHash) => this.#depths.get(turn) ?? this.#findOldDepth(turn),
      hasMeta: (payload: PayloadHash) => this.#metas.has(payload) || this.#hasOldMeta(payload),
    };
  }

  /** A parent mostly stands among the new records, so the index is asked but a few times. */
  #findOldDepth(hash: TurnHash): number | undefined {
    if (this.#row === undefined) return undefined;
    const turn = findTurn(this.#store, hash);
    return turn?.conversation === this.#row.id ? turn.depth : undefined;
  }

  #hasOldMeta(payload: PayloadHash): boolean {
    if (this.#row === undefined) return false;
    this.#oldMetas ??= new Set(listMetas(this.#store, this.#row).map(({ record }) => record.payloadHash));
    return this.#oldMetas.has(payload);
  }

  /** Where a record's payload goes, and its bytes for the summary. */
  #resolve(
    record: LogRecord,
    position: number,
    payloads: ExtensionTile['payloads'],
  ): { readonly planned?: PlannedPayload; readonly raw?: Uint8Array } {
    const slot = payloads.slots[position - payloads.first];
    if (!hasPayload(record)) {
      if (slot?.tag !== 'none') throw new RecordError(`record ${position} has no payload, and one was given`);
      return {};
    }
    if (this.#withheld.has(record.kind === 'turn' ? record.hash : record.payloadHash))
      return { planned: { tag: 'withheld', blobs: [] } };
    const isBlob = slot?.tag === 'blob';
    const raw = isBlob ? this.#readBlob(record.payloadHash) : payloads.find(position);
    if (raw === undefined) throw new RecordError(`record ${position} has no payload, and no tombstone says why`);
    if (isBlob && slot.rawLength !== raw.length)
      throw new RecordError(`payload of record ${position} has another length than its tile says`);
    checkPayload(record, position, raw.length, isBlob ? record.payloadHash : blake3Hex(raw));
    if (isBlob && raw.length <= limits.inlinePayload)
      throw new RecordError(`payload of record ${position} is too small for a blob`);
    this.#payloadBytes += raw.length;
    const blobs = listBlobsOf(record, raw);
    for (const hash of blobs.slice(0, MOST_PICTURES)) if (hash !== record.payloadHash) this.#pictures.add(hash);
    if (isBlob) return { planned: { tag: 'blob', rawLength: raw.length, blobs }, raw };
    return { planned: { tag: 'bytes', hash: record.payloadHash, bytes: raw, blobs }, raw };
  }

  #readBlob(hash: string): Uint8Array {
    const raw = readBlobFile(this.#store.disk, this.#store.dir, hash);
    if (raw === undefined) throw new NotFoundError('blob', blobPath(hash));
    return raw;
  }
}

function checkPayload(record: PayloadRecord, position: number, length: number, hash: string): void {
  if (hash !== record.payloadHash) throw new RecordError(`payload of record ${position} does not hash to its name`);
  if (length !== record.rawLength)
    throw new RecordError(`payload of record ${position} has another length than it says`);
}

function nameOf(record: LogRecord): { readonly turn?: TurnHash } {
  return record.kind === 'turn' ? { turn: record.hash } : {};
}

/** What was taken back is counted when the log is read again, which follows every tombstone. A meta that is none says nothing. */
function addRecord(state: SummaryState, record: LogRecord, raw: Uint8Array | undefined): SummaryState {
  if (record.kind === 'turn') return addTurn(state, record, raw);
  return record.kind === 'meta'
    ? { ...state, metaJson: raw !== undefined && isMeta(raw) ? decodeUtf8(raw) : '' }
    : state;
}

/** Whether a tile from elsewhere is one that could have been written here: whole, and holding what its records say and nothing else. */
function isAsWritten({ records, payloads }: ExtensionTile, planned: readonly PlannedRecord[]): boolean {
  if (records.start.size !== payloads.first) return false;
  return planned.every(({ payload }, i) => (payload?.tag === 'withheld') === (payloads.slots[i]?.tag === 'withheld'));
}

function withoutBytes(record: PlannedRecord): PlannedRecord {
  const { payload } = record;
  return payload?.tag === 'bytes' ? { ...record, payload: { tag: 'kept', blobs: payload.blobs } } : record;
}
