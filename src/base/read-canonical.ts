/** Reads JSON whose bytes are hashed: only the one spelling that JCS (RFC 8785) gives a value is taken. */
/** So what was hashed, what a scanner looked at and what is shown are the same value: no member hides behind another of its name. */

import { isUtf8 } from 'node:buffer';
import { decodeUtf8 } from './bytes.ts';
import { JsonError } from './errors.ts';
import { canonicalJson, isJsonObject, type JsonValue, parseFlatJson, parseJson } from './json.ts';
import { limits } from './limits.ts';

/** The value of JCS bytes. Throws JsonError, which says where, for anything that `encodeCanonicalJson` would not have written. */
export function parseCanonicalJson(bytes: Uint8Array): JsonValue {
  const text = decodeUtf8(bytes);
  if (text.includes('\ufffd') && !isUtf8(bytes)) throw new JsonError('not UTF-8');
  return parseCanonicalText(text);
}

/** The same for well-formed text. */
export function parseCanonicalText(text: string): JsonValue {
  const members = countPlainMembers(text);
  const value = members === undefined ? parseJson(text) : parseFlatJson(text);
  if (members !== undefined && members === countSortedMembers(value)) return value;
  const canonical = canonicalJson(value);
  if (canonical === text) return value;
  throw new JsonError(describeDifference(text, canonical));
}

/** The first member that stands twice in one object of a JSON text, as a path (`a.b[2].c`). Undefined: none. The text is JSON. */
export function findRepeatedMember(json: string): string | undefined {
  const open: Place[] = [];
  for (let i = 0; i < json.length; i++) {
    const inner = open.at(-1);
    const char = json.charAt(i);
    if (char === '{') open.push({ names: new Set(), at: undefined });
    else if (char === '[') open.push({ names: undefined, at: 0 });
    else if (char === '}' || char === ']') open.pop();
    else if (char === ',' && inner !== undefined) inner.at = typeof inner.at === 'number' ? inner.at + 1 : undefined;
    else if (char === '"') {
      const end = endOfString(json, i);
      if (inner?.names !== undefined && inner.at === undefined) {
        inner.at = String(JSON.parse(json.slice(i, end + 1)));
        if (inner.names.has(inner.at)) return spellPath(open.flatMap(({ at }) => at ?? []));
        inner.names.add(inner.at);
      }
      i = end;
    }
  }
  return undefined;
}

/** An object with the names in it so far, or a list; and the member or entry where we are: undefined before the next name. */
interface Place {
  readonly names: Set<string> | undefined;
  at: string | number | undefined;
}

function spellPath(steps: readonly (string | number)[]): string {
  return steps.map((step, i) => (typeof step === 'number' ? `[${step}]` : `${i === 0 ? '' : '.'}${step}`)).join('');
}

function describeDifference(text: string, canonical: string): string {
  const repeated = findRepeatedMember(text);
  if (repeated !== undefined) return `the member ${repeated.slice(0, 200)} stands twice`;
  let at = 0;
  while (text.charCodeAt(at) === canonical.charCodeAt(at)) at++;
  return `not in canonical form (RFC 8785) from character ${at} on`;
}

/**
 * Members in all objects of a JSON text without white space, with integers and escapes spelt as JCS spells them. Undefined when
 * that is not sure, and for more brackets than the depth allows. It leaps from quote to quote, a fraction of what parsing costs; writing the value again would cost as much.
 */
function countPlainMembers(json: string): number | undefined {
  if (!hasPlainEscapes(json)) return undefined;
  let members = 0;
  let brackets = 0;
  for (let i = 0; i < json.length; i++) {
    const code = json.charCodeAt(i);
    if (code === QUOTE) {
      i = endOfString(json, i);
      if (i === -1) return undefined;
    } else if (code === COLON) members++;
    else if (code === BRACE || code === BRACKET) {
      if (++brackets > limits.jsonDepth) return undefined;
    } else if (code <= SPACE) return undefined;
    else if (code === MINUS || (code >= ZERO && code <= NINE)) {
      i = endOfInteger(json, i);
      if (i === -1) return undefined;
    }
  }
  return members;
}

const [SPACE, QUOTE, MINUS, ZERO, NINE, COLON] = [0x20, 0x22, 0x2d, 0x30, 0x39, 0x3a];
const [BRACKET, BACKSLASH, BRACE] = [0x5b, 0x5c, 0x7b];

/** Only escapes that JCS writes: one letter, but no slash, and lowercase `\u00xx` for the other control characters. */
function hasPlainEscapes(json: string): boolean {
  if (!RARE_ESCAPE.test(json)) return true;
  for (let at = json.indexOf('\\'); at !== -1; at = json.indexOf('\\', at + 2)) {
    const letter = json.charAt(at + 1);
    if (letter === '/' || (letter === 'u' && !PLAIN_CONTROL.test(json.slice(at + 2, at + 6)))) return false;
  }
  return true;
}

const RARE_ESCAPE = /\\[u/]/;
const PLAIN_CONTROL = /^00(?:0[0-7be-f]|1[0-9a-f])$/;

/** Where the string that opens at `quote` closes; -1: nowhere. */
function endOfString(json: string, quote: number): number {
  let end = json.indexOf('"', quote + 1);
  while (end !== -1 && isEscaped(json, end)) end = json.indexOf('"', end + 1);
  return end;
}

/** Whether an odd number of backslashes stands before the quote. */
function isEscaped(json: string, quote: number): boolean {
  let from = quote;
  while (json.charCodeAt(from - 1) === BACKSLASH) from--;
  return (quote - from) % 2 === 1;
}

/** Its last digit; -1: not an integer that is spelt in one way only. */
function endOfInteger(json: string, from: number): number {
  const first = json.charCodeAt(from) === MINUS ? from + 1 : from;
  let i = first;
  for (let code = json.charCodeAt(i); code >= ZERO && code <= NINE; ) code = json.charCodeAt(++i);
  const isZero = json.charCodeAt(first) === ZERO;
  const next = json.charAt(i);
  if (next === '.' || next === 'e' || next === 'E' || i - first > 15 || (isZero && from !== first)) return -1;
  return i - 1;
}

/** Members in all objects of a value; NaN when those of one are not in JCS order. The depth is that of parsed JSON: bounded. */
function countSortedMembers(value: JsonValue): number {
  if (typeof value !== 'object' || value === null) return 0;
  let members = 0;
  if (!isJsonObject(value)) {
    for (const each of value) if (typeof each === 'object') members += countSortedMembers(each);
    return members;
  }
  let last = '';
  for (const name of Object.keys(value)) {
    if (members > 0 && name <= last) return Number.NaN;
    last = name;
    members++;
  }
  for (const name in value) {
    const member = value[name];
    if (typeof member === 'object') members += countSortedMembers(member);
  }
  return members;
}
