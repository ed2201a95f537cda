/** Builds the parts (shards) of the search index that changed, while pages are still being rendered. */
/** The indexers are other processes: shards are queued as soon as nothing can change in them, and awaited at the end. */

import { availableParallelism } from 'node:os';
import { keyOf } from '../state/keys.ts';
import type { Output } from '../state/output.ts';
import type { SiteState } from '../state/state.ts';
import type { SearchUnit, UnitMark } from '../state/units.ts';
import { outputPath, pages, searchShardUrl } from '../urls.ts';
import type { Indexer, IndexRecord } from './pagefind.ts';
import { recordsOf } from './search-records.ts';
import { planShards, type Shard } from './search-shards.ts';

/** Raised when what is handed to the indexer changes. */
const INDEX_VERSION = '2';
/** The documentation, and the program that browsers load. */
const PRIMARY = 'main';
const OWNER = 'search';
const MOST_MS = 300_000;
/** The search page asks the newest parts first, so many that they are this large or more: enough for what is said often. */
const RECENT = 1_000_000;
/** Indexers at once when nothing else is left to do. Each hands a shard's files over in one piece, which this process holds three times for a moment. */
const MOST_LANES = 2;

/** Pages that people wrote. */
export interface SearchDocuments {
  /** Of all that is in them. */
  readonly key: string;
  /** Their words; asked for when the part that holds them has to be made. */
  list(): readonly SearchUnit[];
}

export interface SearchIndexBuilder {
  /** Starts an indexer, because there will be something for it. */
  ready(): void;
  /**
   * Says that words from before this time are all in the state and do not change any more in this build; `Infinity` for all.
   * Shards that are complete by then are queued.
   */
  settle(beforeMs: number): void;
  /** Settles all, waits for the indexers and puts their files. Throws SearchIndexError. */
  finish(documents: SearchDocuments): Promise<{ readonly built: number; readonly kept: number }>;
  /** Ends the indexers; after an error too. */
  stop(): Promise<void>;
}

export function createSearchIndex(state: SiteState, output: Output): SearchIndexBuilder {
  const planner = planShards();
  const lanes = createLanes();
  const parts: { readonly name: string; readonly size: number }[] = [];
  let last: UnitMark | undefined;
  let complete = false;
  let built = 0;
  /** Queues a shard unless the last build made it from the same texts. */
  const index = (shard: IndexedShard): boolean => {
    const { name, folder, key } = shard;
    if (output.knows(`${folder}${ENTRY}`, key)) return false;
    lanes.add(async (indexer) => {
      const { withProgram } = shard;
      const files = await indexer.index(name, shard.records(), { withProgram, timeoutMs: MOST_MS });
      output.take(ownerOf(name));
      for (const file of files) {
        const path = `${folder}${file.path}`;
        if (output.declare(path, ownerOf(name), key)) output.put(path, file.content);
      }
      output.settle(ownerOf(name));
    });
    return true;
  };
  const close = (shards: readonly Shard[]): void => {
    for (const shard of shards) {
      const name = keyOf(shard.first.url, shard.first.day).slice(0, 16);
      parts.push({ name, size: shard.size });
      const made = index({
        name,
        folder: folderOf(searchShardUrl(name)),
        key: keyOf(INDEX_VERSION, shard.key),
        records: () => recordsBetween(state, shard),
        withProgram: false,
      });
      if (made) built++;
    }
  };
  const settle = (beforeMs: number): void => {
    if (complete) return;
    for (const mark of state.units.walkMarks(last, beforeMs)) {
      last = mark;
      close(planner.add(mark));
    }
    if (beforeMs !== Number.POSITIVE_INFINITY) return;
    complete = true;
    close(planner.finish());
    lanes.widen();
  };
  return {
    ready: lanes.ready,
    settle,
    async finish(documents) {
      settle(Number.POSITIVE_INFINITY);
      index({
        name: PRIMARY,
        folder: folderOf(pages.pagefind),
        key: keyOf(INDEX_VERSION, documents.key),
        records: () => documents.list().flatMap(recordsOf),
        withProgram: true,
      });
      await lanes.all();
      const kept = new Set([PRIMARY, ...parts.map(({ name }) => name)].map(ownerOf));
      for (const owner of output.listOwners('shard:')) if (!kept.has(owner)) output.take(owner);
      putShardList(state, output, parts);
      return { built, kept: parts.length - built };
    },
    stop: lanes.stop,
  };
}

