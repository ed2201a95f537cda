/** A great archive pulled from a static server on this machine: at first, with nothing new, and with ten changed conversations. */
/** Beside it `git clone` of the same bytes over HTTP. Server and puller are processes of their own, as they are between two machines. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  type ArchiveWriter,
  createArchive,
  openArchive,
  type PreparedTurn,
  prepareTurn,
} from '../src/archive/archive.ts';
import { encodeItem } from '../src/model/item.ts';
import { fixedKey, publish, writeReplica } from '../test/replica/test-publisher.ts';
import { type Measured, measure, sizeOf } from './measure.ts';
import { type Row, rowOf } from './table.ts';

const SIDE = join(import.meta.dirname, 'pull-side.ts');
const ORIGIN = 'example.org/bench';
const START = Date.UTC(2026, 0, 5);
/** Most conversations are short, every twentieth is long; together a hundred turns each. */
const SHORT = 50;
const LONG = 1050;

export async function benchPull(scratch: string, conversations: number): Promise<Row[]> {
  const [dir, site, copy] = [join(scratch, 'origin'), join(scratch, 'site'), join(scratch, 'copy')];
  const turns = makeArchive(dir, conversations);
  const key = fixedKey(ORIGIN);
  publish(dir, { key });
  writeReplica(dir, site);
  const { bytes, files } = sizeOf(join(site, 'archive'));
  const rows: Row[] = [
    rowOf('replica', `${conversations} conversations, ${turns} turns, ${mb(bytes)}, ${files} files`),
  ];
  const server = await serve(site);
  try {
    const pull = async (what: string): Promise<void> => {
      const measured = await measure(process.execPath, [SIDE, 'pull', copy, server.address], scratch);
      rows.push(rowOf(what, `${measured.stdout.trim()}, ${costs(measured)}`));
    };
    await pull('first pull');
    await pull('nothing new');
    changeTen(dir);
    publish(dir, { key });
    writeReplica(dir, site);
    await pull('ten changed');
    rows.push(rowOf('git clone', await cloneBeside(scratch, join(site, 'archive'), server.address)));
  } finally {
    server.process.kill();
  }
  return rows;
}

function makeArchive(dir: string, conversations: number): number {
  createArchive(dir, { origin: ORIGIN, nowMs: START });
  const archive = openArchive(dir, { mode: 'write' });
  let turns = 0;
  for (let first = 0; first < conversations; first += 32) {
    const batch: PreparedTurn[] = [];
    for (let c = first; c < Math.min(conversations, first + 32); c++)
      batch.push(...makeTurns(null, c, c % 20 === 0 ? LONG : SHORT));
    archive.append({ turns: batch });
    turns += batch.length;
  }
  archive.close();
  return turns;
}

function changeTen(dir: string): void {
  const archive: ArchiveWriter = openArchive(dir, { mode: 'write' });
  const ids = [...archive.walkConversations({ order: 'oldest' })].slice(0, 10).map(({ id }) => id);
  for (const [i, id] of ids.entries()) {
    const last = archive.listTurns(id).at(-1);
    if (last !== undefined) archive.append({ turns: makeTurns({ ...last, payload: new Uint8Array(0) }, i, 10) });
  }
  archive.close();
}

function makeTurns(parent: PreparedTurn | null, seed: number, count: number): PreparedTurn[] {
  const turns: PreparedTurn[] = [];
  for (let i = 0; i < count; i++) {
    const above = turns.at(-1) ?? parent;
    const role = i % 2 === 0 ? 'user' : 'assistant';
    const payload = encodeItem({ role, parts: [{ type: 'text', content: makeText(seed * 1_000_003 + i) }] });
    const link = above === null ? null : { hash: above.hash, depth: above.depth };
    const fields = { timeMs: START + seed * 1000 + i, encoding: 2, typeId: 'turnpress.item', typeVersion: 1 } as const;
    turns.push(prepareTurn({ parent: link, ...fields, payload }));
  }
  return turns;
}

const WORDS =
  'the test fails when a file is read before it was written so look at what the disk says first and then'.split(' ');

/** A few hundred characters, the same for the same number. */
function makeText(seed: number): string {
  let state = seed % 2147483647 || 1;
  const words = [`turn ${seed}`];
  for (let i = 0; i < 40; i++) {
    state = (state * 48271) % 2147483647;
    words.push(`${WORDS[state % WORDS.length] ?? ''}${state % 7 === 0 ? state.toString(36) : ''}`);
  }
  return words.join(' ');
}

async function serve(folder: string): Promise<{ readonly process: ChildProcess; readonly address: string }> {
  const child = spawn(process.execPath, [SIDE, 'serve', folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const address = await new Promise<string>((done, fail) => {
    child.once('error', fail).once('exit', () => fail(new Error('the server ended')));
    child.stdout.once('data', (chunk: Buffer) => done(chunk.toString().trim()));
  });
  return { process: child, address: `${address}/archive/` };
}

/** The same files in a repository, packed, over the protocol that needs no program on the host: as the replica is. */
async function cloneBeside(scratch: string, files: string, address: string): Promise<string> {
  const bare = join(files, '..', 'repository.git');
  const work = join(scratch, 'work');
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work);
  const git = (...args: string[]) => {
    const { status, stderr } = spawnSync('git', args, { cwd: work, encoding: 'utf8' });
    if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
  };
  git('init', '-q', '--bare', bare);
  const into = [
    `--git-dir=${bare}`,
    `--work-tree=${files}`,
    '-c',
    'user.name=bench',
    '-c',
    'user.email=bench@example.org',
  ];
  git(...into, 'add', '-f', '--all', '.');
  git(...into, 'commit', '-qm', 'replica');
  git(`--git-dir=${bare}`, 'repack', '-adq');
  git(`--git-dir=${bare}`, 'update-server-info');
  const url = new URL('../repository.git', address).href;
  const measured = await measure('git', ['clone', '-q', url, join(scratch, 'clone')], scratch);
  return costs(measured);
}

function costs({ seconds, cpuSeconds, peakBytes }: Measured): string {
  return `${seconds.toFixed(2)} s, ${cpuSeconds.toFixed(2)} CPU s, ${mb(peakBytes)} at most`;
}

function mb(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
