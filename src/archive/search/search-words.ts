/** Words of texts and queries: how scripts without spaces are cut, what a query asks for, how a match is shown. */
/** Pure. The same cutting runs over texts and queries, or nothing would be found. */

/** Marks around a match in a snippet: private-use characters, taken out of texts before. */
const MATCH_START = '\ue000';
const MATCH_END = '\ue001';

/** One thing that must occur: words in this order, the last one only begun when `prefix`. */
export interface Term {
  readonly words: string;
  readonly prefix: boolean;
}

/**
 * Scripts that do not put spaces between words (and Hangul, which joins particles to them) are indexed character by
 * character, and asked for as a phrase of characters: that finds every substring, where a dictionary of words finds only
 * what it cuts alike in text and query, and cuts differently in the next release of ICU.
 */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}ー]/u;
const UNSPACED_EACH = new RegExp(UNSPACED, 'gu');
const MARKS = /[\ue000\ue001]/;
const WORD = /[\p{L}\p{N}]/u;

/** The text as it goes into the index: unspaced scripts with spaces between characters, marks of snippets taken out. */
export function spaceText(text: string): string {
  const clean = MARKS.test(text) ? text.replaceAll(MATCH_START, '').replaceAll(MATCH_END, '') : text;
  return UNSPACED.test(clean) ? clean.replace(UNSPACED_EACH, ' $& ') : clean;
}

/** Words, `"phrases"` and `word*`. Anything else a person types is text; operators have no meaning. */
export function parseTerms(query: string): Term[] {
  const terms: Term[] = [];
  for (const match of query.normalize('NFC').matchAll(/"([^"]*)"?(\*?)|([^\s"]+)/g)) {
    const typed = match[1] ?? match[3] ?? '';
    const words = typed.replace(/\*+$/, '');
    if (!WORD.test(words)) continue;
    terms.push({ words, prefix: words !== typed || match[2] === '*' });
  }
  return terms;
}

/** FTS5 expression: every term quoted, so nothing in it is syntax. Empty: nothing to ask. */
export function matchExpression(terms: readonly Term[]): string {
  return terms
    .map(({ words, prefix }) => `"${spaceText(words).replaceAll('"', ' ').replaceAll('\0', ' ')}"${prefix ? ' *' : ''}`)
    .join(' AND ');
}

const BEFORE = 60;
const LENGTH = 200;

/** About 200 characters on one line around the first match, every match marked. Undefined: no term occurs. */
export function snippetOf(text: string, terms: readonly Term[]): string | undefined {
  const clean = text
    .replace(/[\ue000\ue001]/g, '')
    .replace(/\s+/g, ' ')
    .trim();
  const folded = fold(clean);
  const found = terms.flatMap((term) =>
    [...folded.matchAll(patternOf(term))].map((m) => ({ from: m.index, to: m.index + m[0].length })),
  );
  const first = found.reduce((least, { from }) => Math.min(least, from), Number.POSITIVE_INFINITY);
  if (!Number.isFinite(first)) return undefined;
  const start = wordStart(clean, Math.max(0, first - BEFORE));
  const end = Math.min(clean.length, start + LENGTH);
  return `${start > 0 ? '…' : ''}${mark(clean, found, start, end).toWellFormed()}${end < clean.length ? '…' : ''}`;
}

/** The beginning of a text on one line, for a hit whose match cannot be shown. */
export function beginningOf(text: string): string {
  const clean = text
    .slice(0, 4 * LENGTH)
    .replace(/[\ue000\ue001]/g, '')
    .replace(/\s+/g, ' ')
    .trim();
  return clean.length <= LENGTH ? clean : `${clean.slice(0, LENGTH).toWellFormed()}…`;
}

function mark(text: string, found: readonly { from: number; to: number }[], start: number, end: number): string {
  let out = '';
  let at = start;
  for (const { from, to } of found.toSorted((a, b) => a.from - b.from || b.to - a.to)) {
    if (from < at || to > end) continue;
    out += `${text.slice(at, from)}${MATCH_START}${text.slice(from, to)}${MATCH_END}`;
    at = to;
  }
  return out + text.slice(at, end);
}

function wordStart(text: string, at: number): number {
  if (at === 0) return 0;
  const space = text.indexOf(' ', at);
  return space === -1 || space - at > BEFORE / 2 ? at : space + 1;
}

/** Lower case without accents, one character for one, so that positions stay. As SQLite's unicode61 folds. */
function fold(text: string): string {
  const lower = text.toLowerCase();
  const same = lower.length === text.length ? lower : text;
  return /[\u00c0-\u024f\u1e00-\u1eff]/.test(same)
    ? same.replace(/[\u00c0-\u024f\u1e00-\u1eff]/g, (c) => c.normalize('NFD').charAt(0))
    : same;
}

function patternOf({ words, prefix }: Term): RegExp {
  const parts = fold(words).match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
  const body = parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('[^\\p{L}\\p{N}]+');
  const from = UNSPACED.test(words.charAt(0)) ? '' : '(?<![\\p{L}\\p{N}])';
  const to = prefix || UNSPACED.test(words.slice(-1)) ? '' : '(?![\\p{L}\\p{N}])';
  return new RegExp(`${from}${body}${to}`, 'gu');
}
