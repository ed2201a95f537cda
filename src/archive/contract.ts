/** What an archive promises: its reader, its writer and what they take and give. Types only. */
/** Apart from the door, so that the files behind it can name these types without importing each other. */

import type { ConversationSummary, Head, Meta } from '../model/conversation.ts';
import type { BlobHash, ConversationId, PayloadHash, TurnHash } from '../model/ids.ts';
import type { LoggedTurn, Payload } from '../model/turn.ts';
import type { Frontier } from './format/merkle.ts';
import type { TilePayloads, TileRecords } from './format/published-tile.ts';
import type { Tombstone } from './format/record.ts';
import type { PreparedTurn } from './format/turn-record.ts';
import type { Ledger } from './ledger-contract.ts';

export interface ArchiveInfo {
  readonly version: 1;
  readonly features: readonly string[];
  /** First part of every checkpoint's origin line, e.g. `example.org/archive`. */
  readonly origin: string;
  readonly created: string;
  /** It was pulled: blobs that items name, and that were never here, were not published. */
  readonly copy?: true;
}

/** What one commit adds. Turns stand parents first; a turn, head or meta that is already there is left out. */
export interface AppendBatch {
  readonly turns: readonly PreparedTurn[];
  readonly heads?: readonly { readonly conversation: ConversationId; readonly name: string; readonly turn: TurnHash }[];
  readonly metas?: readonly { readonly conversation: ConversationId; readonly meta: Meta; readonly timeMs: number }[];
}

export interface AppendResult {
  readonly newTurns: number;
  readonly knownTurns: number;
  readonly newHeads: number;
  readonly newMetas: number;
  /** Conversations whose log grew, in the order in which they were first touched. */
  readonly conversations: readonly ConversationId[];
}

export interface DamageReport {
  /** Path inside the archive. */
  readonly file: string;
  /** Byte offset in the file where that is known. */
  readonly offset?: number;
  readonly conversation?: ConversationId;
  /** Turns whose own record or payload is bad. */
  readonly turns: readonly TurnHash[];
  /** Log positions that are bad when the hash cannot be known. */
  readonly positions?: readonly number[];
  /** Turns that are whole but whose ancestry runs through a bad one. */
  readonly unverifiedDescendants?: number;
  /** `torn-tail` and `note` are no damage: see `isDamage`. */
  readonly kind: 'torn-tail' | 'note' | 'log' | 'leaf' | 'payload' | 'blob' | 'checkpoint' | 'index' | 'archive';
  readonly message: string;
}

export interface VerifyOptions {
  /** Only these conversations (full ids). */
  readonly conversations?: readonly ConversationId[];
  /** A share of the conversations, 0 to 1, least recently verified first. */
  readonly sample?: number;
  /** Stop after this many milliseconds; least recently verified first. */
  readonly maxDurationMs?: number;
  /** Called after each conversation. */
  readonly onProgress?: (done: number, total: number, conversation: ConversationId) => void;
}

export interface VerifyReport {
  readonly conversations: number;
  readonly turns: number;
  readonly payloads: number;
  readonly blobs: number;
  /** False when time or sample left something unread. */
  readonly complete: boolean;
  readonly damage: readonly DamageReport[];
  /** What is no damage but worth knowing: torn tails, files that do not belong here, a conversation without `main`. */
  readonly notes: readonly DamageReport[];
}

export interface ConversationFilter {
  /** As meta says it, letter for letter. */
  readonly agent?: string;
  readonly project?: string;
  /** False: without those that another conversation took over, as its meta says; their turns stand in that one. */
  readonly joined?: false;
}

export interface WalkOptions extends ConversationFilter {
  /** `newest` (or oldest) activity first, equal times by id; `changed`: by revision, what changed last comes last. Default: newest. */
  readonly order?: 'newest' | 'oldest' | 'changed';
  /** Only conversations whose revision is greater. */
  readonly since?: number;
}

export interface ConversationCounts {
  readonly conversations: number;
  readonly turns: number;
}

/** How far the index has come. With another generation it was built anew: then everything has to be compared. */
export interface Revision {
  readonly generation: string;
  readonly revision: number;
}

export interface ArchiveReader {
  readonly info: ArchiveInfo;
  /** Damage and torn tails found so far: opening never throws for one bad conversation. */
  readonly damage: readonly DamageReport[];

  /** From the index, newest activity first, without reading a log. A page of them is in memory at a time, whatever the archive's size. */
  walkConversations(options?: WalkOptions): Iterable<ConversationSummary>;
  countConversations(filter?: ConversationFilter): ConversationCounts;
  /** Grows with every change of any conversation. A consumer keeps it and asks `walkConversations` and `walkGone` for what is newer. */
  revision(): Revision;
  /** Conversations that are not in the archive any more and went after this revision of the same generation. */
  walkGone(since: number): Iterable<ConversationId>;
  /** By full id or unique prefix (4 digits or more). Undefined: none. Throws AmbiguousPrefixError for several. */
  findConversation(idOrPrefix: string): ConversationSummary | undefined;
  /** Throws NotFoundError. */
  getConversation(id: ConversationId): ConversationSummary;

