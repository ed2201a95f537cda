/** Other programs that turn the same sessions into pages, in the same run. */
/** They are run when they are installed: `claude-code-transcripts` and `claude-code-log`, from the Python Package Index. */

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { costOf, seconds } from './cost.ts';
import { measure, sizeOf } from './measure.ts';
import { type Row, rowOf } from './table.ts';

const program = join(import.meta.dirname, '..', 'bin', 'turnpress.js');

interface Peer {
  readonly command: string;
  /** What it makes: without this a time says nothing. */
  readonly makes: string;
  readonly args: (sessions: string, output: string) => readonly string[];
}

const PEERS: readonly Peer[] = [
  {
    command: 'claude-code-transcripts',
    makes: 'plain pages',
    args: (sessions, output) => ['all', '--source', sessions, '--output', output, '--quiet'],
  },
  {
    command: 'claude-code-log',
    makes: 'combined and single pages, no search index',
    args: (sessions, output) => [sessions, '--all-projects', '--output', output, '--no-cache'],
  },
];

/** Each three times, one after the other in turns; the best run of each counts. */
export async function benchPeers(seed: string, scratch: string): Promise<Row[]> {
  const sessions = join(scratch, 'projects');
  cpSync(seed, sessions, { recursive: true });
  const megabytes = sizeOf(sessions).bytes / 1e6;
  const best = new Map<string, { seconds: number; note: string }>();
  const note = (name: string, taken: number, says: string) => {
    if (taken < (best.get(name)?.seconds ?? Number.POSITIVE_INFINITY)) best.set(name, { seconds: taken, note: says });
  };
  const installed = PEERS.filter((peer) => spawnSync(peer.command, ['--help'], { stdio: 'ignore' }).status === 0);
  for (let run = 1; run <= 3; run++) {
    const work = join(scratch, `peers-${run}`);
    mkdirSync(work);
    const turnpress = (...args: string[]) => measure(process.execPath, [program, ...args], work);
    await turnpress('init', '.', '--origin', 'bench.example/archive');
    const ingest = await turnpress('ingest', sessions, '--json');
    const build = await turnpress('build', '--json');
    note(
      'turnpress',
      ingest.seconds + build.seconds,
      `archive, redaction, pages, feeds, search; ingest ${costOf(ingest)}; build ${costOf(build)}`,
    );
    for (const { command, makes, args } of installed) {
      const measured = await measure(command, args(sessions, join(work, command)), work);
      note(command, measured.seconds, `${makes}; ${costOf(measured)}`);
    }
  }
  const missing = PEERS.filter((peer) => !installed.includes(peer)).map((peer) => rowOf(peer.command, 'not installed'));
  return [
    rowOf('sessions', `${megabytes.toFixed(1)} MB`, 'best of three runs each'),
    ...[...best].map(([name, { seconds: taken, note: says }]) =>
      rowOf(name, seconds(taken), `${(megabytes / taken).toFixed(1)} MB/s; ${says}`),
    ),
    ...missing,
  ];
}
