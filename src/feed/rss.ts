/** RSS 2.0 by the `feed` library, from a cleaned document. */
/** The one file that imports it; its slips with text are worked around here, with a test for each. */

import { Feed } from 'feed';
import { escapeHtml } from '../base/html.ts';
import type { FeedEntry } from '../model/entry.ts';
import { TURNPRESS_NAMESPACE } from './atom.ts';
import { type CleanDocument, NO_LANGUAGE } from './clean.ts';

type Item = Parameters<Feed['addItem']>[0];
type Extension = NonNullable<Item['extensions']>[number];

export function writeRss(doc: CleanDocument): string {
  const feed = new Feed({
    id: doc.id,
    title: literal(doc.title),
    description: literal(doc.description === '' ? doc.title : doc.description),
    link: doc.homeUrl,
    feed: doc.selfUrls.rss,
    ...(doc.language !== NO_LANGUAGE && { language: doc.language }),
    updated: new Date(doc.updated),
    generator: 'turnpress',
    docs: 'https://www.rssboard.org/rss-specification',
  });
  // The library declares the `dc` namespace only with some content.
  const named = doc.entries.some((entry) => entry.content !== '');
  const items = itemTexts(doc.entries, named);
  // stands for all of them
  if (items.length > 0)
    feed.addItem({ title: '-', link: doc.homeUrl, date: new Date(0), ...(named && { content: '-' }) });
  const { prevArchive, current } = doc.paging ?? {};
  if (prevArchive !== undefined || current !== undefined) {
    const rels = { self: doc.selfUrls.rss, current, 'prev-archive': prevArchive };
    const links = Object.entries(rels).flatMap(([rel, href]) =>
      href === undefined ? [] : [{ _attributes: { href, rel, type: 'application/rss+xml' } }],
    );
    // The library's own link is in the list, which takes its place. Its types know no element that comes several times; its writer does.
    feed.addExtension({ name: 'atom:link', objects: links as unknown as Extension['objects'] });
  }
  if (doc.paging?.kind === 'archive') feed.addExtension({ name: 'fh:archive', objects: { _attributes: HISTORY } });
  if (doc.paging?.kind === 'complete') feed.addExtension({ name: 'fh:complete', objects: { _attributes: HISTORY } });
  if (doc.checkpoint !== undefined) {
    feed.addExtension({
      name: 'turnpress:checkpoint',
      objects: { _attributes: NAMESPACE, _text: literal(doc.checkpoint) },
    });
  }
  const text = feed.rss2();
  if (items.length === 0) return `${text}\n`;
  return `${text.slice(0, text.indexOf(OPENS))}${items.join(BETWEEN)}${text.slice(text.lastIndexOf(CLOSES) + CLOSES.length)}\n`;
}

const OPENS = '<item>';
const CLOSES = '</item>';
const BETWEEN = `\n${' '.repeat(8)}`;

/** What stands before and behind the content of an entry's item: the same in every document. */
const TEXTS = new WeakMap<FeedEntry, readonly [before: string, behind: string]>();

/** The items as the library writes them. Texts are escaped there, so that the tags of items are theirs alone. */
function itemTexts(entries: readonly FeedEntry[], named: boolean): readonly string[] {
  const known = named ? TEXTS : new WeakMap<FeedEntry, readonly [string, string]>();
  const missing = entries.filter((entry) => !known.has(entry));
  if (missing.length > 0) {
    const feed = new Feed({ title: '-' });
    for (const entry of missing) feed.addItem(itemOf(entry, named, PLACE));
    const text = feed.rss2();
    const made = text.slice(text.indexOf(OPENS), text.lastIndexOf(CLOSES)).split(`${CLOSES}${BETWEEN}`);
    for (const [i, entry] of missing.entries()) {
      const [before = '', behind = ''] = made[i]?.split(PLACE) ?? [];
      known.set(entry, [before, `${behind}${CLOSES}`]);
    }
  }
  return entries.map((entry) => {
    const [before, behind] = known.get(entry) ?? ['', ''];
    return `${before}${entry.content}${behind}`;
  });
}

const HISTORY = { 'xmlns:fh': 'http://purl.org/syndication/history/1.0' };
const NAMESPACE = { 'xmlns:turnpress': TURNPRESS_NAMESPACE };

/**
 * Stands for the content of an entry while the library works, which copies what it has written at every level of the document.
 * No cleaned text holds this character, and cleaned content stands in CDATA as it is.
 */
const PLACE = '\u0001';

function itemOf(entry: FeedEntry, named: boolean, place: string): Item {
  const extensions: Extension[] = [
    // The library writes titles as CDATA and splits only the first `]]>` of one.
    { name: 'title', objects: { _text: literal(entry.title) } },
  ];
  // `author` is an e-mail address in RSS, and sessions have none.
  if (named) extensions.push({ name: 'dc:creator', objects: { _text: literal(entry.author) } });
  if (entry.turn !== undefined) {
    const { hash, conversation, branch } = entry.turn;
    extensions.push({
      name: 'turnpress:turn',
      objects: {
        _attributes: NAMESPACE,
        'turnpress:hash': { _text: literal(hash) },
        'turnpress:conversation': { _text: literal(conversation) },
        'turnpress:branch': { _text: literal(branch) },
      },
    });
  }
  return {
    title: entry.title,
    id: literal(entry.id),
    link: entry.url,
    date: new Date(entry.published),
    // Readers take a description for HTML.
    ...(entry.summary !== '' && { description: escapeHtml(entry.summary) }),
    ...(entry.content !== '' && { content: place }),
    category: entry.categories.map((name) => ({ name: literal(name) })),
    extensions,
  };
}

/** The library takes `&amp;` in a text for `&` that is escaped already. */
function literal(text: string): string {
  return text.replaceAll('&amp;', '&amp;amp;');
}
