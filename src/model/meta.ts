/** Meta as bytes: JCS JSON, checked whole when it is read. */
/** The shape stands in docs/archive-format.md; what people read of a conversation before opening it comes from here. */

import { JsonError } from '../base/errors.ts';
import { encodeCanonicalJson, isJsonObject, type JsonObject, type JsonValue } from '../base/json.ts';
import { parseCanonicalJson, parseCanonicalText } from '../base/read-canonical.ts';
import type { Meta } from './conversation.ts';
import { BadMetaError } from './errors.ts';
import {
  count,
  findMisfit,
  hash,
  listOf,
  mapOf,
  object,
  optional,
  required,
  type Shape,
  text,
  time,
  word,
} from './shape.ts';

/** Equal metas have equal bytes. */
export function encodeMeta(meta: Meta): Uint8Array {
  return encodeCanonicalJson(meta);
}

/**
 * Meta in its bytes, checked whole: its shape, that no member stands twice, and that the bytes are those `encodeMeta` gives.
 * Members that this version does not know are kept. Throws BadMetaError, which names the member.
 */
export function decodeMeta(bytes: Uint8Array): Meta {
  return check(() => parseCanonicalJson(bytes));
}

/** The same for its text. */
export function decodeMetaText(json: string): Meta {
  return check(() => parseCanonicalText(json));
}

/** Why `decodeMeta` refuses the bytes. Undefined: it takes them. */
export function findMetaProblem(bytes: Uint8Array): string | undefined {
  try {
    decodeMeta(bytes);
    return undefined;
  } catch (error) {
    if (error instanceof BadMetaError) return error.message;
    throw error;
  }
}

/** Whether `decodeMeta` takes the bytes. */
export function isMeta(bytes: Uint8Array): boolean {
  return findMetaProblem(bytes) === undefined;
}

function check(parse: () => JsonValue): Meta {
  const value = tryParse(parse);
  const problem = isJsonObject(value) ? findProblem(value) : 'it must be an object';
  if (problem !== undefined) throw new BadMetaError(problem);
  return value as unknown as Meta;
}

function tryParse(parse: () => JsonValue): JsonValue {
  try {
    return parse();
  } catch (cause) {
    if (cause instanceof JsonError) throw new BadMetaError(cause.message, cause);
    throw cause;
  }
}

const META: Shape = [
  optional('title', text),
  optional('agent', text),
  optional('agent_version', text),
  optional('models', listOf(text)),
  optional('project', text),
  optional('cwd', text),
  optional('folders', listOf(text)),
  optional('git', object),
  optional('sessions', listOf(text)),
  optional('parent', object),
  optional('fork_of', text),
  optional('joined', hash),
  optional('tags', listOf(word)),
  optional('started', time),
  optional('updated', time),
  optional('redactions', mapOf(count)),
  optional('findings', mapOf(count)),
  optional('links', listOf(text)),
];
const GIT: Shape = [optional('remote', text), optional('branch', text), optional('commit', text)];
const PARENT: Shape = [
  required('session', text),
  optional('tool_call', text),
  optional('conversation', hash),
  optional('turn', hash),
];

function findProblem(meta: JsonObject): string | undefined {
  return findMisfit(meta, META) ?? findInside(meta.git, GIT, 'git.') ?? findInside(meta.parent, PARENT, 'parent.');
}

function findInside(value: JsonValue | undefined, shape: Shape, at: string): string | undefined {
  return isJsonObject(value) ? findMisfit(value, shape, at) : undefined;
}
