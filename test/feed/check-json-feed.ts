/** What a JSON Feed must hold: the rules of version 1.1. */
/** https://www.jsonfeed.org/version/1.1/ — each failure is a sentence. */

import { isJsonObject, type JsonObject, type JsonValue } from '../../src/base/json.ts';
import { isAbsolute } from './check-urls.ts';

const FEED = new Set([
  'version',
  'title',
  'home_page_url',
  'feed_url',
  'description',
  'user_comment',
  'next_url',
  'icon',
  'favicon',
  'authors',
  'language',
  'expired',
  'hubs',
  'items',
]);
const ITEM = new Set([
  'id',
  'url',
  'external_url',
  'title',
  'content_html',
  'content_text',
  'summary',
  'image',
  'banner_image',
  'date_published',
  'date_modified',
  'authors',
  'tags',
  'language',
  'attachments',
]);
const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/** Sentences of everything that is wrong; none: the document is valid. Throws when it is no JSON object. */
export function checkJsonFeed(text: string): readonly string[] {
  const wrong: string[] = [];
  const say = (holds: boolean, sentence: string) => {
    if (!holds) wrong.push(sentence);
  };
  const feed: unknown = JSON.parse(text);
  if (!isJsonObject(feed)) throw new Error('feed is no object');
  checkNames(feed, FEED, say);
  say(feed.version === 'https://jsonfeed.org/version/1.1', 'version is not 1.1');
  say(typeof feed.title === 'string' && feed.title !== '', 'feed has no title');
  say(isAbsolute(feed.home_page_url), 'home_page_url is not absolute');
  say(isAbsolute(feed.feed_url), 'feed_url is not absolute');
  say(
    feed.next_url === undefined || (isAbsolute(feed.next_url) && feed.next_url !== feed.feed_url),
    'next_url is wrong',
  );
  checkAuthors(feed.authors, say);
  const seen = new Set<JsonValue | undefined>();
  if (!Array.isArray(feed.items)) return [...wrong, 'feed has no items'];
  for (const item of feed.items as readonly JsonValue[]) {
    if (!isJsonObject(item)) say(false, 'item is no object');
    else {
      checkItem(item, say);
      say(!seen.has(item.id), `two items have the id ${String(item.id)}`);
      seen.add(item.id);
    }
  }
  return wrong;
}

function checkItem(item: JsonObject, say: (holds: boolean, sentence: string) => void): void {
  checkNames(item, ITEM, say);
  say(typeof item.id === 'string' && item.id !== '', 'id is no text');
  say(typeof item.content_html === 'string' || typeof item.content_text === 'string', 'item has no content');
  say(item.url === undefined || isAbsolute(item.url), `url is not absolute: ${String(item.url)}`);
  for (const name of ['date_published', 'date_modified']) {
    const date = item[name];
    say(date === undefined || (typeof date === 'string' && RFC3339.test(date)), `${name} is no RFC 3339 time`);
  }
  const tags = item.tags;
  say(
    tags === undefined || (Array.isArray(tags) && tags.every((tag: unknown) => typeof tag === 'string')),
    'tags are no texts',
  );
  checkAuthors(item.authors, say);
}

function checkAuthors(authors: JsonValue | undefined, say: (holds: boolean, sentence: string) => void): void {
  if (authors === undefined) return;
  const fits =
    Array.isArray(authors) &&
    authors.every((author: unknown) => isJsonObject(author) && typeof author.name === 'string');
  say(fits, 'authors have no names');
}

/** Members of ours start with an underscore and are objects. */
function checkNames(
  object: JsonObject,
  known: ReadonlySet<string>,
  say: (holds: boolean, sentence: string) => void,
): void {
  for (const [name, value] of Object.entries(object)) {
    say(name.startsWith('_') ? isJsonObject(value) : known.has(name), `${name} is no member of JSON Feed 1.1`);
  }
}
