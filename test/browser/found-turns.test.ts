/** What a search result shows of a page: the turns that hold what was found, in pieces of plain text. */
/** On records as Pagefind answers them, made by hand. */

import { expect, it } from 'vitest';
import { firstWords, listFoundTurns } from '../../src/browser/found-turns.ts';
import type { PagefindRecord } from '../../src/browser/pagefind-types.ts';

function record(turns: readonly string[], found: readonly string[]): PagefindRecord {
  const words = turns.map((turn) => turn.split(' '));
  const anchors = words.map((_, i) => ({ id: `t-${i}`, location: words.slice(0, i).flat().length }));
  const content = turns.join(' ');
  const locations = content.split(' ').flatMap((word, at) => (found.includes(word) ? [at] : []));
  return { url: '/c/1/?role=prompt', meta: {}, content, anchors, locations };
}

const numbers = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, i) => `w${from + i}`).join(' ');

it('leads to the turn that says it, and marks what was found', () => {
  const turns = listFoundTurns(record(['Hello there', 'the clock is slow', 'Good bye'], ['clock']), 4);
  expect(turns).toEqual([
    {
      anchor: 't-1',
      title: '',
      excerpt: [
        { text: 'the ', marked: false },
        { text: 'clock', marked: true },
        { text: ' is slow', marked: false },
      ],
    },
  ]);
});

it('marks words that stand together in one piece', () => {
  const [turn] = listFoundTurns(record(['a race condition here'], ['race', 'condition']), 4);
  expect(turn?.excerpt.filter((piece) => piece.marked)).toEqual([{ text: 'race condition', marked: true }]);
});

it('cuts a long turn around what was found, and names it by its first words', () => {
  const [turn] = listFoundTurns(record(['before', numbers(0, 200), 'behind'], ['w100']), 4);
  expect(turn?.title).toBe(numbers(0, 12));
  const text = turn?.excerpt.map((piece) => piece.text).join('');
  expect(text).toBe(`… ${numbers(94, 124)} …`);
});

it('shows the turns with the most of it, in the order of the page', () => {
  const turns = listFoundTurns(record(['x', 'x x', 'y', 'x x x'], ['x']), 2);
  expect(turns.map((turn) => turn.anchor)).toEqual(['t-1', 't-3']);
});

it('takes the spaces out that were put between words of scripts without any', () => {
  const [turn] = listFoundTurns(record(['日本語 の 検索 in English'], ['検索']), 4);
  expect(turn?.excerpt).toEqual([
    { text: '日本語の', marked: false },
    { text: '検索', marked: true },
    { text: ' in English', marked: false },
  ]);
});

it('leaves out Markdown’s signs', () => {
  const [turn] = listFoundTurns(record(['## The plan | `clock.ts` **is slow**'], ['`clock.ts`']), 4);
  expect(turn?.excerpt.map((piece) => piece.text)).toEqual(['The plan ', 'clock.ts', ' is slow']);
});

it('has the first words for a record whose title alone was found', () => {
  const found = record([numbers(0, 100)], []);
  expect(listFoundTurns(found, 4)).toEqual([]);
  expect(firstWords(found)).toBe(numbers(0, 30));
});
