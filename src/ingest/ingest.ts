/** Ingest's door: finds sessions, reads what is new in them, and appends it to the archive. */
/** Ends the same whatever the order of sources and runs; a run that was cut off is completed by the next. */

import { availableParallelism } from 'node:os';
import type { Log, Progress } from '../base/log.ts';
import type { RedactOptions } from '../secrets/secrets.ts';
import type { Appender } from './append/append.ts';
import { deferSources } from './append/defer.ts';
import { createKeptParts } from './append/kept-parts.ts';
import { compareSources, type PlannedSource, planSources } from './append/plan.ts';
import { type Counters, createCounters, type IngestReport } from './append/report.ts';
import { createDryStore, type IngestStore } from './append/store.ts';
import { IMPORTERS } from './importers/importers.ts';
import type { Importer } from './kit/importer.ts';
import { discover } from './read/discover.ts';
import type { ReadPart } from './read/read-part.ts';
import { createLocalReaders, createThreadReaders, type Readers } from './read/readers.ts';

export { forgetWords } from './append/forget.ts';
export { type HealReport, heal, listHealable } from './append/heal/heal.ts';
export type { IngestReport } from './append/report.ts';
export { IMPORTERS } from './importers/importers.ts';
export { discover } from './read/discover.ts';
export { type KeptSource, listKeptSources, restoreSource, withholdSource } from './read/sources.ts';

export interface IngestOptions {
  /** Files and folders; absent: where the agents keep their sessions on this machine. */
  readonly paths?: readonly string[];
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Take unfinished last messages as they stand. */
  readonly settle: boolean;
  /** The clock: a source that nobody has written to for a while has ended. Absent: the machine's. */
  readonly nowMs?: number;
  /** Bytes of a source that are parsed at once. Bounds memory, and nothing else: what comes out is the same. */
  readonly partBytes?: number;
  /** Decide everything, write nothing. */
  readonly dryRun: boolean;
  readonly redact: RedactOptions;
  /** Folder that keeps the agents' own bytes, `private/sources`. Undefined: they are not kept. */
  readonly sourcesDir: string | undefined;
  /** Hears how many bytes will be read, before the first of them is; not called when there is nothing to read. */
  readonly begun?: (bytes: number) => void;
  readonly log: Log;
  readonly progress: Progress;
  /** Threads that read: 0 for none. Absent: as many as the amount is worth. */
  readonly workers?: number;
}

/**
 * Reads what is new in all sources and appends it. What is wrong with one source is a problem in the report; only what stops
 * the whole job is thrown. A second run over the same files changes no byte.
 */
export async function ingest(
  archive: IngestStore,
  options: IngestOptions,
  importers: readonly Importer[] = IMPORTERS,
): Promise<IngestReport> {
  const counters = createCounters((problem) => options.log.problem(problem));
  const store: IngestStore = options.dryRun ? createDryStore(archive) : archive;
  const discovery = discover(importers, options);
  for (const problem of discovery.problems) counters.problem(problem);
  const clock = { settle: options.settle, nowMs: options.nowMs ?? Date.now() };
  const keepIn = options.sourcesDir === undefined || options.dryRun ? {} : { keepIn: options.sourcesDir };
  const known = compareSources(store.ledger, discovery, { ...clock, ...keepIn });
  counters.vanished(known.vanished);
  const planned = planSources(discovery.files, importers, known, { ...clock, ...partOf(options), ...keepIn }, counters);
  if (planned.length === 0 && isEmpty(store.ledger.walkUnfinished())) return counters.report();
  // an ingest that finds nothing new does without what writing needs
  const [{ branchCount, createAppender }, { finishLinks }] = await Promise.all([
    import('./append/append.ts'),
    import('./append/finish.ts'),
  ]);
  const appender = createAppender(store, counters);
  const readers = openReaders(planned, options, importers);
  try {
    await readAll(planned, readers, appender, counters, options);
  } finally {
    await readers.close();
  }
  finishLinks(store, appender);
  countConversations(store, appender, branchCount, counters);
  return counters.report();
}

async function readAll(
  planned: readonly PlannedSource[],
  readers: Readers,
  appender: Appender,
  counters: Counters,
  { begun, progress }: IngestOptions,
): Promise<void> {
  const bytes = planned.reduce((sum, source) => sum + source.bytes, 0);
  progress.start('ingest', bytes);
  begun?.(bytes);
  const deferred = deferSources(appender);
  const kept = createKeptParts();
  let done = 0;
  for await (const { source, result } of readers.read(planned)) {
    const { path, importer } = source.task;
    if ('failed' in result) {
      counters.problem({ code: 'NOT_READ', file: path, message: result.failed }, path);
      deferred.drop(source);
      kept.take(source);
      continue;
    }
    countPart(counters, path, importer, result.part);
    if (!deferred.take(source, result.part)) kept.add(source, result.part);
    done += result.part.bytes;
    progress.advance(done, path);
  }
  for (const source of deferred.walk()) {
    const parts = kept.take(source);
    if (parts === undefined) await takeAgain(source, readers, appender, counters);
    else for (const part of parts) appender.take(source, part);
  }
  appender.flush();
  progress.finish();
}

function countPart(counters: Counters, path: string, importer: string, part: ReadPart): void {
  for (const problem of part.problems) counters.problem(problem, path);
  counters.records(importer, part.records);
  counters.bytesRead(part.bytes);
  counters.uncleaned(part.blobs.filter((blob) => blob.uncleaned === true).length);
  if (part.last) counters.waiting(part.waiting);
  for (const { redactions, findings } of part.fired) {
    counters.redactions(redactions);
    counters.findings(findings);
  }
}

/** A source that was held back: it was counted when it was read first. */
async function takeAgain(
  source: PlannedSource,
  readers: Readers,
  appender: Appender,
  counters: Counters,
): Promise<void> {
  const { path } = source.task;
  for await (const { result } of readers.read([source])) {
    if ('part' in result) appender.take(source, result.part);
    else counters.problem({ code: 'NOT_READ', file: path, message: result.failed }, path);
  }
}

function partOf({ partBytes }: IngestOptions) {
  return partBytes === undefined ? {} : { partBytes };
}

function isEmpty(walk: Iterable<unknown>): boolean {
  for (const _ of walk) return false;
  return true;
}

function openReaders(
  planned: readonly PlannedSource[],
  options: IngestOptions,
  importers: readonly Importer[],
): Readers {
  const bytes = planned.reduce((sum, source) => sum + source.bytes, 0);
  const beside = Math.min(Math.max(availableParallelism() - 1, 1), MOST_THREADS);
  const threads = options.workers ?? (bytes < THREAD_BYTES ? 0 : beside);
  // Threads know the table of importers, and no others.
  if (threads === 0 || importers !== IMPORTERS) return createLocalReaders(importers, options.redact);
  return createThreadReaders(threads, options.redact);
}

function countConversations(
  store: IngestStore,
  appender: Appender,
  branchCount: typeof import('./append/append.ts').branchCount,
  counters: Counters,
): void {
  for (const [id, before] of appender.touched) {
    const now = store.findConversation(id);
    if (now === undefined || now.size === before.size) continue;
    counters.conversation(
      id,
      before.known,
      now.prompts - before.prompts,
      Math.max(0, branchCount(now) - before.branches),
    );
  }
}

/** Below this a thread costs more than it saves. */
const THREAD_BYTES = 3 * 1024 * 1024;
/** The main thread reads too while it waits; with more than these its writing is the slower part, and each costs 80 MB. */
const MOST_THREADS = 3;
