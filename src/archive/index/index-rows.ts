/** From the index's rows to model types. */
/** The one edge where SQLite's values are checked; a value of the wrong kind reads as empty, and the logs decide. */

import { encodeHex } from '../../base/bytes.ts';
import type { SqlRow } from '../../base/sqlite.ts';
import {
  type ConversationSummary,
  type Head,
  listLiveHeads,
  type Meta,
  type TakenOver,
} from '../../model/conversation.ts';
import { BadMetaError } from '../../model/errors.ts';
import type { ConversationId, PayloadHash, TurnHash } from '../../model/ids.ts';
import { decodeMetaText } from '../../model/meta.ts';
import { decodeFrontier, rootOf } from '../format/merkle.ts';
import type { MetaTombstone, Tombstone } from '../format/record.ts';
import type { ChunkRow, ConversationRow, StampRow } from './conversation-row.ts';

export function indexNumber(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

export function indexText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The last meta's JSON. Empty: none yet, or it was taken back. One that is not as meta must be says nothing; `verify` names it. */
export function parseMeta(json: string): Meta {
  if (json === '') return {};
  try {
    return decodeMetaText(json);
  } catch (error) {
    if (error instanceof BadMetaError) return {};
    throw error;
  }
}

/** A row of `conversations`, with its heads by name. */
export function summaryFromRow(
  row: SqlRow,
  heads: readonly Head[],
  tookOver: readonly TakenOver[] | undefined,
): ConversationSummary {
  const damage = indexText(row.damage);
  const origin = indexText(row.origin);
  const id = encodeHex(indexBytes(row.hash)) as ConversationId;
  return {
    id,
    size: indexNumber(row.size),
    rootHash: encodeHex(indexBytes(row.root)),
    heads: listLiveHeads(heads, id),
    meta: parseMeta(indexText(row.meta) ?? ''),
    ...countsFromRow(row),
    ...(tookOver === undefined ? {} : { tookOver }),
    ...(origin === undefined ? {} : { origin }),
    ...(damage === undefined ? {} : { damage }),
  };
}

/** What lists and the running state both know of a conversation. */
function countsFromRow(row: SqlRow) {
  return {
    turns: indexNumber(row.turns),
    prompts: indexNumber(row.prompts),
    toolCalls: indexNumber(row.tool_calls),
    inputTokens: indexNumber(row.input_tokens),
    outputTokens: indexNumber(row.output_tokens),
    firstPrompt: indexText(row.first_prompt) ?? '',
    firstMs: indexNumber(row.first_ms),
    lastMs: indexNumber(row.last_ms),
    withheld: indexNumber(row.withheld),
    metaWithheld: row.meta_withheld === 1,
  };
}

export function headFromRow(row: SqlRow): Head {
  const turn = encodeHex(indexBytes(row.turn)) as TurnHash;
  return { name: indexText(row.name) ?? '', turn, timeMs: indexNumber(row.time_ms) };
}

export function indexBytes(value: unknown): Uint8Array {
  return value instanceof Uint8Array ? value : new Uint8Array(0);
}

export function stampFromRow(row: SqlRow): StampRow {
  return {
    id: encodeHex(indexBytes(row.hash)) as ConversationId,
    stamp: indexText(row.stamp) ?? '',
    size: indexNumber(row.size),
    entryBytes: indexNumber(row.entry_bytes),
    payloadBytes: indexNumber(row.payload_bytes),
    damaged: row.damage !== null,
  };
}

/** Undefined when its Merkle frontier does not fit its size: the log is read again then. `heads`: all of them, by name. */
export function conversationFromRow(
  id: ConversationId,
  row: SqlRow,
  heads: ReadonlyMap<string, Head>,
): ConversationRow | undefined {
  const frontier = decodeFrontier(indexNumber(row.size), indexBytes(row.frontier));
  if (frontier === undefined) return undefined;
  return {
    ...{ key: indexNumber(row.id), id, frontier, origin: indexText(row.origin) },
    entryBytes: indexNumber(row.entry_bytes),
    payloadBytes: indexNumber(row.payload_bytes),
    stamp: indexText(row.stamp) ?? '',
    damage: indexText(row.damage),
    state: {
      ...countsFromRow(row),
      metaJson: indexText(row.meta) ?? '',
      heads,
    },
  };
}

export function tombstoneFromRow(row: SqlRow): Tombstone {
  return {
    turn: encodeHex(indexBytes(row.named)) as TurnHash,
    action: row.action === 1 ? 'withheld' : 'replaced',
    reason: indexNumber(row.reason),
    timeMs: indexNumber(row.time_ms),
    ...(row.replacement === null ? {} : { replacement: encodeHex(indexBytes(row.replacement)) as TurnHash }),
  };
}

export function metaTombstoneFromRow(row: SqlRow): MetaTombstone {
  return {
    meta: encodeHex(indexBytes(row.named)) as PayloadHash,
    action: 'meta withheld',
    reason: indexNumber(row.reason),
    timeMs: indexNumber(row.time_ms),
  };
}

export function chunkFromRow(row: SqlRow): ChunkRow {
  return {
    tile: indexNumber(row.tile),
    first: indexNumber(row.first),
    offset: indexNumber(row.offset),
    length: indexNumber(row.length),
    crc: indexNumber(row.crc),
  };
}

/** What lists show of a row. Heads by name. */
export function summaryOf(row: ConversationRow, tookOver: readonly TakenOver[] | undefined): ConversationSummary {
  const { heads, metaJson, ...counts } = row.state;
  const named = [...heads.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    ...counts,
    ...{ id: row.id, size: row.frontier.size, rootHash: encodeHex(rootOf(row.frontier)) },
    heads: listLiveHeads(named, row.id),
    meta: parseMeta(metaJson),
    ...(tookOver === undefined ? {} : { tookOver }),
    ...(row.origin === undefined ? {} : { origin: row.origin }),
    ...(row.damage === undefined ? {} : { damage: row.damage }),
  };
}
