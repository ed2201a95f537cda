/** Ingest and build killed at many moments: each next run goes on, and the end is the same, byte for byte. */
/** Not a test of the suite, because it is worth most at a size that takes minutes. Throws when the ends differ. */

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { seconds } from './cost.ts';
import { growCorpus } from './grow-corpus.ts';
import { measure } from './measure.ts';
import { siteOf } from './size.ts';
import { type Row, rowOf } from './table.ts';

const program = join(import.meta.dirname, '..', 'bin', 'turnpress.js');
const KILLS = 10;

export async function benchKilled(seed: string, scratch: string, wanted: number): Promise<Row[]> {
  const sessions = join(scratch, 'sessions');
  growCorpus(seed, sessions, wanted);
  const rows: Row[] = [];
  const whole = join(scratch, 'whole');
  const broken = join(scratch, 'broken');
  for (const folder of [whole, broken]) {
    mkdirSync(folder);
    await run(folder, 'init', '.', '--origin', 'bench.example/archive');
  }
  for (const [command, ...args] of [['ingest', sessions], ['build']]) {
    const line = [command ?? '', ...args];
    const once = await run(whole, ...line);
    const moments: number[] = [];
    for (let n = 0; n < KILLS; n++) {
      // spread over the time that the whole run took, each at another place
      const ms = once.seconds * 1000 * (0.03 + (0.94 * ((n * 7) % KILLS)) / KILLS);
      if (await killAfter(broken, ms, line)) moments.push(Math.round(ms));
    }
    const last = await run(broken, ...line);
    const note = `killed after ${moments.join(', ')} ms; the last run took ${seconds(last.seconds)}`;
    rows.push(rowOf(`${command}: uninterrupted`, seconds(once.seconds), note));
  }
  const folders: readonly ((work: string) => string)[] = [(work) => join(work, 'archive'), siteOf];
  for (const of of folders) {
    const [a, b] = [namesOf(of(whole)), namesOf(of(broken))];
    const differ = [...new Set([...a.keys(), ...b.keys()])].filter((name) => a.get(name) !== b.get(name));
    if (differ.length > 0)
      throw new Error(`${differ.length} files differ after kills: ${differ.slice(0, 5).join(', ')}`);
    rows.push(rowOf('the same, byte for byte', `${a.size} files`));
  }
  return rows;
}

function run(folder: string, ...args: string[]) {
  return measure(process.execPath, [program, ...args, '--quiet'], folder);
}

/** True: it was killed. False: it had ended before. */
function killAfter(cwd: string, ms: number, args: readonly string[]): Promise<boolean> {
  const child = spawn(process.execPath, [program, ...args, '--quiet'], { cwd, stdio: 'ignore' });
  const timer = setTimeout(() => child.kill('SIGKILL'), ms);
  return new Promise((done) =>
    child.once('close', (_code, signal) => {
      clearTimeout(timer);
      done(signal === 'SIGKILL');
    }),
  );
}

/** Path → hash of all files but private ones, and but archive.json, which says when the archive was made. */
function namesOf(folder: string): ReadonlyMap<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((name) => !name.startsWith('private/') && name !== 'archive.json');
  return new Map(
    names.map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex'),
    ]),
  );
}
