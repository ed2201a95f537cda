/** A title out of any text: one line, no Markdown, no control characters. */
/** Titles go to places where nothing escapes or wraps: tabs, feeds, lists, file managers. */

import { ownString } from '../../../base/own-string.ts';
import { stripTerminal } from './terminal.ts';
import { spellHidden } from './visible-text.ts';

/** At most `max` characters (as people count them), cut at a word, with `…` when something is missing. */
export function plainTitle(text: string, max: number): string {
  const enough = max * 8 + 2_000;
  // A copy: titles are kept, and a slice would keep the text.
  const start = stripTerminal((text.length > enough ? ownString(text.slice(0, enough)) : text).toWellFormed());
  const line = spellHidden(
    start
      .replace(/^[ \t]*(?:```|~~~).*$/gm, ' ')
      .replace(/^[ \t]*(?:#{1,6}[ \t]+|>[ \t]?|[-*+][ \t]+(?:\[[ xX]\][ \t]+)?|\d{1,9}[.)][ \t]+)/gm, '')
      .replace(/!?\[([^\][\n]{0,400})\]\([^()\s]{0,2000}\)/g, '$1')
      .replace(/(\*\*|__|~~)?(`+)(?=\S)([^\n]{1,400}?)(?<=\S)\2\1|(\*\*|__|~~)(?=\S)([^\n]{1,400}?)(?<=\S)\4/g, '$3$5')
      // Also in the middle: a prompt that was made one line keeps the marks of its headings.
      .replace(/(?<=\s)#{1,6}[ \t]+(?=\S)/g, '')
      .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' '),
  ).trim();
  return cutAtWord(line, max);
}

function cutAtWord(line: string, max: number): string {
  if (line.length <= max) return line;
  const start = line.slice(0, max * 8 + 200);
  const characters = firstCharacters(start, max + 1);
  if (characters.length <= max) return line.length <= start.length ? line : `${line.slice(0, max)}…`;
  const kept = characters.slice(0, Math.max(max - 1, 0)).join('');
  const space = kept.lastIndexOf(' ');
  return `${(space > kept.length * 0.6 ? kept.slice(0, space) : kept).replace(/[\s,;:.]+$/, '')}…`;
}

function firstCharacters(text: string, count: number): readonly string[] {
  if (SINGLE.test(text.slice(0, count + 1))) return [...text.slice(0, count)];
  const found: string[] = [];
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  for (const { segment } of segmenter.segment(text)) {
    found.push(segment);
    if (found.length === count) break;
  }
  return found;
}

/**
 * Every character is its own, because none here joins another: Latin letters, punctuation, arrows, boxes, kana, ideographs.
 * Finding that out is far cheaper than segmenting.
 */
const SINGLE =
  /^[\x20-\x7e\xa1-\xac\xae-\u02ff\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u2190-\u21ff\u2500-\u257f\u3001-\u3029\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff]*$/;
/** Made for the first text that needs it: its tables take as long to load as a thousand titles. */
let segmenter: Intl.Segmenter | undefined;
