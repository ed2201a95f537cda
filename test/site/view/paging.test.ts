/** Page numbers never move: whatever is added later, and whatever is taken back. */
/** A property over many random conversations; the seed is fixed, so a failure repeats. */

import { expect, it } from 'vitest';
import { createPager, type PagedTurn } from '../../../src/site/view/paging.ts';

function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function pagesOf(turns: readonly PagedTurn[]): readonly number[] {
  const pager = createPager();
  return turns.map((turn) => pager.pageOf(turn));
}

/** A prompt, a result of a tool, or neither. */
function roll(chance: number): Pick<PagedTurn, 'prompt' | 'result'> {
  return { prompt: chance < 0.1, result: chance > 0.6 };
}

const random = createRandom(7);
const conversations = Array.from({ length: 200 }, () =>
  Array.from(
    { length: 1 + Math.floor(random() * 600) },
    (): PagedTurn => ({
      rawLength: Math.floor(random() ** 6 * 400_000),
      ...roll(random()),
    }),
  ),
);

it('gives every turn the page it had when it was the last one', () => {
  for (const turns of conversations) {
    const all = pagesOf(turns);
    const length = Math.floor(random() * turns.length);
    expect(pagesOf(turns.slice(0, length))).toEqual(all.slice(0, length));
  }
});

it('counts without gaps from 1', () => {
  for (const turns of conversations) {
    const pages = pagesOf(turns);
    expect(pages[0]).toBe(1);
    for (const [i, page] of pages.entries())
      if (page - (pages[i - 1] ?? 1) > 1) expect.fail(`page ${page} after ${pages[i - 1]}`);
  }
});

it('leaves results on the page of their call, unless a message has very many of them', () => {
  const turns = (results: number): readonly PagedTurn[] => [
    ...Array.from({ length: 159 }, () => ({ rawLength: 10, prompt: false, result: false })),
    ...Array.from({ length: results }, () => ({ rawLength: 10, prompt: false, result: true })),
    { rawLength: 10, prompt: false, result: false },
  ];
  expect(pagesOf(turns(40)).slice(158)).toEqual([...Array<number>(41).fill(1), 2]);
  expect(pagesOf(turns(400)).slice(318, 321)).toEqual([1, 1, 2]);
});

it('keeps a page near its size, and cuts inside an exchange only when it is long', () => {
  for (const turns of conversations) {
    const numbers = pagesOf(turns);
    const pages = Map.groupBy(turns.entries(), ([i]) => numbers[i] ?? 0);
    for (const [number, entries] of pages) {
      const before = entries.slice(0, -1).reduce((sum, [, turn]) => sum + 512 + Math.min(turn.rawLength, 131_072), 0);
      expect(before).toBeLessThan(448 * 1024);
      expect(entries.length).toBeLessThanOrEqual(320);
      const next = pages.get(number + 1)?.[0];
      if (next !== undefined && !next[1].prompt) {
        const whole = entries.reduce((sum, [, turn]) => sum + 512 + Math.min(turn.rawLength, 131_072), 0);
        expect(whole >= 208 * 1024 || entries.length >= 160).toBe(true);
      }
    }
  }
});
