/** What the index knows of a conversation, and what a commit changes in it. Types only. */
/** Apart from the index, so that the files which fill it and read it need not know SQLite. */

import type { Head } from '../../model/conversation.ts';
import type { ConversationId, TurnHash } from '../../model/ids.ts';
import type { Frontier } from '../format/merkle.ts';
import type { MetaTombstone, Tombstone } from '../format/record.ts';
import type { SummaryState } from './summary.ts';

/** What the index knows of one conversation's files: all that an append needs. */
export interface ConversationRow {
  /** Small number that stands for the conversation inside the index. */
  readonly key: number;
  readonly id: ConversationId;
  /** The archive that the log belongs to; undefined: this one. */
  readonly origin: string | undefined;
  readonly frontier: Frontier;
  /** Bytes of the last entry tile and of the last payload tile up to the checkpoint. */
  readonly entryBytes: number;
  readonly payloadBytes: number;
  /** Size, time and identity of the checkpoint file when it was read; empty: read it again. */
  readonly stamp: string;
  readonly state: SummaryState;
  /** Undefined: none known. With damage the conversation is read-only. */
  readonly damage: string | undefined;
}

/** What opening compares with the files. */
export interface StampRow {
  readonly id: ConversationId;
  readonly stamp: string;
  readonly size: number;
  readonly entryBytes: number;
  readonly payloadBytes: number;
  readonly damaged: boolean;
}

/** Where a turn should stand. A hint: the record there must hash to the turn. */
export interface TurnPlace {
  readonly key: number;
  readonly position: number;
}

/** A payload chunk as it was written: its CRC-32 shows a flip even where zstd would not look. */
export interface ChunkRow {
  readonly tile: number;
  readonly first: number;
  readonly offset: number;
  readonly length: number;
  readonly crc: number;
}

/** What one conversation's growth changes in the index. */
export interface IndexUpdate {
  readonly row: ConversationRow;
  /** Heads that are new or moved. */
  readonly heads: readonly Head[];
  readonly turns: readonly { readonly hash: TurnHash; readonly position: number }[];
  readonly tombstones: readonly LoggedTombstone[];
  /** Hashes of blobs that what is new needs. */
  readonly blobs: readonly string[];
  readonly chunks: readonly ChunkRow[];
  /** Tiles that were rewritten: their old chunks are forgotten first. */
  readonly rewrittenTiles: readonly number[];
}

/** A tombstone and its place in the log. */
export type LoggedTombstone = (Tombstone | MetaTombstone) & { readonly position: number };
