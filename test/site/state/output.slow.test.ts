/** The output folder between two builds: emptied, changed, put back, planted, in the way. */
/** Whatever was done to it, the next build makes the same site again or says in a sentence why not; nothing of others is lost. */

import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ArchiveWriter } from '../../../src/archive/archive.ts';
import { openDatabase } from '../../../src/base/sqlite.ts';
import { answer, createTestSite, openTestArchive, prompt, type TestSite, tell } from '../site-fixture.ts';

let archive: ArchiveWriter;
let site: TestSite;

beforeEach(async () => {
  archive = openTestArchive();
  site = createTestSite();
  tell(archive, {
    items: [prompt('where is the lock'), answer('in the cupboard')],
    meta: { title: 'The lock', tags: ['open'] },
  });
  await site.build(archive);
});
afterEach(() => {
  archive.close();
  site.remove();
});

const at = (path: string): string => join(site.outputDir, path);
const files = () => [...site.readAll()].toSorted(([a], [b]) => (a < b ? -1 : 1));

describe('files that are gone or changed', () => {
  it('in the folder itself are made again by the next build', async () => {
    const before = files();
    rmSync(at('index.html'));
    writeFileSync(at('robots.txt'), 'changed by hand');
    await site.build(archive);
    expect(files()).toEqual(before);
  });

  it('in the folder itself show that others may be: all are looked at', async () => {
    const before = files();
    rmSync(at('index.html'));
    rmSync(at('tags'), { recursive: true });
    await site.build(archive);
    expect(files()).toEqual(before);
  });

  it('anywhere are made again by a build that checks', async () => {
    const before = files();
    rmSync(at('c'), { recursive: true });
    await site.build(archive, { check: true });
    expect(files()).toEqual(before);
  });

  it('with the stamp among them are made again', async () => {
    const before = files();
    rmSync(at('build.json'));
    rmSync(at('tags'), { recursive: true });
    await site.build(archive);
    expect(files()).toEqual(before);
  });
});

describe('a stamp', () => {
  it('that a power cut left empty or torn is written again', async () => {
    const before = files();
    for (const torn of ['', '{"build":"12', '[]']) {
      writeFileSync(at('build.json'), torn);
      await site.build(archive);
      expect(files()).toEqual(before);
    }
  });

  it('whose place a folder has taken is a sentence', async () => {
    rmSync(at('build.json'));
    mkdirSync(at('build.json'));
    await expect(site.build(archive)).rejects.toThrow('build.json is a folder');
    rmSync(at('build.json'), { recursive: true });
    await site.build(archive);
    expect(existsSync(at('build.json'))).toBe(true);
  });

  it('of another program in a folder of ours is not written over', async () => {
    writeFileSync(at('build.json'), '{"build":"of mine"}');
    await expect(site.build(archive)).rejects.toThrow('was not made by turnpress');
    expect(readFileSync(at('build.json'), 'utf8')).toBe('{"build":"of mine"}');
  });
});

describe('a folder that was emptied with "rm *"', () => {
  it('is built into again, also when the memory is lost: what keeps git out stayed', async () => {
    const before = files();
    for (const name of readdirSync(site.outputDir)) if (name !== '.gitignore') rmSync(at(name), { recursive: true });
    rmSync(site.cacheDir, { recursive: true });
    await site.build(archive);
    expect(files()).toEqual(before);
    expect(existsSync(`${site.outputDir}.old`)).toBe(false);
  });

  it('is somebody else’s when what is left is not what we wrote', async () => {
    for (const name of readdirSync(site.outputDir)) if (name !== '.gitignore') rmSync(at(name), { recursive: true });
    rmSync(site.cacheDir, { recursive: true });
    writeFileSync(at('.gitignore'), '*.log\n');
    await expect(site.build(archive)).rejects.toThrow('was not made by turnpress');
  });
});

