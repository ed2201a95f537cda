/** What the reader keeps: feeds with their health, entries with what was done with them. */
/** Marks outlive changes, and what was forgotten does not come back as new. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, it } from 'vitest';
import { silentLog } from '../../../src/base/log.ts';
import type { ForeignEntry } from '../../../src/model/foreign-feed.ts';
import { openReaderStore, type ReaderStore } from '../../../src/reader/reader.ts';
import { entryKey } from '../../../src/reader/store/entries.ts';

const folder = mkdtempSync(join(tmpdir(), 'turnpress-reader-'));
afterAll(() => rmSync(folder, { recursive: true }));

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 5, 1);
const FEED = { url: 'https://blog.example.org/feed', title: 'Blog', folder: 'News' };

function open(name = `${Math.random()}.db`): ReaderStore & { readonly path: string; readonly feed: number } {
  const path = join(folder, name);
  const store = openReaderStore(path, silentLog);
  store.feeds.follow([FEED]);
  return { ...store, path, feed: store.feeds.find(FEED.url)?.id ?? -1 };
}

function entry(id: string, more: Partial<ForeignEntry> = {}): ForeignEntry {
  return { id, title: `Title ${id}`, html: `<p>words of ${id}</p>`, categories: [], enclosures: [], ...more };
}

describe('entries', () => {
  it('come once, newest first, unread; what changed is replaced and keeps its marks', () => {
    const { entries, feed } = open();
    expect(entries.take(feed, [entry('a', { publishedMs: 5 }), entry('b', { publishedMs: 9 })], [], NOW)).toEqual({
      fresh: 2,
      changed: 0,
      removed: 0,
    });
    const [b, a] = entries.list();
    expect([b?.guid, a?.guid]).toEqual(['b', 'a']);
    entries.mark([a?.id ?? 0], { unread: false, starred: true }, NOW);
    const again = [entry('a', { publishedMs: 5, html: 'better' }), entry('b', { publishedMs: 9 })];
    expect(entries.take(feed, again, [], NOW + 1)).toEqual({ fresh: 0, changed: 1, removed: 0 });
    expect(entries.find(a?.id ?? 0)).toMatchObject({ html: 'better', unread: false, starred: true, timeMs: 5 });
    expect(entries.countUnread()).toBe(1);
  });

  it('of a time to come stand where they were seen', () => {
    const { entries, feed } = open();
    entries.take(feed, [entry('a', { publishedMs: NOW + 99 * DAY })], [], NOW);
    expect(entries.list()[0]?.timeMs).toBe(NOW);
  });

  it('are listed by mark, by feed, by words and from a place on', () => {
    const { entries, feed } = open();
    entries.take(
      feed,
      Array.from({ length: 9 }, (_, i) => entry(`e${i}`, { publishedMs: i })),
      [],
      NOW,
    );
    const [first, second] = entries.list({ limit: 2 });
    expect([first?.guid, second?.guid]).toEqual(['e8', 'e7']);
    expect(entries.list({ limit: 1, ...(second && { after: second }) })[0]?.guid).toBe('e6');
    entries.mark([first?.id ?? 0], { unread: false, starred: true }, NOW);
    expect(entries.list({ starred: true }).map(({ guid }) => guid)).toEqual(['e8']);
    expect(entries.list({ unread: true })).toHaveLength(8);
    expect(entries.list({ feed: feed + 1 })).toEqual([]);
    expect(entries.list({ words: 'WORDS e3' }).map(({ guid }) => guid)).toEqual(['e3']);
    expect(entries.list({ words: 'wor*', limit: 50 })).toHaveLength(9);
    for (const hostile of ['"', '* OR', 'a" OR "b', ')(', 'NEAR(', '-'])
      expect(() => entries.list({ words: hostile })).not.toThrow();
  });

  it('that were taken back go, and so do old ones; starred ones stay, and none comes back', () => {
    const { entries, feed } = open();
    const all = [entry('gone'), entry('kept'), entry('old')];
    entries.take(feed, all, [], NOW);
    const idOf = (guid: string) => entries.list().find((each) => each.guid === guid)?.id ?? 0;
    entries.mark([idOf('kept')], { starred: true }, NOW);
    entries.mark([idOf('old')], { unread: false }, NOW);
    expect(entries.take(feed, [], ['gone', 'kept'], NOW).removed).toBe(1);
    expect(entries.expire(NOW + 59 * DAY)).toBe(0);
    expect(entries.expire(NOW + 61 * DAY)).toBe(1);
    expect(entries.list().map(({ guid }) => guid)).toEqual(['kept']);
    expect(entries.list({ words: 'gone' })).toEqual([]);
    expect(entries.take(feed, all, [], NOW + 62 * DAY)).toEqual({ fresh: 0, changed: 0, removed: 0 });
    expect(entries.list().map(({ guid }) => guid)).toEqual(['kept']);
  });

  it('are marked as read down to one of a list, or those that were here at a time', () => {
    const { entries, feed } = open();
    entries.take(feed, [entry('a', { publishedMs: 5 }), entry('b', { publishedMs: 9 })], [], NOW);
    const unread = () => entries.list({ unread: true }).map(({ guid }) => guid);
    const [newest] = entries.list();
    expect(newest?.guid).toBe('b');
    expect(entries.markRead({ feed }, { downTo: newest ?? fail() }, NOW)).toBe(1);
    expect(unread()).toEqual(['a']);
    entries.take(feed, [entry('late', { publishedMs: 1 })], [], NOW + 5);
    expect(entries.markRead({ folder: 'News' }, { seenMs: NOW }, NOW + 9)).toBe(1);
    expect(unread()).toEqual(['late']);
    expect(entries.markRead({ folder: 'Elsewhere' }, { seenMs: NOW + 9 }, NOW + 9)).toBe(0);
  });

  it('are counted as they are listed, and paged', () => {
    const { entries, feed } = open();
    entries.take(
      feed,
      [1, 2, 3, 4, 5].map((n) => entry(`${n}`, { publishedMs: n })),
      [],
      NOW,
    );
    entries.mark([entries.list()[0]?.id ?? 0], { unread: false }, NOW);
    expect(entries.list({ limit: 2, offset: 2 }).map(({ guid }) => guid)).toEqual(['3', '2']);
    expect([entries.count(), entries.count({ unread: true, feed }), entries.count({ words: 'none' })]).toEqual([
      5, 4, 0,
    ]);
    expect(entries.countUnreadByFeed()).toEqual(new Map([[feed, 4]]));
  });
});

describe('choices', () => {
  it('of another machine count by their time, and wait for an entry that is not here yet', () => {
    const { entries, choices, feed } = open();
    entries.take(feed, [entry('a')], [], NOW);
    const key = entries.list()[0]?.key ?? '';
    entries.mark([entries.list()[0]?.id ?? 0], { unread: false }, NOW);
    const later = entryKey(FEED.url, 'later');
    const theirs = new Map([
      [key, { read: { is: false, ms: NOW - 1 }, starred: { is: true, ms: NOW - 1 } }],
      [later, { read: { is: true, ms: NOW } }],
    ]);
    expect(choices.merge(theirs)).toBe(2);
    expect(choices.merge(theirs)).toBe(0);
    entries.take(feed, [entry('later')], [], NOW);
    expect(entries.findByKey(key)).toMatchObject({ unread: false, starred: true });
    expect(entries.findByKey(later)).toMatchObject({ unread: false });
  });

  it('of now stand against a clock that was ahead', () => {
    const { entries, choices, feed } = open();
    entries.take(feed, [entry('a')], [], NOW);
    const { key = '', id = 0 } = entries.list()[0] ?? {};
    choices.merge(new Map([[key, { read: { is: true, ms: NOW + DAY } }]]));
    entries.mark([id], { unread: true }, NOW);
    expect(entries.findByKey(key)?.unread).toBe(true);
    expect(choices.all().get(key)?.read).toEqual({ is: false, ms: NOW + DAY + 1 });
  });

  it('are taken over from a memory of before, which knew no times', () => {
    const old = new DatabaseSync(join(folder, 'one.db'));
    old.exec(readFileSync(join(import.meta.dirname, '../../fixtures/reader/version-1.sql'), 'utf8'));
    old.close();
    const { entries, choices } = open('one.db');
    expect(entries.list().map(({ guid, unread, starred }) => [guid, unread, starred])).toEqual([
      ['new', true, false],
      ['read', false, false],
      ['kept', true, true],
    ]);
    expect(entries.list().map(({ key, guid }) => key === entryKey(FEED.url, guid))).toEqual([true, true, true]);
    expect([...choices.all().values()]).toHaveLength(2);
  });
});

function fail(): never {
  throw new Error('there is none');
}

describe('feeds', () => {
  it('follow the list: who leaves it is asked no more, and comes back with everything', () => {
    const { feeds, entries, feed } = open();
    entries.take(feed, [entry('a')], [], NOW);
    feeds.putHealth(feed, { failures: 0, bytes: 7, nextMs: NOW, spread: 0 });
    feeds.follow([]);
    expect(feeds.listDue(NOW)).toEqual([]);
    feeds.follow([{ ...FEED, title: 'Renamed' }]);
    expect(feeds.listDue(NOW)[0]).toMatchObject({ id: feed, title: 'Renamed', health: { bytes: 7 } });
    expect(entries.list()).toHaveLength(1);
  });

  it('are due by their time, and keep the title that the person gave', () => {
    const { feeds, feed } = open();
    feeds.putFacts(feed, { title: 'What it calls itself', home: 'https://blog.example.org/' });
    expect(feeds.get(feed)).toMatchObject({ title: 'Blog', home: 'https://blog.example.org/' });
    feeds.putHealth(feed, { failures: 0, bytes: 0, nextMs: NOW + 1, spread: 0 });
    expect(feeds.listDue(NOW)).toEqual([]);
    expect(feeds.listDue(NOW + 1)).toHaveLength(1);
  });

  it('move to another address, unless that one is followed already', () => {
    const { feeds, feed } = open();
    expect(feeds.move(feed, 'https://new.example.org/')).toBe(true);
    feeds.follow([{ ...FEED, url: 'https://new.example.org/' }, FEED]);
    expect(feeds.move(feed, FEED.url)).toBe(false);
  });

  it('are read again from the same file, and a file that is none of ours is set aside', () => {
    const { entries, feed, path, close } = open('kept.db');
    entries.take(feed, [entry('a')], [], NOW);
    close();
    expect(open('kept.db').entries.countUnread()).toBe(1);
    writeFileSync(join(folder, 'broken.db'), 'no database, and long enough to be looked at'.repeat(50));
    const said: string[] = [];
    const store = openReaderStore(join(folder, 'broken.db'), { ...silentLog, info: (line) => said.push(line) });
    expect(store.entries.list()).toEqual([]);
    expect(said.join()).toContain('set aside');
    expect(path).toContain('kept.db');
  });
});
