/** `check`: an honest page holds, and each way to change one is named, turn by turn. */
/** A real site, published by the commands, on a host that does what each test says. */

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openArchive } from '../../src/archive/archive.ts';
import { comparePage } from '../../src/site/site.ts';
import { honest, type Mode, status } from '../replica/hostile-server.ts';
import { fixedKey, vkeyOf } from '../replica/test-publisher.ts';
import { type Orchard, openOrchard } from '../whole/orchard.ts';
import { otherVersion, tamperedPages } from '../whole/tampered-pages.ts';
import { openTerminal, type Terminal } from './world.ts';

interface Result {
  readonly holds: boolean;
  readonly turns: number;
  readonly same: number;
  readonly sameText: number;
  readonly renderer: string;
  readonly fromFirst: boolean;
  readonly toLast: boolean;
  readonly findings: readonly { readonly turn: string; readonly problem: string }[];
}

let orchard: Orchard;
let me: Terminal;

beforeAll(async () => {
  orchard = await openOrchard();
  me = openTerminal();
  expect(orchard.paths).toHaveLength(2);
});
afterEach(() => orchard.serve(undefined));
afterAll(async () => {
  me.close();
  await orchard.close();
});

async function check(code: number, address: string, ...more: readonly string[]): Promise<Result> {
  const ran = await me.run('check', orchard.server.url + address, '--allow-host', '127.0.0.1', '--json', ...more);
  expect([ran, me.out()]).toEqual([code, me.out()]);
  return me.json() as Result;
}
/** The first page, changed. */
async function tampered(change: (html: string) => string): Promise<Result> {
  const [path = ''] = orchard.paths;
  const html = change(orchard.source(path));
  expect(html).not.toBe(orchard.source(path));
  orchard.serve(html);
  return check(4, path);
}

