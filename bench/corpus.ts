/** Sessions to finished site: cold, unchanged, and with one turn appended. */
/** The sessions are a folder of Claude Code projects named by TURNPRESS_CORPUS; a copy of it is worked on. */

import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openArchive } from '../src/archive/archive.ts';
import { compressZstd } from '../src/base/zstd.ts';
import { appendTurn } from './append-turn.ts';
import { costOf, seconds } from './cost.ts';
import { measure, sizeOf } from './measure.ts';
import { type Row, rowOf } from './table.ts';

const program = join(import.meta.dirname, '..', 'bin', 'turnpress.js');

export async function benchCorpus(corpus: string, scratch: string): Promise<Row[]> {
  const sessions = join(scratch, 'sessions');
  cpSync(corpus, sessions, { recursive: true });
  const megabytes = sizeOf(sessions).bytes / 1e6;
  const work = join(scratch, 'work');
  mkdirSync(work);
  const turnpress = (...args: string[]) => measure(process.execPath, [program, ...args], work);
  await turnpress('init', '.', '--origin', 'bench.example/archive');

  const rows: Row[] = [rowOf('sessions', `${megabytes.toFixed(1)} MB in ${sizeOf(sessions).files} files`)];
  const ingest = await turnpress('ingest', sessions, '--json');
  const build = await turnpress('build', '--json');
  const cold = ingest.seconds + build.seconds;
  rows.push(
    rowOf('cold ingest', seconds(ingest.seconds), costOf(ingest)),
    rowOf('cold build with search', seconds(build.seconds), costOf(build)),
    rowOf('cold, both', seconds(cold), `${(megabytes / cold).toFixed(1)} MB of sessions per second`),
  );
  const again = await turnpress('ingest', sessions, '--json');
  const rebuilt = await turnpress('build', '--json');
  rows.push(
    rowOf('unchanged ingest', seconds(again.seconds), costOf(again)),
    rowOf('unchanged build', seconds(rebuilt.seconds), costOf(rebuilt)),
  );
  appendTurn(sessions, Date.UTC(2026, 2, 1));
  const grown = await turnpress('ingest', sessions, '--json');
  const updated = await turnpress('build', '--json');
  rows.push(
    rowOf('one turn appended: ingest', seconds(grown.seconds), costOf(grown)),
    rowOf('one turn appended: build with search', seconds(updated.seconds), costOf(updated)),
    rowOf('one turn appended, both', seconds(grown.seconds + updated.seconds)),
  );
  const site = sizeOf(join(work, '_private'));
  rows.push(rowOf('site', `${(site.bytes / 1e6).toFixed(1)} MB in ${site.files} files`));
  return [...rows, ...compression(join(work, 'archive'))];
}

/** What bundling gives: the archive against the normalised JSON, and against each payload compressed alone. */
function compression(folder: string): Row[] {
  const archive = openArchive(folder, { mode: 'read' });
  let raw = 0;
  let alone = 0;
  let turns = 0;
  for (const conversation of archive.walkConversations()) {
    const logged = archive.listTurns(conversation.id);
    for (const payload of archive.readPayloads(logged)) {
      if (payload.status !== 'present') continue;
      turns++;
      raw += payload.bytes.length;
      alone += compressZstd(payload.bytes, 3).length;
    }
  }
  archive.close();
  const stored = sizeOf(folder, 'private').bytes;
  const mb = (bytes: number) => `${(bytes / 1e6).toFixed(2)} MB`;
  return [
    rowOf('normalised JSON of all turns', mb(raw), `${turns} turns`),
    rowOf('each payload alone, zstd 3', mb(alone), `${(raw / alone).toFixed(1)}x`),
    rowOf('archive, whole (logs, tiles, blobs, checkpoints)', mb(stored), `${(raw / stored).toFixed(1)}x`),
  ];
}
