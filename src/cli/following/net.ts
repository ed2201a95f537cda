/** The way out to the web for a command: one fetcher with what the person allowed, and one parser of feeds, closed together. */
/** Whatever goes out says who asks, as polite readers do. */

import { type FeedParser, openFeedParser } from '../../feed/feed.ts';
import { type Answer, Fetcher } from '../../replica/replica.ts';
import { readVersion } from '../version.ts';

/** A page or feed, decoded (security.md's limit for both). */
const DOCUMENT_LIMIT = 15 * 1024 * 1024;

export interface Net {
  readonly parser: FeedParser;
  /** One fetcher for each set of allowed hosts: what one subscription may, the next may not. */
  fetcher(allowHosts: readonly string[], typed: readonly string[]): Fetcher;
  /** A page or feed. */
  fetch(
    url: string,
    headers: Readonly<Record<string, string>>,
    may: { readonly allowHosts: readonly string[]; readonly typed: readonly string[] },
  ): Promise<Answer>;
  close(): Promise<void>;
}

export function openNet(): Net {
  const userAgent = `turnpress/${readVersion()} (feed reader)`;
  const fetchers = new Map<string, Fetcher>();
  const parser = openFeedParser();
  const fetcher = (allowHosts: readonly string[], typed: readonly string[]): Fetcher => {
    const ports = typed.flatMap((url) => URL.parse(url)?.origin ?? []);
    const key = JSON.stringify([allowHosts, ports]);
    const known = fetchers.get(key) ?? new Fetcher({ userAgent, allowHosts, typed });
    fetchers.set(key, known);
    return known;
  };
  return {
    parser,
    fetcher,
    fetch: (url, headers, { allowHosts, typed }) =>
      fetcher(allowHosts, typed).fetch(url, { limit: DOCUMENT_LIMIT, headers, compressed: true }),
    async close() {
      for (const each of fetchers.values()) each.close();
      await parser.close();
    },
  };
}
