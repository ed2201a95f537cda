/** `/reader/` as `serve` answers it: pages of the memory as it is, forms that change it, and who may not. */
/** Without a browser: requests as browsers send them. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as ask, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../../src/base/log.ts';
import { createReaderServer } from '../../../src/cli/following/reader-server.ts';
import { startServer } from '../../../src/cli/site-server.ts';
import type { ForeignEntry } from '../../../src/model/foreign-feed.ts';
import { generateReading, parseReading } from '../../../src/model/reading/state.ts';
import { openReaderStore, type ReaderStore } from '../../../src/reader/reader.ts';

const NOW = Date.UTC(2026, 5, 1);
const FEED = {
  url: 'https://blog.example.org/feed',
  title: 'Blog <b>',
  folder: 'Daily news',
  home: 'https://blog.example.org/',
};
const SHELL =
  '<!doctype html><head><meta http-equiv="Content-Security-Policy" content="x"><title>Old</title></head><main><!--reading-->old<!--/reading--></main>';

const folder = mkdtempSync(join(tmpdir(), 'turnpress-reader-server-'));
const site = join(folder, 'site');
let store: ReaderStore;
let server: Server;
let origin: string;

beforeAll(async () => {
  mkdirSync(join(site, 'reader'), { recursive: true });
  writeFileSync(join(site, 'reader', 'index.html'), SHELL);
  writeFileSync(join(site, '404.html'), 'nothing');
  store = openReaderStore(join(folder, 'reader.db'), silentLog);
  const reader = await createReaderServer({
    folder: site,
    site: 'https://me.example.org/',
    store,
    now: () => NOW,
    log: silentLog,
  });
  server = await startServer(site, 0, 'private', reader);
  origin = `http://localhost:${(server.address() as AddressInfo).port}`;
});

beforeEach(() => {
  store.feeds.follow([FEED]);
  const entries = Array.from({ length: 120 }, (_, n) => entry(`e${n}`, { publishedMs: NOW - n * 1000 }));
  store.entries.take(feed(), entries, [], NOW);
  for (const { id } of store.entries.list({ limit: 500 }))
    store.entries.mark([id], { unread: true, starred: false }, NOW);
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

function entry(id: string, more: Partial<ForeignEntry> = {}): ForeignEntry {
  const html = `<h1 onclick="x()">Hello ${id}</h1><img src="/p.png" alt="A chart"><script>x()</script>`;
  return {
    id,
    title: `Entry ${id} & <i>`,
    url: `https://blog.example.org/${id}?utm_source=x`,
    html,
    categories: [],
    enclosures: [],
    ...more,
  };
}

function feed(): number {
  return store.feeds.find(FEED.url)?.id ?? -1;
}

function keyOf(guid: string): string {
  return store.entries.list({ limit: 500 }).find((each) => each.guid === guid)?.key ?? '';
}

async function get(path: string): Promise<string> {
  const answer = await fetch(`${origin}${path}`);
  expect(answer.status, path).toBe(200);
  return answer.text();
}

async function post(
  fields: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = { 'sec-fetch-site': 'same-origin' },
) {
  const token = /name="token" value="([^"]*)"/.exec(await get('/reader/'))?.[1] ?? '';
  return fetch(`${origin}/reader/state`, {
    method: 'POST',
    redirect: 'manual',
    headers,
    body: new URLSearchParams({ token, ...fields }),
  });
}

describe('pages', () => {
  it('show lists in pages, a feed, a folder, what is starred and what holds words', async () => {
    const first = await get('/reader/');
    expect(first.match(/data-entry=/g)).toHaveLength(50);
    expect(first).toContain('Page 1 of 3');
    expect(first).toContain('Entry e0 &amp; &lt;i&gt;');
    expect(first).toContain('Blog &lt;b&gt;');
    expect((await get('/reader/p3/')).match(/data-entry=/g)).toHaveLength(20);
    expect((await fetch(`${origin}/reader/p4/`)).status).toBe(404);
    const folderUrl = /href="(\/reader\/folder\/[^"]*)"/.exec(first)?.[1] ?? '';
    expect((await get(folderUrl)).match(/data-entry=/g)).toHaveLength(50);
    expect(await get('/reader/starred/')).toContain('Nothing is starred');
    expect((await get('/reader/search/?q=e7')).match(/data-entry=/g)).toHaveLength(1);
    expect((await fetch(`${origin}/reader/feed/0000000000000000/`)).status).toBe(404);
    expect(await get('/reader/feeds/')).toContain(FEED.url);
  });

  it('show an entry sanitised, its pictures named and loaded only on request', async () => {
    const url = `/reader/entry/${keyOf('e3')}/`;
    const page = await get(url);
    expect(page).toContain('<h2>Hello e3</h2>');
    expect(page).toContain('>Picture: A chart</a>');
    expect(page).not.toMatch(/<img|script|onclick|utm_source/);
    const answer = await fetch(`${origin}${url}?pictures=1`);
    expect(answer.headers.get('content-security-policy')).toContain("img-src 'self' data: https: http:");
    expect(await answer.text()).toContain('<img src="https://blog.example.org/p.png" alt="A chart"');
    expect((await fetch(`${origin}${url}`)).headers.get('content-security-policy')).toContain("img-src 'self' data:;");
    await post({ do: `show ${/\/reader\/feed\/([0-9a-f]{16})\//.exec(page)?.[1]}` });
    expect(await get(url)).toContain('<img src=');
    await post({ do: `hide ${/\/reader\/feed\/([0-9a-f]{16})\//.exec(page)?.[1]}` });
  });

  it('change nothing by being looked at', async () => {
    const before = generateReading(store.choices.all());
    for (const path of ['/reader/', `/reader/entry/${keyOf('e1')}/`, '/reader/state.json', '/reader/feeds/'])
      await get(path);
    expect((await fetch(`${origin}/reader/state?do=all`)).status).toBe(404);
    expect(generateReading(store.choices.all())).toBe(before);
  });
});

describe('forms', () => {
  it('mark one entry, and lead back to where they stood', async () => {
    const key = keyOf('e1');
    const answer = await post({ do: `read ${key}`, back: '/reader/all/p2/' });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/reader/all/p2/']);
    expect(store.entries.findByKey(key)?.unread).toBe(false);
    await post({ do: `star ${key}` });
    expect(store.entries.findByKey(key)?.starred).toBe(true);
    const next = await post({ do: `next ${keyOf('e2')} ${keyOf('e3')}` });
    expect(next.headers.get('location')).toBe(`/reader/entry/${keyOf('e3')}/`);
  });

  it('mark all above one, and all that was there when the page was made', async () => {
    await post({ do: `above ${keyOf('e2')}`, list: '/reader/' });
    expect(store.entries.countUnread()).toBe(117);
    store.entries.take(feed(), [entry('late', { publishedMs: 1 })], [], NOW + 10);
    await post({ do: 'all', list: '/reader/all/', seen: String(NOW) });
    expect(store.entries.list({ unread: true }).map(({ guid }) => guid)).toEqual(['late']);
  });

  it('take a file from elsewhere, and give one that brings everything back', async () => {
    const key = keyOf('e5');
    const state = new Map([[key, { starred: { is: true, ms: NOW + 1 } }]]);
    const token = /name="token" value="([^"]*)"/.exec(await get('/reader/'))?.[1] ?? '';
    const body = new FormData();
    for (const [name, value] of Object.entries({ token, do: 'import' })) body.set(name, value);
    body.set('file', new File([generateReading(state)], 'reading.json'));
    const answer = await fetch(`${origin}/reader/state`, {
      method: 'POST',
      redirect: 'manual',
      body,
      headers: { 'sec-fetch-site': 'same-origin' },
    });
    expect(answer.status).toBe(303);
    expect(store.entries.findByKey(key)?.starred).toBe(true);
    expect(parseReading(await get('/reader/state.json'), NOW)).toEqual(store.choices.all());
    expect((await post({ do: 'import', state: 'no such file' })).status).toBe(400);
  });

  it('are believed from pages of this site alone', async () => {
    const form = { do: `read ${keyOf('e9')}` };
    expect((await post(form, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await post(form, { 'sec-fetch-site': 'none' })).status).toBe(403);
    expect((await post(form, {})).status).toBe(403);
    expect((await post(form, { origin: 'https://evil.example.org' })).status).toBe(403);
    expect((await post({ ...form, token: 'guessed' })).status).toBe(403);
    expect((await post({ ...form, token: '' })).status).toBe(403);
    expect(await status({ host: 'evil.example.org', 'sec-fetch-site': 'same-origin' })).toBe(421);
    expect(store.entries.findByKey(keyOf('e9'))?.unread).toBe(true);
    expect((await post(form, { origin })).status).toBe(303);
  });

  it('lead nowhere else, whatever they say', async () => {
    for (const back of [
      'https://evil.example.org/reader/',
      '//evil.example.org/reader/',
      '/reader/../..//evil',
      '/c/',
      '/reader/\r\nx: y',
      '/reader/\\evil',
    ])
      expect((await post({ do: `read ${keyOf('e1')}`, back })).headers.get('location'), back).toMatch(/^\/reader\/$/);
    for (const wrong of [
      '',
      'read',
      'read x',
      `burn ${keyOf('e1')}`,
      'read 0000000000000000',
      'above 0000000000000000',
      'all',
    ])
      expect((await post({ do: wrong, list: '/c/' })).status, wrong).toBe(400);
  });
});

/** What `fetch` does not let one send. */
function status(headers: Readonly<Record<string, string>>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asked = ask(`${origin}/reader/state`, { method: 'POST', headers }, (answer) =>
      resolve(answer.resume().statusCode),
    );
    asked.once('error', reject);
    asked.end('do=all');
  });
}
