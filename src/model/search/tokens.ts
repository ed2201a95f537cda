/** Text cut into the tokens that the site's search knows: what stands between signs, and each character of scripts without spaces. */
/** The site's index and the search page cut by these functions, so that a query finds what was indexed: `207` and `ENT-207` in `fix/ENT-207`. */

import { stemEnglish } from './english-stem.ts';

/** Stands before a token that follows the one before without a space. The indexer drops it; in texts a middle dot takes its place. */
const JOINED = '\u2027';
/** Stands for `_`, which the indexer would take for a letter. */
const LOW_LINE = '\u2e0f';
const PLAIN_SIGNS_BETWEEN = /([A-Za-z0-9][^A-Za-z0-9\s]+)(?=[A-Za-z0-9])/g;
const SIGNS_BETWEEN = /([\p{L}\p{M}\p{N}])([^\p{L}\p{M}\p{N}\s]+)(?=[\p{L}\p{M}\p{N}])/gu;
/** The indexer drops punctuation, and keeps symbols that touch a word. */
const SYMBOL = /[\p{S}\p{C}]/u;
const BEFORE_SYMBOL = /([\p{L}\p{M}\p{N}])(?=[^\s\x20-\x7e\u2027\p{L}\p{M}\p{N}\p{P}])/gu;
const AFTER_SYMBOL = /([^\s\x20-\x7e\u2027\p{L}\p{M}\p{N}\p{P}])(?=[\p{L}\p{M}\p{N}])/gu;
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}ー]/u;
const EACH = new RegExp(
  `(${UNSPACED.source}\\p{M}*)(?=[\\p{L}\\p{N}])|([\\p{L}\\p{N}]\\p{M}*)(?=${UNSPACED.source})`,
  'gu',
);
const NOT_ASCII = /[^\x00-\x7f]/;
const NEXT_ODD = /[^\x00-\x7f]/g;
/** What the indexer cuts a word at. */
const INNER_CAPITAL = /[\p{L}\p{N}]\p{Lu}/u;

/** The text with spaces between its tokens. `joinTokens` gives it back. */
export function spaceTokens(text: string): string {
  if (!NOT_ASCII.test(text)) return spacePlain(text);
  // What stands between two spaces is cut by itself: most of it is ASCII, for which much less is to be looked at.
  let out = '';
  for (let at = 0, odd = oddAfter(text, 0); ; ) {
    if (odd === text.length) return out + spacePlain(text.slice(at));
    const start = Math.max(at, text.lastIndexOf(' ', odd) + 1);
    let end = odd;
    for (; odd < end + NEAR && odd < text.length; odd = oddAfter(text, end)) end = wordEnd(text, odd);
    out += spacePlain(text.slice(at, start)) + spaceAny(text.slice(start, end));
    at = end;
  }
}

/** Characters: words that are nearer to one that is not ASCII are cut with it, which takes less than to tell them apart. */
const NEAR = 16;

function oddAfter(text: string, from: number): number {
  NEXT_ODD.lastIndex = from;
  return NEXT_ODD.exec(text)?.index ?? text.length;
}

function wordEnd(text: string, from: number): number {
  const space = text.indexOf(' ', from);
  return space < 0 ? text.length : space;
}

/** ASCII alone. */
function spacePlain(text: string): string {
  return text.replaceAll('_', LOW_LINE).replace(PLAIN_SIGNS_BETWEEN, `$1 ${JOINED}`);
}

function spaceAny(text: string): string {
  const clean = text.replaceAll(JOINED, '·').replaceAll(LOW_LINE, ' ').replaceAll('_', LOW_LINE);
  const spaced = clean.replace(SIGNS_BETWEEN, `$1$2 ${JOINED}`);
  const apart = SYMBOL.test(spaced)
    ? spaced.replace(BEFORE_SYMBOL, `$1 ${JOINED}`).replace(AFTER_SYMBOL, `$1 ${JOINED}`)
    : spaced;
  return UNSPACED.test(apart) ? apart.replace(EACH, `$1$2 ${JOINED}`) : apart;
}

/** Takes out what `spaceTokens` put in. */
export function joinTokens(spaced: string): string {
  return spaced.replaceAll(` ${JOINED}`, '').replaceAll(JOINED, '').replaceAll(LOW_LINE, '_');
}

/** Whether no space stands before this token of a spaced text. */
export function isJoined(token: string): boolean {
  return token.startsWith(JOINED);
}

/** The tokens of a text as the index names them, in their order. What is signs only is none. */
export function listTokens(text: string): readonly string[] {
  return spaceTokens(text)
    .split(/\s+/)
    .map(indexedToken)
    .filter((token) => token !== '');
}

/** The pieces of a name like `camelCase`, which the index has beside the whole; empty for other words. */
export function listHumps(token: string): readonly string[] {
  if (!INNER_CAPITAL.test(token)) return [];
  const pieces = token.match(/\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|\p{N}+/gu) ?? [];
  return pieces.length < 2 ? [] : pieces.map(indexedToken).filter((piece) => piece.length > 1);
}

/** A token as the index names it: without case, signs and accents, and its stem only. */
export function indexedToken(token: string): string {
  const lower = token.toLowerCase();
  const plain = NOT_ASCII.test(lower) ? withoutAccents(lower) : lower;
  return stemEnglish(plain.replace(/[^\p{L}\p{N}\u3099\u309a]+/gu, ''));
}

/** As the indexer does it: the marks of kana are part of their letters. */
function withoutAccents(text: string): string {
  const plain = text.normalize('NFD').replace(/(?![\u3099\u309a])\p{M}/gu, '');
  return /[\u3099\u309a]/.test(plain) ? plain.normalize('NFC') : plain;
}
