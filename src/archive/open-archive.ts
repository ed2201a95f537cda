/** An open archive: the reader's and the writer's promises kept, over a store. */
/** One class for both; a reader is one whose store may not be written. */

import { blake3Hex } from '../base/blake3.ts';
import { setAside } from '../base/derived.ts';
import { BrokenDatabaseError } from '../base/errors.ts';
import type { ConversationSummary, Head } from '../model/conversation.ts';
import type { BlobHash, ConversationId, PayloadHash, TurnHash } from '../model/ids.ts';
import { isHash, isHashPrefix } from '../model/ids.ts';
import type { LoggedTurn, Payload } from '../model/turn.ts';
import { Committer } from './append/append-commit.ts';
import { type Growth, planAppend } from './append/append-plan.ts';
import { planExtension } from './append/extend-plan.ts';
import { knownSize, mendLog } from './append/mend-log.ts';
import { type Found, listLost, noteLost, putBack } from './append/put-back.ts';
import { putBlobs } from './append/put-blobs.ts';
import type {
  AppendBatch,
  AppendResult,
  ArchiveInfo,
  ArchiveWriter,
  ConversationCounts,
  ConversationFilter,
  DamageReport,
  LogExtension,
  LogOffer,
  LogState,
  LostContent,
  MendOptions,
  PlannedExtension,
  PutBackReport,
  Revision,
  SearchHit,
  SearchQuery,
  VerifyOptions,
  VerifyReport,
  WalkOptions,
} from './contract.ts';
import { AmbiguousPrefixError, NotAnExtensionError, NotFoundError } from './errors.ts';
import { readBlobFile } from './files/blobs.ts';
import { carryOut, carryOutBeside } from './files/unsynced.ts';
import { blobPath, decodeBlob, encodeBlob } from './format/blob-file.ts';
import { emptyFrontier, type Frontier, isSameFrontier } from './format/merkle.ts';
import type { Tombstone } from './format/record.ts';
import type { ConversationRow } from './index/conversation-row.ts';
import { summaryOf } from './index/index-rows.ts';
import { openLedger } from './index/ledger.ts';
import { acceptLostLogs, noteAllLogs } from './index/lost-logs.ts';
import type { Store } from './index/store.ts';
import { findTookOver } from './index/took-over.ts';
import { countSummaries, revisionOf, walkGone, walkSummaries } from './index/walk-summaries.ts';
import type { Ledger } from './ledger-contract.ts';
import { readMetas } from './read/read-metas.ts';
import { readPayloads } from './read/read-payloads.ts';
import { readBlobFrame, readPayloadTile } from './read/read-published.ts';
import { readRecords } from './read/read-records.ts';
import { findTurn, hasTurn, listBranch, listTurns } from './read/read-turns.ts';
import { compareIndex, refreshIndex } from './scan/open-index.ts';
import { reindex } from './scan/reindex.ts';
import { forgetSearched } from './search/forget-searched.ts';
import { openSearch, type SearchIndex } from './search/search.ts';
import { verifyArchive } from './verify/verify.ts';
import { removeConversations } from './withdraw/remove.ts';
import { startForeign, takeExtensions, withdrawMetas, withdrawTurn, withdrawTurns } from './withdraw/withdraw.ts';

export class OpenArchive implements ArchiveWriter {
  readonly info: ArchiveInfo;
  readonly ledger: Ledger;
  readonly #store: Store;
  readonly #committer: Committer;
  readonly #release: () => void;
  /** What each plan that is out will write. */
  readonly #planned = new WeakMap<PlannedExtension, Growth>();
  #search: SearchIndex | undefined;
  #open = true;

  /** `release` lets go of the lock. */
  constructor(store: Store, release: () => void) {
    this.#store = store;
    this.#release = release;
    this.#committer = new Committer(store);
    this.info = store.info;
    this.ledger = openLedger({
      index: store.index,
      hasTurn: (hash) => hasTurn(store, hash),
      assertWritable: () => store.assertWritable(),
    });
  }

  get damage(): readonly DamageReport[] {
    return this.#store.damage;
  }

