/** The turns that a hit speaks of, each with the words around what was found. */
/** Pure: what was indexed in, plain text in pieces out. Whoever draws it puts it in as text. */

import { isJoined, joinTokens } from '../../model/search/tokens.ts';
import type { IndexedText } from './index-part.ts';

export interface Piece {
  readonly text: string;
  /** It is what was looked for. */
  readonly marked: boolean;
}

export interface FoundTurn {
  /** Id of the turn's element on its page. */
  readonly anchor: string;
  readonly role: string;
  readonly excerpt: readonly Piece[];
}

/** Words of an excerpt, and how many stand before what was found. */
const EXCERPT = 36;
const BEFORE = 8;
/** A word without the signs around it. */
const CORE = /^([^\p{L}\p{M}\p{N}]*)(.*?)([^\p{L}\p{M}\p{N}]*)$/su;

/**
 * At most `most` turns: those with the most different terms first, then with most of them. `places`: numbers of the words
 * that were found, for each term. Where only the title has them, the first turn. `role`: only of it; empty: of any.
 */
export function listFoundTurns(
  { content, anchors }: Pick<IndexedText, 'content' | 'anchors'>,
  places: readonly (readonly number[])[],
  { most, role }: { readonly most: number; readonly role: string },
): readonly FoundTurn[] {
  const words = content.split(' ').map(withoutMarks);
  const turns = anchors
    .toSorted((a, b) => a.location - b.location)
    .map(({ id, element, location }, i, sorted) => {
      const end = sorted[i + 1]?.location ?? words.length;
      const found = places.map((term) => term.filter((at) => at >= location && at < end));
      return { id, role: element, start: location, end, found };
    })
    .filter((turn) => role === '' || turn.role === role);
  const having = turns
    .map((turn) => ({ ...turn, terms: turn.found.filter((term) => term.length > 0).length }))
    .filter(({ terms }) => terms > 0)
    .sort((a, b) => b.terms - a.terms || b.found.flat().length - a.found.flat().length || a.start - b.start)
    .slice(0, most);
  const shown = having.length > 0 || places.some((term) => term.length > 0) ? having : turns.slice(0, 1);
  return shown.map(({ id, role: own, start, end, found }) => {
    const all = found.flat().sort((a, b) => a - b);
    const from = excerptStart(start, all);
    return {
      anchor: id,
      role: own,
      excerpt: excerptOf(words, { from, to: Math.min(end, from + EXCERPT), start, end }, new Set(all)),
    };
  });
}

/** Where most of what was found stands together. */
function excerptStart(start: number, found: readonly number[]): number {
  const reach = EXCERPT - BEFORE;
  const inReach = (from: number): number => found.filter((at) => at >= from && at < from + reach).length;
  let best = start;
  let most = 0;
  for (const at of found) {
    const count = inReach(at);
    if (count > most) [best, most] = [at, count];
  }
  return Math.max(start, best - BEFORE);
}

interface Range {
  readonly from: number;
  readonly to: number;
  /** Of the turn. */
  readonly start: number;
  readonly end: number;
}

function excerptOf(words: readonly string[], range: Range, found: ReadonlySet<number>): readonly Piece[] {
  const pieces: Piece[] = [];
  const add = (text: string, marked: boolean): void => {
    const last = pieces.at(-1);
    if (text === '') return;
    if (last?.marked === marked) pieces[pieces.length - 1] = { text: last.text + text, marked };
    else pieces.push({ text, marked });
  };
  if (range.from > range.start) add('… ', false);
  for (let at = range.from, empty = true; at < range.to; at++) {
    const word = words[at] ?? '';
    if (word === '') continue;
    const marked = found.has(at);
    if (!empty && !isJoined(word)) add(' ', marked && found.has(at - 1));
    empty = false;
    const [, before = '', core = '', behind = ''] = marked ? (CORE.exec(joinTokens(word)) ?? []) : [];
    add(before, marked && found.has(at - 1) && isJoined(word));
    add(marked ? core : joinTokens(word), marked);
    // signs between what was found belong to it: `ENT-207`
    add(behind, found.has(at + 1) && isJoined(words[at + 1] ?? ''));
  }
  if (range.to < range.end) add(' …', false);
  return pieces;
}

/** Markdown's signs for headings, tables, bold and code say nothing in an excerpt. A word that was nothing else is empty. */
function withoutMarks(word: string): string {
  return word.replace(/^(?:#{1,6}|\|)$|\*\*|`+/g, '');
}
