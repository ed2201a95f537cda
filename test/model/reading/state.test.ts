/** Choices that two machines made, brought together: in any order, any number of times, nothing is lost. */
/** Properties over made-up states, and what a hostile file may not do. */

import { expect, it } from 'vitest';
import {
  type EntryChoices,
  generateReading,
  mergeReading,
  parseReading,
  type ReadingState,
} from '../../../src/model/reading/state.ts';

const NOW = Date.UTC(2026, 5, 1);

/** A small generator of its own, so that a failure comes again. */
function random(seed: number): (below: number) => number {
  let state = seed * 2_654_435_761 + 1;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return state % below;
  };
}

/** Few keys and few times, so that choices meet. */
function stateOf(seed: number): ReadingState {
  const below = random(seed);
  const choice = () => (below(3) === 0 ? undefined : { is: below(2) === 0, ms: below(4) });
  const rows = Array.from({ length: below(6) }, (): [string, EntryChoices] => {
    const [read, starred] = [choice(), choice() ?? { is: true, ms: below(4) }];
    return [`${below(4)}`.padStart(16, '0'), { ...(read && { read }), starred }];
  });
  return new Map(rows);
}

it('is the same whoever is first, however often, in whatever groups', () => {
  for (let seed = 0; seed < 2000; seed++) {
    const [a, b, c] = [stateOf(seed), stateOf(seed + 7919), stateOf(seed + 104_729)];
    const ab = generateReading(mergeReading(a, b));
    expect(generateReading(mergeReading(b, a)), `${seed}`).toBe(ab);
    expect(generateReading(mergeReading(mergeReading(a, b), b)), `${seed}`).toBe(ab);
    expect(generateReading(mergeReading(a, a)), `${seed}`).toBe(generateReading(a));
    const left = mergeReading(mergeReading(a, b), c);
    expect(generateReading(left), `${seed}`).toBe(generateReading(mergeReading(a, mergeReading(b, c))));
    for (const key of [...a.keys(), ...b.keys()]) expect(left.has(key)).toBe(true);
  }
});

it('keeps the later choice of each field by itself', () => {
  const key = '00000000000000aa';
  const here = new Map([[key, { read: { is: true, ms: 5 }, starred: { is: false, ms: 9 } }]]);
  const there = new Map([[key, { read: { is: false, ms: 7 }, starred: { is: true, ms: 8 } }]]);
  expect(mergeReading(here, there).get(key)).toEqual({ read: { is: false, ms: 7 }, starred: { is: false, ms: 9 } });
});

it('comes back from its file as it was', () => {
  for (let seed = 0; seed < 50; seed++)
    expect(parseReading(generateReading(stateOf(seed)), NOW)).toEqual(
      new Map([...stateOf(seed)].sort(([a], [b]) => (a < b ? -1 : 1))),
    );
});

it('takes nothing from a file but choices, and none from far ahead', () => {
  for (const text of ['', '[]', '{}', '"x"', '{"format":"turnpress-reading","version":2,"entries":{}}'])
    expect(parseReading(text, NOW), text).toBeUndefined();
  const entries = {
    __proto__x: { read: [true, 1] },
    '00000000000000aa': { read: [true, 1e15], starred: [1, 2], other: [true, 3] },
    '00000000000000ab': { read: [true, -1] },
    '00000000000000AC': { read: [true, 1] },
  };
  const state = parseReading(JSON.stringify({ format: 'turnpress-reading', version: 1, entries }), NOW);
  expect(state).toEqual(new Map([['00000000000000aa', { read: { is: true, ms: NOW + 86_400_000 } }]]));
});
