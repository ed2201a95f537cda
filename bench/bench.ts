/** `npm run bench`: measures what docs/benchmarks.md shows. */
/** `npm run bench -- corpus|store|size|pull|feeds|peers|killed` runs one part; TURNPRESS_CORPUS names the sessions that are read or grown from. */

import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { benchCorpus } from './corpus.ts';
import { benchFeeds } from './feeds.ts';
import { benchKilled } from './killed.ts';
import { benchPeers } from './peers.ts';
import { benchPull } from './pull.ts';
import { benchSize } from './size.ts';
import { benchStore } from './store.ts';
import { printTable, type Row } from './table.ts';

interface Part {
  readonly name: string;
  readonly title: string;
  /** Runs when no part is named. */
  readonly always: boolean;
  /** `corpus`: TURNPRESS_CORPUS. `size`: the number behind the part's name, or its own default. */
  readonly run: (corpus: string, scratch: string, size: number | undefined) => Promise<Row[]> | Row[];
  readonly needsCorpus: boolean;
}

const MB = 1_000_000;

const PARTS: readonly Part[] = [
  { name: 'corpus', title: 'Sessions to site', always: true, needsCorpus: true, run: benchCorpus },
  {
    ...{ name: 'store', title: 'The store', always: true, needsCorpus: false },
    run: (_corpus, scratch, turns) => benchStore(scratch, turns ?? 1_000_000),
  },
  {
    ...{ name: 'size', title: 'A corpus of any size', always: false, needsCorpus: true },
    run: (corpus, scratch, megabytes) => benchSize(corpus, scratch, (megabytes ?? 1000) * MB),
  },
  {
    ...{ name: 'pull', title: 'A great archive pulled', always: false, needsCorpus: false },
    run: (_corpus, scratch, conversations) => benchPull(scratch, conversations ?? 10_000),
  },
  {
    ...{ name: 'feeds', title: 'A week of feeds', always: false, needsCorpus: false },
    run: (_corpus, scratch, feeds) => benchFeeds(scratch, feeds ?? 10_000),
  },
  { name: 'peers', title: 'Beside others', always: false, needsCorpus: true, run: benchPeers },
  {
    ...{ name: 'killed', title: 'Killed and run again', always: false, needsCorpus: true },
    run: (corpus, scratch, megabytes) => benchKilled(corpus, scratch, (megabytes ?? 200) * MB),
  },
];

const [name, size] = process.argv.slice(2);
const corpus = process.env.TURNPRESS_CORPUS;
const chosen = PARTS.filter((part) => (name === undefined ? part.always : part.name === name));
if (chosen.length === 0) throw new Error(`no part ${name}; there are ${PARTS.map((part) => part.name).join(', ')}`);
console.log(
  `${cpus().length} cores (${cpus()[0]?.model}), ${Math.round(totalmem() / 1e9)} GB, Node ${process.versions.node}\n`,
);
for (const part of chosen) {
  if (part.needsCorpus && corpus === undefined) {
    console.log(`${part.title}: left out, because TURNPRESS_CORPUS names no folder of sessions\n`);
    continue;
  }
  const scratch = mkdtempSync(join(tmpdir(), 'turnpress-bench-'));
  try {
    const rows = await part.run(corpus ?? '', scratch, size === undefined ? undefined : Number(size));
    console.log(printTable(part.title, rows));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
