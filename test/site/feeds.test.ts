/** What a subscriber of the site gets: whole exchanges, nothing missed, one entry a day for who wants less. */
/** Each is held against a build from nothing, and read by a parser that is not ours. */

import { rmSync } from 'node:fs';
import Parser from 'rss-parser';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ArchiveWriter } from '../../src/archive/archive.ts';
import { isJsonObject, parseJson } from '../../src/base/json.ts';
import { turnUrn } from '../../src/site/urls.ts';
import {
  answer,
  config,
  createTestSite,
  openTestArchive,
  prompt,
  response,
  type TestSite,
  tell,
  turnAt,
} from './site-fixture.ts';

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

const DAY = 24 * 60;
const meta = { agent: 'claude-code', project: 'clockwork', tags: ['open'] };
const call = { type: 'tool_call', id: 'c1', name: 'Bash', tool: 'shell', arguments: { command: 'ls' } } as const;
const read = (path: string) => new Parser().parseString(site.read(path));

async function expectAsFromNothing(): Promise<void> {
  const grown = site.readAll();
  rmSync(site.cacheDir, { recursive: true });
  rmSync(site.outputDir, { recursive: true });
  await site.build(archive);
  const fresh = site.readAll();
  expect([...grown.keys()].filter((path) => grown.get(path) !== fresh.get(path))).toEqual([]);
  expect([...fresh.keys()].filter((path) => !grown.has(path))).toEqual([]);
}

it('an exchange is told when it has ended: with its answer, or when nothing came for hours', async () => {
  const items = [prompt('Wind it'), answer('I look.', call), response('c1', 'ok')];
  const told = tell(archive, { items, meta: { ...meta, title: 'The clock' } });
  await site.build(archive);
  expect((await read('atom.xml')).items).toEqual([]);
  tell(archive, { items: [prompt('Other'), answer('Yes.')], meta: { ...meta, title: 'Elsewhere' }, minute: 60 });
  await site.build(archive);
  expect((await read('atom.xml')).items.map(({ title }) => title)).toEqual(['Elsewhere: Other']);
  tell(archive, { items: [prompt('Later'), answer('Yes.')], meta: { ...meta, title: 'Elsewhere' }, minute: 600 });
  await site.build(archive);
  const { items: found } = await read('atom.xml');
  expect(found.map(({ title }) => title)).toEqual(['Elsewhere: Later', 'Elsewhere: Other', 'The clock: Wind it']);
  expect(found[2]?.id).toBe(turnUrn(turnAt(told, 0).hash));
  expect(found[2]?.content).toContain('<em>1 command</em>');
  await expectAsFromNothing();
});

/** Titles of a feed and of all documents behind it. */
function listTitles(first: string): ReadonlySet<string> {
  const titles = new Set<string>();
  for (let path = first; path !== ''; ) {
    const feed = parseJson(site.read(path));
    if (!isJsonObject(feed) || !Array.isArray(feed.items)) throw new TypeError('no feed');
    for (const { title } of feed.items) titles.add(title);
    path = typeof feed.next_url === 'string' ? new URL(feed.next_url).pathname.slice(1) : '';
  }
  return titles;
}

it('the feed pages back day by day, so that nobody who asks once a day misses an entry', async () => {
  for (let day = 0; day < 4; day++) {
    const items = Array.from({ length: 40 }, (_, i) => [prompt(`Day ${day}, number ${i}`), answer('Yes.')]).flat();
    tell(archive, { items, meta: { ...meta, title: `Day ${day}` }, minute: day * DAY });
    if (day % 2 === 1) await site.build(archive);
  }
  expect(listTitles('feed.json').size).toBe(160);
  expect(listTitles('projects/clockwork/feed.json').size).toBe(160);
  expect(site.read('rss.xml')).toMatch(/<atom:link href="[^"]*\/feed\/[\d-]+\/rss.xml" rel="prev-archive"/);
  expect(site.read('atom.xml')).toMatch(/rel="prev-archive" href="[^"]*\/feed\/[\d-]+\/atom.xml"/);
  const digest = await read('digest/atom.xml');
  // the last day is not over
  expect(digest.items.map(({ title }) => title?.split(':')[0])).toEqual(['Day 2', 'Day 1', 'Day 0']);
  expect(digest.items[0]?.title).toContain('40 exchanges');
  await expectAsFromNothing();
});

it('another address of the site changes every link of its feeds, and no id', async () => {
  tell(archive, { items: [prompt('Wind it'), answer('Yes.')], meta: { ...meta, title: 'The clock' } });
  await site.build(archive);
  const before = await read('atom.xml');
  await site.build(archive, { config: { ...config, url: 'https://moved.example/below/' } });
  for (const [path, text] of site.readAll())
    if (/(?:xml|json)$/.test(path)) expect(text, path).not.toContain(config.url);
  const after = await read('atom.xml');
  expect(after.items.map(({ id }) => id)).toEqual(before.items.map(({ id }) => id));
  expect(after.items[0]?.link).toMatch(/^https:\/\/moved\.example\/below\/c\//);
});
