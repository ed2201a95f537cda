/** Decides what has to be read: compares the files that were found with the ledger, and puts them in order. */
/** A file whose size and time are those of the last run is not opened. */

import type { Ledger, LedgerSource } from '../../archive/archive.ts';
import { decodeUtf8 } from '../../base/bytes.ts';
import { messageOf } from '../../base/errors.ts';
import { ownString } from '../../base/own-string.ts';
import type { Importer } from '../kit/importer.ts';
import { type Discovery, type FoundFile, wasLookedFor } from '../read/discover.ts';
import type { ReadTask } from '../read/read-part.ts';
import { closeFile, guardOf, openFile, readRange } from '../read/source-file.ts';
import { hasKept } from '../read/sources.ts';
import { findMemory, type Memory } from './memory.ts';
import type { Counters, SourceStatus } from './report.ts';

/** A source that has to be read. */
export interface PlannedSource {
  readonly task: ReadTask;
  /** Bytes that reading it will take. */
  readonly bytes: number;
  /** What earlier runs know of it: it is read from where they ended, or from its start when it was rewritten. */
  readonly before?: Memory;
}

export interface PlanOptions {
  readonly settle: boolean;
  readonly nowMs: number;
  readonly partBytes?: number;
  readonly keepIn?: string;
}

/** What earlier runs know of the files that were found. */
export interface KnownSources {
  /** Paths of files that are as they were. */
  readonly unchanged: ReadonlySet<string>;
  /** The others that are known, by path. */
  readonly changed: ReadonlyMap<string, LedgerSource>;
  /** Sources that stand in no folder any more in which they were looked for. */
  readonly vanished: number;
}

/**
 * Compares the ledger with what was found in one walk; what was said is read of changed sources only. Where bytes are kept, a source of
 * which nothing is kept any more counts as changed: its agent will delete it one day.
 */
export function compareSources(
  ledger: Pick<Ledger, 'walkSeen' | 'findSource'>,
  discovery: Discovery,
  { settle, nowMs, keepIn }: PlanOptions,
): KnownSources {
  const files = new Map(discovery.files.map((file) => [file.path, file]));
  const unchanged = new Set<string>();
  const changed = new Map<string, LedgerSource>();
  let vanished = 0;
  for (const seen of ledger.walkSeen()) {
    const file = files.get(seen.path);
    if (file === undefined) {
      if (wasLookedFor(discovery, seen.path)) vanished++;
      continue;
    }
    const same = file.size === seen.size && String(file.mtimeNs) === seen.mtimeNs;
    // what waits for its end is looked at again when the source has been quiet for so long that this may be its end
    const { lookAgainMs = 0 } = seen;
    const mayHaveEnded = lookAgainMs > 0 && nowMs - Number(file.mtimeNs / 1_000_000n) >= lookAgainMs;
    const isKept = keepIn === undefined || hasKept(keepIn, seen.path);
    const source = same && isKept && !settle && !mayHaveEnded ? undefined : ledger.findSource(seen.path);
    if (same && isKept && (source === undefined || isSettled(source))) unchanged.add(file.path);
    else if (source !== undefined) changed.set(file.path, source);
  }
  return { unchanged, changed, vanished };
}

/** Nothing of it waits for its end. */
function isSettled(source: LedgerSource): boolean {
  const memory = findMemory(source);
  return memory !== undefined && memory.waiting === 0;
}

/** What to read, in the order in which to read it. Counts every file. */
export function planSources(
  files: readonly FoundFile[],
  importers: readonly Importer[],
  known: KnownSources,
  options: PlanOptions,
  counters: Counters,
): readonly PlannedSource[] {
  const planned: Candidate[] = [];
  for (const file of files) {
    try {
      if (known.unchanged.has(file.path)) {
        counters.source('unchanged');
        continue;
      }
      const before = known.changed.get(file.path);
      const memory = before === undefined ? undefined : findMemory(before);
      const candidate =
        before === undefined || memory === undefined
          ? planNew(file, importers, 'new', options)
          : planKnown(file, importers, before, memory, options);
      counters.source(candidate.status);
      if (candidate.status === 'ignored' && file.named) {
        const message = file.size === 0 ? 'the file is empty' : 'no known agent writes such a file';
        counters.problem({ code: 'NOT_A_SESSION', file: file.path, message }, file.path);
      }
      planned.push(candidate);
    } catch (error) {
      counters.source('ignored');
      counters.problem({ code: 'UNREADABLE', file: file.path, message: messageOf(error) }, file.path);
    }
  }
  return orderSources(planned);
}

