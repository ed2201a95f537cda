/** Lines that are too long to be held in memory: found where they stand, and walked or passed over there. */
/** The rest of the file is read as if they were not there. */

import { concatBytes, releaseBytes } from '../../base/bytes.ts';
import { limits } from '../../base/limits.ts';
import type { Gap } from '../kit/lines/json-lines.ts';
import type { Source } from '../kit/lines/source.ts';

/** Bytes of a source, line by line. */
export type Lines = Pick<Source, 'size' | 'read'>;

/** Bytes from `from` to `to` without the gaps. */
export function readAround(lines: Lines, from: number, to: number, gaps: readonly Gap[]): Uint8Array {
  const inside = gaps.filter(({ offset }) => offset >= from && offset < to);
  if (inside.length === 0) return lines.read(from, to);
  const pieces: Uint8Array[] = [];
  let at = from;
  for (const { offset, length } of inside) {
    pieces.push(lines.read(at, offset));
    at = offset + length;
  }
  pieces.push(lines.read(at, Math.max(at, to)));
  return concatBytes(pieces);
}

/**
 * The line that is open at `to` when it is over `limits.farLine`, with its line break; undefined when it is not so long, or has no end yet: then it is
 * still being written.
 */
export function findLongLine(lines: Lines, from: number, to: number, gaps: readonly Gap[]): Gap | undefined {
  const after = Math.max(from, ...gaps.map(({ offset, length }) => offset + length));
  const start = lineStart(lines, after, to);
  for (let at = to; at < lines.size; at += CHUNK) {
    const newline = findBreak(lines, at, Math.min(lines.size, at + CHUNK), 'first');
    if (newline === -1) continue;
    const gap = { offset: start, length: newline + 1 - start };
    return gap.length - 1 <= limits.farLine ? undefined : gap;
  }
  return undefined;
}

/** Where the line begins that `to` stands in; `from` when that is not after it. */
export function lineStart(lines: Lines, from: number, to: number): number {
  for (let end = to, step = FIRST; end > from; end -= step, step = CHUNK) {
    const begin = Math.max(from, end - step);
    const newline = findBreak(lines, begin, end, 'last');
    if (newline !== -1) return newline + 1;
  }
  return from;
}

/** Where the line ends that `at` stands in, behind its line break, or the file does. */
export function lineEnd(lines: Lines, at: number): number {
  for (let from = at; from < lines.size; from += CHUNK) {
    const newline = findBreak(lines, from, Math.min(lines.size, from + CHUNK), 'first');
    if (newline !== -1) return newline + 1;
  }
  return lines.size;
}

/** Where a line break stands between two offsets, -1 for none. */
function findBreak(lines: Lines, from: number, to: number, which: 'first' | 'last'): number {
  const bytes = lines.read(from, to);
  const at = which === 'first' ? bytes.indexOf(10) : bytes.lastIndexOf(10);
  releaseBytes(bytes);
  return at === -1 ? -1 : from + at;
}

/** Most lines are short. */
const FIRST = 64 * 1024;

const CHUNK = 4 * 1024 * 1024;
