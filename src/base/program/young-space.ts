/** Space for the main thread's short-lived objects, for whoever goes through much. */
/** Threads get theirs from whoever starts them; this one has one megabyte, and how it grows is decided for a whole process. */

import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/**
 * That space has 8 MB from now on, as threads have theirs, and stays so: in one megabyte what is still in use is copied twice as
 * often. Costs some milliseconds, and nothing where there is as much already.
 */
export function widenYoungSpace(): void {
  setFlagsFromString('--semi-space-growth-factor=8');
  // the engine makes it larger, once, when it finds half a megabyte of it in use
  for (let tries = 0; tries < MOST_TRIES && youngBytes() < WIDE; tries++) {
    const used: unknown[] = [];
    for (let i = 0; i < USED; i++) used.push({ i });
  }
  setFlagsFromString('--semi-space-growth-factor=1');
}

function youngBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? WIDE;
}

const WIDE = 8 * 1024 * 1024;
/** Objects that take half a megabyte. */
const USED = 20_000;
/** An engine that does otherwise is left alone. */
const MOST_TRIES = 50;
