/** What one turn says: a role and its parts, in the shape of OpenTelemetry's GenAI messages. */
/** The payload of type `turnpress.item` version 1 is the JCS JSON of an Item. Format: docs/archive-format.md */

import { JsonError } from '../base/errors.ts';
import {
  canonicalJson,
  canonicalPieces,
  encodeCanonicalJson,
  isJsonObject,
  type JsonObject,
  type JsonValue,
} from '../base/json.ts';
import { parseCanonicalJson } from '../base/read-canonical.ts';
import { BadItemError } from './errors.ts';
import type { BlobHash } from './ids.ts';
import { count, findMisfit, hash, json, object, oneOf, optional, required, type Shape, text, whole } from './shape.ts';

export const ITEM_TYPE = 'turnpress.item';
export const ITEM_VERSION = 1;

export type Role = 'user' | 'assistant' | 'tool' | 'system';

/** What a tool does, whatever its agent calls it. Decides how it is shown. */
export type ToolKind = 'shell' | 'read' | 'write' | 'edit' | 'search' | 'fetch' | 'task' | 'todo' | 'mcp' | 'other';

/** What kind of system item. More may come: show an unknown one as a notice. */
export type NoteKind = 'compaction' | 'command' | 'hook' | 'notice' | 'interrupt' | 'error' | 'context' | 'rewind';

export interface TextPart {
  readonly type: 'text';
  /** Markdown for user and assistant; plain for system. */
  readonly content: string;
}

export interface ReasoningPart {
  readonly type: 'reasoning';
  readonly content: string;
}

export interface ToolCallPart {
  readonly type: 'tool_call';
  readonly id: string;
  /** The agent's own name of the tool. */
  readonly name: string;
  readonly arguments: JsonValue;
  readonly tool: ToolKind;
}

export interface ToolCallResponsePart {
  readonly type: 'tool_call_response';
  /** The id of the call it answers. */
  readonly id: string;
  /** Text as the agent got it, ANSI codes included; other JSON where the tool gave that. */
  readonly response: JsonValue;
  readonly status: 'ok' | 'error' | 'cancelled';
  readonly exit_code?: number;
  readonly duration_ms?: number;
  /** Unified diff (`---`, `+++`, `@@`), several files one after the other. */
  readonly diff?: string;
}

export interface BlobPart {
  readonly type: 'blob';
  readonly modality: 'image' | 'audio' | 'video' | 'document';
  readonly mime_type: string;
  readonly hash: BlobHash;
  /** Bytes. */
  readonly size: number;
  readonly name?: string;
}

export interface UriPart {
  readonly type: 'uri';
  readonly modality: 'image' | 'audio' | 'video' | 'document';
  readonly uri: string;
  readonly mime_type?: string;
}

export type Part = TextPart | ReasoningPart | ToolCallPart | ToolCallResponsePart | BlobPart | UriPart;

export interface Usage {
  /** All input, what came from a cache or went into one included. */
  readonly input_tokens: number;
  /** All output, reasoning included. */
  readonly output_tokens: number;
  readonly cache_read_input_tokens?: number;
  readonly cache_creation_input_tokens?: number;
  readonly reasoning_tokens?: number;
}

/** Where the tokens of a turn went. `fresh`: input that no cache knew. */
export interface TokenCounts {
  readonly fresh: number;
  readonly cached: number;
  readonly written: number;
  readonly output: number;
}

/** Agents count what came out of a cache, and what went into one, as input, too; whoever pays counts them apart. */
export function splitUsage(usage: Usage): TokenCounts {
  const { cache_read_input_tokens: cached = 0, cache_creation_input_tokens: written = 0 } = usage;
  return { fresh: Math.max(0, usage.input_tokens - cached - written), cached, written, output: usage.output_tokens };
}

export interface Item {
  readonly role: Role;
  readonly parts: readonly Part[];
  readonly model?: string;
  readonly finish_reason?: string;
  readonly usage?: Usage;
  readonly note?: NoteKind;
}

