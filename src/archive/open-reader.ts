/** An archive that is open to be read: the reader's promises kept, over a store. */
/** It can write nothing: whoever writes has a class that adds that, in open-writer.ts. */

import { setAside } from '../base/derived.ts';
import { BrokenDatabaseError } from '../base/errors.ts';
import type { ConversationSummary, Head } from '../model/conversation.ts';
import type { BlobHash, ConversationId, PayloadHash, TurnHash } from '../model/ids.ts';
import { isHash, isHashPrefix } from '../model/ids.ts';
import type { LoggedTurn, Payload } from '../model/turn.ts';
import type {
  ArchiveInfo,
  ArchiveReader,
  ConversationCounts,
  ConversationFilter,
  DamageReport,
  Revision,
  SearchHit,
  SearchQuery,
  VerifyOptions,
  VerifyReport,
  WalkOptions,
} from './contract.ts';
import { AmbiguousPrefixError, NotFoundError } from './errors.ts';
import { readBlobFile } from './files/blobs.ts';
import { blobPath } from './format/blob-file.ts';
import type { Frontier } from './format/merkle.ts';
import type { Tombstone } from './format/record.ts';
import type { ConversationRow } from './index/conversation-row.ts';
import { summaryOf } from './index/index-rows.ts';
import type { Store } from './index/store.ts';
import { findTookOver } from './index/took-over.ts';
import { countSummaries, revisionOf, walkGone, walkSummaries } from './index/walk-summaries.ts';
import { readMetas } from './read/read-metas.ts';
import { readPayloads } from './read/read-payloads.ts';
import { readBlobFrame, readPayloadTile } from './read/read-published.ts';
import { readRecords } from './read/read-records.ts';
import { findTurn, listBranch, listTurns } from './read/read-turns.ts';
import { openSearch, type SearchIndex } from './search/search.ts';
import { verifyArchive } from './verify/verify.ts';

export class OpenReader implements ArchiveReader {
  readonly info: ArchiveInfo;
  protected readonly store: Store;
  readonly #release: () => void;
  #search: SearchIndex | undefined;
  #open = true;

  /** `release` lets go of what was taken to open it. */
  constructor(store: Store, release: () => void = () => {}) {
    this.store = store;
    this.info = store.info;
    this.#release = release;
  }

  get damage(): readonly DamageReport[] {
    return this.store.damage;
  }

  walkConversations(options: WalkOptions = {}): Iterable<ConversationSummary> {
    return walkSummaries(this.store.index, options);
  }

  countConversations(filter: ConversationFilter = {}): ConversationCounts {
    return countSummaries(this.store.index, filter);
  }

  revision(): Revision {
    return revisionOf(this.store.index);
  }

  walkGone(since: number): Iterable<ConversationId> {
    return walkGone(this.store.index, since);
  }

  findConversation(idOrPrefix: string): ConversationSummary | undefined {
    if (!isHashPrefix(idOrPrefix)) return undefined;
    const ids = this.store.index.listConversationsByPrefix(idOrPrefix);
    if (ids.length > 1) throw new AmbiguousPrefixError(idOrPrefix, ids);
    const [id] = ids;
    const row = id === undefined ? undefined : this.store.index.findRow(id);
    return row === undefined ? undefined : this.#summaryOf(row);
  }

  getConversation(id: ConversationId): ConversationSummary {
    return this.#summaryOf(this.getRow(id));
  }

  findTurn(hashOrPrefix: string): LoggedTurn | undefined {
    return isHashPrefix(hashOrPrefix) ? findTurn(this.store, hashOrPrefix) : undefined;
  }

  getTurn(hash: TurnHash): LoggedTurn {
    const turn = isHash(hash) ? findTurn(this.store, hash) : undefined;
    if (turn === undefined) throw new NotFoundError('turn', hash);
    return turn;
  }

  listTurns(conversation: ConversationId, from = 0): readonly LoggedTurn[] {
    return listTurns(this.store, this.getRow(conversation), from);
  }

  listBranch(turn: TurnHash, after?: TurnHash): readonly LoggedTurn[] {
    return listBranch(this.store, this.getTurn(turn), after);
  }

  listTombstones(conversation: ConversationId): readonly Tombstone[] {
    return this.store.index.listTombstones(this.getRow(conversation).key);
  }

  listHeads(conversation: ConversationId): readonly Head[] {
    const { heads } = this.getRow(conversation).state;
    return [...heads.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  readRecords(conversation: ConversationId, from: number, to: number): readonly Uint8Array[] {
    return readRecords(this.store, this.getRow(conversation), from, to);
  }

  getFrontier(conversation: ConversationId): Frontier {
    return this.getRow(conversation).frontier;
  }

  readPayloadTile(conversation: ConversationId, n: number, size: number): Uint8Array {
    return readPayloadTile(this.store, this.getRow(conversation), n, size);
  }

  readMetas(conversation: ConversationId): readonly Payload[] {
    return readMetas(this.store, this.getRow(conversation));
  }

  readPayload(turn: LoggedTurn): Payload {
    const [payload] = readPayloads(this.store, [turn]);
    if (payload === undefined) throw new NotFoundError('turn', turn.hash);
    return payload;
  }

  readPayloads(turns: readonly LoggedTurn[]): readonly Payload[] {
    return readPayloads(this.store, turns);
  }

  hasBlob(hash: BlobHash | PayloadHash): boolean {
    return isHash(hash) && this.store.disk.stat(this.store.path(blobPath(hash)))?.file === true;
  }

  readBlob(hash: BlobHash | PayloadHash): Uint8Array | undefined {
    return isHash(hash) ? readBlobFile(this.store.disk, this.store.dir, hash) : undefined;
  }

  readBlobFrame(hash: BlobHash | PayloadHash): Uint8Array | undefined {
    return isHash(hash) ? readBlobFrame(this.store, hash) : undefined;
  }

  verify(options: VerifyOptions = {}): VerifyReport {
    return verifyArchive(this.store, options, () => performance.now());
  }

  search(query: SearchQuery): readonly SearchHit[] {
    const { searchPath, log } = this.store;
    this.#search ??= openSearch(searchPath, log);
    try {
      return this.#search.search(this, query);
    } catch (error) {
      if (!(error instanceof BrokenDatabaseError) || error.path !== searchPath) throw error;
      this.closeSearch();
      setAside(searchPath, log, error.reason);
      this.#search = openSearch(searchPath, log);
      return this.#search.search(this, query);
    }
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.closeSearch();
    this.store.index.close();
    this.#release();
  }

  /** Before words are taken out of it, or the file it stands in is set aside. */
  protected closeSearch(): void {
    this.#search?.close();
    this.#search = undefined;
  }

  #summaryOf(row: ConversationRow): ConversationSummary {
    return summaryOf(row, findTookOver(this.store.index, row.id));
  }

  protected getRow(id: ConversationId): ConversationRow {
    const row = this.store.index.findRow(id);
    if (row === undefined) throw new NotFoundError('conversation', id);
    return row;
  }
}
