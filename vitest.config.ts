import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** Milliseconds: ends what hangs. No test may need to know how fast the machine is. */
const HANGS = 600_000;
/** Where programs and threads that tests start keep their compiled sources: else each would compile all of them, which is most of its time. */
const COMPILED = join(import.meta.dirname, 'node_modules/.cache/compiled');
const SLOW = 'test/**/*.slow.test.ts';

export default defineConfig({
  test: {
    testTimeout: HANGS,
    hookTimeout: HANGS,
    pool: 'threads',
    maxWorkers: 2,
    env: { NODE_COMPILE_CACHE: COMPILED },
    projects: [
      // The quick ones share their threads, and so the modules that they load.
      { extends: true, test: { name: 'quick', include: ['test/**/*.test.ts'], exclude: [SLOW], isolate: false } },
      { extends: true, test: { name: 'slow', include: [SLOW] } },
    ],
  },
});