interface IndexedShard {
  readonly name: string;
  /** Below the output folder, ends in `/`. */
  readonly folder: string;
  readonly key: string;
  readonly records: () => Iterable<IndexRecord>;
  readonly withProgram: boolean;
}

type Job = (indexer: Indexer) => Promise<void>;

/** Works through jobs: one at a time beside the rendering, several once that is done. The first failure is thrown by `all`. */
function createLanes() {
  const jobs: Job[] = [];
  const running = new Set<Promise<void>>();
  const indexers: Promise<Indexer>[] = [];
  const failures: unknown[] = [];
  let width = 1;
  const open = (lane: number): Promise<Indexer> => {
    const indexer = indexers[lane] ?? import('./pagefind.ts').then(({ openIndexer }) => openIndexer(lane));
    indexers[lane] = indexer;
    return indexer;
  };
  const work = async (lane: number): Promise<void> => {
    try {
      for (let job = jobs.shift(); job !== undefined && failures.length === 0; job = jobs.shift()) {
        await job(await open(lane));
      }
    } catch (error) {
      failures.push(error);
    }
  };
  const free: number[] = [0];
  const start = (): void => {
    while (jobs.length > 0 && free.length > 0) {
      const lane = free.shift() ?? 0;
      const done = work(lane).finally(() => {
        running.delete(done);
        free.push(lane);
        start();
      });
      running.add(done);
    }
  };
  return {
    ready(): void {
      // what it fails with is heard of by the first job
      open(0).catch(() => undefined);
    },
    add(job: Job): void {
      jobs.push(job);
      start();
    },
    widen(): void {
      for (; width < Math.min(MOST_LANES, availableParallelism()); width++) free.push(width);
      start();
    },
    async all(): Promise<void> {
      while (running.size > 0) await Promise.all(running);
      if (failures.length > 0) throw failures[0];
    },
    async stop(): Promise<void> {
      jobs.length = 0;
      for (const opened of await Promise.allSettled(indexers))
        if (opened.status === 'fulfilled') await opened.value.stop();
    },
  };
}

/** Every shard has it: its key stands for the whole shard. */
const ENTRY = 'pagefind-entry.json';

function folderOf(url: string): string {
  return url.slice(1);
}

function ownerOf(name: string): string {
  return `shard:${name}`;
}

/** What the search page reads first: the shards, and what can be chosen in its form, so that no shard has to be asked for that. */
function putShardList(
  state: SiteState,
  output: Output,
  parts: readonly { readonly name: string; readonly size: number }[],
): void {
  output.take(OWNER);
  const shards = parts.map(({ name }) => searchShardUrl(name));
  const recent = countRecent(parts.map(({ size }) => size));
  const content = `${JSON.stringify({ shards, recent, facets: state.units.listFacets() })}\n`;
  const path = outputPath(pages.searchShards);
  if (output.declare(path, OWNER, keyOf(content))) output.put(path, content);
}

/** How many of the newest are asked first. `sizes`: oldest first. */
export function countRecent(sizes: readonly number[]): number {
  let size = 0;
  let count = 0;
  for (const own of sizes.toReversed()) {
    if (size >= RECENT) return count;
    size += own;
    count++;
  }
  return count;
}

function* recordsBetween(state: SiteState, { first, last }: Shard): Generator<IndexRecord> {
  for (const unit of state.units.walkUnits(first, last)) yield* recordsOf(unit);
}
