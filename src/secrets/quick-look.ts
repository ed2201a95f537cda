/** The fast look: one pass over a text that says whether the slow look could find anything in it. */
/** It may say yes for nothing, never no for something: a test compares both looks over everything there is. */

import { hidesText, MIN_RUN, RUN_MASK } from './encoded-blocks.ts';
import { joinLines, type Watch, watchFor } from './line-joins.ts';
import { createLiteralSearch, type Literal, type LiteralSearch, nextSlot, PAIRS, pairOf } from './literal-search.ts';
import { labelWords } from './places/personal-labels.ts';
import { tellingPlaces } from './rules/telling-places.ts';
import { tokenShapes } from './rules/token-shapes.ts';
import { TextUnits } from './text-units.ts';
import { ODD_CHARACTER } from './views.ts';

export const HOME = 1;
export const SECRET = 2;
/** A name that secrets are given to, with a value: only the rule for assignments can tell. */
export const ASSIGNMENT = 4;
/** Another reading of the text differs from it. */
export const READING = 8;
/** Base64 or hexadecimal that could be text. */
export const BLOCK = 16;
/** What stands in places of secrets: only their rules can tell. */
export const PLACE = 32;
/** A label that numbers of persons stand behind, with a number. */
export const PERSONAL = 64;
/** A head of a table that may stand above secrets, or of a list of codes. */
export const COLUMN = 128;

export interface QuickLook {
  /** Bits of the constants above; 0: clean. */
  look(text: string): number;
}

/** `names`: of people, which count where a machine prints them. */
export function createQuickLook(literals: readonly string[], names: readonly string[] = []): QuickLook {
  const own = literals.filter((word) => word.length >= 3).map((word) => ({ text: word.slice(0, 8), bit: SECRET }));
  const owners = names
    .filter((name) => name.length >= 3)
    .map((text) => ({ text, bit: HOME, follow: /^[ \t@]/ }))
    .flatMap((row) => [row, { text: row.text, bit: HOME, before: NAMED_OWNER }]);
  const short = literals.filter((word) => word.length < 3);
  const search = createLiteralSearch([...SECRETS, ...NAMES, ...LABELS, ...DUMPS, ...HOMES, ...owners, ...own]);
  const plain = new TextUnits();
  const joined = new TextUnits();
  const odd = new OddUnits();
  const lookAt = (text: string): number => {
    plain.fill(text);
    odd.found = false;
    joined.end(joinLines(plain.units, plain.length, joined.reserve(plain.length), undefined, odd));
    return (odd.found ? READING : 0) | lookThrough(joined, search);
  };
  return {
    look(text) {
      let bits = short.some((word) => text.includes(word)) ? SECRET : 0;
      if (text.length < 3) return bits;
      if (JSON_TEXT.test(text) && text.includes('\\')) bits |= READING;
      for (const piece of piecesOf(text)) bits |= lookAt(piece);
      plain.release();
      joined.release();
      return bits;
    },
  };
}

/** A very long text piece by piece: what would be found stands whole in one of them, and memory follows their length. */
function* piecesOf(text: string): Generator<string> {
  if (text.length <= MOST_AT_ONCE) yield text;
  else
    for (let at = 0; at + OVERLAP < text.length; at += MOST_AT_ONCE - OVERLAP) yield text.slice(at, at + MOST_AT_ONCE);
}

/** UTF-16 units. Shapes, names and the blocks that say yes at their first readable part are far shorter than the overlap. */
const MOST_AT_ONCE = 1 << 21;
const OVERLAP = 1 << 16;

/** Literals and encoded runs, in one pass. */
function lookThrough(text: TextUnits, { table, next, bitsAt }: LiteralSearch): number {
  const { units, length } = text;
  let bits = 0;
  let slot = 0;
  let run = 0;
  // one step more, over the zero at the end: it ends the last run
  for (let i = 0; i <= length; i++) {
    const code = units[i] ?? 0;
    const mask = RUN_MASK[code] ?? 0;
    slot = nextSlot(slot, code);
    const group = table[slot] ?? 0;
    if (group !== 0 && next[group * PAIRS + pairOf(code, units[i + 1] ?? 0)] !== 0) bits = bitsAt(text, i, group, bits);
    if (run > (mask | (MIN_RUN - 1)) && (bits & BLOCK) === 0 && hidesText(units, i - run, i)) bits |= BLOCK;
    run = (run + 1) & mask;
  }
  return bits;
}

