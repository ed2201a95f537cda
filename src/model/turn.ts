/** One immutable record of the archive, decoded, and where it stands. */
/** Pure data; the bytes are made and read in archive/record.ts. Format: docs/archive-format.md */

import type { ConversationId, PayloadHash, TurnHash } from './ids.ts';

/** 1 MessagePack (CXDB's payloads), 2 JSON. */
export type Encoding = 1 | 2;
export const JSON_ENCODING: Encoding = 2;

export interface Turn {
  readonly hash: TurnHash;
  /** null: the first turn of its conversation. */
  readonly parent: TurnHash | null;
  readonly payloadHash: PayloadHash;
  /** The event's own time, milliseconds since 1970 UTC. */
  readonly timeMs: number;
  /** 0 for a root, else the parent's + 1. */
  readonly depth: number;
  readonly encoding: Encoding;
  readonly typeId: string;
  readonly typeVersion: number;
  /** Length of the raw payload in bytes. */
  readonly rawLength: number;
}

/** A turn with its place in the archive. */
export interface LoggedTurn extends Turn {
  readonly conversation: ConversationId;
  /** Index of its record in the conversation's log, from 0. Not part of its identity. */
  readonly position: number;
}

/** What a reader gets when it asks for a payload. Absence is said, never smoothed over. */
export type Payload =
  | { readonly status: 'present'; readonly bytes: Uint8Array }
  /** A tombstone took it back; `replacement` names the turn that stands in for it, if any. */
  | { readonly status: 'withheld'; readonly reason: number; readonly replacement?: TurnHash }
  /** It should be here and is not, or does not hash right. */
  | { readonly status: 'damaged'; readonly file: string; readonly problem: string };