interface Candidate {
  readonly status: SourceStatus;
  readonly source?: PlannedSource;
  readonly session?: string;
  readonly after?: string;
}

function planKnown(
  file: FoundFile,
  importers: readonly Importer[],
  known: LedgerSource,
  memory: Memory,
  options: PlanOptions,
): Candidate {
  // Nothing is settled in a document that is written as a whole: it is read whole each time.
  if (known.consumed === 0) return planNew(file, importers, file.size === known.size ? 'unchanged' : 'grown', options);
  if (file.size < known.consumed || guardOfPath(file.path, known.consumed) !== known.guard) {
    const { source, ...rest } = planNew(file, importers, 'rewritten', options);
    return { ...rest, ...(source === undefined ? {} : { source: { ...source, before: memory } }) };
  }
  const from = { from: known.consumed, firstLine: memory.nextLine, state: memory.state };
  const status = file.size === known.size ? 'unchanged' : 'grown';
  // Bytes that were not consumed may have changed even where the size did not: they are read again.
  const task = { ...taskOf(file, known.importer, options), ...from };
  return { status, source: { task, bytes: file.size - known.consumed, before: memory } };
}

function planNew(
  file: FoundFile,
  importers: readonly Importer[],
  status: SourceStatus,
  options: PlanOptions,
): Candidate {
  const head = headOf(file.path);
  const importer = importers.find((each) => each.detect(head));
  if (importer === undefined) return { status: 'ignored' };
  const task = { ...taskOf(file, importer.id, options), from: 0, firstLine: 1 };
  const { session, after } = importer.peek?.(head) ?? {};
  return { status, source: { task, bytes: file.size }, ...own({ session, after }) };
}

/** A plan keeps these for every file: as parts of the file's head they would keep all of it in memory. */
function own({ session, after }: { readonly session: string | undefined; readonly after: string | undefined }) {
  return {
    ...(session !== undefined && { session: ownString(session) }),
    ...(after !== undefined && { after: ownString(after) }),
  };
}

function taskOf(file: FoundFile, importer: string, options: PlanOptions) {
  const { path, root } = file;
  return {
    path,
    root,
    importer,
    settle: options.settle,
    nowMs: options.nowMs,
    ...(options.partBytes === undefined ? {} : { partBytes: options.partBytes }),
    ...(options.keepIn === undefined ? {} : { keepIn: options.keepIn }),
  };
}

/** By path, but a source that names another session of this run comes after all that hold that session. */
function orderSources(candidates: readonly Candidate[]): readonly PlannedSource[] {
  const sessions = Map.groupBy(candidates, (candidate) => candidate.session);
  const ordered: PlannedSource[] = [];
  const begun = new Set<Candidate>();
  for (const start of candidates) {
    const stack = [{ candidate: start, entered: false }];
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      const { candidate, entered } = top;
      if (entered) {
        if (candidate.source !== undefined) ordered.push(candidate.source);
        continue;
      }
      if (begun.has(candidate)) continue;
      begun.add(candidate);
      stack.push({ candidate, entered: true });
      const before = candidate.after === undefined ? [] : (sessions.get(candidate.after) ?? []);
      for (const each of before.toReversed()) stack.push({ candidate: each, entered: false });
    }
  }
  return ordered;
}

function headOf(path: string): string {
  const file = openFile(path);
  try {
    return decodeUtf8(readRange(file, 0, Math.min(file.size, HEAD_BYTES)));
  } finally {
    closeFile(file);
  }
}

function guardOfPath(path: string, at: number): string {
  const file = openFile(path);
  try {
    return file.size < at ? '' : guardOf(file, at);
  } finally {
    closeFile(file);
  }
}

/** How much of a file an importer is shown to say whether it is one of its own. */
const HEAD_BYTES = 64 * 1024;
