/** A build that is killed (SIGKILL) at many moments: each next one goes on, and the end is the same, byte for byte. */
/** S2 of the fault list with a real process, because only that ends without a word. Moments are counted in changes of the disk. */

import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ArchiveWriter, createArchive, openArchive } from '../../../src/archive/archive.ts';
import { answer, config, createTestSite, prompt, sampleItems, type TestSite, tell, turnAt } from '../site-fixture.ts';

const CONVERSATIONS = 60;
const KILLS = 8;

let site: TestSite;
let folder: string;

beforeEach(() => {
  site = createTestSite();
  folder = dirname(site.outputDir);
});
afterEach(() => site.remove());

it('goes on after each kill, and ends in the bytes of a build that nobody killed', async () => {
  const path = join(folder, 'archive');
  createArchive(path, { origin: 'sessions.example.org/archive', nowMs: 0 });
  const archive = openArchive(path, { mode: 'write' });
  tellMany(archive);
  const whole = await run(script(path, 'whole'), undefined);
  expect(whole.killed).toBe(false);
  const firstKills = await killMany(script(path, 'broken'), whole.changes);
  expect(firstKills).toBeGreaterThan(0);
  expect(filesOf('broken')).toEqual(filesOf('whole'));

  // The same for a change of a site that stands: files are moved one by one then.
  const [first] = [...archive.walkConversations({ order: 'oldest' })];
  for (const summary of archive.walkConversations()) {
    const last = archive.getTurn(summary.heads[0]?.turn as never);
    if (summary.id === first?.id) archive.withdraw(last.hash, 1, 1);
    else tell(archive, { items: [prompt('More?')], after: last as never, conversation: summary.id, minute: 5000 });
  }
  archive.close();
  const changed = await run(script(path, 'whole'), undefined);
  expect(await killMany(script(path, 'broken'), changed.changes)).toBeGreaterThan(0);
  expect(filesOf('broken')).toEqual(filesOf('whole'));
});

function tellMany(archive: ArchiveWriter): void {
  for (let n = 0; n < CONVERSATIONS; n++) {
    const meta = {
      agent: n % 2 === 0 ? 'codex' : 'claude-code',
      project: `project ${n % 5}`,
      title: `Talk ${n}`,
      tags: ['t'],
    };
    const long = Array.from({ length: n % 9 }, (_, i) => [
      prompt(`Question ${i}`),
      answer('word '.repeat(4000)),
    ]).flat();
    const told = tell(archive, { items: [...sampleItems(`thing ${n}`), ...long], meta, minute: n * 60 });
    if (n % 4 === 0) {
      tell(archive, {
        items: [prompt('Or not.')],
        after: turnAt(told, 1),
        conversation: told.id,
        head: 'b-12345678',
        minute: n * 60 + 9,
      });
    }
  }
}

/** Kills at moments spread over so many changes, then lets one run end. Gives how many were killed. */
async function killMany(file: string, changes: number): Promise<number> {
  let killed = 0;
  for (let n = 0; n < KILLS; n++) {
    const moment = Math.ceil(changes * (0.1 + (0.6 * ((n * 5) % KILLS)) / KILLS));
    if ((await run(file, moment)).killed) killed++;
  }
  expect((await run(file, undefined)).killed).toBe(false);
  return killed;
}

interface Ended {
  readonly killed: boolean;
  /** Files and folders that the main thread made, wrote, moved or removed; nothing is known of a run that was killed. */
  readonly changes: number;
}

/** Runs the program; it is killed right before its change number `killAt`. */
function run(file: string, killAt: number | undefined): Promise<Ended> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', file, String(killAt)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  return new Promise((resolve) =>
    child.once('close', (code, signal) => {
      expect(signal ?? code).toBe(signal === null ? 0 : 'SIGKILL');
      resolve({ killed: signal === 'SIGKILL', changes: Number(said) });
    }),
  );
}

/** A program that builds the archive into the folder `name`. */
function script(archive: string, name: string): string {
  const src = join(import.meta.dirname, '..', '..', '..', 'src');
  const file = join(folder, `${name}.ts`);
  const options = {
    outputDir: join(folder, name),
    config,
    mode: 'local',
    cacheDir: join(folder, `${name}-cache`),
    templatesDir: join(src, '..', 'templates'),
    contentDir: folder,
    docsDir: folder,
  };
  writeFileSync(
    file,
    `import fs from 'node:fs';
     import { syncBuiltinESMExports } from 'node:module';
     let changes = 0;
     for (const name of ['mkdirSync', 'renameSync', 'rmSync', 'rmdirSync', 'writeFileSync']) {
       const change = fs[name];
       fs[name] = (...args) => {
         if (++changes === Number(process.argv[2])) process.kill(process.pid, 'SIGKILL');
         return change(...args);
       };
     }
     syncBuiltinESMExports();
     const { openArchive } = await import(${JSON.stringify(join(src, 'archive', 'archive.ts'))});
     const { buildSite } = await import(${JSON.stringify(join(src, 'site', 'site.ts'))});
     const quiet = { info() {}, detail() {}, problem() {}, start() {}, advance() {}, finish() {} };
     const archive = openArchive(${JSON.stringify(archive)}, { mode: 'read' });
     await buildSite(archive, { ...${JSON.stringify(options)}, log: quiet, progress: quiet });
     console.log(changes);`,
  );
  return file;
}

function filesOf(name: string): ReadonlyMap<string, string> {
  const root = join(folder, name);
  const files = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'build.json')
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
  return new Map(files.map((file) => [file, readFileSync(join(root, file), 'base64')]));
}
