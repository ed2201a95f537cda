/** One line of a Claude Code session as a checked record: its links, its time and its content blocks. */
/** The only place that believes nothing about the shape of a line; everything after it works on these types. */

import { isJsonObject, type JsonObject, type JsonValue } from '../../../base/json.ts';
import { parseTime } from '../../../base/time.ts';

/** A record of the chain: it has a uuid, and others may hang on it. */
export interface ChainRecord {
  readonly type: string;
  readonly uuid: string;
  /** null: it starts a chain. */
  readonly parent: string | null;
  /** Where a compaction's root joins its past. */
  readonly logicalParent: string | undefined;
  readonly sidechain: boolean;
  readonly agentId: string | undefined;
  readonly session: string | undefined;
  readonly timeMs: number | null;
  readonly line: number;
  readonly raw: JsonObject;
}

/** Text and images of a message, in order; everything that is neither was counted and left out. */
export type Block = JsonObject & { readonly type: string };

/** The record when `value` is one of the chain, undefined for any other object. */
export function findChainRecord(value: JsonObject, line: number): ChainRecord | undefined {
  const uuid = textOf(value.uuid);
  if (uuid === undefined || uuid === '' || uuid.length > MAX_ID) return undefined;
  const parent = textOf(value.parentUuid);
  return {
    type: textOf(value.type) ?? 'unknown',
    uuid,
    // A parent that is the record itself is as good as one that was lost.
    parent:
      parent === undefined || parent === '' || parent.length > MAX_ID
        ? null
        : parent === uuid
          ? `${uuid}:self`
          : parent,
    logicalParent: textOf(value.logicalParentUuid),
    sidechain: value.isSidechain === true,
    agentId: safeId(value.agentId),
    session: shortText(value.sessionId),
    timeMs: parseTime(value.timestamp) ?? null,
    line,
    raw: value,
  };
}

/** How a record is counted: its type, and its subtype where one type means many things. Bounded in length. */
export function kindOf(value: JsonObject): string {
  const type = shortText(value.type) ?? 'unknown';
  const sub =
    type === 'system'
      ? value.subtype
      : type === 'progress'
        ? objectOf(value.data)?.type
        : type === 'attachment'
          ? objectOf(value.attachment)?.type
          : undefined;
  const name = shortText(sub);
  return name === undefined ? type.slice(0, 40) : `${type}:${name.slice(0, 40)}`;
}

/** Content blocks of a message: a string is one text block, anything without a type is left out. */
export function blocksOf(content: JsonValue | undefined): readonly Block[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  if (!Array.isArray(content)) return [];
  const blocks: Block[] = [];
  for (const entry of content as readonly JsonValue[]) {
    if (typeof entry === 'string') blocks.push({ type: 'text', text: entry });
    else if (isBlock(entry)) blocks.push(entry);
  }
  return blocks;
}

export function messageOfRecord(record: ChainRecord): JsonObject {
  return objectOf(record.raw.message) ?? {};
}

/** Blocks of a user or assistant record. */
export function contentOf(record: ChainRecord): readonly Block[] {
  return blocksOf(messageOfRecord(record).content);
}

export function textOf(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function objectOf(value: JsonValue | undefined): JsonObject | undefined {
  return isJsonObject(value) ? value : undefined;
}

/** A non-negative whole number of bounded size, as counts and durations are. */
export function countOf(value: JsonValue | undefined): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 && value <= Number.MAX_SAFE_INTEGER
    ? Math.round(value)
    : undefined;
}

/** An id that may become part of a file name: letters, digits, `-` and `_` only. */
export function safeId(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' && /^[\w-]{1,128}$/.test(value) ? value : undefined;
}

function shortText(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= MAX_ID ? value : undefined;
}

function isBlock(value: JsonValue): value is Block {
  return isJsonObject(value) && typeof value.type === 'string';
}

const MAX_ID = 256;
