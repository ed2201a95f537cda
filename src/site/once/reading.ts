/** `/reader/`: the newest entries of all subscriptions, as files. In the private site alone. */
/** Any host can give them, and the page's script keeps what was read; `serve` answers at the same addresses with all there is. */

import type { ReadingEntry, ReadingList, ReadingSource } from '../../model/reading/entries.ts';
import type { BuildContext } from '../conversation/context.ts';
import { nameOf, PER_PAGE } from '../reading/list-view.ts';
import { MOST_BESIDE, renderReading } from '../reading/reading-page.ts';
import { RENDERER_VERSION } from '../render/version.ts';
import { entriesToSearch, type SearchedEntry } from '../search/search-entries.ts';
import type { SearchDocuments } from '../search/search-index.ts';
import { keyOf } from '../state/keys.ts';
import { outputPath, pages, readingEntryUrl, readingUrl } from '../urls.ts';

const OWNER = 'reading';
/** Entries that are written; all of the starred ones up to as many again. */
const MOST = 300;
/** Raised when equal entries give other pages than before. */
const READING_VERSION = '2';

/** Writes the pages; returns what the search is to know of them. */
export function buildReading(context: BuildContext): SearchDocuments | undefined {
  const { options, output, frame } = context;
  output.take(OWNER);
  if (options.reading === undefined || options.mode === 'public') return undefined;
  const source = keepNewest(options.reading);
  for (const { url, key } of walkPages(source)) {
    const base = { url, template: 'reader.njk', title: '', width: 'wide' as const };
    const common = frame.page(base);
    const own = keyOf(frame.key, RENDERER_VERSION, READING_VERSION, options.config.url, key);
    if (!output.declare(outputPath(url), OWNER, own)) continue;
    const page = renderReading(source, url, { site: options.config.url });
    if (page === undefined) continue;
    const model = {
      ...common,
      title: page.title,
      documentTitle: `${page.title} · ${options.config.title}`,
      heading: page.title,
      description: 'What the subscriptions of this archive brought',
    };
    context.defer(context.writePage(model, page.body));
  }
  return entriesToSearch(listSearched(source));
}

/** Turns of pulled archives are found in the search of their copies. */
function listSearched(source: ReadingSource): readonly SearchedEntry[] {
  const feeds = new Map(source.listFeeds().map((feed) => [feed.key, feed]));
  return source.listEntries({ kind: 'all' }, 0, Number.MAX_SAFE_INTEGER).flatMap((entry) => {
    const { key, timeMs, html, text } = entry;
    const feed = feeds.get(entry.feed);
    if (feed?.archive !== undefined) return [];
    return {
      ...{ url: readingEntryUrl(key), anchor: 'content', title: nameOf(entry), source: feed?.title ?? '', timeMs },
      ...{ key: keyOf(html ?? '', text ?? ''), words: () => source.wordsOf(entry) },
    };
  });
}

/** Every page with the key of what it shows. */
function* walkPages(source: ReadingSource): Generator<{ readonly url: string; readonly key: string }> {
  const feeds = source.listFeeds();
  const side = keyOf(feeds.map(({ key, title, folder, home }) => [key, title, folder, home ?? '']));
  const folders = new Set(feeds.map(({ folder }) => folder).filter((folder) => folder !== ''));
  const lists: readonly ReadingList[] = [
    ...(['unread', 'all', 'starred'] as const).map((kind) => ({ kind })),
    { kind: 'search', words: '' },
    ...feeds.map(({ key }) => ({ kind: 'feed' as const, key })),
    ...[...folders].map((name) => ({ kind: 'folder' as const, name })),
  ];
  for (const list of lists) {
    const last = Math.max(1, Math.ceil(source.countEntries(list) / PER_PAGE));
    for (let page = 1; page <= last; page++) {
      const entries = source.listEntries(list, (page - 1) * PER_PAGE, PER_PAGE);
      yield { url: readingUrl(list, page), key: keyOf(side, last, entries.map(keyOfEntry), feeds.length) };
    }
  }
  yield { url: pages.readerFeeds, key: keyOf(feeds) };
  for (const { key } of source.listEntries({ kind: 'all' }, 0, Number.MAX_SAFE_INTEGER)) {
    const found = source.findEntry(key);
    if (found !== undefined)
      yield {
        url: readingEntryUrl(key),
        key: keyOf(side, keyOfEntry(found.entry), found.newer ?? '', found.older ?? ''),
      };
  }
}

function keyOfEntry(entry: ReadingEntry): string {
  return keyOf(entry);
}

/** What files can hold of a memory of any size: the newest, and what is starred. */
function keepNewest(source: ReadingSource): ReadingSource {
  const newest = source.listEntries({ kind: 'all' }, 0, MOST);
  const known = new Set(newest.map(({ key }) => key));
  const starred = source.listEntries({ kind: 'starred' }, 0, MOST).filter(({ key }) => !known.has(key));
  const entries = [...newest, ...starred].sort((a, b) => b.timeMs - a.timeMs);
  const all = source.listFeeds();
  const used = new Set(entries.map(({ feed }) => feed));
  const feeds = all.length <= MOST_BESIDE ? all : all.filter(({ key }) => used.has(key));
  const foldersOf = new Map(feeds.map(({ key, folder }) => [key, folder]));
  const places = new Map(entries.map(({ key }, i) => [key, i]));
  const filter = (list: ReadingList): readonly ReadingEntry[] => {
    switch (list.kind) {
      case 'unread':
        return entries.filter(({ unread }) => unread);
      case 'starred':
        return entries.filter(({ starred: is }) => is);
      case 'feed':
        return entries.filter(({ feed }) => feed === list.key);
      case 'folder':
        return entries.filter(({ feed }) => foldersOf.get(feed) === list.name);
      default:
        return list.kind === 'all' ? entries : []; // a page of files knows no words: its script asks the index
    }
  };
  return {
    key: source.key,
    listFeeds: () => feeds,
    listEntries: (list, offset, limit) => filter(list).slice(offset, offset + limit),
    countEntries: (list) => filter(list).length,
    findEntry(key) {
      const place = places.get(key) ?? -1;
      const [newer, entry, older] = [entries[place - 1]?.key, entries[place], entries[place + 1]?.key];
      return entry === undefined
        ? undefined
        : { entry, ...(newer !== undefined && { newer }), ...(older !== undefined && { older }) };
    },
    wordsOf: (entry) => source.wordsOf(entry),
  };
}
