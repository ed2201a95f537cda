/** JSON Feed 1.0 and 1.1 (https://jsonfeed.org/version/1.1). */
/** Read member by member: neither of the parsers of XML feeds knows it. */

import { JsonError } from '../../base/errors.ts';
import { parseJson } from '../../base/json.ts';
import { FeedParseError } from '../errors.ts';
import type { EntryDraft, FeedDraft } from './draft.ts';
import { type Loose, listOf, looseOf } from './values.ts';

/** Throws FeedParseError. */
export function readJsonFeed(text: string): FeedDraft {
  const feed = looseOf(parse(text));
  if (!String(feed.version ?? '').includes('jsonfeed.org/version/') && !Array.isArray(feed.items))
    throw new FeedParseError('it is JSON, and no JSON Feed');
  const own = looseOf(feed._turnpress);
  return {
    format: 'json',
    title: feed.title,
    description: feed.description,
    home: feed.home_page_url,
    checkpoint: own.checkpoint,
    entries: listOf(feed.items).map((item) => readItem(looseOf(item))),
    deleted: listOf(own.deleted).map((entry) => looseOf(entry).id ?? entry),
  };
}

function readItem(item: Loose): EntryDraft {
  const author = looseOf(listOf(item.authors ?? item.author)[0]);
  return {
    id: typeof item.id === 'number' ? String(item.id) : item.id,
    title: item.title,
    url: item.url ?? item.external_url,
    html: item.content_html,
    text: item.content_text ?? item.summary,
    published: item.date_published,
    updated: item.date_modified,
    author: author.name ?? author.url,
    categories: listOf(item.tags),
    enclosures: listOf(item.attachments).map((each) => {
      const { url, mime_type: type, size_in_bytes: size } = looseOf(each);
      return { url, type, size };
    }),
  };
}

function parse(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof JsonError) throw new FeedParseError(error.message, error);
    throw error;
  }
}
