import { existsSync, mkdirSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** Milliseconds: ends what hangs. No test may need to know how fast the machine is. */
const HANGS = 600_000;
/** Where programs and threads that tests start keep their compiled sources: else each would compile all of them, which is most of its time. */
const COMPILED = join(import.meta.dirname, 'node_modules/.cache/compiled');
/** Where the quick ones put their archives and sites: in memory where there is room, because most of them wait for a disk. */
const SCRATCH = '/dev/shm/turnpress';
const ROOM = 2 ** 30;
const SLOW = 'test/**/*.slow.test.ts';

export default defineConfig({
  test: {
    testTimeout: HANGS,
    hookTimeout: HANGS,
    // Not threads: a long suite in threads can bring down Node's garbage collector, and the run with it (vitest-dev/vitest#11291).
    pool: 'forks',
    maxWorkers: 2,
    env: { NODE_COMPILE_CACHE: COMPILED },
    projects: [
      // The quick ones share their processes, and so the modules that they load.
      {
        extends: true,
        test: {
          name: 'quick',
          include: ['test/**/*.test.ts'],
          exclude: [SLOW],
          isolate: false,
          env: { TMPDIR: scratchFolder() },
        },
      },
      { extends: true, test: { name: 'slow', include: [SLOW] } },
    ],
  },
});

function scratchFolder(): string {
  if (!existsSync('/dev/shm')) return tmpdir();
  const { bavail, bsize } = statfsSync('/dev/shm');
  if (bavail * bsize < ROOM) return tmpdir();
  mkdirSync(SCRATCH, { recursive: true });
  return SCRATCH;
}
