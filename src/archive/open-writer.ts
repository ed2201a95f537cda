/** An archive that is open to be written: all that a reader can, and the writer's promises kept, over the same store. */
/** Every method that writes asks the store first, which refuses after the first error. */

import { blake3Hex } from '../base/blake3.ts';
import type { BlobHash, ConversationId, PayloadHash, TurnHash } from '../model/ids.ts';
import { Committer } from './append/append-commit.ts';
import { type Growth, planAppend } from './append/append-plan.ts';
import { planExtension } from './append/extend-plan.ts';
import { knownSize, mendLog } from './append/mend-log.ts';
import { type Found, listLost, noteLost, putBack } from './append/put-back.ts';
import { putBlobs } from './append/put-blobs.ts';
import type {
  AppendBatch,
  AppendResult,
  ArchiveWriter,
  DamageReport,
  LogExtension,
  LogOffer,
  LogState,
  LostContent,
  MendOptions,
  PlannedExtension,
  PutBackReport,
} from './contract.ts';
import { NotAnExtensionError } from './errors.ts';
import { carryOut, carryOutBeside } from './files/unsynced.ts';
import { blobPath, decodeBlob, encodeBlob } from './format/blob-file.ts';
import { emptyFrontier, isSameFrontier } from './format/merkle.ts';
import type { Tombstone } from './format/record.ts';
import type { ConversationRow } from './index/conversation-row.ts';
import { openLedger } from './index/ledger.ts';
import { acceptLostLogs, noteAllLogs } from './index/lost-logs.ts';
import type { Store } from './index/store.ts';
import type { Ledger } from './ledger-contract.ts';
import { OpenReader } from './open-reader.ts';
import { hasTurn } from './read/read-turns.ts';
import { compareIndex, refreshIndex } from './scan/open-index.ts';
import { reindex } from './scan/reindex.ts';
import { forgetSearched } from './search/forget-searched.ts';
import { removeConversations } from './withdraw/remove.ts';
import { startForeign, takeExtensions, withdrawMetas, withdrawTurn, withdrawTurns } from './withdraw/withdraw.ts';

export class OpenWriter extends OpenReader implements ArchiveWriter {
  readonly ledger: Ledger;
  readonly #committer: Committer;
  /** What each plan that is out will write. */
  readonly #planned = new WeakMap<PlannedExtension, Growth>();

  /** `release` lets go of the lock. */
  constructor(store: Store, release: () => void) {
    super(store, release);
    this.#committer = new Committer(store);
    this.ledger = openLedger(store, (hash) => hasTurn(store, hash));
  }

