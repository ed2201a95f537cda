/** What the importers' ledger promises. Types only. */
/** Apart from the archive's own promises: what it says of sources can be lost and read again, while a turn cannot. */

import type { JsonObject } from '../base/json.ts';
import type { ConversationId, PayloadHash, TurnHash } from '../model/ids.ts';

/** What ingest remembers of sources. Losing it costs a full re-read, never a turn; what native ids mean is kept beside the index. */
export interface Ledger {
  findSource(path: string): LedgerSource | undefined;
  /** Those recorded as unfinished, by path; a page of them is in memory at a time. One of which a conversation is gone is left out, as `findSource` does. */
  walkUnfinished(): Iterable<LedgerSource>;
  /** Those that contributed to a conversation, by path. */
  listSourcesOf(conversation: ConversationId): readonly LedgerSource[];
  /** All, by path, without what was said: what tells a file that is as it was. */
  walkSeen(): Iterable<Pick<LedgerSource, 'path' | 'size' | 'mtimeNs' | 'lookAgainMs'>>;
  /** Conversations of which a source says that a tool call started them, by id, and the key of the turn that holds the call. */
  walkStarted(): Iterable<StartedConversation>;
  /** Those of them that may have to be linked anew: their key has a turn, and their meta does not name it as its parent's. */
  walkUnlinked(): Iterable<StartedConversation>;
  /** The turn that a native key means now: where it moved to, when it moved. Undefined: none that is in the archive. */
  findKey(key: string): TurnHash | undefined;
  /** Whether the key's turn was taken before its end was seen. */
  isProvisional(key: string): boolean;
  /** Whether the key's turn was taken back, also when the log that said so is lost. */
  isWithdrawn(key: string): boolean;
  /** Where a turn went that now stands elsewhere; undefined for one that stands where it was. */
  findMoved(turn: TurnHash): TurnHash | undefined;
  /** The conversation that took this one over. */
  findJoined(conversation: ConversationId): ConversationId | undefined;
  /** The conversations that this one took over, by id. */
  listJoined(conversation: ConversationId): readonly ConversationId[];
  /** First turns whose parent is not known yet: those that wait for this key. */
  listLost(parent: string): readonly LostParent[];
  /** Whether any turn waits for its parent. */
  hasLost(): boolean;
  /** Whether the conversation was read from its log: native ids of its turns may not be known, because an index was lost. */
  isUnnamed(conversation: ConversationId): boolean;
  /** Those of them whose first turn has this time, by id. */
  listUnnamed(firstMs: number): readonly ConversationId[];
  /** What redaction did to those of these payloads to which it did anything; each once. */
  listRedacted(payloads: readonly PayloadHash[]): readonly RedactedPayload[];
  /** The newest value of a key stands. Written in one transaction, after the append it speaks of. */
  record(update: LedgerUpdate): void;
}

export interface LedgerUpdate {
  readonly sources?: readonly LedgerSource[];
  readonly keys?: readonly { readonly key: string; readonly turn: TurnHash; readonly provisional?: boolean }[];
  readonly moved?: readonly { readonly turn: TurnHash; readonly into: TurnHash }[];
  readonly joined?: readonly { readonly conversation: ConversationId; readonly into: ConversationId }[];
  readonly lost?: readonly LostParent[];
  /** Turns that wait for nobody any more. */
  readonly found?: readonly TurnHash[];
  /** Of several words on one payload the greater text stands: their order does not show. */
  readonly redacted?: readonly RedactedPayload[];
}

/** What redaction did to a payload before it was hashed: what it replaced and what it left as doubtful, rule name to count. */
export interface RedactedPayload {
  readonly payload: PayloadHash;
  readonly redactions: Readonly<Record<string, number>>;
  readonly findings: Readonly<Record<string, number>>;
}

/** A turn that starts a conversation only because its parent is not known. */
export interface LostParent {
  readonly parent: string;
  readonly turn: TurnHash;
  /**
   * `below`: by the fork ladder; `at`: directly behind it; `beside`: behind what it is behind; `rest`, `instead`: one turn with it,
   * its words behind the other's or in their place.
   */
  readonly place: 'at' | 'below' | 'beside' | 'rest' | 'instead';
}

export interface StartedConversation {
  readonly conversation: ConversationId;
  readonly startedBy: string;
}

export interface LedgerSource {
  /** Absolute path (or other address) of the source; for an entry of a container `path#entry`. */
  readonly path: string;
  readonly importer: string;
  /** Change token: bytes and mtime in nanoseconds as text. */
  readonly size: number;
  readonly mtimeNs: string;
  /** Bytes consumed, and a BLAKE3 of a window before that point, to notice a rewrite. */
  readonly consumed: number;
  readonly guard: string;
  /** Importer's own state, JSON. */
  readonly state: JsonObject;
  /** Conversations this source contributed to. */
  readonly conversations: readonly ConversationId[];
  /** Those of them of which it says that a tool call started them: found again by `walkStarted`. */
  readonly started?: readonly StartedConversation[];
  /** The run that read it was not ended: found again by `walkUnfinished`. */
  readonly unfinished?: boolean;
  /** It is looked at again, although it is as it was, once nobody has written to it for so many milliseconds. Absent or 0: never. */
  readonly lookAgainMs?: number;
}
