/** What one turn says: a role and its parts, in the shape of OpenTelemetry's GenAI messages. */
/** The payload of type `turnpress.item` version 1 is the JCS JSON of an Item. Format: docs/archive-format.md */

import { decodeUtf8 } from '../base/bytes.ts';
import { encodeCanonicalJson, isJsonObject, type JsonValue, parseJson } from '../base/json.ts';
import type { BlobHash } from './ids.ts';

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

/** The item in payload bytes, checked as far as readers rely on it. Throws JsonError or TypeError on anything else. */
export function decodeItem(payload: Uint8Array): Item {
  const value = parseJson(decodeUtf8(payload));
  if (!isJsonObject(value) || !isRole(value.role) || !Array.isArray(value.parts)) {
    throw new TypeError('payload is not a turnpress.item: role or parts are missing');
  }
  for (const part of value.parts) {
    if (!isJsonObject(part) || typeof part.type !== 'string') throw new TypeError('payload has a part without a type');
  }
  return value as unknown as Item;
}

const ROLES: readonly unknown[] = ['user', 'assistant', 'tool', 'system'];

function isRole(value: unknown): value is Role {
  return ROLES.includes(value);
}