describe('a memory that is older than the site', () => {
  it('moves the newer site aside, whose pages it does not know, and builds it again', async () => {
    const memory = `${site.cacheDir}-old`;
    cpSync(site.cacheDir, memory, { recursive: true });
    tell(archive, { items: [prompt('more'), answer('yes')], meta: { title: 'More', tags: ['open'] }, minute: 5 });
    await site.build(archive);
    const newer = files();
    rmSync(site.cacheDir, { recursive: true });
    cpSync(memory, site.cacheDir, { recursive: true });
    await site.build(archive);
    expect(files()).toEqual(newer);
    expect(existsSync(`${site.outputDir}.old/index.html`)).toBe(true);
    await site.build(archive);
    expect(existsSync(`${site.outputDir}.old-2`)).toBe(false);
  });
});

describe('an older site that is put back', () => {
  it('becomes the new one, without what was only in the old', async () => {
    const old = `${site.outputDir}-old`;
    const gone = tell(archive, {
      items: [prompt('this goes'), answer('soon')],
      meta: { title: 'Soon gone', tags: ['open'] },
      minute: 5,
    });
    await site.build(archive, { mode: 'public' }).catch(() => undefined);
    await site.build(archive);
    cpSync(site.outputDir, old, { recursive: true });
    const fresh = openTestArchive();
    tell(fresh, {
      items: [prompt('where is the lock'), answer('in the cupboard')],
      meta: { title: 'The lock', tags: ['open'] },
    });
    await site.build(fresh);
    const wanted = files();
    expect(wanted.some(([path]) => path.includes(gone.id.slice(0, 16)))).toBe(false);
    rmSync(site.outputDir, { recursive: true });
    renameSync(old, site.outputDir);
    await site.build(fresh);
    expect(files()).toEqual(wanted);
    fresh.close();
  });
});

describe('a memory of another version', () => {
  /** What an older turnpress left: its own tables, among them one that is unknown here. */
  const age = (more = ''): void => {
    const [name = ''] = readdirSync(site.cacheDir).filter((file) => /^site-[0-9a-f]{16}\.db$/.test(file));
    const database = openDatabase(join(site.cacheDir, name));
    database.exec(
      `UPDATE meta SET value = '0' WHERE name = 'version'; DROP TABLE unit; CREATE TABLE older (id); ${more}`,
    );
    database.close();
  };
  it('is still that of our site, which is built anew where it stands', async () => {
    const before = files();
    age();
    const said: string[] = [];
    const log = { info: (text: string) => void said.push(text), detail() {}, problem() {} };
    const report = await site.build(archive, { log });
    expect(files()).toEqual(before);
    expect({ ...report, said }).toMatchObject({ pagesWritten: 0, pagesDeleted: 0, said: [] });
    expect(existsSync(`${site.outputDir}.old`)).toBe(false);
  });

  it('knows which pages go, and which files are somebody else’s', async () => {
    const fresh = openTestArchive();
    tell(fresh, { items: [prompt('another'), answer('one')], meta: { title: 'Another', tags: ['open'] } });
    const pages = files().filter(([path]) => /^c\/[0-9a-f]{16}\/index\.html$/.test(path));
    writeFileSync(at('about/notes.txt'), 'mine');
    age();
    await site.build(fresh);
    expect(pages).toHaveLength(1);
    for (const [path] of pages) expect(existsSync(at(path))).toBe(false);
    expect(readFileSync(at('about/notes.txt'), 'utf8')).toBe('mine');
    fresh.close();
  });

  it('goes on being known when that build is stopped', async () => {
    const before = files();
    age();
    const gone = new Proxy(archive, {
      get(target, name) {
        if (name === 'countConversations') throw new Error('the disk is gone');
        const member: unknown = Reflect.get(target, name, target);
        return typeof member === 'function' ? member.bind(target) : member;
      },
    });
    await expect(site.build(gone)).rejects.toThrow('the disk is gone');
    await site.build(archive);
    expect(files()).toEqual(before);
    expect(existsSync(`${site.outputDir}.old`)).toBe(false);
  });

  it('is not believed when its last build was stopped while files were moved', async () => {
    const before = files();
    age("INSERT INTO meta VALUES ('moving', 'files')");
    await site.build(archive);
    expect(files()).toEqual(before);
    expect(existsSync(`${site.outputDir}.old/index.html`)).toBe(true);
  });
});

