/** `check`: an honest page holds, and each way to change one is named, turn by turn. */
/** A real site, published by the commands, on a host that does what each test says. */

import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { whole } from '../model/image-samples.ts';
import { type HostileServer, honest, type Mode, serveHostile, status } from '../replica/hostile-server.ts';
import { fixedKey, vkeyOf } from '../replica/test-publisher.ts';
import { openPlace, type Place } from '../whole/command-line.ts';
import { claudePath, claudeSession } from '../whole/sessions.ts';
import { openTerminal, type Terminal } from './world.ts';

interface Result {
  readonly holds: boolean;
  readonly turns: number;
  readonly same: number;
  readonly sameText: number;
  readonly fromFirst: boolean;
  readonly toLast: boolean;
  readonly findings: readonly { readonly turn: string; readonly problem: string }[];
}

/** A leaf, 5 by 4. */
const picture = {
  type: 'image',
  source: { type: 'base64', media_type: 'image/png', data: Buffer.from(whole['image/png']).toString('base64') },
};
let place: Place;
let server: HostileServer;
let me: Terminal;
let paths: readonly string[];
let ids: readonly string[];

/** A page's folder is its index.html. */
const index: Mode = (asked) => {
  const file = join(asked.folder, asked.path, 'index.html');
  honest({ ...asked, path: `${asked.path}index.html`, bytes: readFileSync(file) });
};
const pages = { match: /\/$/, mode: index };

beforeAll(async () => {
  place = openPlace();
  me = openTerminal();
  const ran = async (...argv: readonly string[]) => expect((await place.inside(...argv)).code).toBe(0);
  for (const word of ['apple', 'plum']) {
    const session = claudeSession(word, { cwd: `/srv/code/${word}` });
    session.prompt(`Plant the ${word} tree, see <b>this</b> "id" & that`);
    session.answer([
      {
        type: 'text',
        text: `I look at [the map](https://example.org/${word}) first:\n\n- one\n- two\n\n\`\`\`js\nlet a = 1;\n\`\`\``,
      },
      { type: 'tool_use', id: `call-${word}`, name: 'Bash', input: { command: `ls ${word}` } },
    ]);
    session.result(`call-${word}`, `total 1\n${word}.txt`);
    session.answer([{ type: 'text', text: `The ${word} tree is planted.` }]);
    session.prompt([{ type: 'text', text: 'Thanks' }, picture]);
    session.answer([{ type: 'text', text: 'It was nothing.' }]);
    place.write(claudePath(session.id, `-srv-code-${word}`), session.text());
  }
  place.configure({
    publish: ['apple', 'plum'].map((word) => ({ project: `/srv/code/${word}`, visibility: 'public' })),
  });
  await ran('init', '.', '--origin', 'test.example/orchard');
  await ran('ingest', '--settle');
  place.configure({ publish: [{ project: '/srv/code/apple', visibility: 'public' }] });
  await ran('publish', '--yes');
  cpSync(join(place.site, 'archive'), join(place.folder, 'early', 'archive'), { recursive: true });
  place.configure({
    publish: ['apple', 'plum'].map((word) => ({ project: `/srv/code/${word}`, visibility: 'public' })),
  });
  await ran('publish', '--yes');
  server = await serveHostile(place.site, [pages]);
  ids = readdirSync(join(place.site, 'c')).filter((name) => /^[0-9a-f]{16}$/.test(name));
  paths = ids.map((id) => `/c/${id}/`);
  expect(paths).toHaveLength(2);
});
afterEach(() => {
  server.rules = [pages];
});
afterAll(async () => {
  me.close();
  place.close();
  await server.close();
});

const source = (path: string) => readFileSync(join(place.site, path, 'index.html'), 'utf8');
const turnsOf = (path: string) =>
  [...source(path).matchAll(/<(?:article|section) [^>]*id="t-([0-9a-f]{16})"/g)].map(([, id = '']) => id);
async function check(code: number, address: string, ...more: readonly string[]): Promise<Result> {
  const ran = await me.run('check', server.url + address, '--allow-host', '127.0.0.1', '--json', ...more);
  expect([ran, me.out()]).toEqual([code, me.out()]);
  return me.json() as Result;
}
/** The first page, changed. */
async function tampered(change: (html: string) => string): Promise<Result> {
  const [path = ''] = paths;
  const html = change(source(path));
  expect(html).not.toBe(source(path));
  const mode: Mode = (asked) => honest({ ...asked, path: 'index.html', bytes: Buffer.from(html) });
  server.rules = [{ match: path, mode }, pages];
  return check(4, path);
}

