/** The reader's memory as its pages want it: entries by their keys, lists by what they are called. */
/** A view of the open store, so that a page shows what is there now. */

import { hash } from 'node:crypto';
import type { ReadingEntry, ReadingFeed, ReadingList, ReadingSource } from '../../model/reading/entries.ts';
import type { EntryFilter, FollowedFeed, ReaderEntry, ReaderStore } from '../../reader/reader.ts';
import { nameOf } from './feeds.ts';
import { wordsOf } from './html-words.ts';

/** So many of the newest entries tell whether anything changed. */
const LOOKED_AT = 300;
/** Characters of an entry in which words are found. */
const SEARCHED = 10_000;

export function readingSource(store: ReaderStore): ReadingSource {
  const { entries, feeds } = store;
  const byId = new Map([...feeds.walk()].map((feed) => [feed.id, feed]));
  const shown = (entry: ReaderEntry): ReadingEntry => {
    const { id: _, guid: __, feed, ...rest } = entry;
    return { ...rest, feed: byId.get(feed)?.key ?? '' };
  };
  const listFeeds = (): readonly ReadingFeed[] => {
    const unread = entries.countUnreadByFeed();
    return [...byId.values()].map((feed) => feedOf(feed, unread.get(feed.id) ?? 0));
  };
  const listEntries: ReadingSource['listEntries'] = (list, offset, limit) => {
    const filter = filterFor(list, byId);
    return filter === undefined ? [] : entries.list({ ...filter, offset, limit }).map(shown);
  };
  return {
    get key() {
      const seen = JSON.stringify([
        listFeeds(),
        listEntries({ kind: 'all' }, 0, LOOKED_AT),
        listEntries({ kind: 'starred' }, 0, LOOKED_AT),
      ]);
      return hash('sha256', seen);
    },
    listFeeds,
    listEntries,
    countEntries(list) {
      const filter = filterFor(list, byId);
      return filter === undefined ? 0 : entries.count(filter);
    },
    findEntry(key) {
      const entry = entries.findByKey(key);
      if (entry === undefined) return undefined;
      const [newer, [older]] = [entries.findNewer(entry), entries.list({ after: entry, limit: 1 })];
      return { entry: shown(entry), ...(newer && { newer: newer.key }), ...(older && { older: older.key }) };
    },
    wordsOf: ({ text = '', html = '' }) => `${text} ${wordsOf(html, SEARCHED)}`.trim(),
  };
}

/** Undefined: there is no such feed. */
export function filterOf(list: ReadingList, store: ReaderStore): EntryFilter | undefined {
  return filterFor(list, new Map([...store.feeds.walk()].map((feed) => [feed.id, feed])));
}

function filterFor(list: ReadingList, feeds: ReadonlyMap<number, FollowedFeed>): EntryFilter | undefined {
  switch (list.kind) {
    case 'unread':
      return { unread: true };
    case 'starred':
      return { starred: true };
    case 'all':
      return {};
    case 'folder':
      return { folder: list.name };
    case 'search':
      return { words: list.words };
    case 'feed': {
      const feed = feeds.values().find(({ key }) => key === list.key);
      return feed === undefined ? undefined : { feed: feed.id };
    }
  }
}

function feedOf(feed: FollowedFeed, unread: number): ReadingFeed {
  const { key, url, home, folder, pictures, archive, health } = feed;
  const { goodMs, failures, problem, gone, nextMs, bytes } = health;
  return {
    ...{ key, title: nameOf(feed), url, folder, unread, pictures, failures, bytes },
    ...(home !== undefined && { home }),
    ...(archive !== undefined && { archive }),
    ...(goodMs !== undefined && { goodMs }),
    ...(problem !== undefined && (failures > 0 || gone === true) && { problem }),
    ...(gone !== true && archive === undefined && { nextMs }),
  };
}
