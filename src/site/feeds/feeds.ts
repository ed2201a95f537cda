/** The feed documents beside a page: RSS, Atom and JSON Feed of the same entries. */
/** Newest 50 entries; what is older stands in archive documents (RFC 5005) that never change once they are full. */

import { FEED_FORMATS, type FeedFormat } from '../../feed/formats.ts';
import type { DeletedEntry, FeedDocument, FeedEntry } from '../../model/entry.ts';
import type { SiteConfig } from '../../model/site-config.ts';
import { keyOf } from '../state/keys.ts';
import type { Output } from '../state/output.ts';
import { absoluteUrl, feedArchiveUrl, feedUrl, outputPath } from '../urls.ts';

/** Entries of a subscription document, and of each archive document. */
export const FEED_ENTRIES = 50;

/** The feed room's writers, loaded when a feed has to be written. */
export interface FeedWriters {
  generateFeed(format: FeedFormat, document: FeedDocument): string;
}

/** An entry with the key of everything in it; its content is made when it is needed. */
export interface LazyEntry {
  readonly key: string;
  readonly updatedMs: number;
  readonly make: () => FeedEntry;
}

export interface FeedPlan {
  readonly owner: string;
  readonly id: string;
  /** The page that the feed stands beside. */
  readonly pageUrl: string;
  readonly title: string;
  readonly description: string;
  /** Newest first, at most `FEED_ENTRIES`. */
  readonly entries: readonly LazyEntry[];
  readonly deleted: readonly DeletedEntry[];
  /** Full archive documents that exist. Undefined: the feed has none and says nothing about completeness. */
  readonly archives?: number;
}

const FORMATS: readonly FeedFormat[] = FEED_FORMATS.map(({ format }) => format);

export interface FeedBuilder {
  build(plan: FeedPlan): Promise<void>;
  /** Archive document `number` (from 1) with its entries, oldest first. */
  buildArchive(plan: FeedPlan, number: number, entries: readonly LazyEntry[]): Promise<void>;
}

export function createFeedBuilder(
  output: Output,
  config: SiteConfig,
  frameKey: string,
  load: () => Promise<FeedWriters>,
): FeedBuilder {
  const write = async (
    plan: FeedPlan,
    entries: readonly LazyEntry[],
    urlOf: (format: FeedFormat) => string,
    paging: (format: FeedFormat) => FeedDocument['paging'],
  ): Promise<void> => {
    const { owner, id, title, description, pageUrl, deleted } = plan;
    const base = keyOf(
      frameKey,
      id,
      title,
      description,
      pageUrl,
      deleted,
      entries.map((entry) => entry.key),
    );
    const dirty = FORMATS.filter((format) =>
      output.declare(outputPath(urlOf(format)), owner, keyOf(base, format, paging(format) ?? null)),
    );
    if (dirty.length === 0) return;
    const writers = await load();
    const absolute = (format: FeedFormat): string => absoluteUrl(config.url, urlOf(format));
    const made = entries.map((entry) => entry.make());
    for (const format of dirty) {
      const pages = paging(format);
      const document: FeedDocument = {
        id,
        title,
        description,
        homeUrl: absoluteUrl(config.url, pageUrl),
        selfUrls: { rss: absolute('rss'), atom: absolute('atom'), json: absolute('json') },
        language: config.language,
        author: config.author === '' ? config.title : config.author,
        updated: Math.max(0, ...entries.map((entry) => entry.updatedMs), ...deleted.map((entry) => entry.when)),
        entries: made,
        deleted,
        ...(pages === undefined ? {} : { paging: pages }),
      };
      output.put(outputPath(urlOf(format)), writers.generateFeed(format, document));
    }
  };
  return {
    build: (plan) =>
      write(
        plan,
        plan.entries,
        (format) => feedUrl(plan.pageUrl, format),
        (format) => pagingOf(plan, config.url, format),
      ),
    buildArchive: (plan, number, entries) =>
      write(
        { ...plan, deleted: [] },
        entries.toReversed(),
        (format) => feedArchiveUrl(plan.pageUrl, number, format),
        (format) => ({
          kind: 'archive',
          current: absoluteUrl(config.url, feedUrl(plan.pageUrl, format)),
          ...(number > 1
            ? { prevArchive: absoluteUrl(config.url, feedArchiveUrl(plan.pageUrl, number - 1, format)) }
            : {}),
        }),
      ),
  };
}

function pagingOf(plan: FeedPlan, site: string, format: FeedFormat): FeedDocument['paging'] {
  if (plan.archives === undefined) return undefined;
  if (plan.archives === 0) return plan.entries.length < FEED_ENTRIES ? { kind: 'complete' } : { kind: 'subscription' };
  return { kind: 'subscription', prevArchive: absoluteUrl(site, feedArchiveUrl(plan.pageUrl, plan.archives, format)) };
}