/** Looks, while lines are joined, for what makes another reading of the text possible. */
class OddUnits implements Watch {
  readonly kinds: Uint8Array = watchFor(oddKinds());
  found = false;

  tell(units: Uint16Array, at: number, kind: number): void {
    if (this.found) return;
    const next = units[at + 1] ?? 0;
    if (kind === ODD) this.found = true;
    else if (kind === FLAG) this.found = next >= 0xdd30 && next <= 0xdd69;
    else this.found = beginsEscape(units, at, next);
  }
}

/** Changes a reading; begins an escape; the first half of a letter that is written as a flag is. */
const [ODD, ESCAPE, FLAG] = [2, 3, 4];

function oddKinds(): ReadonlyMap<number, number> {
  const kinds = new Map<number, number>();
  for (let code = 0; code < 1 << 16; code++) if (ODD_CHARACTER.test(String.fromCharCode(code))) kinds.set(code, ODD);
  for (const high of [0xd835, 0xdb40]) kinds.set(high, ODD);
  for (const first of ['%', '&', '\\']) kinds.set(first.charCodeAt(0), ESCAPE);
  return kinds.set(0xd83c, FLAG);
}

/** A percent sign, an ampersand or a backslash that stands before what it takes. */
function beginsEscape(units: Uint16Array, at: number, next: number): boolean {
  const code = units[at] ?? 0;
  if (code === 0x25) return isHexDigit(next) && isHexDigit(units[at + 2] ?? 0);
  if (code === 0x26) return ENTITY.test(String.fromCharCode(...units.subarray(at, at + 12)));
  if (next === 0x75 || next === 0x2f) return true;
  if (next === 0x78) return isHexDigit(units[at + 2] ?? 0);
  return isOctalDigit(next) && isOctalDigit(units[at + 2] ?? 0) && isOctalDigit(units[at + 3] ?? 0);
}

