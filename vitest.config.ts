import { defineConfig } from 'vitest/config';

/** Milliseconds: ends what hangs. No test may need to know how fast the machine is. */
const HANGS = 600_000;

export default defineConfig({
  test: { include: ['test/**/*.test.ts'], testTimeout: HANGS, hookTimeout: HANGS, pool: 'threads', maxWorkers: 2 },
});
