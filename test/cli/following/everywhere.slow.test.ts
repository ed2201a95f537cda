/** `search --everywhere`: own turns, those of pulled copies and entries of feeds, each with where it is from and how one goes on. */

import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLog } from '../../../src/base/log.ts';
import { openReaderStore } from '../../../src/reader/reader.ts';
import { openPullWorld, type PullWorld } from '../../replica/pull/pull-kit.ts';
import { openPlace, type Place } from '../../whole/command-line.ts';
import { claudePath, claudeSession } from '../../whole/sessions.ts';

let world: PullWorld;
let place: Place;
let copy: string;

beforeAll(async () => {
  world = await openPullWorld();
  world.grow(30, 'walnut');
  world.publish();
  place = openPlace();
  const session = claudeSession('own');
  for (let i = 0; i < 30; i++) {
    session.prompt(`Where does the walnut stand, for the ${i}th time?`);
    session.answer([{ type: 'text', text: `Behind the house ${i}.` }]);
  }
  place.write(claudePath(session.id), session.text());
  place.configure({});
  for (const argv of [
    ['init', '.'],
    ['ingest', '--settle'],
    ['subscribe', `${world.server.url}/`, '--allow-host', '127.0.0.1', '--name', 'theirs'],
  ])
    expect((await place.inside(...argv)).code, argv.join(' ')).toBe(0);
  copy = join(place.archive, 'private', 'replicas', 'theirs');
  const outline = '<outline text="A blog" type="rss" xmlUrl="https://blog.example.net/f"/>';
  const list = join(place.folder, 'content', 'subscriptions.opml');
  writeFileSync(list, `<opml version="2.0"><head/><body>${outline}</body></opml>`);
  await place.inside('read', '--feeds');
  const store = openReaderStore(join(place.archive, 'private', 'reader.db'), silentLog);
  const blog = store.feeds.find('https://blog.example.net/f');
  const entries = Array.from({ length: 30 }, (_, i) => ({
    ...{ id: `e${i}`, title: `Post ${i}`, url: `https://blog.example.net/${i}`, categories: [], enclosures: [] },
    ...{
      html: `<style>walnut{}</style><p>${'words before '.repeat(40)} a <b>Walnut</b> \u001b[31mtree</p>`,
      publishedMs: Date.UTC(2026, 0, i + 1),
    },
  }));
  store.entries.take(blog?.id ?? 0, entries, [], Date.UTC(2026, 6, 1));
  store.close();
});
afterAll(async () => {
  place?.close();
  await world?.close();
});

interface Hit {
  readonly from: string;
  readonly copy?: string;
  readonly feed?: string;
  readonly snippet: string;
  readonly time: string;
}

async function hits(...argv: readonly string[]): Promise<readonly Hit[]> {
  const ran = await place.inside('search', 'walnut', '--everywhere', '--json', ...argv);
  expect(ran.code, ran.err).toBe(0);
  return JSON.parse(ran.out) as readonly Hit[];
}

const counts = (found: readonly Hit[]) =>
  Object.fromEntries([...Map.groupBy(found, ({ from }) => from)].map(([from, all]) => [from, all.length]));

describe('search --everywhere', () => {
  it('finds in all places, shares the limit among them, and says where each hit is from', async () => {
    expect(counts(await hits())).toEqual({ own: 7, copy: 7, feeds: 6 });
    expect(counts(await hits('--limit', '1'))).toEqual({ own: 1 });
    const all = await hits('--limit', '200');
    expect(counts(all)).toEqual({ own: 30, copy: 30, feeds: 30 });
    expect(all.find(({ from }) => from === 'copy')?.copy).toBe('theirs');
    const { out } = await place.inside('search', 'walnut', '--everywhere');
    expect(out).toMatch(/^this archive: turnpress show <id>\n/);
    expect(out).toContain('the copy of theirs: turnpress show <id> --archive archive/private/replicas/theirs\n');
    expect(out).toContain('feeds: turnpress read <number>\n');
    expect(out).toMatch(/\nPost 29 {2}A blog\n\d+ 30 Jan 2026/);
    expect(out).not.toContain('\u001b[31m');
  });

  it('shows the words around, without tags and styles', async () => {
    const entry = (await hits('--limit', '200')).find(({ from }) => from === 'feeds');
    expect(entry?.snippet).toMatch(/^….*words before a Walnut .*tree$/);
    expect(entry?.snippet).not.toMatch(/[<>{}]/);
  });

  it('keeps to dates everywhere, and asks feeds for nothing that only turns have', async () => {
    const late = await hits('--since', '2026-01-20', '--until', '2026-01-22', '--limit', '200');
    expect(late.every(({ time }) => time >= '2026-01-20' && time < '2026-01-23')).toBe(true);
    expect(counts(late).feeds).toBe(3);
    expect(counts(await hits('--role', 'user', '--limit', '200')).feeds).toBeUndefined();
  });

  it('is the search of this archive alone without the word', async () => {
    const { out } = await place.inside('search', 'walnut', '--json', '--limit', '200');
    expect(JSON.parse(out)).toHaveLength(30);
    expect(out).not.toContain('"from"');
  });

  it('goes on without a copy that cannot be read, says so, and ends with 4: it could not look there', async () => {
    rmSync(join(copy, 'archive.json'));
    const ran = await place.inside('search', 'walnut', '--everywhere', '--json', '--limit', '200');
    expect(counts(JSON.parse(ran.out) as readonly Hit[])).toEqual({ own: 30, feeds: 30 });
    expect(ran.code).toBe(4);
    expect(ran.err).toContain('the copy theirs cannot be searched');
  });
});