  append(batch: AppendBatch): AppendResult {
    this.store.assertWritable();
    const plan = planAppend(this.store, batch, (id) => this.#currentRow(id));
    this.store.write(() => this.#committer.commit(plan));
    const { growths, ...counts } = plan;
    return { ...counts, conversations: growths.map((growth) => growth.id) };
  }

  planExtension(extension: LogExtension): PlannedExtension {
    const row = this.#currentRow(extension.conversation);
    const { growth, planned } = planExtension(this.store, extension, row);
    this.#planned.set(planned, growth);
    return planned;
  }

  async commitExtensions(plans: readonly PlannedExtension[]): Promise<void> {
    this.store.assertWritable();
    const growths = plans.map((planned) => this.#growthOf(planned));
    const [taking, plain] = [growths.filter(takesBack), growths.filter((growth) => !takesBack(growth))];
    if (taking.length > 0) this.closeSearch();
    takeExtensions(this.store, taking, (growth) => this.#committer.commitOne(growth), forgetSearched);
    await this.store.writeBeside(() => {
      for (const growth of plain) startForeign(this.store, growth);
      return this.#committer.commitBeside(plain);
    });
  }

  removeConversations(conversations: readonly ConversationId[]): void {
    this.store.assertWritable();
    this.closeSearch();
    removeConversations(this.store, conversations, forgetSearched);
  }

  putBlob(bytes: Uint8Array): BlobHash {
    this.store.assertWritable();
    const hash = blake3Hex(bytes) as BlobHash;
    if (!this.hasBlob(hash)) this.store.write(() => carryOut(putBlobs(this.store, [[hash, encodeBlob(bytes)]])));
    return hash;
  }

  putBlobFrame(hash: BlobHash, frame: Uint8Array): void {
    this.store.assertWritable();
    if (!this.hasBlob(hash)) this.store.write(() => carryOut(putBlobs(this.store, [[hash, frame]])));
  }

  async putBlobFrames(frames: ReadonlyMap<BlobHash | PayloadHash, Uint8Array>): Promise<void> {
    const missing = [...frames].filter(([hash]) => !this.hasBlob(hash));
    for (const [hash, frame] of missing) decodeBlob(blobPath(hash), frame, hash);
    await this.store.writeBeside(() => carryOutBeside(putBlobs(this.store, missing)));
  }

  withdraw(turn: TurnHash, reason: number, nowMs: number, replacement?: TurnHash): void {
    this.store.assertWritable();
    const target = this.getTurn(turn);
    const other = replacement === undefined ? undefined : this.getTurn(replacement);
    this.#currentRow(target.conversation);
    const base = { turn, reason, timeMs: nowMs } as const;
    const tombstone: Tombstone =
      other === undefined ? { ...base, action: 'withheld' } : { ...base, action: 'replaced', replacement: other.hash };
    this.closeSearch();
    withdrawTurn(this.store, target, tombstone, other, (growth) => this.#committer.commitOne(growth), forgetSearched);
  }

  withdrawTurns(turns: readonly TurnHash[], reason: number, nowMs: number): void {
    this.store.assertWritable();
    const targets = turns.map((hash) => this.getTurn(hash));
    this.closeSearch();
    for (const [conversation, own] of Map.groupBy(targets, (turn) => turn.conversation)) {
      this.#currentRow(conversation);
      const commit = (growth: Growth): void => this.#committer.commitOne(growth);
      withdrawTurns(this.store, own, { reason, timeMs: nowMs }, commit, forgetSearched);
    }
  }

  withdrawMeta(
    conversation: ConversationId,
    reason: number,
    nowMs: number,
    says?: (json: Uint8Array) => boolean,
  ): number {
    this.store.assertWritable();
    this.getRow(conversation);
    this.#currentRow(conversation);
    this.closeSearch();
    const tombstone = { conversation, reason, timeMs: nowMs, ...(says === undefined ? {} : { says }) };
    return withdrawMetas(this.store, tombstone, (growth) => this.#committer.commitOne(growth), forgetSearched);
  }

  listLost(): readonly LostContent[] {
    this.store.assertWritable();
    return listLost(this.store);
  }

  noteLost(damage: readonly DamageReport[]): void {
    this.store.assertWritable();
    noteLost(this.store, damage);
  }

  putBack(conversation: ConversationId, found: Found): PutBackReport {
    this.store.assertWritable();
    return putBack(this.store, conversation, found);
  }

  mendLog(conversation: ConversationId, offers: readonly LogOffer[], options: MendOptions = {}): boolean {
    this.store.assertWritable();
    return mendLog(this.store, conversation, offers, options);
  }

  knownSize(conversation: ConversationId, states: readonly LogState[] = []): number {
    return knownSize(this.store, conversation, states);
  }

  rebuildIndex({ acceptLoss = false }: { readonly acceptLoss?: boolean } = {}): void {
    this.store.assertWritable();
    const { index } = this.store;
    this.store.forgetLosses();
    index.transaction(() => {
      if (acceptLoss) acceptLostLogs(index);
      else noteAllLogs(index);
      index.dropDerived();
    });
    refreshIndex(this.store, compareIndex(this.store, true));
  }

  #growthOf(planned: PlannedExtension): Growth {
    const growth = this.#planned.get(planned);
    if (growth === undefined) throw new TypeError('a plan of another archive');
    const now = this.store.index.findRow(planned.conversation)?.frontier ?? emptyFrontier;
    if (isSameFrontier(now, growth.row?.frontier ?? emptyFrontier)) return growth;
    throw new NotAnExtensionError(planned.conversation, 'the log here has changed since it was looked at');
  }

  /** The row to append to, after a look at the files: whoever else wrote to them, nothing of theirs is overwritten. */
  #currentRow(id: ConversationId): ConversationRow | undefined {
    const row = this.store.index.findRow(id);
    const same =
      row === undefined
        ? !this.store.hasFolder(id)
        : row.damage !== undefined ||
          (row.stamp === this.store.stampOf(id) && this.store.fitsFiles(id, { ...row, size: row.frontier.size }));
    if (same) return row;
    return reindex(this.store, id);
  }
}

function takesBack({ tombstones = [] }: Growth): boolean {
  return tombstones.length > 0;
}
