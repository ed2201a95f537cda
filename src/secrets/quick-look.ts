/** The fast look: one pass over a text that says whether the slow look could find anything in it. */
/** It may say yes for nothing, never no for something: a test compares both looks over everything there is. */

import { hidesText } from './encoded-blocks.ts';
import { walkJoins } from './line-joins.ts';
import { createLiteralSearch, type Literal } from './literal-search.ts';
import { tokenShapes } from './rules/token-shapes.ts';
import { ODD_CHARACTER } from './views.ts';

export const HOME = 1;
export const SECRET = 2;
/** A name that secrets are given to, with a value: only the rule for assignments can tell. */
export const ASSIGNMENT = 4;
/** Another reading of the text differs from it. */
export const READING = 8;
/** Base64 or hexadecimal that could be text. */
export const BLOCK = 16;

export interface QuickLook {
  /** Bits of the constants above; 0: clean. */
  look(text: string): number;
}

export function createQuickLook(literals: readonly string[]): QuickLook {
  const own = literals.filter((word) => word.length >= 3).map((word) => ({ text: word.slice(0, 8), bit: SECRET }));
  const short = literals.filter((word) => word.length < 3);
  const { search } = createLiteralSearch([...SECRETS, ...NAMES, ...HOMES, ...own]);
  let codes = new Uint16Array(64 * 1024);
  return {
    look(text) {
      if (text.length < 3) return short.some((word) => text.includes(word)) ? SECRET : 0;
      if (codes.length < text.length) codes = new Uint16Array(text.length + (text.length >> 1));
      let bits = short.some((word) => text.includes(word)) ? SECRET : 0;
      const length = copyJoined(text, codes);
      if (hasOddCharacter(text) || (JSON_TEXT.test(text) && text.includes('\\'))) bits |= READING;
      bits |= search(codes, length, SECRET | HOME | ASSIGNMENT);
      if (hidesText(codes, length)) bits |= BLOCK;
      // One long text must not hold its memory for ever.
      if (codes.length > 1 << 22) codes = new Uint16Array(64 * 1024);
      return bits;
    },
  };
}

/** The characters of the text without its joins. Returns how many. */
function copyJoined(text: string, codes: Uint16Array): number {
  let length = 0;
  let from = 0;
  const copy = (end: number) => {
    for (let i = from; i < end; i++) codes[length++] = text.charCodeAt(i);
  };
  walkJoins(text, (start, end) => {
    copy(start);
    from = end;
  });
  copy(text.length);
  return length;
}

/** One byte for each UTF-16 unit: 1 can change a reading, 2 begins an escape, 0 neither. */
const ODD = oddTable();

function oddTable(): Uint8Array {
  const table = new Uint8Array(1 << 16);
  for (let code = 0; code < table.length; code++) if (ODD_CHARACTER.test(String.fromCharCode(code))) table[code] = 1;
  for (const high of [0xd835, 0xdb40]) table[high] = 1;
  for (const first of ['%', '&', '\\']) table[first.charCodeAt(0)] = 2;
  table[0xd83c] = 3;
  return table;
}

function hasOddCharacter(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const odd = ODD[text.charCodeAt(i)];
    if (odd === 0) continue;
    if (odd === 1) return true;
    const next = text.charCodeAt(i + 1);
    if (odd === 3 ? next >= 0xdd30 && next <= 0xdd69 : beginsEscape(text, i, next)) return true;
  }
  return false;
}

function beginsEscape(text: string, at: number, next: number): boolean {
  const code = text.charCodeAt(at);
  if (code === 0x25) return isHexDigit(next) && isHexDigit(text.charCodeAt(at + 2));
  if (code === 0x26) return ENTITY.test(text.slice(at, at + 12));
  return ESCAPE.test(text.slice(at + 1, at + 4));
}

const ENTITY = /^&(?:#\d|#[xX][0-9A-Fa-f]|[a-zA-Z]{2,8};)/;
const ESCAPE = /^(?:u|x[0-9A-Fa-f]|[0-7]{3}|\/)/;
/** A string that is JSON itself: its escapes hide line ends and further escapes. */
const JSON_TEXT = /^\s{0,80}[[{"]/;

function isHexDigit(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x66);
}

const SECRETS: readonly Literal[] = [
  ...tokenShapes.flatMap((row) =>
    row.literals.map((text) => ({ text, bit: SECRET, ...(row.follow !== undefined && { follow: row.follow }) })),
  ),
  // What secretlint's patterns begin with, where no shape of ours does.
  ...['AGPA', 'AIDA', 'AROA', 'AIPA', 'ANPA', 'ANVA', 'A3T'].map((text) => ({
    text,
    bit: SECRET,
    follow: /^[A-Z0-9]{16}/,
  })),
  { text: 'secret', bit: SECRET, folded: true, follow: /^_?access_?key["']?\s*[:=]/i },
  { text: 'account', bit: SECRET, folded: true, follow: /^_?(?:id)?["']?\s{0,60}(?:=>|[:=])\s{0,20}["']?\d{4}/i },
  ...['x-oauth-basic', '_authToken', 'hooks.slack.com', 'ops_ey', 'xapp-', 'glc_', 'hvr.'].map((text) => ({
    text,
    bit: SECRET,
  })),
  ...['PRIVATE KEY', 'Private-Lines', '.eyJ', '_password='].map((text) => ({ text, bit: SECRET })),
  { text: '://', bit: SECRET, reach: 400, follow: /^[^\s/@"'<>]{1,380}@|^[^\s/]{1,390}@/ },
  { text: 'bearer', bit: SECRET, folded: true, follow: /^[ \t]{1,3}[A-Za-z0-9._~+/=-]{12}/ },
  ...['authorization', 'x-api-key', 'x-auth-token', 'private-token', 'x-goog-api-key'].map((text) => ({
    text,
    bit: SECRET,
    folded: true,
    follow: /^\\{0,3}["'`]?[ \t]{0,3}[:=,][ \t]{0,3}\\{0,3}["'`]?[ \t]{0,2}[A-Za-z0-9._~+/=:-]/,
  })),
  { text: 'cookie', bit: SECRET, folded: true, follow: /^\\{0,3}["'`]?[ \t]{0,2}[:=,][^=]{1,100}=/, reach: 130 },
];

const NAMES: readonly Literal[] = [
  ...['pass', 'pwd', 'secret', 'token', 'credential', 'key'].map((text) => ({
    text,
    bit: ASSIGNMENT,
    folded: true,
    reach: 26,
    follow: /^[a-z0-9_-]{0,12}(?:[\\"'`\] \t]{0,10}(?:=|:)|[ \t]{1,2}["']?[^ \t-])/i,
  })),
  ...['sid', 'sessid', 'session_id', 'session-id', 'sessionid'].map((text) => ({
    text,
    bit: ASSIGNMENT,
    folded: true,
    follow: /^[\\"'`\] \t]{0,10}(?:=|:)[ \t>]{0,5}[\\"'`]{0,4}[A-Za-z0-9+/=_]{16}/,
  })),
  ...['code', 'otp', 'pin', 'cvv', 'cvc'].map((text) => ({
    text,
    bit: ASSIGNMENT,
    folded: true,
    follow: /^[a-z0-9_-]{0,12}[\\"'`\] \t]{0,10}(?:=|:)[ \t>]{0,5}[\\"'`]{0,4}\d{4}/i,
  })),
];

const HOMES: readonly Literal[] = ['home', 'users'].map((text) => ({
  text,
  bit: HOME,
  folded: true,
  reach: 3,
  follow: /^(?:[/\\-]|%2f|%5c)/i,
}));