/** Payload bytes of an item: JCS JSON in UTF-8. Equal items have equal bytes. */
export function encodeItem(item: Item): Uint8Array {
  return encodeCanonicalJson(item);
}

/** The same as text, well-formed, for who writes it where it belongs. */
export function itemJson(item: Item): string {
  return canonicalJson(item);
}

/** The same for an item that may be very long, in pieces. */
export function itemJsonPieces(item: Item): Iterable<string> {
  return canonicalPieces(item);
}

/**
 * The item in payload bytes, checked whole: its shape, that no member stands twice, and that the bytes are those `encodeItem`
 * gives. Members and parts that this version does not know are kept. Throws BadItemError, which names the member.
 */
export function decodeItem(payload: Uint8Array): Item {
  const value = parseItem(payload);
  const problem = isJsonObject(value) ? findProblem(value) : 'it must be an object';
  if (problem !== undefined) throw new BadItemError(problem);
  return value as unknown as Item;
}

function parseItem(payload: Uint8Array): JsonValue {
  try {
    return parseCanonicalJson(payload);
  } catch (cause) {
    if (cause instanceof JsonError) throw new BadItemError(cause.message, cause);
    throw cause;
  }
}

const ROLES: readonly Role[] = ['user', 'assistant', 'tool', 'system'];
const TOOLS: readonly ToolKind[] = [
  ...(['shell', 'read', 'write', 'edit', 'search', 'fetch', 'task', 'todo', 'mcp', 'other'] as const),
];
const STATUSES: readonly ToolCallResponsePart['status'][] = ['ok', 'error', 'cancelled'];
const MODALITIES: readonly BlobPart['modality'][] = ['image', 'audio', 'video', 'document'];

const ITEM: Shape = [
  required('role', oneOf(ROLES)),
  required('parts', { says: 'a list', fits: Array.isArray }),
  optional('model', text),
  optional('finish_reason', text),
  optional('usage', object),
  optional('note', text),
];
const USAGE: Shape = [
  required('input_tokens', count),
  required('output_tokens', count),
  optional('cache_read_input_tokens', count),
  optional('cache_creation_input_tokens', count),
  optional('reasoning_tokens', count),
];
/** By `type`. A part of another type is of a later version. */
const PARTS: ReadonlyMap<JsonValue | undefined, Shape> = new Map<JsonValue, Shape>([
  ['text', [required('content', text)]],
  ['reasoning', [required('content', text)]],
  [
    'tool_call',
    [required('id', text), required('name', text), required('arguments', json), required('tool', oneOf(TOOLS))],
  ],
  [
    'tool_call_response',
    [
      required('id', text),
      required('response', json),
      required('status', oneOf(STATUSES)),
      optional('exit_code', whole),
      optional('duration_ms', count),
      optional('diff', text),
    ],
  ],
  [
    'blob',
    [
      required('modality', oneOf(MODALITIES)),
      required('mime_type', text),
      required('hash', hash),
      required('size', count),
      optional('name', text),
    ],
  ],
  ['uri', [required('modality', oneOf(MODALITIES)), required('uri', text), optional('mime_type', text)]],
]);

function findProblem(item: JsonObject): string | undefined {
  const problem = findMisfit(item, ITEM);
  if (problem !== undefined) return problem;
  if (isJsonObject(item.usage)) {
    const inside = findMisfit(item.usage, USAGE, 'usage.');
    if (inside !== undefined) return inside;
  }
  const parts: readonly JsonValue[] = Array.isArray(item.parts) ? item.parts : [];
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i];
    if (!isJsonObject(part)) return `parts[${i}] must be an object`;
    if (typeof part.type !== 'string') return `parts[${i}].type must be a text`;
    const shape = PARTS.get(part.type);
    const inside = shape === undefined ? undefined : findMisfit(part, shape);
    if (inside !== undefined) return `parts[${i}].${inside}`;
  }
  return undefined;
}
