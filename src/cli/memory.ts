/** Keeps the peak of memory low while much is built, and what its threads spend on compiling. */
/** Node lets the space for young objects grow to 2 × 16 MB and more a thread, and the heap behind it; that is memory without use here. */

import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/**
 * From now on that space is as large as it is worth, and the heap behind it grows by small steps: garbage is collected before it is
 * several times what is in use. A build of 1 GB of sessions peaks at 455 instead of 580 MB, and takes as long.
 */
export function holdMemory(): void {
  growYoung();
  setFlagsFromString('--heap-growing-percent=60');
  // Threads that are started from now on begin with that space as large as they may have it (their limits, or MBs).
  setFlagsFromString('--min-semi-space-size=8');
}

/** From the one megabyte that it begins with, what is still in use is copied many times over, at a fifth of a thread's time. */
const YOUNG_MB = 4;
/** Objects of 64 KB that live until the space has grown: two collections, a few milliseconds. */
const MOST_TO_GROW = 256;

/** This thread's space grows once, by what lives, to `YOUNG_MB`; then it stays as it is. */
function growYoung(): void {
  setFlagsFromString(`--semi-space-growth-factor=${YOUNG_MB}`);
  const living: number[][] = [];
  while (youngBytes() < YOUNG_MB * 2 ** 20 && living.length < MOST_TO_GROW)
    living.push(new Array<number>(8192).fill(0));
  setFlagsFromString('--semi-space-growth-factor=1');
}

function youngBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? Infinity;
}

/**
 * From now on code is compiled well, but no longer as well as it can be. Several threads run much code, each a little, and the last
 * step costs a fifth of a build of 65 MB of sessions; what it gains cannot be measured at eight times as much.
 */
export function compileLightly(): void {
  setFlagsFromString('--no-turbofan');
}

/**
 * As at first. Code that was compiled is kept when the process ends, for the flags of that moment, and taken up under these alone: what
 * was loaded before `compileLightly` would be compiled anew by every run.
 */
export function compileWell(): void {
  setFlagsFromString('--turbofan');
}
