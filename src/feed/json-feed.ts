/** JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/). */
/** Written by ourselves: the library knows 1.0 only. */

import { isoTime } from '../base/time.ts';
import type { FeedEntry } from '../model/entry.ts';
import { type CleanDocument, NO_LANGUAGE } from './clean.ts';

/** Our own members stand under `_turnpress`, in the feed and in its items. */
export function writeJsonFeed(doc: CleanDocument): string {
  const own = {
    id: doc.id,
    updated: isoTime(doc.updated),
    ...(doc.checkpoint !== undefined && { checkpoint: doc.checkpoint }),
    ...(doc.deleted.length > 0 && { deleted: doc.deleted.map(({ id, when }) => ({ id, when: isoTime(when) })) }),
  };
  const { prevArchive } = doc.paging ?? {};
  const feed = {
    version: 'https://jsonfeed.org/version/1.1',
    title: doc.title,
    home_page_url: doc.homeUrl,
    feed_url: doc.selfUrls.json,
    ...(prevArchive !== undefined && { next_url: prevArchive }),
    ...(doc.description !== '' && { description: doc.description }),
    ...(doc.language !== NO_LANGUAGE && { language: doc.language }),
    authors: [{ name: doc.author }],
    _turnpress: own,
    items: [],
  };
  const text = JSON.stringify(feed, null, 1);
  const items = doc.entries.map((entry) => `\n  ${itemText(entry)}`).join(',');
  return `${items === '' ? text : `${text.slice(0, -EMPTY.length)}[${items}\n ]\n}`}\n`;
}

/** How a feed without items ends. */
const EMPTY = '[]\n}';

/** As an item stands in the list: the same in every document. */
const TEXTS = new WeakMap<FeedEntry, string>();

function itemText(entry: FeedEntry): string {
  const text = TEXTS.get(entry) ?? JSON.stringify(itemOf(entry), null, 1).replaceAll('\n', '\n  ');
  TEXTS.set(entry, text);
  return text;
}

function itemOf(entry: FeedEntry): object {
  return {
    id: entry.id,
    url: entry.url,
    title: entry.title,
    content_html: entry.content,
    ...(entry.summary !== '' && { summary: entry.summary }),
    date_published: isoTime(entry.published),
    date_modified: isoTime(entry.updated),
    authors: [{ name: entry.author }],
    ...(entry.categories.length > 0 && { tags: entry.categories }),
    ...(entry.turn !== undefined && { _turnpress: entry.turn }),
  };
}