  /** By full hash or unique prefix. Undefined: none. Throws AmbiguousPrefixError for several. */
  findTurn(hashOrPrefix: string): LoggedTurn | undefined;
  /** Throws NotFoundError. */
  getTurn(hash: TurnHash): LoggedTurn;
  /** All turns of a conversation in log order, from position `from` on. */
  listTurns(conversation: ConversationId, from?: number): readonly LoggedTurn[];
  /** The path from the root to `turn`, root first. With `after`, only what follows that ancestor. Iterative, any depth. */
  listBranch(turn: TurnHash, after?: TurnHash): readonly LoggedTurn[];
  listTombstones(conversation: ConversationId): readonly Tombstone[];
  /**
   * Every head that the log names, by name. Summaries leave out retired ones: heads other than `main` that point to the
   * conversation's first turn while another head is left. Throws NotFoundError.
   */
  listHeads(conversation: ConversationId): readonly Head[];
  /**
   * The exact bytes of the records from position `from` up to `to`, without that one, in log order. Throws NotFoundError, and
   * DamageError when one is not there or does not have its leaf hash.
   */
  readRecords(conversation: ConversationId, from: number, to: number): readonly Uint8Array[];
  /** The Merkle frontier of its log: what more records are added to. Throws NotFoundError. */
  getFrontier(conversation: ConversationId): Frontier;
  /**
   * The payloads of tile `n` (256 records) as a log of `size` records has them in a replica: one chunk; a full one is the sealed file.
   * Throws NotFoundError, DamageError.
   */
  readPayloadTile(conversation: ConversationId, n: number, size: number): Uint8Array;
  /** The JSON of every meta record in log order, as it was written: the last is the conversation's meta. Throws NotFoundError. */
  readMetas(conversation: ConversationId): readonly Payload[];

  readPayload(turn: LoggedTurn): Payload;
  /** The same for many, in the order given; each tile is decompressed once. */
  readPayloads(turns: readonly LoggedTurn[]): readonly Payload[];

  hasBlob(hash: BlobHash | PayloadHash): boolean;
  /** Raw bytes, verified against the hash. Undefined: not there. Throws DamageError when it does not hash right. */
  readBlob(hash: BlobHash | PayloadHash): Uint8Array | undefined;
  /** The same as it is stored, compressed. */
  readBlobFrame(hash: BlobHash | PayloadHash): Uint8Array | undefined;

  /** Recomputes everything from bytes. Reports every single damage; never throws for one. */
  verify(options?: VerifyOptions): VerifyReport;

  /** Full-text search over the archive, best first; built on demand from what is new. See search.ts. */
  search(query: SearchQuery): readonly SearchHit[];

  close(): void;
}

export interface SearchQuery {
  /** Words, all must occur; `"a phrase"`; `word*`. Never an FTS expression of the caller. */
  readonly text: string;
  readonly agent?: string;
  readonly project?: string;
  readonly model?: string;
  readonly role?: string;
  readonly tag?: string;
  readonly sinceMs?: number;
  readonly untilMs?: number;
  readonly limit?: number;
}

export interface SearchHit {
  readonly turn: TurnHash;
  readonly conversation: ConversationId;
  readonly timeMs: number;
  readonly role: string;
  /** Plain text; matches stand between U+E000 and U+E001. */
  readonly snippet: string;
}

/** What another archive published of one conversation, from the size of the log that is here on. */
export interface LogExtension {
  readonly conversation: ConversationId;
  /** In log order; blobs that they need instead of payloads are stored already. */
  readonly tiles: readonly ExtensionTile[];
  /** Exact bytes, signature and all; they count all records, old and new. */
  readonly checkpoint: Uint8Array;
}

/** Records of one tile, and the payload tile in which theirs stand, perhaps behind those of records that are here. */
export interface ExtensionTile {
  readonly records: TileRecords;
  readonly payloads: TilePayloads;
}

/** An extension that was found to fit: what it brings. */
export interface PlannedExtension {
  readonly conversation: ConversationId;
  readonly turns: number;
  /** Raw bytes of its payloads, without what was taken back. */
  readonly payloadBytes: number;
  /** Blobs that its items show, each once; of one item the first few hundred. */
  readonly pictures: readonly BlobHash[];
}

/** What a conversation's log names and the archive does not hold any more, by BLAKE3: payloads, metas and blobs. */
export interface LostContent {
  readonly conversation: ConversationId;
  readonly hashes: readonly string[];
}

/** Records of a log by position, from anywhere; undefined where there is none. */
export type LogOffer = readonly (Uint8Array | undefined)[];

