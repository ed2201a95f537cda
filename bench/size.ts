/** A corpus of any size, made from a seed folder: cold, unchanged, and with one more turn. */
/** What must stay flat while the archive grows: the memory of every process, the parts of the search index, the cost of a change. */

import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PartList } from '../src/model/search/parts.ts';
import { appendTurn } from './append-turn.ts';
import { costOf, megabytes, seconds } from './cost.ts';
import { growCorpus } from './grow-corpus.ts';
import { type Measured, measure, sizeOf } from './measure.ts';
import { type Row, rowOf } from './table.ts';

const program = join(import.meta.dirname, '..', 'bin', 'turnpress.js');

export async function benchSize(seed: string, scratch: string, wanted: number): Promise<Row[]> {
  const home = join(scratch, 'home');
  // where `turnpress` alone looks for them
  const sessions = join(home, '.claude', 'projects');
  const corpus = growCorpus(seed, sessions, wanted);
  const work = join(scratch, 'work');
  mkdirSync(work);
  const env = homed(home);
  const turnpress = (...args: string[]) => measure(process.execPath, [program, ...args], work, env);
  await turnpress('init', '.', '--origin', 'bench.example/archive');
  const rows: Row[] = [
    rowOf('sessions', megabytes(corpus.bytes), `${corpus.files} files, ${corpus.copies} copies of the seed`),
  ];
  const both = async (what: string): Promise<void> => {
    const ingest = await turnpress('ingest', sessions, '--json');
    const build = await turnpress('build', '--json');
    rows.push(
      rowOf(`${what}: ingest`, seconds(ingest.seconds), costOf(ingest)),
      rowOf(`${what}: build with search`, seconds(build.seconds), costOf(build)),
      rowOf(`${what}: both`, seconds(ingest.seconds + build.seconds), pace(what, corpus.bytes, ingest, build)),
    );
  };
  await both('cold');
  await both('unchanged');
  for (const nth of [1, 2, 3]) {
    appendTurn(sessions, corpus.endMs, nth);
    await both(`turn ${nth} more`);
  }
  for (const nth of [4, 5, 6]) {
    appendTurn(sessions, corpus.endMs, nth);
    const run = await turnpress('--json');
    rows.push(rowOf(`turn ${nth} more: turnpress alone`, seconds(run.seconds), costOf(run)));
  }
  for (const command of [
    ['verify'],
    ['log', '--limit', '0'],
    ['search', corpus.oldestWord],
    ['search', corpus.newestWord],
  ]) {
    const found = await turnpress(...command, '--json');
    rows.push(rowOf(command.join(' '), seconds(found.seconds), costOf(found)));
  }
  const site = siteOf(work);
  const stored = sizeOf(join(work, 'archive'), 'private');
  rows.push(
    rowOf('archive', megabytes(stored.bytes), `${stored.files} files`),
    rowOf('site', megabytes(sizeOf(site).bytes), `${sizeOf(site).files} files`),
    rowOf('parts of the search index', String(partsOf(site)), `${megabytes(sizeOf(join(site, 'pagefind')).bytes)}`),
  );
  return rows;
}

/** One home for all commands: in another one the archive's `private/` would count as another machine's, and its indexes with it. */
function homed(home: string): NodeJS.ProcessEnv {
  const { XDG_STATE_HOME: _state, XDG_CACHE_HOME: _cache, CLAUDE_CONFIG_DIR: _claude, ...rest } = process.env;
  return { ...rest, HOME: home };
}

function pace(what: string, bytes: number, ...runs: readonly Measured[]): string {
  const total = runs.reduce((sum, run) => sum + run.seconds, 0);
  return what === 'cold' ? `${(bytes / 1e6 / total).toFixed(1)} MB of sessions per second` : '';
}

/** The private site has a folder of its own. */
export function siteOf(work: string): string {
  const own = join(work, '_private');
  return existsSync(own) ? own : join(work, '_site');
}

/** As the search page knows them. */
function partsOf(site: string): number {
  const list = JSON.parse(readFileSync(join(site, 'search', 'shards.json'), 'utf8')) as Pick<PartList, 'parts'>;
  return list.parts.length;
}
