/** From any address to the feeds behind it: the document itself, the links in a page's head, the usual places. */
/** In the order in which people mean them: what the page names first is what its author would have one follow. */

import { decodeUtf8 } from '../base/bytes.ts';
import { TurnpressError } from '../base/errors.ts';
import { listFeedLinks } from '../feed/feed.ts';
import type { ForeignFeed } from '../model/foreign-feed.ts';
import type { Answer } from '../replica/pull/pulling.ts';
import { NoFeedError } from './errors.ts';

export interface FoundFeed {
  readonly url: string;
  readonly feed: ForeignFeed;
}

export interface DiscoverOptions {
  readonly fetch: (url: string) => Promise<Answer>;
  readonly parse: (document: {
    readonly bytes: Uint8Array;
    readonly contentType?: string;
    readonly url: string;
  }) => Promise<ForeignFeed>;
}

const PLACES: readonly string[] = ['feed', 'atom.xml', 'rss.xml', 'feed.xml', 'index.xml', 'feed.json', 'rss'];
/** Links of a page that are tried. */
const LINKS_TRIED = 5;
const HEAD_LIMIT = 512 * 1024;

/** The first feed that can be read. Throws NoFeedError, and NetworkError when the address itself gives no answer. */
export async function discoverFeed(address: string, options: DiscoverOptions): Promise<FoundFeed> {
  const answer = await options.fetch(address);
  if (answer.status !== 200) throw new NoFeedError(address, `its host answers with status ${answer.status}`);
  const own = await tryParse(answer, options);
  if (own !== undefined) return own;
  const { origin } = new URL(answer.url);
  const linked = listFeedLinks(decodeUtf8(answer.body.subarray(0, HEAD_LIMIT)), answer.url).slice(0, LINKS_TRIED);
  for (const url of linked.length > 0 ? linked : PLACES.map((place) => `${origin}/${place}`)) {
    const found = await tryUrl(url, options);
    if (found !== undefined) return found;
  }
  throw new NoFeedError(address, linked.length > 0 ? 'what its page names cannot be read' : 'its page names none');
}

/** Undefined: nothing there that is a feed, or nobody who answers. */
async function tryUrl(url: string, options: DiscoverOptions): Promise<FoundFeed | undefined> {
  try {
    const answer = await options.fetch(url);
    return answer.status === 200 ? await tryParse(answer, options) : undefined;
  } catch (error) {
    if (error instanceof TurnpressError && error.kind === 'network') return undefined;
    throw error;
  }
}

async function tryParse({ body, url, headers }: Answer, { parse }: DiscoverOptions): Promise<FoundFeed | undefined> {
  const { 'content-type': contentType } = headers;
  try {
    return { url, feed: await parse({ bytes: body, url, ...(contentType !== undefined && { contentType }) }) };
  } catch (error) {
    if (error instanceof TurnpressError && error.code === 'FEED_PARSE') return undefined;
    throw error;
  }
}
