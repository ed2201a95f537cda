/** Shows how a cost grows without a clock: processor time of this thread, small work beside large. */
/** What a busy machine adds differs from run to run, what the code costs does not: one clean look is enough. */

import { expect } from 'vitest';

/** Work that can be done again and again. It may give a promise, but all of it happens on this thread. */
export type Work = () => unknown;

/** Linear is 4, n log n under 5, a power of one and a half 8, a square 16. */
const MOST_GROWTH = 8;
/** Milliseconds: what costs less has no growth to speak of. Take inputs whose square is far above it. */
const UNNOTICED = 20;
const ATTEMPTS = 8;
const SMALL_RUNS = 3;

/** Expects that `large`, which has four times as much to do as `small`, costs no more than about four times as much. */
export async function expectLinear(small: Work, large: Work, name = 'four times as much'): Promise<void> {
  await expectWithin(MOST_GROWTH, small, large, name);
}

/** Expects that `work` costs at most `most` times what `reference` costs, and tries again until it is seen. */
export async function expectWithin(most: number, reference: Work, work: Work, name = 'work'): Promise<void> {
  const seen: string[] = [];
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    // The larger first: it waits for the compiler. A reference that is dear by chance would hide growth, so its least counts.
    const cost = await costOf(work);
    if (cost <= UNNOTICED) return;
    let least = Number.POSITIVE_INFINITY;
    for (let run = 0; run < SMALL_RUNS; run++) least = Math.min(least, await costOf(reference));
    if (cost <= most * least) return;
    seen.push(`${cost.toFixed(1)} ms is ${(cost / least).toFixed(1)} times ${least.toFixed(1)} ms`);
  }
  expect.fail(`${name}: at most ${most} times was allowed, but ${seen.join(', ')}`);
}

/** Milliseconds of processor time of this thread; other threads, waiting and other programs do not count. */
async function costOf(work: Work): Promise<number> {
  rest();
  const before = process.threadCpuUsage();
  await work();
  rest();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}

/** @NOTE: Linux books the time of a running thread at every tick (4 ms), but up to the moment when it goes to sleep. */
function rest(): void {
  Atomics.wait(NEVER_TOLD, 0, 0, 1);
}

const NEVER_TOLD = new Int32Array(new SharedArrayBuffer(4));
