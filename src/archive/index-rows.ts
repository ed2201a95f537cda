/** From the index's rows to model types. */
/** The one edge where SQLite's values are checked; a value of the wrong kind reads as empty, and the logs decide. */

import { encodeHex } from '../base/bytes.ts';
import { isJsonObject, parseJson } from '../base/json.ts';
import type { SqlRow } from '../base/sqlite.ts';
import { type ConversationSummary, type Head, listLiveHeads, type Meta } from '../model/conversation.ts';
import type { ConversationId, TurnHash } from '../model/ids.ts';

export function indexNumber(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

export function indexText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The meta record's JSON. Empty: none yet. */
export function parseMeta(json: string): Meta {
  if (json === '') return {};
  try {
    const value = parseJson(json);
    return isJsonObject(value) ? (value as Meta) : {};
  } catch {
    return {}; // an undecodable meta is reported where the log is scanned
  }
}

/** A row of `conversations`, with its heads by name. */
export function summaryFromRow(row: SqlRow, heads: readonly Head[]): ConversationSummary {
  const damage = indexText(row.damage);
  const id = encodeHex(indexBytes(row.hash)) as ConversationId;
  return {
    id,
    size: indexNumber(row.size),
    rootHash: encodeHex(indexBytes(row.root)),
    heads: listLiveHeads(heads, id),
    meta: parseMeta(indexText(row.meta) ?? ''),
    turns: indexNumber(row.turns),
    prompts: indexNumber(row.prompts),
    toolCalls: indexNumber(row.tool_calls),
    inputTokens: indexNumber(row.input_tokens),
    outputTokens: indexNumber(row.output_tokens),
    firstPrompt: indexText(row.first_prompt) ?? '',
    firstMs: indexNumber(row.first_ms),
    lastMs: indexNumber(row.last_ms),
    withheld: indexNumber(row.withheld),
    ...(damage === undefined ? {} : { damage }),
  };
}

export function headFromRow(row: SqlRow): Head {
  const turn = encodeHex(indexBytes(row.turn)) as TurnHash;
  return { name: indexText(row.name) ?? '', turn, timeMs: indexNumber(row.time_ms) };
}

export function indexBytes(value: unknown): Uint8Array {
  return value instanceof Uint8Array ? value : new Uint8Array(0);
}
