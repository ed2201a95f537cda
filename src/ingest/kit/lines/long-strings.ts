/** The value of a very long line whose length is in a few strings: each is decoded once, where it stands. */
/** As text, the line would stand in memory beside its bytes and its value. */

import type { JsonObject, JsonValue } from '../../../base/json.ts';

/** A string of the line, without its quotes. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * The same value that JSON.parse gives of these bytes, which are not to be looked at afterwards: strings are decoded in them. Undefined:
 * there is no long string, or something in the line wants a closer look; then the bytes are as they were.
 */
export function parseLongLine(line: Buffer): { readonly value: unknown } | undefined {
  const spans = findLongStrings(line);
  if (spans === undefined || spans.length === 0) return undefined;
  const pieces: string[] = [];
  let from = 0;
  for (const { start, end } of spans) {
    pieces.push(line.toString('utf8', from, start));
    from = end;
  }
  pieces.push(line.toString('utf8', from));
  // a name that no other string of the line has
  let mark = '\u{e000}';
  while (pieces.some((piece) => piece.includes(mark))) mark += '\u{e000}';
  let value: JsonValue;
  try {
    value = JSON.parse(pieces.map((piece, i) => (i === 0 ? piece : `${mark}${i - 1}${piece}`)).join('')) as JsonValue;
  } catch {
    return undefined;
  }
  const texts = spans.map((span) => decodeString(line, span));
  const find = (text: string) => (text.startsWith(mark) ? texts[Number(text.slice(mark.length))] : undefined);
  return { value: putBack(value, find) };
}

/** Undefined: there is one that JSON does not allow, or that has no UTF-8. */
function findLongStrings(line: Buffer): readonly Span[] | undefined {
  const spans: Span[] = [];
  for (let at = line.indexOf(QUOTE); at !== -1; ) {
    const end = endOfString(line, at + 1);
    if (end === -1) return undefined;
    if (end - at > LONG) {
      const span = { start: at + 1, end };
      if (isName(line, end) || !isSound(line, span)) return undefined;
      spans.push(span);
    }
    at = line.indexOf(QUOTE, end + 1);
  }
  return spans;
}

/** Where the closing quote stands, -1 when there is none. */
function endOfString(line: Buffer, start: number): number {
  for (let at = line.indexOf(QUOTE, start); at !== -1; at = line.indexOf(QUOTE, at + 1)) {
    let slashes = 0;
    while (line[at - 1 - slashes] === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return at;
  }
  return -1;
}

function isName(line: Buffer, end: number): boolean {
  let at = end + 1;
  while (line[at] === 0x20 || line[at] === 0x09) at++;
  return line[at] === 0x3a;
}

/** Whether nothing stands in a string that JSON does not allow there, and no half of a pair of surrogates. */
function isSound(line: Buffer, { start, end }: Span): boolean {
  for (let at = start; at < end; at++) {
    const byte = line[at] ?? 0;
    if (byte < 0x20) return false;
    if (byte !== BACKSLASH) continue;
    const escaped = line[++at] ?? 0;
    if (escaped !== LETTER_U) {
      if (!ESCAPES.has(escaped)) return false;
      continue;
    }
    const unit = unitAt(line, at + 1);
    at += 4;
    if (Number.isNaN(unit) || (unit & 0xfc00) === 0xdc00) return false;
    if ((unit & 0xfc00) !== 0xd800) continue;
    const pair = line[at + 1] === BACKSLASH && line[at + 2] === LETTER_U ? unitAt(line, at + 3) : 0;
    if ((pair & 0xfc00) !== 0xdc00) return false;
    at += 6;
  }
  return true;
}

/** Escapes become what they mean in their place, which is never longer; the rest moves up behind them. */
function decodeString(line: Buffer, { start, end }: Span): string {
  let to = start;
  for (let at = start; at < end; ) {
    const next = line.indexOf(BACKSLASH, at);
    const until = next === -1 || next > end ? end : next;
    if (to !== at) line.copyWithin(to, at, until);
    to += until - at;
    if (until === end) break;
    const escaped = line[until + 1] ?? 0;
    at = until + 2;
    if (escaped !== LETTER_U) {
      line[to++] = ESCAPES.get(escaped) ?? escaped;
      continue;
    }
    const unit = unitAt(line, at);
    at += 4;
    const pair = (unit & 0xfc00) === 0xd800 ? unitAt(line, at + 2) : undefined;
    if (pair !== undefined) at += 6;
    to += line.write(pair === undefined ? String.fromCharCode(unit) : String.fromCharCode(unit, pair), to);
  }
  return line.toString('utf8', start, to);
}

/** NaN: no four digits. */
function unitAt(line: Buffer, at: number): number {
  const digits = line.toString('latin1', at, at + 4);
  return /^[\da-fA-F]{4}$/.test(digits) ? Number.parseInt(digits, 16) : Number.NaN;
}

/** Iterative: nesting comes from outside. */
function putBack(value: JsonValue, find: (text: string) => string | undefined): unknown {
  const root = { value };
  const waiting: object[] = [root];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const holder = at as Record<string, JsonValue | JsonObject>;
    for (const name of Object.keys(holder)) {
      const inside = holder[name];
      if (typeof inside === 'object' && inside !== null) waiting.push(inside);
      else if (typeof inside === 'string') {
        const text = find(inside);
        if (text !== undefined) Object.defineProperty(holder, name, { value: text, ...PLAIN });
      }
    }
  }
  return root.value;
}

/** `__proto__` is a name like any other. */
const PLAIN = { writable: true, enumerable: true, configurable: true };

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LETTER_U = 0x75;
/** What stands behind a backslash, and what it means. */
const ESCAPES: ReadonlyMap<number, number> = new Map(
  [...'"\\/bfnrt'].map((letter, i) => [letter.charCodeAt(0), '"\\/\b\f\n\r\t'.charCodeAt(i)]),
);
/** Bytes of a string that is decoded by itself. */
const LONG = 1024 * 1024;
