/** The feeds that a web page names in its head. */
/** https://blog.whatwg.org/feed-autodiscovery, with what the web makes of it. */

import { walkMarkup } from './markup.ts';

const FEED_TYPES: readonly string[] = [
  ...['application/atom+xml', 'application/rss+xml', 'application/feed+json'],
  ...['application/rdf+xml', 'application/json'],
];
const LIMIT = 50;

/** Absolute addresses, in the page's order. `url`: where the page was found. */
export function listFeedLinks(html: string, url: string): readonly string[] {
  const found = new Set<string>();
  let base = url;
  walkMarkup(html, 'html', {
    open(name, { rel = '', type = '', href }) {
      if (href === undefined || found.size >= LIMIT) return;
      if (name === 'base') base = URL.parse(href, url)?.href ?? url;
      if (name !== 'link' || !/(?:^|\s)(?:alternate|feed)(?:\s|$)/i.test(rel)) return;
      const [mediaType = ''] = type.toLowerCase().split(';');
      const target = URL.parse(href.trim(), base);
      if (FEED_TYPES.includes(mediaType.trim()) && target !== null && /^https?:$/.test(target.protocol))
        found.add(target.href);
    },
  });
  return [...found];
}
