/** What was typed, as terms. */

import { expect, it } from 'vitest';
import { distance } from '../../../src/browser/search/near-words.ts';
import { LONGEST_QUERY, parseQuery } from '../../../src/browser/search/query.ts';

const tokens = (text: string): readonly string[] => parseQuery(text).map((term) => term.tokens.join(' '));

it('has names with signs as tokens that follow one another', () => {
  expect(tokens('ENT-207')).toEqual(['ent 207']);
  expect(tokens('src/site/foo_bar.ts:12 v1.2.3')).toEqual(['src site foo bar ts 12', 'v1 2 3']);
  expect(tokens('"exit code" errors')).toEqual(['exit code', 'error']);
  expect(tokens('“exit code')).toEqual(['exit code']);
  expect(tokens('検索 café Привет')).toEqual(['検 索', 'cafe', 'привет']);
});

it('takes names of one word whole and in pieces', () => {
  expect(parseQuery('camelCaseWord')[0]).toMatchObject({ tokens: ['camelcaseword'], humps: ['camel', 'case', 'word'] });
  expect(parseQuery('plain')[0]?.humps).toEqual([]);
});

it('asks for common words only where there is nothing else, and for each word once', () => {
  expect(tokens('how to fix the clock')).toEqual(['fix', 'clock']);
  expect(tokens('to be or not to be')).toEqual(['not']);
  expect(tokens('the')).toEqual(['the']);
  expect(tokens('clock Clock clocks')).toEqual(['clock']);
  expect(tokens('"to be"')).toEqual(['to be']);
});

it('has no terms for signs, and a bound for the rest', () => {
  expect(tokens('')).toEqual([]);
  expect(tokens('*** "" <> \u0000 -')).toEqual([]);
  expect(parseQuery('x1 '.repeat(10_000))).toHaveLength(1);
  expect(parseQuery(Array.from({ length: 1000 }, (_, i) => `w${i}`).join(' ')).length).toBeLessThanOrEqual(12);
  expect(parseQuery('x'.repeat(10_000))[0]?.said).toHaveLength(LONGEST_QUERY);
});

it('knows how far words are apart', () => {
  expect(distance('serach', 'search', 2)).toBe(1);
  expect(distance('clok', 'clock', 2)).toBe(1);
  expect(distance('quokka', 'quokka', 2)).toBe(0);
  expect(distance('abcd', 'wxyz', 2)).toBeGreaterThan(2);
  expect(distance('a', 'abcdef', 2)).toBeGreaterThan(2);
});
