/** What a search result shows of a hit: the turns that hold what was found, in pieces of plain text. */
/** On texts as the index gives them, made by hand. */

import { expect, it } from 'vitest';
import { type FoundTurn, listFoundTurns } from '../../../src/browser/search/found-turns.ts';
import { spaceTokens } from '../../../src/model/search/tokens.ts';

/** The turns that have one of the tokens, which are terms of their own. */
function find(turns: readonly string[], tokens: readonly string[], most = 4, role = ''): readonly FoundTurn[] {
  const spaced = turns.map(spaceTokens);
  const anchors = spaced.map((_, i) => ({
    element: i % 2 === 0 ? 'prompt' : 'answer',
    id: `t-${i}`,
    location: spaced.slice(0, i).flatMap((turn) => turn.split(' ')).length,
  }));
  const words = spaced.join(' ').split(' ');
  const places = tokens.map((token) =>
    words.flatMap((word, at) => (word.replace(/[^\p{L}\p{N}]/gu, '') === token ? [at] : [])),
  );
  return listFoundTurns({ content: words.join(' '), anchors }, places, { most, role });
}

const marked = (turn: FoundTurn | undefined): readonly string[] =>
  (turn?.excerpt ?? []).filter((piece) => piece.marked).map((piece) => piece.text);
const textOf = (turn: FoundTurn | undefined): string => (turn?.excerpt ?? []).map((piece) => piece.text).join('');
const numbers = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, i) => `w${from + i}`).join(' ');

it('leads to the turn that says it, and marks what was found', () => {
  expect(find(['Hello there', 'the clock is slow', 'Good bye'], ['clock'])).toEqual([
    {
      anchor: 't-1',
      role: 'answer',
      excerpt: [
        { text: 'the ', marked: false },
        { text: 'clock', marked: true },
        { text: ' is slow', marked: false },
      ],
    },
  ]);
});

it('marks names in one piece, without the signs around them', () => {
  expect(marked(find(['see (fix/ENT-207), now'], ['ENT', '207'])[0])).toEqual(['ENT-207']);
  expect(marked(find(['a race condition, here'], ['race', 'condition'])[0])).toEqual(['race condition']);
  expect(marked(find(['in foo_bar.ts: x'], ['foo', 'bar', 'ts'])[0])).toEqual(['foo_bar.ts']);
  expect(textOf(find(['in foo_bar.ts: x'], ['bar'])[0])).toBe('in foo_bar.ts: x');
});

it('cuts a long turn around what was found', () => {
  expect(textOf(find(['before', numbers(0, 200), 'behind'], ['w100'])[0])).toBe(`… ${numbers(92, 128)} …`);
});

it('shows the turns with the most of the terms first', () => {
  const ids = (turns: readonly FoundTurn[]): readonly string[] => turns.map((turn) => turn.anchor);
  expect(ids(find(['x x x', 'x y', 'y', 'x y y'], ['x', 'y'], 2))).toEqual(['t-3', 't-1']);
  expect(ids(find(['x', 'x x', 'y', 'x x x'], ['x'], 2))).toEqual(['t-3', 't-1']);
  expect(ids(find(['x', 'x', 'x'], ['x'], 4, 'answer'))).toEqual(['t-1']);
  expect(find(['x', 'y'], ['x'], 4, 'answer')).toEqual([]);
});

it('is the first turn where only the title has it', () => {
  expect(find(['one', 'two'], []).map((turn) => [turn.anchor, textOf(turn)])).toEqual([['t-0', 'one']]);
});

it('gives scripts without spaces back without any', () => {
  expect(find(['日本語の検索 in English'], ['検', '索'])[0]?.excerpt).toEqual([
    { text: '日本語の', marked: false },
    { text: '検索', marked: true },
    { text: ' in English', marked: false },
  ]);
});

it('leaves out Markdown’s signs', () => {
  const [turn] = find(['## The plan | `clock.ts` **is slow**'], ['clock', 'ts']);
  expect(turn?.excerpt.map((piece) => piece.text)).toEqual(['The plan ', 'clock.ts', ' is slow']);
});
