/** The way out to the web for a command: one fetcher with what the person allowed, and one parser of feeds, closed together. */
/** Whatever goes out says who asks, as polite readers do. */

import { type FeedParser, openFeedParser } from '../../feed/feed.ts';
import type { Answer, Fetcher } from '../../replica/pull/pulling.ts';
import { createFetcher } from './replicas.ts';

/** A page or feed, decoded. */
const DOCUMENT_LIMIT = 15 * 1024 * 1024;

/** What the person said of one subscription: hosts that may be anywhere, and addresses as typed, whose ports may be used. */
export interface Permission {
  readonly allowHosts: readonly string[];
  readonly typed: readonly string[];
}

export interface Net {
  readonly parser: FeedParser;
  /** A page or feed. What one subscription may, the next may not. */
  fetch(url: string, headers: Readonly<Record<string, string>>, may: Permission): Promise<Answer>;
  close(): Promise<void>;
}

export function openNet(): Net {
  const fetchers = new Map<string, Fetcher>();
  const parser = openFeedParser();
  const fetcherFor = ({ allowHosts, typed }: Permission): Fetcher => {
    // the usual ports need nobody's word, so that all ordinary feeds share one fetcher, however many they are
    const ported = typed.filter((url) => (URL.parse(url)?.port ?? '') !== '');
    const key = JSON.stringify([allowHosts, ported.map((url) => new URL(url).origin)]);
    const known = fetchers.get(key) ?? createFetcher(allowHosts, ported);
    fetchers.set(key, known);
    return known;
  };
  return {
    parser,
    fetch: (url, headers, may) => fetcherFor(may).fetch(url, { limit: DOCUMENT_LIMIT, headers, compressed: true }),
    async close() {
      for (const each of fetchers.values()) each.close();
      await parser.close();
    },
  };
}
