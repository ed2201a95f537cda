/** One source from bytes to parts that are ready for the archive: opened, read, handed to its importer, encoded, kept. */
/** All that needs no archive, so that it can run in a thread of its own. */

import { dirname, resolve } from 'node:path';
import { decodeUtf8, releaseBytes } from '../../base/bytes.ts';

import { LimitError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { Redactor } from '../../secrets/secrets.ts';
import { GIVEN_UP_MS, QUIET_MS } from '../kit/assembly/builder.ts';
import type { Importer, SourceInput, SourceOutput } from '../kit/importer.ts';
import { type FarTexts, openFarTexts } from '../kit/lines/far-texts.ts';
import type { Gap } from '../kit/lines/json-lines.ts';
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
  const far = openFarTexts((from, to) => readRange(file, from, to));
  let keeping: PendingPart['keeping'];
  try {
    for await (const pending of readParts(task, file, far, importer, redactor)) {
      ({ keeping } = pending);
      yield pending;
    }
  } finally {
    far.close();
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
  far: FarTexts,
  importer: Importer,
  redactor: Redactor,
): AsyncGenerator<PendingPart> {
  const { partBytes = PART_BYTES } = task;
  const besides = new Set<string>();
  const readBeside = besideTask(task, (path) => besides.add(path));
  let { from, firstLine, state } = task;
  let fresh = from === 0;
  let span = partBytes;
  let gaps: readonly Gap[] = [];
  for (let last = false; !last; ) {
    let to = Math.min(file.size, endOfSpan(from, span, gaps));
    if (to < file.size) {
      // what is read of a line without its end is read for nothing
      const end = lineStart(file, from, to);
      if (end > from) to = end;
      else {
        const gap = findLongLine(file, from, to, gaps);
        const passed = gap !== undefined;
        if (passed) gaps = [...gaps, gap];
        else span = lineEnd(file, to) + MORE_BYTES - from;
        if (passed || span > to - from) continue;
      }
    }
    last = to === file.size;
    const quietMs = last ? Math.max(0, task.nowMs - Number(file.mtimeNs / 1_000_000n)) : undefined;
    const quiet = quietMs === undefined ? {} : { quietMs };
    const step = { from, firstLine, ...(state === undefined ? {} : { state }), settle: task.settle && last, ...quiet };
    let read = readOutput(file, to, importer, { path: task.path, ...step, readBeside, gaps, far });
    if (read === undefined) {
      span = file.size;
      continue;
    }
    const { turns: said, ...output } = read.output;
    const turns = [...said];
    const bytes = read.bytes.length;
    // of a very long line nothing is held that is not needed any more, and what stands in the file is read again from there
    const long = bytes > 2 * PART_BYTES;
    if (long) releaseBytes(read.bytes);
    if (output.consumed < from) {
      // The importer cannot go on from its own state (it is of another version): the source is read from its start.
      ({ from, firstLine, state } = { from: 0, firstLine: 1, state: undefined });
      fresh = true;
      last = false;
      continue;
    }
    if (!last && output.consumed === from) {
      const gap = findLongLine(file, from, to, gaps);
      if (gap !== undefined) gaps = [...gaps, gap];
      else if (span > 4 * limits.sourceLine)
        throw new LimitError('one message of a session', span, { path: task.path });
      const more = Math.max(Math.min(span * 2, span + limits.sourceLine), lineEnd(file, to) + MORE_BYTES - from);
      span = gap === undefined ? more : partBytes;
      continue;
    }
    // with a line left out the bytes are none that stand in the file
    const known = gaps.length === 0 && !long ? { known: { from, bytes: read.bytes } } : {};
    read = undefined;
    const lookAgainMs = output.waiting > 0 && quietMs !== undefined ? nextLook(quietMs) : 0;
    const part = { ...(await encodePart(output, turns, file, redactor, bytes)), fresh, last, bytes, lookAgainMs };
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

/** What the importer says of the bytes up to `to`, and these. Undefined: a document that has to be read whole. */
function readOutput(
  file: OpenFile,
  to: number,
  importer: Importer,
  input: Omit<SourceInput, 'bytes'>,
): { readonly output: SourceOutput; readonly bytes: Uint8Array } | undefined {
  const bytes = readAround(file, input.from, to, input.gaps ?? []);
  if (to < file.size && input.from === 0 && !isLines(bytes, input.gaps)) return undefined;
  return { output: importer.read({ ...input, bytes }), bytes };
}

/** Whether a source goes line by line. One document, written over many lines, cannot be read in parts. */
function isLines(bytes: Uint8Array, gaps: readonly Gap[] = []): boolean {
  if (gaps.length > 0) return true;
  const end = bytes.indexOf(10);
  return end > 0 && decodeUtf8(bytes.subarray(0, end)).trimEnd().endsWith('}');
}

/** What is read behind a long line: mostly something that ends it stands there, and it is not read twice. */
const MORE_BYTES = 256 * 1024;
/** Bytes of a source that are parsed at once: bounds memory for sessions of any size. */
const PART_BYTES = 16 * 1024 * 1024;
