/** Decides what has to be read: compares the files that were found with the ledger, and puts them in order. */
/** A file whose size and time are those of the last run is not opened. */

import type { LedgerSource } from '../../archive/archive.ts';
import { decodeUtf8 } from '../../base/bytes.ts';
import { messageOf } from '../../base/errors.ts';
import type { Importer } from '../kit/importer.ts';
import type { FoundFile } from '../read/discover.ts';
import type { ReadTask } from '../read/read-source.ts';
import { closeFile, guardOf, openFile, readRange } from '../read/source-file.ts';
import { findMemory, type Memory } from './memory.ts';
import type { Counters, SourceStatus } from './report.ts';

/** A source that has to be read. */
export interface PlannedSource {
  readonly task: ReadTask;
  /** Bytes that reading it will take. */
  readonly bytes: number;
  /** What earlier runs know of it, when it is read from where they ended. */
  readonly before?: Memory;
}

export interface PlanOptions {
  readonly settle: boolean;
  readonly keepIn?: string;
  /** Sources of earlier runs, by path. */
  readonly ledger: ReadonlyMap<string, LedgerSource>;
  /** Whether the archive still has what the ledger says of a source. */
  readonly stands: (source: LedgerSource) => boolean;
}

/** What to read, in the order in which to read it. Counts every file. */
export function planSources(
  files: readonly FoundFile[],
  importers: readonly Importer[],
  options: PlanOptions,
  counters: Counters,
): readonly PlannedSource[] {
  const planned: Candidate[] = [];
  for (const file of files) {
    try {
      const known = options.ledger.get(file.path);
      const memory = known === undefined || !options.stands(known) ? undefined : findMemory(known);
      const candidate =
        known === undefined || memory === undefined
          ? planNew(file, importers, 'new', options)
          : planKnown(file, importers, known, memory, options);
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
  const settling = options.settle && memory.waiting > 0;
  const same = file.size === known.size && String(file.mtimeNs) === known.mtimeNs;
  if (same && !settling) return { status: 'unchanged' };
  // Nothing is settled in a document that is written as a whole: it is read whole each time.
  if (known.consumed === 0) return planNew(file, importers, file.size === known.size ? 'unchanged' : 'grown', options);
  if (file.size < known.consumed || guardOfPath(file.path, known.consumed) !== known.guard) {
    return planNew(file, importers, 'rewritten', options);
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
  return { status, source: { task, bytes: file.size }, ...importer.peek?.(head) };
}

function taskOf(file: FoundFile, importer: string, options: PlanOptions) {
  const { path, root } = file;
  return {
    path,
    root,
    importer,
    settle: options.settle,
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