const ENTITY = /^&(?:#\d|#[xX][0-9A-Fa-f]|[a-zA-Z]{2,8};)/;
/** A string that is JSON itself: its escapes hide line ends and further escapes. */
const JSON_TEXT = /^\s{0,80}[[{"]/;

function isHexDigit(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x66);
}

function isOctalDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x37;
}

const SECRETS: readonly Literal[] = [
  ...tokenShapes.flatMap((row) =>
    row.literals.map((text) => ({
      text,
      bit: SECRET,
      ...(row.follow !== undefined && { follow: row.follow }),
      ...(row.reach !== undefined && { reach: row.reach }),
    })),
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
  ...['@tcp(', '@unix('].map((text) => ({ text, bit: SECRET, before: /[\w.-]:[^\s:@/"'`<>\\]{3,90}$/ })),
  { text: 'bearer', bit: SECRET, folded: true, follow: /^[ \t]{1,3}[A-Za-z0-9._~+/=-]{12}/ },
  ...['authorization', 'x-api-key', 'x-auth-token', 'private-token', 'x-goog-api-key'].map((text) => ({
    text,
    bit: SECRET,
    folded: true,
    follow: /^\\{0,3}["'`]?[ \t]{0,3}(?:[:=,][ \t]{0,3}|[ \t]{1,3}(?=["']))\\{0,3}["'`]?[ \t]{0,2}[A-Za-z0-9._~+/=:-]/,
  })),
  { text: 'cookie', bit: SECRET, folded: true, follow: /^\\{0,3}["'`]?[ \t]{0,2}[:=,][^=]{1,100}=/, reach: 130 },
];

/** Rows that share a literal search for it once. */
function wordsOf({ text, follow, before, reach }: Omit<Literal, 'bit'>): string {
  return [text, follow?.source, before?.source, reach].join(' ');
}

/** The head of the last column of a table; whatever the first row begins with stands right behind. */
const COLUMN_END = /^(?:w(?:ord|d|ort)|phrase|code)?["'`*]{0,2}[ \t]{0,40}(?:[|;\t│,]|--|[^\s"'`*().,:;=-])/i;

const NAMES: readonly Literal[] = [
  ...new Map(
    tellingPlaces.flatMap(({ literals }) => literals.map((literal) => [wordsOf(literal), { ...literal, bit: PLACE }])),
  ).values(),
  ...['pass', 'pwd', 'psk', 'secret', 'token', 'credential', 'key', 'salt'].map((text) => ({
    text,
    bit: ASSIGNMENT,
    folded: true,
    reach: 26,
    follow: /^[a-z0-9_-]{0,12}(?:[\\"'`\] \t]{0,10}(?:str(?:ing)? ?)?(?:=|:)|[ \t]{1,2}["']?[^ \t-])/i,
  })),
  ...['sid', 'sessid', 'session_id', 'session-id', 'sessionid'].map((text) => ({
    text,
    bit: ASSIGNMENT,
    folded: true,
    follow: /^(?=[\\"'`\] \t=:])[\\"'`\] \t]{0,10}[=:][ \t>]{0,5}[\\"'`]{0,4}[A-Za-z0-9+/=_]{16}/,
  })),
  ...['pass', 'pwd', 'secret', 'token', 'api key', 'api_key'].flatMap((text) => [
    { text, bit: COLUMN, folded: true, before: /[|,;\t│][ \t]{0,40}["'`*]{0,2}[a-z_]{0,20}$/i, follow: COLUMN_END },
    { text, bit: COLUMN, folded: true, follow: /^[a-z]{0,8}["'`*]{0,2}[ \t]{0,40}[|;\t│]/i },
  ]),
  ...['recovery', 'backup', 'scratch', 'emergency'].map((text) => ({
    text,
    bit: COLUMN,
    folded: true,
    follow: /^[ _-]codes?/i,
  })),
  ...['--auth', '--bearer', '--secret-id'].map((text) => ({
    text,
    bit: ASSIGNMENT,
    follow: /^[ \t]{1,2}["']?[^ \t-]/,
  })),
  ...['code', 'otp', 'pin', 'cvv', 'cvc'].map((text) => ({
    text,
    bit: ASSIGNMENT,
    folded: true,
    follow: /^[a-z0-9_-]{0,12}[\\"'`\] \t]{0,10}(?:=|:)[ \t>]{0,5}[\\"'`]{0,4}\d{3}/i,
  })),
  {
    text: 'pat',
    bit: ASSIGNMENT,
    folded: true,
    follow: /^(?=[\\"'`\] \t=:])[\\"'`\] \t]{0,10}[=:][ \t>]{0,5}[\\"'`]{0,4}[A-Za-z0-9]{16}/,
  },
];

const LABELS: readonly Literal[] = labelWords.map((text) => ({
  text,
  bit: PERSONAL,
  folded: true,
  follow: /^[ \w°.'-]{0,24}(?:\\{0,3}["']?[ \t]{0,3}[:=#]\s{0,3}\\{0,3}["']?| (?=\d))\(?[A-Z0-9][A-Z0-9() ./-]{4}/i,
}));

/** A line of a hex dump from its offset on. */
const DUMPS: readonly Literal[] = [
  { text: '0: ', bit: BLOCK, follow: /^ ?[0-9a-f]{2,4} {1,2}[0-9a-f]{2}/i },
  { text: '0  ', bit: BLOCK, follow: /^[0-9a-f]{2} [0-9a-f]{2} [0-9a-f]{2}/i },
];

/** What stands before an owner's name where nothing need stand behind it. */
const NAMED_OWNER = /(?:\d\(|\b(?:USER|USERNAME|LOGNAME)=["']?|\/(?:per-user|media)\/)$/;

const HOMES: readonly Literal[] = ['home', 'users'].map((text) => ({
  text,
  bit: HOME,
  folded: true,
  reach: 3,
  follow: /^(?:[/\\-]|%2f|%5c)/i,
}));
