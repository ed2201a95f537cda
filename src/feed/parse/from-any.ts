/** Atom, and whatever RSS or RDF a stricter parser refuses, as feedsmith reads them. */
/** It keeps xhtml content in its order, takes prefixed names, and lets one bad element cost no more than itself. */

import { parseAtomFeed, parseFeed } from 'feedsmith';
import { CHECKPOINT_RELATION } from '../../model/entry.ts';
import type { EntryDraft, FeedDraft } from './draft.ts';
import { type Loose, listOf, looseOf } from './values.ts';

/** Throws whatever the parser throws. */
export function readAtom(xml: string): FeedDraft {
  return draftAtom(looseOf(parseAtomFeed(xml)));
}

/** Throws whatever the parser throws. */
export function readAnyXml(xml: string): FeedDraft {
  const { format, feed } = parseFeed(xml);
  return format === 'atom' ? draftAtom(looseOf(feed)) : draftRss(looseOf(feed));
}

function draftAtom(feed: Loose): FeedDraft {
  const base = looseOf(feed.xml).base;
  const links = listOf(feed.links).map(looseOf);
  return {
    format: 'atom',
    title: wordsOf(feed.title),
    description: wordsOf(feed.subtitle),
    home: findLink(links, 'alternate'),
    checkpoint: findLink(links, CHECKPOINT_RELATION),
    entries: listOf(feed.entries).map((entry) => draftEntry(looseOf(entry), base)),
  };
}

function draftEntry(entry: Loose, feedBase: unknown): EntryDraft {
  const links = listOf(entry.links).map(looseOf);
  const [content, summary] = [looseOf(entry.content), looseOf(entry.summary)];
  const main = content.value === undefined ? summary : content;
  const isPlain = main.type === undefined || main.type === 'text';
  const author = looseOf(listOf(entry.authors)[0]);
  const base = joinBases(feedBase, looseOf(entry.xml).base);
  return {
    id: entry.id,
    title: wordsOf(entry.title),
    url: findLink(links, 'alternate'),
    ...(isPlain ? { text: main.value ?? mediaWords(entry) } : { html: main.value, text: undefined }),
    published: entry.published ?? entry.updated,
    updated: entry.updated,
    author: author.name ?? author.email,
    categories: listOf(entry.categories).map((each) => looseOf(each).label ?? looseOf(each).term),
    enclosures: links
      .filter((link) => link.rel === 'enclosure')
      .map(({ href: url, type, length: size }) => ({ url, type, size })),
    ...(base !== undefined && { base }),
  };
}

function draftRss(feed: Loose): FeedDraft {
  return {
    format: 'rss',
    title: feed.title,
    description: feed.description,
    home: feed.link,
    ttlMinutes: feed.ttl,
    entries: listOf(feed.items).map((item) => draftItem(looseOf(item))),
  };
}

function draftItem(item: Loose): EntryDraft {
  const dc = looseOf(item.dc);
  const guid = looseOf(item.guid);
  return {
    id: guid.value ?? looseOf(item.rdf).about,
    title: item.title,
    url: item.link,
    html: looseOf(item.content).encoded ?? item.description,
    text: looseOf(item.itunes).summary ?? mediaWords(item),
    published: item.pubDate ?? listOf(dc.dates)[0] ?? dc.date,
    author: listOf(dc.creators)[0] ?? listOf(item.authors)[0],
    categories: listOf(item.categories).map((each) => looseOf(each).name),
    enclosures: listOf(item.enclosures).map((each) => {
      const { url, type, length: size } = looseOf(each);
      return { url, type, size };
    }),
  };
}

/** What is told of a film, where that is all the words there are. */
function mediaWords({ media }: Loose): unknown {
  const { groups, description } = looseOf(media);
  return looseOf(looseOf(listOf(groups)[0]).description ?? description).value;
}

/** The inner one may be of the outer one. */
function joinBases(outer: unknown, inner: unknown): unknown {
  if (typeof outer !== 'string' || typeof inner !== 'string') return inner ?? outer;
  return URL.parse(inner, outer)?.href ?? inner;
}

/** A text construct: its words, whatever its type. */
function wordsOf(value: unknown): unknown {
  return typeof value === 'string' ? value : looseOf(value).value;
}

/** The first of a relation; a link without one is `alternate`. */
function findLink(links: readonly Loose[], relation: string): unknown {
  return links.find(({ rel }) => (rel ?? 'alternate') === relation)?.href;
}
