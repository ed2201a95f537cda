#!/usr/bin/env node
// Run by `npm ci`, `npm install` and `npm pack`: makes the bundle that bin/turnpress.js starts. Plain JavaScript that even an old Node reads.
// Without --must it is only an offer: where it cannot be made, the sources run.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isCurrent, MADE_FROM } from './bundled.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const must = process.argv.includes('--must');
try {
  if (!isCurrent(root)) {
    const { makeBundle } = await import('./bundle.ts');
    await makeBundle(root, MADE_FROM);
  }
} catch (error) {
  // No development dependencies, an older Node, a folder that cannot be written to.
  console.error(`the bundle was not made${must ? '' : ', so turnpress runs from its sources'}: ${error.message}`);
  process.exitCode = must ? 1 : 0;
}