  walkConversations(options: WalkOptions = {}): Iterable<ConversationSummary> {
    return walkSummaries(this.#store.index, options);
  }

  countConversations(filter: ConversationFilter = {}): ConversationCounts {
    return countSummaries(this.#store.index, filter);
  }

  revision(): Revision {
    return revisionOf(this.#store.index);
  }

  walkGone(since: number): Iterable<ConversationId> {
    return walkGone(this.#store.index, since);
  }

  findConversation(idOrPrefix: string): ConversationSummary | undefined {
    if (!isHashPrefix(idOrPrefix)) return undefined;
    const ids = this.#store.index.listConversationsByPrefix(idOrPrefix);
    if (ids.length > 1) throw new AmbiguousPrefixError(idOrPrefix, ids);
    const [id] = ids;
    const row = id === undefined ? undefined : this.#store.index.findRow(id);
    return row === undefined ? undefined : this.#summaryOf(row);
  }

  getConversation(id: ConversationId): ConversationSummary {
    return this.#summaryOf(this.#getRow(id));
  }

  findTurn(hashOrPrefix: string): LoggedTurn | undefined {
    return isHashPrefix(hashOrPrefix) ? findTurn(this.#store, hashOrPrefix) : undefined;
  }

  getTurn(hash: TurnHash): LoggedTurn {
    const turn = isHash(hash) ? findTurn(this.#store, hash) : undefined;
    if (turn === undefined) throw new NotFoundError('turn', hash);
    return turn;
  }

  listTurns(conversation: ConversationId, from = 0): readonly LoggedTurn[] {
    return listTurns(this.#store, this.#getRow(conversation), from);
  }

  listBranch(turn: TurnHash, after?: TurnHash): readonly LoggedTurn[] {
    return listBranch(this.#store, this.getTurn(turn), after);
  }

  listTombstones(conversation: ConversationId): readonly Tombstone[] {
    return this.#store.index.listTombstones(this.#getRow(conversation).key);
  }

  listHeads(conversation: ConversationId): readonly Head[] {
    const { heads } = this.#getRow(conversation).state;
    return [...heads.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  readRecords(conversation: ConversationId, from: number, to: number): readonly Uint8Array[] {
    return readRecords(this.#store, this.#getRow(conversation), from, to);
  }

  getFrontier(conversation: ConversationId): Frontier {
    return this.#getRow(conversation).frontier;
  }

  readPayloadTile(conversation: ConversationId, n: number, size: number): Uint8Array {
    return readPayloadTile(this.#store, this.#getRow(conversation), n, size);
  }

  readMetas(conversation: ConversationId): readonly Payload[] {
    return readMetas(this.#store, this.#getRow(conversation));
  }

  readPayload(turn: LoggedTurn): Payload {
    const [payload] = readPayloads(this.#store, [turn]);
    if (payload === undefined) throw new NotFoundError('turn', turn.hash);
    return payload;
  }

  readPayloads(turns: readonly LoggedTurn[]): readonly Payload[] {
    return readPayloads(this.#store, turns);
  }

  hasBlob(hash: BlobHash | PayloadHash): boolean {
    return isHash(hash) && this.#store.disk.stat(this.#store.path(blobPath(hash)))?.file === true;
  }

  readBlob(hash: BlobHash | PayloadHash): Uint8Array | undefined {
    return isHash(hash) ? readBlobFile(this.#store.disk, this.#store.dir, hash) : undefined;
  }

  readBlobFrame(hash: BlobHash | PayloadHash): Uint8Array | undefined {
    return isHash(hash) ? readBlobFrame(this.#store, hash) : undefined;
  }

  append(batch: AppendBatch): AppendResult {
    this.#store.assertWritable();
    const plan = planAppend(this.#store, batch, (id) => this.#currentRow(id));
    this.#store.write(() => this.#committer.commit(plan));
    const { growths, ...counts } = plan;
    return { ...counts, conversations: growths.map((growth) => growth.id) };
  }

  planExtension(extension: LogExtension): PlannedExtension {
    const row = this.#currentRow(extension.conversation);
    const { growth, planned } = planExtension(this.#store, extension, row);
    this.#planned.set(planned, growth);
    return planned;
  }

  async commitExtensions(plans: readonly PlannedExtension[]): Promise<void> {
    this.#store.assertWritable();
    const growths = plans.map((planned) => this.#growthOf(planned));
    const [taking, plain] = [growths.filter(takesBack), growths.filter((growth) => !takesBack(growth))];
    if (taking.length > 0) this.#closeSearch();
    takeExtensions(this.#store, taking, (growth) => this.#committer.commitOne(growth), forgetSearched);
    await this.#store.writeBeside(() => {
      for (const growth of plain) startForeign(this.#store, growth);
      return this.#committer.commitBeside(plain);
    });
  }

  removeConversations(conversations: readonly ConversationId[]): void {
    this.#store.assertWritable();
    this.#closeSearch();
    removeConversations(this.#store, conversations, forgetSearched);
  }

  putBlob(bytes: Uint8Array): BlobHash {
    this.#store.assertWritable();
    const hash = blake3Hex(bytes) as BlobHash;
    if (!this.hasBlob(hash)) this.#store.write(() => carryOut(putBlobs(this.#store, [[hash, encodeBlob(bytes)]])));
    return hash;
  }

  async putBlobFrames(frames: ReadonlyMap<BlobHash | PayloadHash, Uint8Array>): Promise<void> {
    const missing = [...frames].filter(([hash]) => !this.hasBlob(hash));
    for (const [hash, frame] of missing) decodeBlob(blobPath(hash), frame, hash);
    await this.#store.writeBeside(() => carryOutBeside(putBlobs(this.#store, missing)));
  }

  withdraw(turn: TurnHash, reason: number, nowMs: number, replacement?: TurnHash): void {
    this.#store.assertWritable();
    const target = this.getTurn(turn);
    const other = replacement === undefined ? undefined : this.getTurn(replacement);
    this.#currentRow(target.conversation);
    const base = { turn, reason, timeMs: nowMs } as const;
    const tombstone: Tombstone =
      other === undefined ? { ...base, action: 'withheld' } : { ...base, action: 'replaced', replacement: other.hash };
    this.#closeSearch();
    withdrawTurn(this.#store, target, tombstone, other, (growth) => this.#committer.commitOne(growth), forgetSearched);
  }

  withdrawTurns(turns: readonly TurnHash[], reason: number, nowMs: number): void {
    this.#store.assertWritable();
    const targets = turns.map((hash) => this.getTurn(hash));
    this.#closeSearch();
    for (const [conversation, own] of Map.groupBy(targets, (turn) => turn.conversation)) {
      this.#currentRow(conversation);
      const commit = (growth: Growth): void => this.#committer.commitOne(growth);
      withdrawTurns(this.#store, own, { reason, timeMs: nowMs }, commit, forgetSearched);
    }
  }

  withdrawMeta(
    conversation: ConversationId,
    reason: number,
    nowMs: number,
    says?: (json: Uint8Array) => boolean,
  ): number {
    this.#store.assertWritable();
    this.#getRow(conversation);
    this.#currentRow(conversation);
    this.#closeSearch();
    const tombstone = { conversation, reason, timeMs: nowMs, ...(says === undefined ? {} : { says }) };
    return withdrawMetas(this.#store, tombstone, (growth) => this.#committer.commitOne(growth), forgetSearched);
  }

  listLost(): readonly LostContent[] {
    this.#store.assertWritable();
    return listLost(this.#store);
  }

  noteLost(damage: readonly DamageReport[]): void {
    this.#store.assertWritable();
    noteLost(this.#store, damage);
  }

  putBack(conversation: ConversationId, found: Found): PutBackReport {
    this.#store.assertWritable();
    return putBack(this.#store, conversation, found);
  }

  mendLog(conversation: ConversationId, offers: readonly LogOffer[], options: MendOptions = {}): boolean {
    this.#store.assertWritable();
    return mendLog(this.#store, conversation, offers, options);
  }

  knownSize(conversation: ConversationId, states: readonly LogState[] = []): number {
    return knownSize(this.#store, conversation, states);
  }

  verify(options: VerifyOptions = {}): VerifyReport {
    return verifyArchive(this.#store, options, () => performance.now());
  }

  search(query: SearchQuery): readonly SearchHit[] {
    const { searchPath, log } = this.#store;
    this.#search ??= openSearch(searchPath, log);
    try {
      return this.#search.search(this, query);
    } catch (error) {
      if (!(error instanceof BrokenDatabaseError) || error.path !== searchPath) throw error;
      this.#closeSearch();
      setAside(searchPath, log, error.reason);
      this.#search = openSearch(searchPath, log);
      return this.#search.search(this, query);
    }
  }

  rebuildIndex({ acceptLoss = false }: { readonly acceptLoss?: boolean } = {}): void {
    this.#store.assertWritable();
    const { index } = this.#store;
    this.#store.forgetLosses();
    index.transaction(() => {
      if (acceptLoss) acceptLostLogs(index);
      else noteAllLogs(index);
      index.dropDerived();
    });
    refreshIndex(this.#store, compareIndex(this.#store, true));
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#closeSearch();
    this.#store.index.close();
    this.#release();
  }

  #growthOf(planned: PlannedExtension): Growth {
    const growth = this.#planned.get(planned);
    if (growth === undefined) throw new TypeError('a plan of another archive');
    const now = this.#store.index.findRow(planned.conversation)?.frontier ?? emptyFrontier;
    if (isSameFrontier(now, growth.row?.frontier ?? emptyFrontier)) return growth;
    throw new NotAnExtensionError(planned.conversation, 'the log here has changed since it was looked at');
  }

  #closeSearch(): void {
    this.#search?.close();
    this.#search = undefined;
  }

  #summaryOf(row: ConversationRow): ConversationSummary {
    return summaryOf(row, findTookOver(this.#store.index, row.id));
  }

  #getRow(id: ConversationId): ConversationRow {
    const row = this.#store.index.findRow(id);
    if (row === undefined) throw new NotFoundError('conversation', id);
    return row;
  }

  /** The row to append to, after a look at the files: whoever else wrote to them, nothing of theirs is overwritten. */
  #currentRow(id: ConversationId): ConversationRow | undefined {
    const row = this.#store.index.findRow(id);
    const same =
      row === undefined
        ? !this.#store.hasFolder(id)
        : row.damage !== undefined ||
          (row.stamp === this.#store.stampOf(id) && this.#store.fitsFiles(id, { ...row, size: row.frontier.size }));
    if (same) return row;
    return reindex(this.#store, id);
  }
}

function takesBack({ tombstones = [] }: Growth): boolean {
  return tombstones.length > 0;
}
