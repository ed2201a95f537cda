/** A build that is cut off: never a mixed site that nobody notices, and the next build completes it. */
/** S2 and S3 of the fault list. A run is cut at each point where it touches the output folder. */

import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ArchiveWriter, createArchive, openArchive } from '../../../src/archive/archive.ts';
import { openDatabase } from '../../../src/base/sqlite.ts';
import { STAMP } from '../../../src/site/state/folder.ts';
import { contentHash } from '../../../src/site/state/keys.ts';
import { openState } from '../../../src/site/state/state.ts';
import { conversationUrl, outputPath } from '../../../src/site/urls.ts';
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
  it('before its end leaves the old site whole, keeps what is finished, and is gone on with', async () => {
    tell(archive, { items: sampleItems('the clock'), meta });
    await site.build(archive);
    const before = [...site.readAll()];
    const failing = new Proxy(archive, {
      get: (target, name) => {
        if (name === 'countConversations') throw new Error('the disk is gone');
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const told = tell(archive, { items: sampleItems('the door'), meta, minute: 60 });
    await expect(site.build(failing)).rejects.toThrow('the disk is gone');
    expect([...site.readAll()]).toEqual(before);
    const staged = join(staging(), outputPath(conversationUrl(told.id)));
    const made = statSync(staged).mtimeMs;
    await site.build(archive);
    expect(existsSync(staging())).toBe(false);
    expect(statSync(join(site.outputDir, outputPath(conversationUrl(told.id)))).mtimeMs).toBe(made);
    expect(site.readAll().size).toBeGreaterThan(before.length);
  });

  it.each([0, 1, 7, 100])('after it was complete is finished by the next one, cut after %i moves', async (moves) => {
    const other = createTestSite();
    const told = tell(archive, { items: sampleItems('the clock'), meta });
    await site.build(archive);
    const oldSite = join(dirname(site.outputDir), 'old');
    cpSync(site.outputDir, oldSite, { recursive: true });
    tell(archive, { items: [prompt('More?')], after: turnAt(told, -1), conversation: told.id, minute: 30 });
    await site.build(archive);
    const wanted = site.readAll();

    // The state of a run that was complete and then moved only some files: the rest lies in staging.
    const changed = [...wanted.keys()].filter(
      (path) => path !== STAMP && !equalFiles(join(oldSite, path), join(site.outputDir, path)),
    );
    change("INSERT INTO meta (name, value) VALUES ('moving', 'files')");
    change(`INSERT INTO meta (name, value) VALUES ('staging', '${staging()}')`);
    for (const path of changed) change(`UPDATE file SET placed = 'older' WHERE path = '${path}'`);
    for (const path of changed.slice(moves)) {
      cpSync(join(site.outputDir, path), join(staging(), path), { recursive: true });
      if (existsSync(join(oldSite, path))) cpSync(join(oldSite, path), join(site.outputDir, path));
      else rmSync(join(site.outputDir, path));
    }
    cpSync(join(oldSite, 'index.html'), join(site.outputDir, 'c', 'gone', 'index.html'), { recursive: true });
    const held = contentHash(readFileSync(join(oldSite, 'index.html')));
    change(`INSERT INTO file VALUES ('c/gone/index.html', '', '', NULL, '${held}', 0)`);
    rmSync(join(site.outputDir, STAMP), { force: true });

    await site.build(archive);
    await other.build(archive);
    expect([...site.readAll()]).toEqual([...wanted]);
    expect([...site.readAll()]).toEqual([...other.readAll()]);
    expect(existsSync(staging())).toBe(false);
    other.remove();
  });

  it('whose staged files were lost is made again', async () => {
    tell(archive, { items: sampleItems('the clock'), meta });
    await site.build(archive);
    const wanted = [...site.readAll()];
    change("INSERT INTO meta (name, value) VALUES ('moving', 'files')");
    change("UPDATE file SET placed = 'older' WHERE path = 'index.html'");
    writeFileSync(join(site.outputDir, 'index.html'), 'an older page');
    await site.build(archive);
    expect([...site.readAll()]).toEqual(wanted);
  });

  it('does not believe a staged file that was cut off, nor one that nobody knows', async () => {
    tell(archive, { items: sampleItems('the clock'), meta });
    await site.build(archive);
    const wanted = [...site.readAll()];
    change("UPDATE file SET placed = 'older' WHERE path IN ('index.html', '404.html')");
    change("DELETE FROM meta WHERE name = 'site'");
    change(`INSERT INTO meta (name, value) VALUES ('staging', '${staging()}')`);
    mkdirSync(staging());
    cpSync(join(site.outputDir, '404.html'), join(staging(), '404.html'));
    writeFileSync(join(staging(), 'index.html'), '<!doctype html><title>cut');
    writeFileSync(join(staging(), 'stray.html'), 'nobody knows it');
    await site.build(archive);
    expect([...site.readAll()]).toEqual(wanted);
  });

  it('of the first build leaves no output folder, or a whole one', async () => {
    tell(archive, { items: sampleItems('the clock'), meta });
    await site.build(archive);
    const wanted = [...site.readAll()];
    change("INSERT INTO meta (name, value) VALUES ('moving', 'whole')");
    change(`INSERT INTO meta (name, value) VALUES ('staging', '${staging()}')`);
    change('UPDATE file SET placed = NULL');
    renameSync(site.outputDir, staging());
    await site.build(archive);
    expect([...site.readAll()]).toEqual(wanted);
  });

  it('of everything, then only of the public part, brings nothing private into place', async () => {
    const hidden = tell(archive, { items: sampleItems('the clock'), meta: { title: 'Hidden' } });
    const failing = new Proxy(archive, {
      get: (target, name) => {
        if (name === 'countConversations') throw new Error('the disk is gone');
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    await expect(site.build(failing)).rejects.toThrow('the disk is gone');
    expect(existsSync(join(staging(), outputPath(conversationUrl(hidden.id))))).toBe(true);
    await site.build(archive, { mode: 'public' });
    expect(existsSync(join(site.outputDir, 'c'))).toBe(false);
  });

  it('is refused while another one runs', async () => {
    const state = openState(site.cacheDir, site.outputDir);
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
      const run = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', script], {
        env: { ...process.env, ...env },
        encoding: 'utf8',
      });
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

function staging(): string {
  return `${site.outputDir}.tmp`;
}

/** Changes the state as only an interruption would leave it. */
function change(sql: string): void {
  const name = readdirSync(site.cacheDir).find((file) => file.endsWith('.db')) ?? '';
  const database = openDatabase(join(site.cacheDir, name));
  database.exec(sql);
  database.close();
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
