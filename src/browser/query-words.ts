/** The words of a query, and whether a record has one of them or only something alike. */
/** Pagefind falls back to the longest beginning that a part knows, down to one letter: what it found has to be looked at. */

import type { PagefindRecord } from './pagefind-types.ts';

/** More words than these narrow nothing. */
const MOST_WORDS = 12;
const SIGNS = /[^\p{L}\p{M}\p{N}]+/u;

/** A phrase in quotation marks, which Pagefind takes as it stands. */
export function isPhrase(text: string): boolean {
  return /^\s*".+"\s*$/.test(text);
}

/** Each word once, in its order. What is signs only is none. */
export function listWords(text: string): readonly string[] {
  const words = new Map<string, string>();
  for (const word of text.replaceAll('"', ' ').split(/\s+/)) {
    const plain = plainWord(word);
    if (plain !== '' && !words.has(plain)) words.set(plain, word);
  }
  return [...words.values()].slice(0, MOST_WORDS);
}

/** The words taken apart at their signs, as the index has them beside the whole: `fix/ENT-207` holds `ENT`, and `207`. */
export function splitSigns(text: string): string {
  return text.split(SIGNS).join(' ').trim();
}

/** Whether a word begins so that was found in the record or stands in its title, or one that follows a sign in such a word. */
export function hasBeginning(record: PagefindRecord, word: string): boolean {
  const wanted = plainWord(word);
  const content = record.content.split(' ');
  const found = new Set(record.locations.map((at) => content[at] ?? ''));
  return [...found, ...(record.meta.title ?? '').split(' ')].some((text) => {
    const pieces = text.split(SIGNS);
    return pieces.some((_, i) => plainWord(pieces.slice(i).join('')).startsWith(wanted));
  });
}

/** As Pagefind compares them: without case, signs and accents. */
function plainWord(word: string): string {
  return word
    .normalize('NFD')
    .replace(/[^\p{L}\p{N}]+/gu, '')
    .toLowerCase();
}
