/** A site in a folder of its host: built for it, served there, every link followed, searched in a real browser. */
/** What stands outside that folder belongs to somebody else: an address that leads there is a fault. */

import { existsSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ArchiveWriter } from '../../src/archive/archive.ts';
import { startServer } from '../../src/cli/site-server.ts';
import { turnAnchor } from '../../src/site/urls.ts';
import {
  answer,
  config,
  createTestSite,
  openTestArchive,
  prompt,
  sampleItems,
  type TestSite,
  type Told,
  tell,
  turnAt,
} from '../site/site-fixture.ts';

const executablePath = [process.env.TURNPRESS_CHROMIUM, '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
  (path) => path !== undefined && existsSync(path),
);
const BASE = '/turns/of-mine';

let archive: ArchiveWriter;
let site: TestSite;
let server: Server;
let origin: string;
let clock: Told;

beforeAll(async () => {
  archive = openTestArchive();
  site = createTestSite();
  const meta = { agent: 'claude-code', project: 'clockwork', title: 'The slow clock', tags: ['time'] };
  clock = tell(archive, { items: sampleItems('the clock'), meta });
  tell(archive, {
    items: [prompt('Leave it.'), answer('Left alone, with `<a href="/c/">` as it is.')],
    ...{ after: turnAt(clock, 3), conversation: clock.id, head: 'b-12345678', minute: 40 },
  });
  await site.build(archive, { config: { ...config, url: `https://me.example.org${BASE}/` } });
  server = await startServer(site.outputDir, 0);
  origin = `http://localhost:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
  site.remove();
  archive.close();
});

it('leads from everywhere to somewhere below its folder', async () => {
  const seen = new Set([`${origin}/`]);
  const wrong: string[] = [];
  for (const url of seen) {
    const answered = await fetch(url);
    if (answered.status !== 200) wrong.push(`${answered.status} ${url}`);
    const type = answered.headers.get('content-type') ?? '';
    const body = await answered.text();
    for (const found of listAddresses(body, type)) {
      const { href, pathname } = new URL(found.replace(/^https:\/\/me\.example\.org/, origin), answered.url);
      if (!href.startsWith(origin)) continue;
      if (!pathname.startsWith(`${BASE}/`)) wrong.push(`${pathname} on ${url}`);
      seen.add(href.replace(/#.*/, ''));
    }
  }
  expect(wrong).toEqual([]);
  const paths = [...seen].map((url) => new URL(url).pathname.slice(BASE.length));
  for (const expected of [
    '/c/',
    '/projects/clockwork/',
    '/assets/',
    '/feeds.opml',
    '/manifest.webmanifest',
    '/rss.xml',
  ])
    expect(
      paths.some((path) => path.startsWith(expected)),
      expected,
    ).toBe(true);
});

it('answers at the root of the host with the way to it, and nowhere else', async () => {
  const led = await fetch(`${origin}/`, { redirect: 'manual' });
  expect([led.status, led.headers.get('location')]).toEqual([302, `${BASE}/`]);
  const folder = await fetch(`${origin}${BASE}/projects`, { redirect: 'manual' });
  expect([folder.status, folder.headers.get('location')]).toEqual([301, `${BASE}/projects/`]);
  expect((await fetch(`${origin}/projects/`)).status).toBe(404);
  expect((await fetch(`${origin}${BASE}x/projects/`)).status).toBe(404);
});

it('writes its feeds, redirects, headers and manifest for where it stands', () => {
  const { start_url: start, icons } = JSON.parse(site.read('manifest.webmanifest'));
  expect(start).toBe(`${BASE}/`);
  for (const { src } of icons) expect(src).toMatch(new RegExp(`^${BASE}/assets/`));
  expect(site.read('_headers')).toContain(`${BASE}/c/*\n`);
  expect(site.read('atom.xml')).toContain(`https://me.example.org${BASE}/c/`);
  expect(site.read('atom.xml')).toContain('urn:turnpress:site:me-example-org-turns-of-mine');
});

it.skipIf(executablePath === undefined)('finds words and turns in a browser (skipped without one)', async () => {
  const browser = await chromium.launch({ executablePath: executablePath ?? '', args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    const failed: string[] = [];
    page.on('response', (response) => {
      if (response.status() >= 400) failed.push(response.url());
    });
    await page.goto(`${origin}${BASE}/search/?q=clock`);
    const link = page.locator('#search-results a').first();
    await link.waitFor();
    expect(await link.getAttribute('href')).toMatch(new RegExp(`^${BASE}/c/`));
    await link.click();
    await page.waitForURL(`**${BASE}/c/**`);
    const turn = turnAt(clock, 1).hash;
    await page.goto(`${origin}${BASE}/t/#${turn}`);
    await page.waitForURL(`**${BASE}/c/**#${turnAnchor(turn)}`);
    expect(failed).toEqual([]);
  } finally {
    await browser.close();
  }
});

/** What a browser or a reader of feeds would go to. */
function listAddresses(body: string, type: string): readonly string[] {
  if (!/html|xml|opml/.test(type)) return [];
  const tags = [...body.matchAll(/<[a-z][^<>]*>(?:[^<]*(?=<\/loc>))?/gi)].map(([tag]) => tag);
  return tags.flatMap((tag) => [
    ...[...tag.matchAll(/ (?:href|src|action|xmlUrl|htmlUrl)="([^"]*)"/g)].map(([, url = '']) =>
      url.replaceAll('&amp;', '&'),
    ),
    ...[...tag.matchAll(/^<loc>(.*)$/g)].map(([, url = '']) => url),
  ]);
}
