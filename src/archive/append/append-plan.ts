/** What an append will write, decided and checked before a byte is written. */
/** Everything that can be refused is refused here, so a refused batch leaves no trace. */

import { blake3Hex } from '../../base/blake3.ts';
import { encodeUtf8 } from '../../base/bytes.ts';
import { canonicalJson } from '../../base/json.ts';
import type { Head } from '../../model/conversation.ts';
import { type ConversationId, isHash, type PayloadHash, type TurnHash } from '../../model/ids.ts';
import { isMeta } from '../../model/meta.ts';
import type { AppendBatch } from '../contract.ts';
import { DamageError, InvalidTurnError, NotFoundError } from '../errors.ts';
import type { Frontier } from '../format/merkle.ts';
import { encodeHead, encodeMeta } from '../format/record.ts';
import { encodeTurn, hashTurnRecord, type PreparedTurn } from '../format/turn-record.ts';
import { listBlobsOf } from '../index/blob-parts.ts';
import type { ConversationRow, LoggedTombstone } from '../index/conversation-row.ts';
import type { Store } from '../index/store.ts';
import { addTurn, emptySummary, type SummaryState } from '../index/summary.ts';
import { findTurn } from '../read/read-turns.ts';

export interface PlannedRecord {
  readonly bytes: Uint8Array;
  /** Undefined: the record is no turn. */
  readonly turn?: TurnHash;
  /** Undefined: the record has none. */
  readonly payload?: PlannedPayload;
}

/** `blobs`: those that the record needs from now on, its own payload among them when that is one. */
export type PlannedPayload = { readonly blobs: readonly string[] } & (
  | { readonly tag: 'bytes'; readonly hash: PayloadHash; readonly bytes: Uint8Array }
  /** A blob that is stored already. */
  | { readonly tag: 'blob'; readonly rawLength: number }
  /** It stands in a payload tile that is written as it came. */
  | { readonly tag: 'kept' }
  | { readonly tag: 'withheld' }
);

/** The bytes of a growth in one tile, where they came as such and need not be made. */
export interface GrowthTile {
  readonly entries: Uint8Array;
  readonly leaves: Uint8Array;
  /** Of the log up to here. */
  readonly end: Frontier;
  /** The whole payload tile; undefined: it is made of the payloads. */
  readonly payloads: Uint8Array | undefined;
}

/** What one conversation's log gains. */
export interface Growth {
  readonly id: ConversationId;
  /** Undefined: the conversation is new. */
  readonly row: ConversationRow | undefined;
  readonly records: PlannedRecord[];
  /** New or moved, by name. */
  readonly newHeads: Map<string, Head>;
  readonly tombstones?: readonly LoggedTombstone[];
  /** Its heads are those before this growth: with many branches a copy for each append would cost more than the append. */
  state: SummaryState;
  /** Whose log it is, and the bytes of its new checkpoint; undefined: this archive's own, which writes one. */
  readonly origin?: string | undefined;
  readonly checkpoint?: Uint8Array;
  /** By number. */
  readonly tiles?: ReadonlyMap<number, GrowthTile>;
}

export interface AppendPlan {
  /** In the order in which conversations were first touched; only those that grow. */
  readonly growths: readonly Growth[];
  readonly newTurns: number;
  readonly knownTurns: number;
  readonly newHeads: number;
  readonly newMetas: number;
}

/**
 * `getRow`: a conversation's row after its files were compared with it; undefined for an unknown one.
 * Throws InvalidTurnError, LimitError, NotFoundError, DamageError.
 */
export function planAppend(
  store: Store,
  batch: AppendBatch,
  getRow: (id: ConversationId) => ConversationRow | undefined,
): AppendPlan {
  return new Planner(store, getRow).plan(batch);
}

interface Known {
  readonly conversation: ConversationId;
  readonly depth: number;
  readonly timeMs: number;
}

class Planner {
  readonly #store: Store;
  readonly #getRow: (id: ConversationId) => ConversationRow | undefined;
  readonly #growths = new Map<ConversationId, Growth>();
  readonly #added = new Map<TurnHash, Known>();
  readonly #found = new Map<TurnHash, Known>();
  /** Conversations whose files were compared with what is known of them. */
  readonly #rows = new Map<ConversationId, ConversationRow | undefined>();

  constructor(store: Store, getRow: (id: ConversationId) => ConversationRow | undefined) {
    this.#store = store;
    this.#getRow = getRow;
  }

