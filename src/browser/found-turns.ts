/** The turns that a search result speaks of, each with the words around what was found. */
/** Pure: Pagefind's record in, plain text in pieces out. Whoever draws it puts it in as text. */

import { joinWords } from '../model/script-words.ts';
import type { PagefindRecord } from './pagefind-types.ts';

export interface Piece {
  readonly text: string;
  /** It is what was looked for. */
  readonly marked: boolean;
}

export interface FoundTurn {
  /** Id of the turn's element on its page. */
  readonly anchor: string;
  /** First words of the turn; empty when the excerpt begins with them. */
  readonly title: string;
  readonly excerpt: readonly Piece[];
}

/** Words of an excerpt, and of a title. */
const EXCERPT = 30;
const TITLE = 12;
/** An excerpt begins this many words before what was found, or with the turn when its title would run into it. */
const BEFORE = 6;

/** At most `most` turns in the order of the page: those with the most words that were found. Empty when only the title has them. */
export function listFoundTurns(record: PagefindRecord, most: number): readonly FoundTurn[] {
  const words = record.content.split(' ').map(withoutMarks);
  const locations = [...new Set(record.locations)].sort((a, b) => a - b);
  const anchors = record.anchors.toSorted((a, b) => a.location - b.location);
  return anchors
    .map(({ id, location }, i) => {
      const end = anchors[i + 1]?.location ?? words.length;
      return { id, start: location, end, found: locations.filter((at) => at >= location && at < end) };
    })
    .filter((turn) => turn.found.length > 0)
    .sort((a, b) => b.found.length - a.found.length || a.start - b.start)
    .slice(0, most)
    .sort((a, b) => a.start - b.start)
    .map(({ id, start, end, found }) => {
      const from = excerptStart(start, found);
      const to = Math.min(end, from + EXCERPT);
      return {
        anchor: id,
        title: from === start ? '' : textOf(words.slice(start, Math.min(end, start + TITLE))),
        excerpt: excerptOf(words, { from, to, start, end }, new Set(found)),
      };
    });
}

/** The first words of a record, for a result whose title alone has what was looked for. */
export function firstWords(record: PagefindRecord): string {
  return textOf(record.content.split(' ', EXCERPT).map(withoutMarks));
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
  return best - BEFORE < start + TITLE ? start : best - BEFORE;
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
    if (last?.marked === marked) pieces[pieces.length - 1] = { text: last.text + text, marked };
    else pieces.push({ text, marked });
  };
  let before = '';
  if (range.from > range.start) add('… ', false);
  for (let at = range.from; at < range.to; at++) {
    const word = words[at] ?? '';
    if (word === '') continue;
    if (before !== '' && isApart(before, word)) add(' ', found.has(at - 1) && found.has(at));
    add(word, found.has(at));
    before = word;
  }
  if (range.to < range.end) add(' …', false);
  return pieces;
}

function textOf(words: readonly string[]): string {
  return joinWords(words.filter((word) => word !== '').join(' '));
}

/** Markdown's signs for headings, tables, bold and code say nothing in an excerpt. A word that was nothing else is empty. */
function withoutMarks(word: string): string {
  return word.replace(/^(?:#{1,6}|\|)$|\*\*|`+/g, '');
}

/** Whether a space stands between two words: not in scripts that are written without. */
function isApart(before: string, after: string): boolean {
  return joinWords(`${[...before].at(-1) ?? ''} ${[...after][0] ?? ''}`).includes(' ');
}
