/** Builds the parts (shards) of the search index that changed, while pages are still being rendered. */
/** The indexers are other processes: shards are queued as soon as nothing can change in them, and awaited at the end. */

import { availableParallelism } from 'node:os';
import type { PartList } from '../../model/search/parts.ts';
import { keyOf } from '../state/keys.ts';
import type { Output } from '../state/output.ts';
import type { SiteState } from '../state/state.ts';
import type { SearchUnit, UnitMark } from '../state/units.ts';
import { pages, searchShardUrl } from '../urls.ts';
import { cutPieces } from './cut-pieces.ts';
import type { Indexer, IndexRecord } from './pagefind.ts';
import { describePart, type ListedPart, putPartList } from './part-list.ts';
import { ENTRY_ROLE, recordsOf } from './search-records.ts';
import { planShards, type Shard } from './search-shards.ts';

/** Raised when what is handed to the indexer changes, or what is done with its files. */
const INDEX_VERSION = '4';
/** The documentation. */
const PRIMARY = 'main';
/** What is followed. */
const ENTRIES = 'entries';
const MOST_MS = 300_000;
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
  /** Settles all, waits for the indexers and puts their files. `entries`: of feeds. Throws SearchIndexError. */
  finish(
    documents: SearchDocuments,
    entries?: SearchDocuments,
  ): Promise<{ readonly built: number; readonly kept: number }>;
  /** Ends the indexers; after an error too. */
  stop(): Promise<void>;
}

/** `toolOutput`: what tools printed is in the units. */
export function createSearchIndex(state: SiteState, output: Output, toolOutput: boolean): SearchIndexBuilder {
  const planner = planShards();
  const lanes = createLanes();
  const parts: NamedPart[] = [];
  let last: UnitMark | undefined;
  let complete = false;
  let built = 0;
  /** Queues a shard unless the last build made it from the same texts. */
  const index = (shard: IndexedShard): boolean => {
    const { name, folder, key } = shard;
    if (output.knows(`${folder}${ENTRY}`, key) && state.units.findPart(name, key) !== undefined) return false;
    lanes.add(async (indexer) => {
      const cut = cutPieces(await indexer.index(name, shard.records(), { timeoutMs: MOST_MS }));
      state.units.savePart(name, key, describePart(cut));
      output.take(ownerOf(name));
      for (const file of cut.files) {
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
      const path = searchShardUrl(name);
      const key = keyOf(INDEX_VERSION, shard.key);
      parts.push({ name, path, key, from: shard.first.day });
      if (index({ name, folder: folderOf(path), key, records: () => recordsBetween(state, shard) })) built++;
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
    async finish(documents, entries) {
      settle(Number.POSITIVE_INFINITY);
      const add = (name: string, path: string, { key: said, list }: SearchDocuments): NamedPart => {
        const key = keyOf(INDEX_VERSION, said);
        index({ name, folder: folderOf(path), key, records: () => list().flatMap(recordsOf) });
        return { name, path, key, from: '' };
      };
      const all: readonly NamedPart[] = [
        add(PRIMARY, pages.pagefind, documents),
        ...(entries === undefined
          ? []
          : [{ ...add(ENTRIES, searchShardUrl(ENTRIES), entries), entries: true as const }]),
        ...parts,
      ];
      await lanes.all();
      const kept = new Set(all.map(({ name }) => ownerOf(name)));
      for (const owner of output.listOwners('shard:')) if (!kept.has(owner)) output.take(owner);
      state.units.keepParts(all.map(({ name }) => name));
      putPartList(
        output,
        all.map((part) => listedPart(state, part)),
        facetsOf(state, entries !== undefined),
        toolOutput,
      );
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
}

/** A part that this build keeps or makes. */
type NamedPart = Pick<ListedPart, 'path' | 'from' | 'entries'> & { readonly name: string; readonly key: string };

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

function listedPart(state: SiteState, { name, path, key, from, entries }: NamedPart): ListedPart {
  const part = state.units.findPart(name, key);
  if (part === undefined) throw new TypeError(`a part of the search index was not made: ${name}`);
  return { ...part, path, from, ...(entries && { entries }) };
}

function facetsOf(state: SiteState, hasEntries: boolean): PartList['facets'] {
  const facets = state.units.listFacets();
  return hasEntries ? { ...facets, role: [...facets.role, ENTRY_ROLE].sort() } : facets;
}

function* recordsBetween(state: SiteState, { first, last }: Shard): Generator<IndexRecord> {
  for (const unit of state.units.walkUnits(first, last)) yield* recordsOf(unit);
}