describe('check', () => {
  it('holds for honest pages, letter for letter, and fetches one conversation alone', async () => {
    for (const path of paths) {
      server.asked.length = 0;
      const result = await check(0, path);
      expect(result).toMatchObject({
        holds: true,
        turns: 6,
        same: 6,
        sameText: 0,
        fromFirst: true,
        toLast: true,
        findings: [],
      });
      const asked = new Set(server.asked.flatMap((each) => /conversations\/([0-9a-f]{16})/.exec(each)?.[1] ?? []));
      expect([...asked]).toEqual([path.split('/')[2]]);
    }
  });

  it('holds with the pictures that a site shows, too', async () => {
    const [path = ''] = paths;
    expect(source(path)).toContain('is not published here');
    place.configure({ publish: [{ conversation: '*', visibility: 'public' }], images: { publish: true } });
    expect((await place.inside('publish', '--yes', '--output', join(place.folder, 'shown'))).code).toBe(0);
    server.folder = join(place.folder, 'shown');
    expect(readFileSync(join(server.folder, path, 'index.html'), 'utf8')).toContain('<figure class="blob">');
    expect(await check(0, path)).toMatchObject({ holds: true, turns: 6, same: 6 });
    server.folder = place.site;
  });

  it('finds turns by anchor and by hash, and says what is not compared and not proven', async () => {
    const [path = ''] = paths;
    const turn = turnsOf(path)[3] ?? '';
    await check(0, `${path}#t-${turn}`);
    await check(0, `/t/#${turn}`);
    expect((await check(4, `${path}#t-${'0'.repeat(16)}`)).findings[0]?.problem).toContain('asked for');
    expect(await me.run('check', `${server.url}/t/#${turn}`, '--allow-host', '127.0.0.1')).toBe(0);
    expect(me.out()).toMatch(/^not compared .*\n^not proven /m);
    expect(me.out()).toContain('nothing here knows this key');
    await expect(me.run('check', `${server.url}/`, '--allow-host', '127.0.0.1')).rejects.toThrow(
      /no page of a conversation/,
    );
  });

  it('names the turn in which one letter is another', async () => {
    const turn = turnsOf(paths[0] ?? '')[3];
    const { findings, same } = await tampered((html) => html.replace('tree is planted.', 'tree is planned.'));
    expect({ findings, same }).toEqual({ findings: [{ turn, problem: 'it is changed' }], same: 5 });
  });

  it('names a link that leads elsewhere under the same words', async () => {
    const { findings } = await tampered((html) => html.replace('https://example.org/', 'https://example.net/'));
    expect(findings).toEqual([
      { turn: turnsOf(paths[0] ?? '')[1], problem: expect.stringContaining('words are right') },
    ]);
  });

  it('names turns that changed places, are left out, are said twice or have another’s id', async () => {
    const [one = '', two = '', result = '', three = ''] = turnsOf(paths[0] ?? '');
    const swap = (html: string) =>
      html
        .replace(`id="t-${one}"`, 'id="t-x"')
        .replace(`id="t-${two}"`, `id="t-${one}"`)
        .replace('id="t-x"', `id="t-${two}"`);
    expect((await tampered(swap)).findings.map(({ turn }) => turn)).toEqual(expect.arrayContaining([one, two]));
    const article = (html: string, id: string) =>
      new RegExp(`<article [^>]*id="t-${id}"[^]*?</article>\\n`).exec(html)?.[0] ?? '';
    expect((await tampered((html) => html.replace(article(html, three), ''))).findings).toEqual([
      { turn: three, problem: 'the page leaves it out' },
    ]);
    const twice = await tampered((html) => html.replace(article(html, two), article(html, two).repeat(2)));
    expect(twice.findings).toEqual([
      { turn: two, problem: 'it stands there twice' },
      { turn: result, problem: 'it stands there twice' },
    ]);
    const other = turnsOf(paths[1] ?? '')[1] ?? '';
    const foreign = await tampered((html) => html.replace(article(html, two), article(source(paths[1] ?? ''), other)));
    expect(foreign.findings).toContainEqual({ turn: other, problem: 'the published conversation has no such turn' });
  });

  it('is not led astray by comments, templates, and ids on other elements', async () => {
    const [, two = ''] = turnsOf(paths[0] ?? '');
    const article = (html: string) =>
      new RegExp(`<article [^>]*id="t-${two}"[\\s\\S]*?</article>\\n`).exec(html)?.[0] ?? '';
    for (const [before, after] of [
      ['<!-- ', ' -->'],
      ['<template>', '</template>'],
      ['<noscript>', '</noscript>'],
      [`<div id='t-${two}'>something else</div>`, ''],
    ]) {
      const { findings } = await tampered((html) => html.replace(article(html), `${before}${article(html)}${after}`));
      expect(findings.map(({ turn }) => turn)).toEqual([two]);
    }
    expect(await tampered((html) => html.replaceAll(/<article[\s\S]*?<\/article>\n/g, ''))).toMatchObject({
      holds: false,
      turns: 0,
    });
  });

  it('compares words alone where the whole page has other marks, and says so', async () => {
    const [path = ''] = paths;
    const html = source(path).replaceAll('<time ', '<time class="hour" ');
    server.rules = [
      { match: path, mode: (asked) => honest({ ...asked, path: 'index.html', bytes: Buffer.from(html) }) },
      pages,
    ];
    expect(await check(0, path)).toMatchObject({ holds: true, same: 0, sameText: 6, findings: [] });
    expect(await me.run('check', server.url + path, '--allow-host', '127.0.0.1')).toBe(0);
    expect(me.out()).toContain('only the words were compared');
  });

  it('believes no tile of another conversation, no old checkpoint beside a newer page, and no other key', async () => {
    const [path = '', other = ''] = paths;
    const folders = readdirSync(join(place.site, 'archive/conversations'));
    const folderOf = (of: string) => folders.find((name) => name.startsWith(of.split('/')[2] ?? '-')) ?? '';
    const swapped: Mode = (asked) =>
      honest({ ...asked, bytes: readFileSync(join(place.site, asked.path.replace(folderOf(path), folderOf(other)))) });
    server.rules = [{ match: new RegExp(`conversations/${folderOf(path)}/tile/entries`), mode: swapped }, pages];
    expect(await me.run('check', server.url + path, '--allow-host', '127.0.0.1')).toBe(4);
    const published = JSON.parse((await place.inside('log', '--limit', '0', '--json')).out) as {
      id: string;
      meta: { project?: string };
    }[];
    const plum = published.find(({ meta }) => meta.project?.includes('plum'))?.id.slice(0, 16);
    const old: Mode = (asked) => {
      const file = join(place.folder, 'early', asked.path);
      honest({ ...asked, bytes: existsSync(file) ? readFileSync(file) : undefined });
    };
    server.rules = [{ match: /^\/archive\//, mode: old }, pages];
    expect(await me.run('check', `${server.url}/c/${plum}/`, '--allow-host', '127.0.0.1')).toBe(4);
    expect(me.out()).toContain(`contradicts   the archive log does not publish conversation ${plum}`);
    server.rules = [pages];
    const key = vkeyOf(fixedKey('test.example/orchard', 9));
    await expect(check(0, path, '--key', key)).rejects.toMatchObject({ code: 'UNTRUSTED_KEY' });
  });

  it('takes no other key for an archive that is followed here', async () => {
    const [path = ''] = paths;
    const reader = openTerminal();
    const asked = ['--allow-host', '127.0.0.1'];
    expect(await reader.run('init', '.')).toBe(0);
    expect(await reader.run('subscribe', `${server.url}/`, ...asked)).toBe(0);
    expect(await reader.run('check', server.url + path, ...asked)).toBe(0);
    expect(reader.out()).toMatch(/signature .*: trusted with the copy .*, since 2026-01-02/);
    const [name = ''] = readdirSync(join(reader.folder, 'archive/private/replicas'));
    const file = join(reader.folder, 'archive/private/replicas', name, 'private/pull.json');
    const state = readFileSync(file, 'utf8');
    writeFileSync(file, state.replace(/test\.example\/orchard\+[^"]*/, vkeyOf(fixedKey('test.example/orchard', 9))));
    expect(await reader.run('check', server.url + path, ...asked)).toBe(4);
    expect(reader.out()).toContain('contradicts   test.example/orchard+');
    reader.close();
  });

  it('ends with 5 where nobody answers', async () => {
    server.rules = [{ match: /archive\/log/, mode: status(503) }, pages];
    await expect(check(0, paths[0] ?? '')).rejects.toMatchObject({ kind: 'network' });
  });
});
