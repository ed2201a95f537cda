/** A build that is cut off: never a mixed site that nobody notices, and the next build completes it. */
/** S2 and S3 of the fault list. A run is cut at each point where it touches the output folder. */

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ArchiveWriter, createArchive, openArchive } from '../../../src/archive/archive.ts';
import { completePending, hasPending, openOutput, STAMP } from '../../../src/site/state/output.ts';
import { openState, type SiteState } from '../../../src/site/state/state.ts';
import {
  config,
  createTestSite,
  openTestArchive,
  prompt,
  sampleItems,
  type TestSite,
  tell,
  turnAt,
} from '../site-fixture.ts';

let site: TestSite;
let archive: ArchiveWriter;

beforeEach(() => {
  site = createTestSite();
  archive = openTestArchive();
});
afterEach(() => {
  archive.close();
  site.remove();
});

const meta = { agent: 'codex', project: 'clockwork', title: 'The slow clock', tags: ['open'] };

describe('an interrupted build (S2)', () => {
  it('before its commit leaves the old site whole, and its staging folder is swept', async () => {
    tell(archive, { items: sampleItems('the clock'), meta });
    await site.build(archive);
    const before = [...site.readAll()];
    const failing = new Proxy(archive, {
      get: (target, name) => {
        if (name === 'readPayloads') throw new Error('the disk is gone');
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    tell(archive, { items: sampleItems('the door'), meta, minute: 60 });
    await expect(site.build(failing)).rejects.toThrow('the disk is gone');
    expect([...site.readAll()]).toEqual(before);
    await site.build(archive);
    expect(existsSync(`${site.outputDir}.tmp`)).toBe(false);
    expect(site.readAll().size).toBeGreaterThan(before.length);
  });

  it.each([0, 1, 7, 100])('after its commit is finished by the next one, cut after %i moves', async (moves) => {
    const other = createTestSite();
    const told = tell(archive, { items: sampleItems('the clock'), meta });
    await site.build(archive);
    const oldSite = join(dirname(site.outputDir), 'old');
    cpSync(site.outputDir, oldSite, { recursive: true });
    tell(archive, { items: [prompt('More?')], after: turnAt(told, -1), conversation: told.id, minute: 30 });
    await site.build(archive);
    const wanted = site.readAll();

    // The state of a run that committed and then moved only some files: the rest lies in staging.
    const staging = `${site.outputDir}.tmp`;
    const changed = [...wanted.keys()].filter(
      (path) => path !== STAMP && !equalFiles(join(oldSite, path), join(site.outputDir, path)),
    );
    const gone = listFiles(oldSite).filter((path) => !wanted.has(path));
    const state = openState(site.cacheDir, site.outputDir);
    for (const path of changed) pend(state, path, 'put');
    for (const path of gone) pend(state, path, 'delete');
    state.close();
    for (const path of changed.slice(moves)) {
      cpSync(join(site.outputDir, path), join(staging, path), { recursive: true });
      if (existsSync(join(oldSite, path))) cpSync(join(oldSite, path), join(site.outputDir, path));
      else rmSync(join(site.outputDir, path));
    }
    for (const path of gone) cpSync(join(oldSite, path), join(site.outputDir, path));
    rmSync(join(site.outputDir, STAMP), { force: true });

    await site.build(archive);
    await other.build(archive);
    expect([...site.readAll()]).toEqual([...wanted]);
    expect([...site.readAll()]).toEqual([...other.readAll()]);
    expect(existsSync(staging)).toBe(false);
    other.remove();
  });

  it('whose staged files were lost is made again', async () => {
    tell(archive, { items: sampleItems('the clock'), meta });
    await site.build(archive);
    const wanted = [...site.readAll()];
    const state = openState(site.cacheDir, site.outputDir);
    pend(state, 'index.html', 'put');
    writeFileSync(join(site.outputDir, 'index.html'), 'an older page');
    expect(hasPending(state)).toBe(true);
    completePending(state, site.outputDir);
    state.close();
    await site.build(archive);
    expect([...site.readAll()]).toEqual(wanted);
  });

  it('of the first build leaves no output folder, or a whole one', async () => {
    tell(archive, { items: sampleItems('the clock'), meta });
    await site.build(archive);
    const wanted = [...site.readAll()];
    const state = openState(site.cacheDir, site.outputDir);
    state.database.exec("INSERT INTO pending (path, operation) VALUES ('', 'swap')");
    state.close();
    renameSync(site.outputDir, `${site.outputDir}.tmp`);
    await site.build(archive);
    expect([...site.readAll()]).toEqual(wanted);
  });

  it('is refused while another one runs', async () => {
    const state = openState(site.cacheDir, site.outputDir);
    state.begin();
    openOutput(state, site.outputDir);
    await expect(site.build(archive)).rejects.toMatchObject({ code: 'BUILD_RUNNING' });
    state.close();
    await site.build(archive);
  });
});

describe('the same archive (S3)', () => {
  it('gives the same bytes in another time zone and locale', () => {
    const folder = dirname(site.outputDir);
    const path = join(folder, 'archive');
    createArchive(path, { origin: 'sessions.example.org/archive', nowMs: 0 });
    const disk = openArchive(path, { mode: 'write' });
    tell(disk, { items: sampleItems('the clock'), meta });
    tell(disk, {
      items: sampleItems('die Tür, İstanbul, 時計'),
      meta: { ...meta, project: 'Größe', title: 'Über I und i' },
      minute: 999,
    });
    disk.close();
    const build = (name: string, env: Readonly<Record<string, string>>): ReadonlyMap<string, string> => {
      const script = join(folder, `${name}.ts`);
      const src = join(import.meta.dirname, '..', '..', '..', 'src');
      writeFileSync(
        script,
        `import { openArchive } from ${JSON.stringify(join(src, 'archive', 'archive.ts'))};
         import { buildSite } from ${JSON.stringify(join(src, 'site', 'site.ts'))};
         const quiet = { info() {}, detail() {}, problem() {}, start() {}, advance() {}, finish() {} };
         const archive = openArchive(${JSON.stringify(path)}, { mode: 'read' });
         await buildSite(archive, { outputDir: ${JSON.stringify(join(folder, name))}, config: ${JSON.stringify(config)}, mode: 'local',
           cacheDir: ${JSON.stringify(join(folder, `${name}-cache`))}, templatesDir: ${JSON.stringify(join(src, '..', 'templates'))},
           contentDir: ${JSON.stringify(folder)}, docsDir: ${JSON.stringify(folder)}, log: quiet, progress: quiet });`,
      );
      const run = spawnSync(process.execPath, [script], { env: { ...process.env, ...env }, encoding: 'utf8' });
      expect(run.stderr).toBe('');
      const out = join(folder, name);
      return new Map(listFiles(out).map((file) => [file, readFileSync(join(out, file), 'base64')]));
    };
    const here = build('here', { TZ: 'UTC', LANG: 'C', LC_ALL: 'C' });
    const there = build('there', { TZ: 'Pacific/Kiritimati', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' });
    expect(here.size).toBeGreaterThan(40);
    expect([...there]).toEqual([...here]);
  });
});

function pend(state: SiteState, path: string, operation: 'put' | 'delete'): void {
  state.database.statement('INSERT INTO pending (path, operation) VALUES (?, ?)').run(path, operation);
}

function listFiles(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

function equalFiles(a: string, b: string): boolean {
  return existsSync(a) && existsSync(b) && readFileSync(a).equals(readFileSync(b));
}
