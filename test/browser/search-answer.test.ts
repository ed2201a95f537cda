/** The order of what was found: every word first, then words that begin alike, and nothing else. */
/** On results as Pagefind gives them, made by hand; what is fetched is counted. */

import { beforeEach, expect, it } from 'vitest';
import type { PagefindResult } from '../../src/browser/pagefind-types.ts';
import { answerOf, type Finding } from '../../src/browser/search-answer.ts';

let fetched: string[];
beforeEach(() => {
  fetched = [];
});

/** A result whose record says one word; the word is its id. */
function result(word: string): PagefindResult {
  return {
    id: word,
    score: 1,
    async data() {
      fetched.push(word);
      return { url: `/${word}/`, meta: {}, content: word, anchors: [], locations: [0] };
    },
  };
}

function findingOf(word: string, said: readonly string[], more: Partial<Finding> = {}): Finding {
  const found = said.map(result);
  const holders = new Set(said.filter((one) => one.startsWith(`${word}:`)));
  const words = [{ word, holders, missing: holders.size === 0 }];
  return { words, found, exact: [async () => found], similar: [async () => found], ...more };
}

function find(word: string, said: readonly string[], more: Partial<Finding> = {}) {
  return answerOf(findingOf(word, said, more));
}

const shown = async (answer: ReturnType<typeof find>, most: number) =>
  (await answer.take(most)).map(({ record, similar }) => `${similar ? '~' : ''}${record.content}`);

it('gives records that have the word before all others, whatever their score', async () => {
  const answer = find('quok', ['quo', 'quokka', 'quok:1', 'q', 'quok:2']);
  expect([answer.count, answer.missing]).toEqual([2, []]);
  expect(await shown(answer, 10)).toEqual(['quok:1', 'quok:2', '~quokka']);
  expect(answer.hasMore()).toBe(false);
});

it('names a word that nothing has, and shows no beginning of it as a result', async () => {
  const answer = find('quokkaz', ['quokka', 'quo', 'q']);
  expect([answer.count, answer.missing]).toEqual([0, ['quokkaz']]);
  expect(await shown(answer, 10)).toEqual([]);
  expect(answer.hasMore()).toBe(false);
});

it('looks at few records in vain', async () => {
  await shown(
    find(
      'zyx',
      Array.from({ length: 100 }, (_, i) => `z${i}`),
    ),
    10,
  );
  expect(fetched).toHaveLength(5);
});

it('fetches no more than is shown, and goes on where it stopped', async () => {
  const answer = find('a', ['a:1', 'a:2', 'a:3', 'ab']);
  expect(await shown(answer, 2)).toEqual(['a:1', 'a:2']);
  expect(fetched).toEqual(['a:1', 'a:2']);
  expect(answer.hasMore()).toBe(true);
  expect(await shown(answer, 2)).toEqual(['a:3', '~ab']);
  expect(await shown(answer, 2)).toEqual([]);
  expect(answer.hasMore()).toBe(false);
});

it('asks the next source when the one before is used up', async () => {
  let asked = 0;
  const source = (word: string) => async () => {
    asked++;
    return [result(word)];
  };
  const answer = find('a', ['a:1', 'a:2'], { exact: [source('a:1'), source('a:2')], similar: [] });
  expect(await shown(answer, 1)).toEqual(['a:1']);
  expect(asked).toBe(1);
  expect(await shown(answer, 1)).toEqual(['a:2']);
});

it('takes every result when no words were asked for', async () => {
  const found = [result('x'), result('y')];
  const answer = answerOf({ words: [], found, exact: [async () => found], similar: [] });
  expect([answer.count, answer.missing]).toEqual([2, []]);
  expect(await shown(answer, 10)).toEqual(['x', 'y']);
});

it('asks what is behind only when all exact records were given, and puts them before what is similar', async () => {
  let asked = 0;
  const answer = answerOf(findingOf('a', ['a:1', 'ab', 'a:2']), async () => {
    asked++;
    return findingOf('a', ['a:3', 'ac', 'a:4']);
  });
  expect([answer.count, answer.whole]).toEqual([2, false]);
  expect(await shown(answer, 2)).toEqual(['a:1', 'a:2']);
  expect([asked, answer.hasMore()]).toEqual([0, true]);
  expect(await shown(answer, 3)).toEqual(['a:3', 'a:4', '~ab']);
  expect(await shown(answer, 3)).toEqual(['~ac']);
  expect([asked, answer.hasMore()]).toEqual([1, false]);
});
