/** The feed documents beside a page: RSS, Atom and JSON Feed of the same entries. */
/** Newest 50 entries; what is older stands in archive documents (RFC 5005) that never change once they are full. */

import { FEED_FORMATS, type FeedFormat } from '../../feed/formats.ts';
import type { DeletedEntry, FeedDocument } from '../../model/entry.ts';
import type { SiteConfig } from '../../model/site-config.ts';
import type { EntrySource, FeedJob } from '../render/feed-job.ts';
import type { Gate } from '../render/gate.ts';
import type { RenderPool } from '../render/render-pool.ts';
import { keyOf } from '../state/keys.ts';
import type { Output } from '../state/output.ts';
import { absoluteUrl, feedArchiveUrl, feedUrl, outputPath } from '../urls.ts';

/** Entries of a subscription document, and of each archive document. */
export const FEED_ENTRIES = 50;

/** An entry with the key of everything in it. What it is made of is asked for when a document has to be written. */
export interface LazyEntry {
  readonly key: string;
  readonly updatedMs: number;
  /** Bytes, more or less. */
  readonly weight: number;
  readonly source: () => EntrySource;
  /** Hears of the entry, as JSON, when it was made of its exchange. */
  readonly made?: (json: string) => void;
}

export interface FeedPlan {
  readonly owner: string;
  readonly id: string;
  /** The page that the feed is of, and that it stands beside unless `at` names another folder. */
  readonly pageUrl: string;
  readonly at?: string;
  readonly title: string;
  readonly description: string;
  /** Newest first, at most `FEED_ENTRIES`. */
  readonly entries: readonly LazyEntry[];
  readonly deleted: readonly DeletedEntry[];
  /** Milliseconds: when what it is of began. The time of a document that has no entry yet. */
  readonly startedMs?: number;
  /** Address of the checkpoint that speaks for what the feed tells. Absent: there is no replica. */
  readonly checkpointUrl?: string;
  /** Name of the newest archive document; empty: there is none. Undefined: the feed never has any and says nothing about completeness. */
  readonly archive?: string;
  /** Takes the work of making and writing documents; it may go on in the background. */
  readonly defer: (work: Promise<void>) => void;
}

const FORMATS: readonly FeedFormat[] = FEED_FORMATS.map(({ format }) => format);

export interface FeedBuilder {
  /** Declares the documents, and hands those that have to be written to `defer`, as soon as there is room for them. */
  build(plan: FeedPlan): Promise<void>;
  /** An archive document with its entries, oldest first. `before`: name of the one before it; empty: it is the first. */
  buildArchive(
    plan: FeedPlan,
    document: { readonly name: string; readonly before: string },
    entries: readonly LazyEntry[],
  ): Promise<void>;
  /** Makes entries that stand in no document that had to be written. */
  make(entries: readonly LazyEntry[]): Promise<void>;
  /** Waits until the entries of all conversations that were walked so far are kept, or could not be made. */
  settled(): Promise<void>;
  /** Work that `settled` waits for. */
  follow(work: Promise<void>): Promise<void>;
}

export interface FeedTools {
  readonly output: Output;
  readonly config: SiteConfig;
  readonly frameKey: string;
  readonly pool: Pick<RenderPool, 'run'>;
  /** Bounds what is under way. */
  readonly gate: Gate;
}

export function createFeedBuilder({ output, config, frameKey, pool, gate }: FeedTools): FeedBuilder {
  const followed = new Set<Promise<void>>();
  /** Has room already; gives it back. */
  const run = async (entries: readonly LazyEntry[], documents: FeedJob['documents'], weight: number): Promise<void> => {
    try {
      const sources = entries.map((entry) => entry.source());
      const made = await pool.run('feed', { staging: output.staging, entries: sources, documents }, weight);
      for (const { path, hash, size } of made.files) output.putStaged(path, hash, size);
      for (const [i, entry] of entries.entries()) {
        const json = made.entries[i];
        if (json !== undefined) entry.made?.(json);
      }
    } finally {
      gate.leave(weight);
    }
  };
  const write = async (
    plan: FeedPlan,
    entries: readonly LazyEntry[],
    urlOf: (format: FeedFormat) => string,
    paging: (format: FeedFormat) => FeedDocument['paging'],
  ): Promise<void> => {
    const { owner, id, title, description, pageUrl, deleted, startedMs = 0, checkpointUrl } = plan;
    const base = keyOf(
      frameKey,
      id,
      title,
      description,
      pageUrl,
      deleted,
      startedMs,
      checkpointUrl ?? '',
      entries.map((entry) => entry.key),
    );
    const dirty = FORMATS.filter((format) =>
      output.declare(outputPath(urlOf(format)), owner, keyOf(base, format, paging(format) ?? null)),
    );
    if (dirty.length === 0) return;
    const absolute = (format: FeedFormat): string => absoluteUrl(config.url, urlOf(format));
    const shared = {
      id,
      title,
      description,
      homeUrl: absoluteUrl(config.url, pageUrl),
      selfUrls: { rss: absolute('rss'), atom: absolute('atom'), json: absolute('json') },
      language: config.language,
      author: config.author === '' ? config.title : config.author,
      updated: Math.max(startedMs, ...entries.map((entry) => entry.updatedMs), ...deleted.map((entry) => entry.when)),
      deleted,
      ...(checkpointUrl === undefined ? {} : { checkpoint: absoluteUrl(config.url, checkpointUrl) }),
    };
    const documents = dirty.map((format) => {
      const pages = paging(format);
      const document = pages === undefined ? shared : { ...shared, paging: pages };
      return { format, path: outputPath(urlOf(format)), document };
    });
    const weight = weightOf(entries);
    await gate.enter(weight);
    plan.defer(run(entries, documents, weight));
  };
  return {
    build: (plan) =>
      write(
        plan,
        plan.entries,
        (format) => feedUrl(plan.at ?? plan.pageUrl, format),
        (format) => pagingOf(plan, config.url, format),
      ),
    buildArchive: (plan, { name, before }, entries) =>
      write(
        { ...plan, deleted: [] },
        entries.toReversed(),
        (format) => feedArchiveUrl(plan.pageUrl, name, format),
        (format) => ({
          kind: 'archive',
          current: absoluteUrl(config.url, feedUrl(plan.pageUrl, format)),
          ...(before === ''
            ? {}
            : { prevArchive: absoluteUrl(config.url, feedArchiveUrl(plan.pageUrl, before, format)) }),
        }),
      ),
    async make(entries) {
      if (entries.length === 0) return;
      const weight = weightOf(entries);
      await gate.enter(weight);
      await run(entries, [], weight);
    },
    async settled() {
      while (followed.size > 0) await Promise.allSettled(followed);
    },
    follow(work) {
      const done = (): void => void followed.delete(work);
      followed.add(work);
      work.then(done, done);
      return work;
    },
  };
}

function weightOf(entries: readonly LazyEntry[]): number {
  return entries.reduce((sum, entry) => sum + entry.weight, 4096);
}

function pagingOf(plan: FeedPlan, site: string, format: FeedFormat): FeedDocument['paging'] {
  const { archive, pageUrl, entries } = plan;
  if (archive === undefined) return undefined;
  if (archive === '') return entries.length < FEED_ENTRIES ? { kind: 'complete' } : { kind: 'subscription' };
  return { kind: 'subscription', prevArchive: absoluteUrl(site, feedArchiveUrl(pageUrl, archive, format)) };
}
