/** Lines that are too long to be held in memory: found where they stand, and walked or passed over there. */
/** The rest of the file is read as if they were not there. */

import { concatBytes, releaseBytes } from '../../base/bytes.ts';
import { limits } from '../../base/limits.ts';
import type { Gap } from '../kit/lines/json-lines.ts';
import { type OpenFile, readRange } from './source-file.ts';

/** Bytes from `from` to `to` without the gaps. */
export function readAround(file: OpenFile, from: number, to: number, gaps: readonly Gap[]): Uint8Array {
  const inside = gaps.filter(({ offset }) => offset >= from && offset < to);
  if (inside.length === 0) return readRange(file, from, to);
  const pieces: Uint8Array[] = [];
  let at = from;
  for (const { offset, length } of inside) {
    pieces.push(readRange(file, at, offset));
    at = offset + length;
  }
  pieces.push(readRange(file, at, Math.max(at, to)));
  return concatBytes(pieces);
}

/**
 * The line that is open at `to` when it is over `limits.farLine`, with its line break; undefined when it is not so long, or has no end yet: then it is
 * still being written. A file's first line is one only when it is a record by itself: else the file is a document.
 */
export function findLongLine(file: OpenFile, from: number, to: number, gaps: readonly Gap[]): Gap | undefined {
  const after = Math.max(from, ...gaps.map(({ offset, length }) => offset + length));
  const start = lineStart(file, after, to);
  for (let at = to; at < file.size; at += CHUNK) {
    const newline = findBreak(file, at, Math.min(file.size, at + CHUNK), 'first');
    if (newline === -1) continue;
    const gap = { offset: start, length: newline + 1 - start };
    if (gap.length - 1 <= limits.farLine) return undefined;
    return start > 0 || isRecord(file, gap) ? gap : undefined;
  }
  return undefined;
}

/** Whether a first line ends like a record, and another follows it. What is too long to be read is one when anything does. */
function isRecord(file: OpenFile, { length }: Gap): boolean {
  if (length - 1 > limits.sourceLine) return length < file.size;
  const end = Buffer.from(readRange(file, Math.max(0, length - NEAR), length)).toString('latin1');
  const next = Buffer.from(readRange(file, length, Math.min(file.size, length + NEAR))).toString('latin1');
  return /\}\s*$/.test(end) && /^\s*\{/.test(next);
}

/** Where the line begins that `to` stands in; `from` when that is not after it. */
export function lineStart(file: OpenFile, from: number, to: number): number {
  for (let end = to, step = FIRST; end > from; end -= step, step = CHUNK) {
    const begin = Math.max(from, end - step);
    const newline = findBreak(file, begin, end, 'last');
    if (newline !== -1) return newline + 1;
  }
  return from;
}

/** Where the line ends that `at` stands in, behind its line break, or the file does. */
export function lineEnd(file: OpenFile, at: number): number {
  for (let from = at; from < file.size; from += CHUNK) {
    const newline = findBreak(file, from, Math.min(file.size, from + CHUNK), 'first');
    if (newline !== -1) return newline + 1;
  }
  return file.size;
}

/** Where a line break stands between two offsets, -1 for none. */
function findBreak(file: OpenFile, from: number, to: number, which: 'first' | 'last'): number {
  const bytes = readRange(file, from, to);
  const at = which === 'first' ? bytes.indexOf(10) : bytes.lastIndexOf(10);
  releaseBytes(bytes);
  return at === -1 ? -1 : from + at;
}

/** Most lines are short. */
const FIRST = 64 * 1024;

/** Bytes that are looked at around the end of a first line. */
const NEAR = 4096;

const CHUNK = 4 * 1024 * 1024;
