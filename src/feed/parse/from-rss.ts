/** RSS 0.9x to 2.0 and RDF as rss-parser reads them. */
/** Its own fetching and its snippets are not used; enclosures and dates are taken as they stand in the document. */

import { setImmediate } from 'node:timers/promises';
import Parser from 'rss-parser';
import { FeedParseError } from '../errors.ts';
import type { EntryDraft, FeedDraft } from './draft.ts';
import { type Loose, listOf, looseOf } from './values.ts';

const parser = new Parser({
  customFields: {
    feed: ['ttl', 'turnpress:checkpoint'],
    item: [
      'author',
      'dc:creator',
      'dc:date',
      'media:group',
      'media:description',
      ['enclosure', 'enclosures', { keepArray: true }],
    ],
  },
});

/** Throws whatever the parser throws, and FeedParseError when it swallows its own error and never answers. */
export async function readRss(xml: string): Promise<FeedDraft> {
  const feed: Loose = looseOf(await Promise.race([parser.parseString(xml), silence()]));
  return {
    format: 'rss',
    title: plain(feed.title),
    description: plain(feed.description),
    home: plain(feed.link),
    ttlMinutes: plain(feed.ttl),
    checkpoint: plain(feed['turnpress:checkpoint']),
    entries: listOf(feed.items).map((item) => readItem(looseOf(item))),
  };
}

/** The parser works in one go: what it has not answered by the next turn of the loop, it never will. */
async function silence(): Promise<never> {
  await setImmediate();
  throw new FeedParseError('the parser gave no answer');
}

function readItem(item: Loose): EntryDraft {
  const media = looseOf(item['media:group'])['media:description'] ?? item['media:description'];
  return {
    id: plain(item.guid) ?? plain(item['rdf:about']),
    title: plain(item.title),
    url: plain(item.link),
    html: plain(item['content:encoded']) ?? plain(item.content) ?? plain(item.description),
    text: plain(looseOf(item.itunes).summary) ?? plain(listOf(media)[0]),
    published: plain(item.pubDate) ?? plain(item['dc:date']) ?? plain(item.isoDate),
    author: plain(item['dc:creator']) ?? plain(item.creator) ?? plain(item.author),
    categories: listOf(item.categories).map(plain),
    enclosures: listOf(item.enclosures).map((each) => {
      const { url, type, length: size } = attributesOf(each);
      return { url, type, size };
    }),
  };
}

/** An element with attributes comes as an object with its text under `_`. */
function plain(value: unknown): unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? looseOf(value)._ : value;
}

function attributesOf(value: unknown): Loose {
  return looseOf(looseOf(value).$);
}