describe('check', () => {
  it('holds for honest pages, letter for letter, and fetches one conversation alone', async () => {
    for (const path of orchard.paths) {
      orchard.server.asked.length = 0;
      const result = await check(0, path);
      expect(result).toMatchObject({
        holds: true,
        turns: 8,
        same: 8,
        sameText: 0,
        fromFirst: true,
        toLast: true,
        findings: [],
      });
      const asked = new Set(
        orchard.server.asked.flatMap((each) => /conversations\/([0-9a-f]{16})/.exec(each)?.[1] ?? []),
      );
      expect([...asked]).toEqual([path.split('/')[2]]);
    }
  });

  it('holds with the pictures that a site shows, too', async () => {
    const [path = ''] = orchard.paths;
    expect(orchard.source(path)).toContain('is not published here');
    orchard.place.configure({ publish: [{ conversation: '*', visibility: 'public' }], images: { publish: true } });
    expect((await orchard.place.inside('publish', '--yes', '--output', join(orchard.place.folder, 'shown'))).code).toBe(
      0,
    );
    orchard.server.folder = join(orchard.place.folder, 'shown');
    expect(readFileSync(join(orchard.server.folder, path, 'index.html'), 'utf8')).toContain('<figure class="blob">');
    expect(await check(0, path)).toMatchObject({ holds: true, turns: 8, same: 8 });
    orchard.server.folder = orchard.place.site;
  });

  it('finds turns by anchor and by hash, and says what is not compared and not proven', async () => {
    const [path = ''] = orchard.paths;
    const turn = orchard.turnsOf(path)[3] ?? '';
    await check(0, `${path}#t-${turn}`);
    await check(0, `/t/#${turn}`);
    expect((await check(4, `${path}#t-${'0'.repeat(16)}`)).findings[0]?.problem).toContain('asked for');
    expect(await me.run('check', `${orchard.server.url}/t/#${turn}`, '--allow-host', '127.0.0.1')).toBe(0);
    expect(me.out()).toMatch(/^not compared .*\n^not proven /m);
    expect(me.out()).toContain('nothing here knows this key');
    await expect(me.run('check', `${orchard.server.url}/`, '--allow-host', '127.0.0.1')).rejects.toThrow(
      /no page of a conversation/,
    );
  });

  it('names each way to change a page', async () => {
    const [path = '', second = ''] = orchard.paths;
    const html = orchard.source(path);
    const materials = {
      turns: orchard.turnsOf(path),
      other: orchard.source(second),
      otherTurns: orchard.turnsOf(second),
    };
    const archive = openArchive(orchard.place.archive, { mode: 'read' });
    try {
      const id = archive.findTurn(materials.turns[0] ?? '')?.conversation;
      if (id === undefined) throw new Error('the archive does not have the page');
      for (const { name, change, named, says, only } of tamperedPages) {
        const changed = change(html, materials);
        expect(changed, name).not.toBe(html);
        const { findings } = await comparePage(archive, id, { html: changed, basePath: '', path });
        if (only === 'page' || only === 'nobody') {
          expect(findings, name).toEqual([]);
          continue;
        }
        expect(findings.length, name).toBeGreaterThan(0);
        const turns = named.flatMap((each) => (each === 'around' ? [] : [materials.turns[each]]));
        expect(
          findings.map(({ turn }) => turn),
          name,
        ).toEqual(expect.arrayContaining(turns));
        if (says !== undefined) expect(findings.map(({ problem }) => problem).join('\n'), name).toMatch(says);
      }
      const above = tamperedPages.find(({ name }) => name === 'words above the turns')?.change(html, materials) ?? '';
      expect((await comparePage(archive, id, { html: above, basePath: '', path })).beside.others).toBe(1);
    } finally {
      archive.close();
    }
  });

  it('ends with 4 for a changed page, and names the turn alone', async () => {
    const turn = orchard.turnsOf(orchard.paths[0] ?? '')[5];
    const { findings, same } = await tampered((html) => html.replace('tree is planted.', 'tree is planned.'));
    expect({ findings, same }).toEqual({ findings: [{ turn, problem: 'its words are changed' }], same: 7 });
    expect(await tampered((html) => html.replaceAll(/<article[\s\S]*?<\/article>\n/g, ''))).toMatchObject({
      holds: false,
      turns: 0,
    });
  });

  it('compares words and addresses alone where another version made the page, and says so loudly', async () => {
    const [path = ''] = orchard.paths;
    const html = orchard.source(path);
    orchard.serve(otherVersion.honest(html));
    expect(await check(0, path)).toMatchObject({ holds: true, same: 0, sameText: 8, renderer: '3', findings: [] });
    expect(await me.run('check', orchard.server.url + path, '--allow-host', '127.0.0.1')).toBe(0);
    expect(me.out()).toMatch(/^WORDS ONLY +rendered by version 3, and here by version/m);
    const [turns, changes] = [orchard.turnsOf(path), [otherVersion.tampered, otherVersion.link, otherVersion.hidden]];
    for (const [i, place] of [5, 1, 0].entries())
      expect((await tampered(changes[i] ?? String)).findings.map(({ turn }) => turn)).toContain(turns[place]);
  });

  it('believes no tile of another conversation, no old checkpoint beside a newer page, and no other key', async () => {
    const [path = '', other = ''] = orchard.paths;
    const folders = readdirSync(join(orchard.place.site, 'archive/conversations'));
    const folderOf = (of: string) => folders.find((name) => name.startsWith(of.split('/')[2] ?? '-')) ?? '';
    const swapped: Mode = (asked) =>
      honest({
        ...asked,
        bytes: readFileSync(join(orchard.place.site, asked.path.replace(folderOf(path), folderOf(other)))),
      });
    orchard.server.rules = [
      { match: new RegExp(`conversations/${folderOf(path)}/tile/entries`), mode: swapped },
      ...orchard.usual,
    ];
    expect(await me.run('check', orchard.server.url + path, '--allow-host', '127.0.0.1')).toBe(4);
    const published = JSON.parse((await orchard.place.inside('log', '--limit', '0', '--json')).out) as {
      id: string;
      meta: { project?: string };
    }[];
    const plum = published.find(({ meta }) => meta.project?.includes('plum'))?.id.slice(0, 16);
    const old: Mode = (asked) => {
      const file = join(orchard.early, asked.path);
      honest({ ...asked, bytes: existsSync(file) ? readFileSync(file) : undefined });
    };
    orchard.server.rules = [{ match: /^\/archive\//, mode: old }, ...orchard.usual];
    expect(await me.run('check', `${orchard.server.url}/c/${plum}/`, '--allow-host', '127.0.0.1')).toBe(4);
    expect(me.out()).toContain(`contradicts   the archive log does not publish conversation ${plum}`);
    orchard.server.rules = [...orchard.usual];
    const key = vkeyOf(fixedKey('test.example/orchard', 9));
    await expect(check(0, path, '--key', key)).rejects.toMatchObject({ code: 'UNTRUSTED_KEY' });
  });

  it('takes no other key for an archive that is followed here', async () => {
    const [path = ''] = orchard.paths;
    const reader = openTerminal();
    const asked = ['--allow-host', '127.0.0.1'];
    expect(await reader.run('init', '.')).toBe(0);
    expect(await reader.run('subscribe', `${orchard.server.url}/`, ...asked)).toBe(0);
    expect(await reader.run('check', orchard.server.url + path, ...asked)).toBe(0);
    expect(reader.out()).toMatch(/signature .*: trusted with the copy .*, since 2026-01-02/);
    const [name = ''] = readdirSync(join(reader.folder, 'archive/private/replicas'));
    const file = join(reader.folder, 'archive/private/replicas', name, 'private/pull.json');
    const state = readFileSync(file, 'utf8');
    writeFileSync(file, state.replace(/test\.example\/orchard\+[^"]*/, vkeyOf(fixedKey('test.example/orchard', 9))));
    expect(await reader.run('check', orchard.server.url + path, ...asked)).toBe(4);
    expect(reader.out()).toContain('contradicts   test.example/orchard+');
    reader.close();
  });

  it('ends with 5 where nobody answers', async () => {
    orchard.server.rules = [{ match: /archive\/log/, mode: status(503) }, ...orchard.usual];
    await expect(check(0, orchard.paths[0] ?? '')).rejects.toMatchObject({ kind: 'network' });
  });
});