describe('what is not ours', () => {
  it('is not built into, with a build.json of its own or without', async () => {
    rmSync(site.outputDir, { recursive: true });
    mkdirSync(at('docs'), { recursive: true });
    writeFileSync(at('docs/thesis.md'), 'years of work');
    writeFileSync(at('build.json'), '{"name":"something else"}');
    await expect(site.build(archive)).rejects.toThrow('was not made by turnpress');
    rmSync(site.cacheDir, { recursive: true });
    await expect(site.build(archive)).rejects.toThrow('was not made by turnpress');
    expect(readFileSync(at('docs/thesis.md'), 'utf8')).toBe('years of work');
  });

  it('stays, beside ours and in the place of ours', async () => {
    writeFileSync(at('about/notes.txt'), 'mine');
    writeFileSync(at('CNAME'), 'turns.example.org');
    const next = tell(archive, {
      items: [prompt('more'), answer('yes')],
      meta: { title: 'More', tags: ['open'] },
      minute: 9,
    });
    mkdirSync(at(`c/${next.id.slice(0, 16)}`), { recursive: true });
    const page = at(`c/${next.id.slice(0, 16)}/index.html`);
    writeFileSync(page, 'mine, too');
    await expect(site.build(archive)).rejects.toThrow('turnpress did not write it');
    expect(readFileSync(page, 'utf8')).toBe('mine, too');
    rmSync(page);
    await site.build(archive);
    expect(readFileSync(at('about/notes.txt'), 'utf8')).toBe('mine');
    expect(existsSync(at('CNAME'))).toBe(true);
    expect(readFileSync(page, 'utf8')).toContain('More');
  });

  it('is not deleted when it replaced a page that is no longer wanted', async () => {
    const fresh = openTestArchive();
    tell(fresh, { items: [prompt('another'), answer('one')], meta: { title: 'Another', tags: ['open'] } });
    const page = files().find(([path]) => /^c\/[0-9a-f]{16}\/index\.html$/.test(path))?.[0] ?? '';
    writeFileSync(at(page), 'changed by hand, and dear to somebody');
    await site.build(fresh);
    expect(readFileSync(at(page), 'utf8')).toContain('dear to somebody');
    fresh.close();
  });

  it('a folder of the staging folder’s name, is left alone', async () => {
    mkdirSync(`${site.outputDir}.tmp`);
    writeFileSync(`${site.outputDir}.tmp/precious`, 'kept');
    tell(archive, { items: [prompt('more'), answer('yes')], meta: { title: 'More', tags: ['open'] }, minute: 9 });
    await site.build(archive);
    expect(readFileSync(`${site.outputDir}.tmp/precious`, 'utf8')).toBe('kept');
    expect(existsSync(`${site.outputDir}.tmp-2`)).toBe(false);
  });

  it('a site whose memory is lost, is moved aside whole', async () => {
    const before = files();
    writeFileSync(at('mine.txt'), 'kept');
    rmSync(site.cacheDir, { recursive: true });
    await site.build(archive);
    expect(files()).toEqual(before);
    expect(readFileSync(`${site.outputDir}.old/mine.txt`, 'utf8')).toBe('kept');
  });
});

describe('links', () => {
  it('in place of the folder are refused, and what they lead to stays', async () => {
    const away = `${site.outputDir}-away`;
    renameSync(site.outputDir, away);
    symlinkSync(away, site.outputDir);
    tell(archive, { items: [prompt('more'), answer('yes')], meta: { title: 'More', tags: ['open'] }, minute: 9 });
    await expect(site.build(archive)).rejects.toThrow(/symbolic link, which leads to .*-away/);
  });

  it('inside are not written through', async () => {
    const away = `${site.outputDir}-away`;
    renameSync(at('c'), away);
    symlinkSync(away, at('c'));
    tell(archive, { items: [prompt('more'), answer('yes')], meta: { title: 'More', tags: ['open'] }, minute: 9 });
    await expect(site.build(archive)).rejects.toThrow('no folder');
  });
});
