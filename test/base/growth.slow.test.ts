/** The measure of growth itself: what is superlinear always fails, what is linear never does, idle or busy. */

import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { expectLinear, expectWithin, type Work } from './growth.ts';

/** Does `steps` steps that no compiler can leave out. */
function spin(steps: number): number {
  let state = 1;
  for (let i = 0; i < steps; i++) state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
  return state;
}

const LINEAR = (n: number) => () => spin(n * 6_000);
const SUPERLINEAR: Readonly<Record<string, (n: number) => Work>> = {
  'a square': (n) => () => spin(n * n),
  'a power of five thirds': (n) => () => spin(n ** (5 / 3) * 18),
};
const [SMALL, LARGE] = [1_500, 6_000];

describe('growth', () => {
  it('of linear work passes, promised or not', async () => {
    await expectLinear(LINEAR(SMALL), LINEAR(LARGE));
    await expectLinear(
      async () => LINEAR(SMALL)(),
      async () => LINEAR(LARGE)(),
    );
  });

  it.each(Object.entries(SUPERLINEAR))('of %s fails', async (name, make) => {
    await expect(expectLinear(make(SMALL), make(LARGE), name)).rejects.toThrow(
      new RegExp(`^${name}: .* ms is 1.* times `),
    );
  });

  it('is told right beside threads that take every core', async () => {
    const busy = Array.from({ length: 2 * availableParallelism() }, () => new Worker('for (;;);', { eval: true }));
    try {
      await expectLinear(LINEAR(SMALL), LINEAR(LARGE));
      const square = SUPERLINEAR['a square'] ?? LINEAR;
      await expect(expectLinear(square(SMALL), square(LARGE))).rejects.toThrow('times');
    } finally {
      await Promise.all(busy.map((thread) => thread.terminate()));
    }
  });

  it('is not sought in what costs next to nothing', async () => {
    await expectLinear(
      () => undefined,
      () => spin(100_000),
    );
  });
});

it('work beside other work is held to the multiple that is allowed', async () => {
  await expectWithin(6, LINEAR(SMALL), LINEAR(LARGE));
  await expect(expectWithin(3, LINEAR(SMALL), LINEAR(LARGE), 'four times')).rejects.toThrow('four times: ');
});