/** A state of a log that somebody vouches for. */
export interface LogState {
  readonly size: number;
  readonly root: Uint8Array;
}

export interface MendOptions {
  /** What else is known of the log, such as what was published of it. */
  readonly states?: readonly LogState[];
  /** Says what it would do, and writes nothing. */
  readonly dry?: boolean;
}

export interface PutBackReport {
  /** Of turns and metas. */
  readonly payloads: number;
  readonly blobs: number;
}

export interface ArchiveWriter extends ArchiveReader {
  /** One durable commit; when it returns, all of it survives a power cut. On an error none of it is acknowledged. */
  append(batch: AppendBatch): AppendResult;
  /**
   * Checks exact records under an exact checkpoint, as another archive published them, and writes nothing. The log here, the records and
   * their payloads must be those of the checkpoint; whose signature it is, the caller has checked. Throws NotAnExtensionError, RecordError,
   * and NotFoundError for a payload's blob that is not here.
   */
  planExtension(extension: LogExtension): PlannedExtension;
  /**
   * Carries out plans of different conversations, each one durable commit; their waits for the disk are shared, and other work goes on
   * meanwhile. Whatever else would write before it has ended is refused: WriteRefusedError. A whole payload tile that says what its records
   * say is kept byte for byte. What tombstones take back is removed here too. A conversation of a foreign origin keeps it, and takes
   * neither `append` nor a withdrawal: ForeignLogError. Throws NotAnExtensionError for a plan whose log has changed since.
   */
  commitExtensions(plans: readonly PlannedExtension[]): Promise<void>;
  /**
   * Takes conversations out, with what the index, the search and the quarantine know of them and the blobs that nobody else needs: for a
   * copy of another archive's, which withdrew them. Their files wait in `private/removed/`, for the caller to delete. Unknown: nothing.
   */
  removeConversations(conversations: readonly ConversationId[]): void;
  /** Stores blobs by their files' bytes, kept as they are: all durable together, like `commitExtensions`. Throws DamageError for a wrong one. */
  putBlobFrames(frames: ReadonlyMap<BlobHash | PayloadHash, Uint8Array>): Promise<void>;
  /** Stores a blob durably (before the turn that names it) and returns its hash. Known: nothing is written. */
  putBlob(bytes: Uint8Array): BlobHash;
  /** The same by the bytes of its file, from who has made and checked them: here they are not looked into. */
  putBlobFrame(hash: BlobHash, frame: Uint8Array): void;
  /** Appends a tombstone and rewrites the payload tile without the payload; deletes its blob when no other turn uses it. */
  withdraw(turn: TurnHash, reason: number, nowMs: number, replacement?: TurnHash): void;
  /** The same for several, without replacements: one commit for each conversation, in the order given. */
  withdrawTurns(turns: readonly TurnHash[], reason: number, nowMs: number): void;
  /**
   * Takes back every meta of the conversation so far, title and all: a tombstone for each different one, and the bytes are removed
   * like a turn's. Its meta is empty then, and `metaWithheld` of its summary is true for ever. With `says`, only those of which it is
   * true, and those that cannot be read; when the last one is not among them it stays the conversation's meta. Returns how many were
   * taken back now.
   */
  withdrawMeta(
    conversation: ConversationId,
    reason: number,
    nowMs: number,
    says?: (json: Uint8Array) => boolean,
  ): number;
  /**
   * By conversation. Its cost follows the damage: what opening found, what `noteLost` was told, and blobs that are missing are named;
   * a bit that flipped where nobody looked is for `verify` to find. What was taken back is not lost.
   */
  listLost(): readonly LostContent[];
  /** Remembers what `verify` found, for `listLost`. */
  noteLost(damage: readonly DamageReport[]): void;
  /**
   * Puts back what of `found` (by BLAKE3, which is checked) the conversation has lost. Other bytes are not written, what was taken back
   * stays so, and records stay as they are. What stood in a file that is written anew is in quarantine.
   */
  putBack(conversation: ConversationId, found: ReadonlyMap<string, Uint8Array>): PutBackReport;
  /**
   * Makes a damaged log whole: its leaf and entry tiles and its checkpoint, from what is here and what is offered. Written is only what
   * has exactly the size and root of its checkpoint, of what was known, or of one of `states`. False: nothing was.
   */
  mendLog(conversation: ConversationId, offers: readonly LogOffer[], options?: MendOptions): boolean;
  /** The greatest size that is known of a log. 0: nothing is. */
  knownSize(conversation: ConversationId, states?: readonly LogState[]): number;
  /**
   * Drops the index and builds it from the logs. What it knew and does not find again is damage, now and at every opening, until
   * it is found or, with `acceptLoss`, a person says that it is known.
   */
  rebuildIndex(options?: { readonly acceptLoss?: boolean }): void;
  /** The importers' ledger: private, derived, in the index. See ledger in docs/archive-format.md. */
  readonly ledger: Ledger;
}