  plan(batch: AppendBatch): AppendPlan {
    let newTurns = 0;
    for (const turn of batch.turns) if (this.#addTurn(turn)) newTurns++;
    let newHeads = 0;
    for (const head of batch.heads ?? []) if (this.#addHead(head)) newHeads++;
    let newMetas = 0;
    for (const meta of batch.metas ?? []) if (this.#addMeta(meta)) newMetas++;
    const growths = [...this.#growths.values()].filter((growth) => growth.records.length > 0);
    for (const { row } of growths) if (row !== undefined) this.#store.requireOwn(row);
    return { growths, newTurns, knownTurns: batch.turns.length - newTurns, newHeads, newMetas };
  }

  #addTurn(turn: PreparedTurn): boolean {
    const { payload, hash, ...fields } = turn;
    const bytes = encodeTurn({ ...fields, rawLength: payload.length });
    if (hashTurnRecord(bytes) !== hash) throw new InvalidTurnError('a turn does not hash to its name', { turn: hash });
    if (this.#isKnown(turn)) return false;
    if (blake3Hex(payload) !== turn.payloadHash) {
      throw new InvalidTurnError('a payload does not hash to its name', { turn: hash });
    }
    const conversation = turn.parent === null ? hash : this.#conversationOf(turn, turn.parent);
    const growth = this.#growthOf(conversation);
    if (turn.parent === null && growth.row !== undefined) {
      this.#store.requireSound(growth.row);
      throw new DamageError(`conversations/${conversation}`, 'its first turn is not in it');
    }
    const blobs = listBlobsOf({ ...fields, rawLength: payload.length }, payload);
    growth.records.push({
      bytes,
      turn: hash,
      payload: { tag: 'bytes', hash: turn.payloadHash, bytes: payload, blobs },
    });
    growth.state = addTurn(growth.state, turn, payload);
    this.#added.set(hash, { conversation, depth: turn.depth, timeMs: turn.timeMs });
    return true;
  }

  #conversationOf(turn: PreparedTurn, parentHash: TurnHash): ConversationId {
    const parent = this.#find(parentHash);
    if (parent === undefined) {
      throw new InvalidTurnError('the parent of a turn is not in the archive', { turn: turn.hash, parent: parentHash });
    }
    if (turn.depth !== parent.depth + 1) {
      const fields = { turn: turn.hash, depth: turn.depth, parentDepth: parent.depth };
      throw new InvalidTurnError('the depth of a turn is not that of its parent plus one', fields);
    }
    return parent.conversation;
  }

  #addHead(head: { readonly conversation: ConversationId; readonly name: string; readonly turn: TurnHash }): boolean {
    const target = this.#find(head.turn);
    if (target === undefined)
      throw new InvalidTurnError('a head names a turn that is not in the archive', { turn: head.turn });
    if (target.conversation !== head.conversation) {
      throw new InvalidTurnError('a head names a turn of another conversation', {
        turn: head.turn,
        conversation: head.conversation,
      });
    }
    const growth = this.#growthOf(head.conversation);
    const name = head.name.toWellFormed();
    if ((growth.newHeads.get(name) ?? growth.state.heads.get(name))?.turn === head.turn) return false;
    const next = { name, turn: head.turn, timeMs: target.timeMs };
    growth.records.push({ bytes: encodeHead(next) });
    growth.newHeads.set(name, next);
    return true;
  }

  #addMeta({ conversation, meta, timeMs }: NonNullable<AppendBatch['metas']>[number]): boolean {
    const growth = this.#growthOf(conversation);
    if (growth.row === undefined && growth.records.length === 0) throw new NotFoundError('conversation', conversation);
    const json = canonicalJson(meta);
    if (json === growth.state.metaJson) return false;
    const payload = encodeUtf8(json);
    const payloadHash = blake3Hex(payload) as PayloadHash;
    const fields = { payloadHash, rawLength: payload.length };
    const record = encodeMeta({ timeMs, ...fields });
    if (this.#isTakenBack(growth, payloadHash)) return false;
    const blobs = listBlobsOf(fields, undefined);
    growth.records.push({ bytes: record, payload: { tag: 'bytes', hash: payloadHash, bytes: payload, blobs } });
    growth.state = { ...growth.state, metaJson: isMeta(payload) ? json : '' };
    return true;
  }

  /** A meta that was taken back is not written again. */
  #isTakenBack({ row, state }: Growth, hash: PayloadHash): boolean {
    if (row === undefined || !state.metaWithheld) return false;
    return this.#store.index.listMetaTombstones(row.key).some(({ meta }) => meta === hash);
  }

  /** A parent stands earlier in the same log, so what follows a new turn is new: only the first of a chain is looked up. */
  #isKnown({ hash, parent }: PreparedTurn): boolean {
    if (this.#added.has(hash)) return true;
    return (parent === null || !this.#added.has(parent)) && this.#find(hash) !== undefined;
  }

  #find(hash: TurnHash): Known | undefined {
    const known = this.#added.get(hash) ?? this.#found.get(hash);
    if (known !== undefined) return known;
    if (!isHash(hash)) throw new InvalidTurnError('not a turn hash', { turn: hash });
    let turn = findTurn(this.#store, hash);
    // what was found may be from memory: a restored backup or a sync client can have taken it away
    if (turn !== undefined && this.#hasChanged(turn.conversation)) turn = findTurn(this.#store, hash);
    if (turn !== undefined) this.#found.set(hash, turn);
    return turn;
  }

  /** Looks at a conversation's files once in a batch. True: they were not as they were known, and have been read again. */
  #hasChanged(id: ConversationId): boolean {
    if (this.#rows.has(id)) return false;
    const before = this.#store.index.findRow(id);
    const row = this.#getRow(id);
    this.#rows.set(id, row);
    return row !== before;
  }

  #growthOf(id: ConversationId): Growth {
    let growth = this.#growths.get(id);
    if (growth === undefined) {
      this.#hasChanged(id);
      const row = this.#rows.get(id);
      const state = row?.state ?? emptySummary;
      growth = { id, row, records: [], newHeads: new Map(), state };
      this.#growths.set(id, growth);
    }
    return growth;
  }
}
