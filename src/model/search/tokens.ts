/** Text cut into the tokens that the site's search knows: what stands between signs, and each character of scripts without spaces. */
/** The site's index and the search page cut by these functions, so that a query finds what was indexed: `207` and `ENT-207` in `fix/ENT-207`. */

import { stemEnglish } from './english-stem.ts';

/** Stands before a token that follows the one before without a space. The indexer drops it; in texts a middle dot takes its place. */
const JOINED = '\u2027';
/** Stands for `_`, which the indexer would take for a letter. */
const LOW_LINE = '\u2e0f';
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
/** What the indexer cuts a word at. */
const INNER_CAPITAL = /[\p{L}\p{N}]\p{Lu}/u;

/** The text with spaces between its tokens. `joinTokens` gives it back. */
export function spaceTokens(text: string): string {
  const marked = text.replaceAll('_', LOW_LINE);
  if (!NOT_ASCII.test(text)) return marked.replace(SIGNS_BETWEEN, `$1$2 ${JOINED}`);
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
