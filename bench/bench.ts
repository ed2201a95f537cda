/** `npm run bench`: measures what docs/benchmarks.md shows. */
/** `npm run bench -- store` or `-- corpus` runs one part; TURNPRESS_CORPUS names the sessions, TURNPRESS_BENCH_TURNS the size of the store. */

import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { benchCorpus } from './corpus.ts';
import { benchStore } from './store.ts';
import { printTable } from './table.ts';

const part = process.argv[2];
const corpus = process.env.TURNPRESS_CORPUS;
const turns = Number(process.env.TURNPRESS_BENCH_TURNS ?? 1_000_000);
const scratch = mkdtempSync(join(tmpdir(), 'turnpress-bench-'));
try {
  console.log(
    `${cpus().length} cores (${cpus()[0]?.model}), ${Math.round(totalmem() / 1e9)} GB, Node ${process.versions.node}\n`,
  );
  if (part === undefined || part === 'corpus') {
    if (corpus === undefined)
      console.log('TURNPRESS_CORPUS names no folder of sessions: the corpus part is left out\n');
    else console.log(printTable('Sessions to site', await benchCorpus(corpus, scratch)));
  }
  if (part === undefined || part === 'store') console.log(printTable('The store', benchStore(scratch, turns)));
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
