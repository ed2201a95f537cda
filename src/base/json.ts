/** JSON that comes from outside, and JSON whose bytes are hashed. */
/** Reading is bounded in depth; writing is JCS (RFC 8785), so equal values have equal bytes. */

import { encodeUtf8 } from './bytes.ts';
import { JsonError } from './errors.ts';
import { limits } from './limits.ts';

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };
export type JsonObject = { readonly [key: string]: JsonValue };

/** The value of a JSON text. Throws JsonError for bad JSON and for more than `limits.jsonDepth` levels. */
export function parseJson(text: string): JsonValue {
  if (hasManyBrackets(text) && nestingOf(text) > limits.jsonDepth) {
    throw new JsonError(`JSON is nested deeper than ${limits.jsonDepth} levels`, { limit: limits.jsonDepth });
  }
  return parseFlatJson(text);
}

/** The same where the caller knows that there are too few brackets in the text to be deep. */
export function parseFlatJson(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch (cause) {
    throw new JsonError(`not JSON: ${(cause as Error).message}`, { length: text.length }, cause);
  }
}

/** JCS bytes of a value. Lone surrogates are replaced by U+FFFD first, because JCS has no bytes for them. */
export function encodeCanonicalJson(value: unknown): Uint8Array {
  return encodeUtf8(canonicalJson(value));
}

/** JCS text of a value. Members that are `undefined` are left out. Throws JsonError where there is no JSON for it. */
export function canonicalJson(value: unknown): string {
  const text = writeCanonical(value, 0);
  if (text === undefined) throw new JsonError('value has no JSON form');
  return text;
}

/**
 * The same text in pieces, in order: what holds a long string is never written as one. For values that are stored, so well-formed ones.
 * Throws what `canonicalJson` throws.
 */
export function* canonicalPieces(value: unknown): Generator<string> {
  if (!holdsLong(value, LONG)) yield canonicalJson(value);
  else if (typeof value === 'string') {
    yield '"';
    for (let at = 0; at < value.length; ) {
      const cut = at + LONG;
      // a pair of surrogates is one character
      const end = isHighSurrogate(value.charCodeAt(cut - 1)) ? cut + 1 : cut;
      yield canonicalJson(value.slice(at, end)).slice(1, -1);
      at = end;
    }
    yield '"';
  } else if (Array.isArray(value)) {
    yield '[';
    for (const [i, each] of value.entries()) {
      if (i > 0) yield ',';
      yield* canonicalPieces(each ?? null);
    }
    yield ']';
  } else {
    const members = value as { readonly [name: string]: unknown };
    let before = '{';
    for (const name of Object.keys(members).sort()) {
      if (members[name] === undefined) continue;
      yield `${before}${canonicalJson(name)}:`;
      yield* canonicalPieces(members[name]);
      before = ',';
    }
    yield '}';
  }
}

/** Whether one of its strings has more units than that. */
export function holdsLong(value: unknown, units: number): boolean {
  if (typeof value === 'string') return value.length > units;
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some((each) => holdsLong(each, units));
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}

/** Units of a string that is written in pieces. */
const LONG = 1 << 20;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * RFC 8785 says how members are sorted (by UTF-16 code units, as `sort` does); numbers and strings are spelt as JSON.stringify
 * spells them. Half of an ingest's hashing is this function, hence no library; a test compares it with one.
 */
function writeCanonical(value: unknown, depth: number): string | undefined {
  if (typeof value === 'string') return JSON.stringify(value.isWellFormed() ? value : value.toWellFormed());
  if (typeof value === 'number' && !Number.isFinite(value)) throw new JsonError('a number has no JSON form');
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint' ? undefined : JSON.stringify(value);
  if (depth > CANONICAL_DEPTH) throw new JsonError(`value is nested deeper than ${CANONICAL_DEPTH} levels`);
  let out = '';
  if (Array.isArray(value)) {
    for (const each of value) out += `${out === '' ? '' : ','}${writeCanonical(each, depth + 1) ?? 'null'}`;
    return `[${out}]`;
  }
  const members = value as { readonly [name: string]: unknown };
  for (const name of Object.keys(members).sort()) {
    const member = writeCanonical(members[name], depth + 1);
    if (member !== undefined) out += `${out === '' ? '' : ','}${writeCanonical(name, 0)}:${member}`;
  }
  return `{${out}}`;
}

/** Levels of our own around the deepest input that is read. */
const CANONICAL_DEPTH = limits.jsonDepth + 64;

/** Whether there are more opening brackets than the depth allows: without that, counting how they nest is wasted. */
function hasManyBrackets(text: string): boolean {
  if (text.length <= limits.jsonDepth) return false;
  let count = 0;
  for (const bracket of ['{', '[']) {
    for (let at = text.indexOf(bracket); at !== -1; at = text.indexOf(bracket, at + 1)) {
      if (++count > limits.jsonDepth) return true;
    }
  }
  return false;
}

/** Greatest number of arrays and objects open at once, outside strings. Iterative: safe on hostile text. */
function nestingOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (inString) {
      if (c === 0x5c) i++;
      else if (c === 0x22) inString = false;
    } else if (c === 0x22) inString = true;
    else if (c === 0x5b || c === 0x7b) deepest = Math.max(deepest, ++depth);
    else if (c === 0x5d || c === 0x7d) depth--;
  }
  return deepest;
}
