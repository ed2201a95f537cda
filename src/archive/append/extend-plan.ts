/** What an extension from elsewhere will write: exact records under an exact checkpoint, checked before a byte is written. */
/** Whoever pulls a log gives what was published; nothing here is made up, and nothing that does not fit the checkpoint is taken. */

import { blake3Hex } from '../../base/blake3.ts';
import { decodeUtf8, equalBytes } from '../../base/bytes.ts';
import { limits } from '../../base/limits.ts';
import type { Head } from '../../model/conversation.ts';
import { plural } from '../../model/counts.ts';
import type { PayloadHash, TurnHash } from '../../model/ids.ts';
import { isMeta } from '../../model/meta.ts';
import type { ExtensionPayload, LogExtension } from '../contract.ts';
import { NotAnExtensionError, NotFoundError, RecordError } from '../errors.ts';
import { readBlobFile } from '../files/blobs.ts';
import { blobPath } from '../format/blob-file.ts';
import { type ParsedCheckpoint, parseCheckpoint } from '../format/checkpoint.ts';
import { findMisplaced } from '../format/log-rules.ts';
import { emptyFrontier, growFrontier, leafHash, rootOf } from '../format/merkle.ts';
import { findArchiveOrigin } from '../format/origin.ts';
import { decodeRecord, hasPayload, type LogRecord, type PayloadRecord } from '../format/record.ts';
import { listBlobsOf } from '../index/blob-parts.ts';
import type { ConversationRow, LoggedTombstone } from '../index/conversation-row.ts';
import type { Store } from '../index/store.ts';
import { addTurn, emptySummary, type SummaryState } from '../index/summary.ts';
import { listMetas } from '../read/read-metas.ts';
import { findTurn } from '../read/read-turns.ts';
import type { Growth, PlannedPayload, PlannedRecord } from './append-plan.ts';

/**
 * `row`: the conversation's, after its files were compared with it; undefined for an unknown one. Throws NotAnExtensionError when
 * the log and these records are not the log of the checkpoint, RecordError for bytes that break a rule, NotFoundError for a blob
 * that is not here, DamageError for a damaged conversation.
 */
export function planExtension(store: Store, extension: LogExtension, row: ConversationRow | undefined): Growth {
  if (row !== undefined) store.requireSound(row);
  const origin = checkGrowth(store, extension, row, parseCheckpoint(extension.checkpoint));
  return new Extender(store, extension, row, origin).plan();
}

/** Append-only: what is here and what is new, together, must be what the checkpoint counts. Returns the origin of the log's archive. */
function checkGrowth(
  store: Store,
  { conversation, records, payloads }: LogExtension,
  row: ConversationRow | undefined,
  checkpoint: ParsedCheckpoint,
): string {
  const refuse = (reason: string): never => {
    throw new NotAnExtensionError(conversation, reason);
  };
  const origin = findArchiveOrigin(checkpoint.origin, conversation) ?? refuse('its checkpoint is that of another log');
  const here = row === undefined ? origin : (row.origin ?? store.info.origin);
  if (origin !== here) refuse(`it is a log of ${origin}, the one here is of ${here}`);
  if (payloads.length !== records.length)
    refuse(`${plural(payloads.length, 'payload')} for ${plural(records.length, 'record')}`);
  const start = row?.frontier ?? emptyFrontier;
  if (checkpoint.size < start.size)
    refuse(`its checkpoint counts ${plural(checkpoint.size, 'record')}, ${start.size} are here`);
  if (checkpoint.size !== start.size + records.length)
    refuse(
      `its checkpoint counts ${plural(checkpoint.size, 'record')}, ${start.size} here and ${records.length} new are not that many`,
    );
  if (checkpoint.size === 0) refuse('it is empty');
  const root = rootOf(growFrontier(start, records.map(leafHash)));
  if (!equalBytes(root, checkpoint.root))
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

  constructor(store: Store, extension: LogExtension, row: ConversationRow | undefined, origin: string) {
    this.#store = store;
    this.#extension = extension;
    this.#row = row;
    this.#origin = origin === store.info.origin ? undefined : origin;
    this.#start = row?.frontier.size ?? 0;
    const known = row === undefined ? [] : store.index.listMetaTombstones(row.key);
    this.#withheld = new Set(known.map(({ meta }) => meta));
  }

  plan(): Growth {
    const { conversation, checkpoint } = this.#extension;
    const decoded = this.#extension.records.map((bytes) => decodeRecord(bytes));
    const tombstones = this.#listTombstones(decoded);
    const heads = new Map<string, Head>();
    const records: PlannedRecord[] = [];
    let state = this.#row?.state ?? emptySummary;
    for (const [i, record] of decoded.entries()) {
      const position = this.#start + i;
      const problem = findMisplaced(record, position, conversation, this.#before());
      if (problem !== undefined) throw new RecordError(`record ${position}: ${problem}`, { conversation });
      const { planned, raw } = this.#resolve(record, position, this.#extension.payloads[i]);
      const bytes = this.#extension.records[i] ?? new Uint8Array(0);
      records.push({ bytes, ...(planned === undefined ? {} : { payload: planned }), ...nameOf(record) });
      state = addRecord(state, record, raw);
      if (record.kind === 'turn') this.#depths.set(record.hash, record.depth);
      if (record.kind === 'meta') this.#metas.add(record.payloadHash);
      if (record.kind === 'head')
        heads.set(record.name, { name: record.name, turn: record.turn, timeMs: record.timeMs });
    }
    const { id, row, origin } = { id: conversation, row: this.#row, origin: this.#origin };
    return { id, row, origin, records, newHeads: heads, tombstones, state, checkpoint };
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
    given: ExtensionPayload,
  ): { readonly planned?: PlannedPayload; readonly raw?: Uint8Array } {
    if (!hasPayload(record)) {
      if (given !== undefined) throw new RecordError(`record ${position} has no payload, and one was given`);
      return {};
    }
    if (this.#withheld.has(record.kind === 'turn' ? record.hash : record.payloadHash))
      return { planned: { tag: 'withheld', blobs: [] } };
    if (given === undefined) throw new RecordError(`record ${position} has no payload, and no tombstone says why`);
    if (given instanceof Uint8Array) {
      checkPayload(record, position, given.length, blake3Hex(given));
      const blobs = listBlobsOf(record, given);
      return { planned: { tag: 'bytes', hash: record.payloadHash, bytes: given, blobs }, raw: given };
    }
    const raw = this.#readBlob(given.blob);
    checkPayload(record, position, raw.length, given.blob);
    if (raw.length <= limits.inlinePayload)
      throw new RecordError(`payload of record ${position} is too small for a blob`);
    const blobs = listBlobsOf(record, raw);
    return { planned: { tag: 'blob', rawLength: raw.length, blobs }, raw };
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
