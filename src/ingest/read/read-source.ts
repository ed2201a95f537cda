/** One source from bytes to parts that are ready for the archive: opened, read, handed to its importer, encoded, kept. */
/** All that needs no archive, so that it can run in a thread of its own. */

import { dirname, resolve } from 'node:path';
import { releaseBytes } from '../../base/bytes.ts';

import { LimitError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { Redactor } from '../../secrets/secrets.ts';
import { GIVEN_UP_MS, QUIET_MS } from '../kit/assembly/builder.ts';
import type { Importer } from '../kit/importer.ts';
import { type FarTexts, openFarTexts, type ReadAt } from '../kit/lines/far-texts.ts';
import type { Gap } from '../kit/lines/json-lines.ts';
import { openSource, type Source } from '../kit/lines/source.ts';
import { collectGarbage } from './collect.ts';
import { encodePart } from './encode-part.ts';
import { keepAll } from './keep-all.ts';
import { findLongLine, lineEnd, lineStart, readAround } from './long-lines.ts';
import type { PendingPart, ReadTask } from './read-part.ts';
import { besideReader, closeFile, type OpenFile, openFile, readRange } from './source-file.ts';
import { restoreSource } from './sources.ts';

/**
 * Reads a source in parts of bounded size. The last one comes while the source's bytes are still being kept, so that the next source can be
 * read meanwhile. Throws what the system throws for a file that cannot be read, and importers' bugs.
 */
export async function* readSource(task: ReadTask, importer: Importer, redactor: Redactor): AsyncGenerator<PendingPart> {
  const file = openTask(task);
  let keeping: PendingPart['keeping'];
  try {
    for await (const pending of readParts(task, file, importer, redactor)) {
      ({ keeping } = pending);
      yield pending;
    }
  } finally {
    if (keeping === undefined) closeFile(file);
    else void keeping.then(() => closeFile(file));
  }
}

function openTask({ path, kept }: ReadTask): OpenFile {
  if (kept === undefined) return openFile(path);
  const file = openFile(kept.file);
  return { ...file, path, size: Math.min(file.size, kept.size) };
}

function besideTask({ root, path, kept }: ReadTask, seen: (path: string) => void) {
  if (kept === undefined) return besideReader(root, path, seen);
  return (relativePath: string) => restoreSource(kept.sourcesDir, resolve(dirname(path), relativePath));
}

async function* readParts(
  task: ReadTask,
  file: OpenFile,
  importer: Importer,
  redactor: Redactor,
): AsyncGenerator<PendingPart> {
  const read: ReadAt = (from, to) => readRange(file, from, to);
  // what was settled once goes on line by line
  const source: Source =
    task.from > 0 ? { kind: 'lines', size: file.size, read } : openSource(read, file.size, importer.list);
  const far = openFarTexts(source.read);
  try {
    yield* readLines(task, { file, source, far }, importer, redactor);
  } finally {
    far.close();
  }
}

/** A source while it is read. */
interface Opened {
  readonly file: OpenFile;
  readonly source: Source;
  readonly far: FarTexts;
}

async function* readLines(
  task: ReadTask,
  { file, source, far }: Opened,
  importer: Importer,
  redactor: Redactor,
): AsyncGenerator<PendingPart> {
  const { kind, size } = source;
  const { partBytes = kind === 'lines' ? PART_BYTES : PART_BYTES / 2, path } = task;
  const besides = new Set<string>();
  const readBeside = besideTask(task, (beside) => besides.add(beside));
  let { from, firstLine, state } = task;
  let fresh = from === 0;
  let span = partBytes;
  let gaps: readonly Gap[] = [];
  for (let last = false; !last; ) {
    let to = Math.min(size, endOfSpan(from, span, gaps));
    if (to < size) {
      // what is read of a line without its end is read for nothing
      const end = lineStart(source, from, to);
      if (end > from) to = end;
      else {
        const gap = findLongLine(source, from, to, gaps);
        const passed = gap !== undefined;
        if (passed) gaps = [...gaps, gap];
        else span = lineEnd(source, to) + MORE_BYTES - from;
        if (passed || span > to - from) continue;
      }
    }
    last = to === size;
    const quietMs = last ? Math.max(0, task.nowMs - Number(file.mtimeNs / 1_000_000n)) : undefined;
    const ending = quietMs === undefined ? { goesOn: true as const, settle: false } : { quietMs, settle: task.settle };
    const step = { path, kind, from, firstLine, ...(from === 0 || state === undefined ? {} : { state }), ...ending };
    let bytes = readAround(source, from, to, gaps);
    const { turns: said, ...output } = importer.read({ ...step, bytes, readBeside, gaps, far });
    const turns = [...said];
    const count = bytes.length;
    // of a very long line nothing is held that is not needed any more, and what stands in the file is read again from there
    const long = count > 2 * PART_BYTES;
    if (long) releaseBytes(bytes);
    if (output.consumed < from) {
      // The importer cannot go on from its own state (it is of another version): the source is read from its start.
      ({ from, firstLine, state } = { from: 0, firstLine: 1, state: undefined });
      fresh = true;
      last = false;
      continue;
    }
    if (!last && output.consumed === from) {
      const gap = findLongLine(source, from, to, gaps);
      if (gap !== undefined) gaps = [...gaps, gap];
      else if (span > 4 * limits.sourceLine) throw new LimitError('one message of a session', span, { path });
      const more = Math.max(Math.min(span * 2, span + limits.sourceLine), lineEnd(source, to) + MORE_BYTES - from);
      span = gap === undefined ? more : partBytes;
      continue;
    }
    // with a line left out, and of a document, the bytes are none that stand in the file
    const known = kind === 'lines' && gaps.length === 0 && !long ? { known: { from, bytes } } : {};
    bytes = NO_BYTES;
    const lookAgainMs = output.waiting > 0 && quietMs !== undefined ? nextLook(quietMs) : 0;
    // a document is written anew as a whole: nothing of it is settled
    const settled = kind === 'lines' ? output : { ...output, consumed: 0, nextLine: 1, state: {} };
    const encoded = await encodePart(settled, turns, file, redactor, count);
    const part = { ...encoded, fresh, last, bytes: count, lookAgainMs };
    if (long) collectGarbage();
    if (!last || task.keepIn === undefined) yield { part };
    else yield { part, keeping: keepAll(task.keepIn, { ...file, ...known }, importer.id, [...besides]) };
    fresh = false;
    span = partBytes;
    ({ consumed: from, nextLine: firstLine, state } = output);
    const reached = from;
    gaps = gaps.filter((gap) => gap.offset >= reached);
  }
}

/** After which silence the kit would say something else of what waits; 0: never. */
function nextLook(quietMs: number): number {
  return [QUIET_MS, GIVEN_UP_MS].find((ms) => quietMs < ms) ?? 0;
}

/** Where as many bytes end that are no gap. */
function endOfSpan(from: number, span: number, gaps: readonly Gap[]): number {
  let end = from + span;
  for (const { offset, length } of gaps) if (offset <= end) end += length;
  return end;
}

const NO_BYTES = new Uint8Array();
/** What is read behind a long line: mostly something that ends it stands there, and it is not read twice. */
const MORE_BYTES = 256 * 1024;
/** Bytes of a source that are parsed at once: bounds memory for sessions of any size. Half as many of a document, which was just walked as a whole. */
const PART_BYTES = 16 * 1024 * 1024;
