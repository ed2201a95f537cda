/** Reads JSON Lines as agents really write them: glued values, broken lines, a last line that is still being written. */
/** Shared by the importers, so that no agent's slip loses a file and every problem is named with its line. */

import { messageOf } from '../../../base/errors.ts';
import { limits } from '../../../base/limits.ts';
import type { Problem } from '../../../base/log.ts';
import { farLineText } from './far-line.ts';
import type { FarTexts } from './far-texts.ts';

/** One JSON value and where it stood. */
export interface JsonLine {
  readonly value: unknown;
  /** Offset in the file of the line that holds it. */
  readonly offset: number;
  /** 1-based line. */
  readonly line: number;
  /** 0 for the first value of its line, 1 for a second one that lost its line break, and so on. */
  readonly nth: number;
  /** How many values its line holds. */
  readonly of: number;
}

export interface JsonLinesInput {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Offset of `bytes` in the file, and the line that stands there. */
  readonly from: number;
  readonly firstLine: number;
  /** Longest line that is read, in bytes. Default: `limits.sourceLine`. */
  readonly maxLine?: number;
  /** Lines of the file that `bytes` leaves out, in order. */
  readonly gaps?: readonly Gap[];
  /** Where long lines are read, and what is left out. Absent: every line is held as a whole. */
  readonly far?: FarTexts;
}

/** A long line that stands in the file only, with its line break. */
export interface Gap {
  readonly offset: number;
  readonly length: number;
}

/** What is left after the last value. */
export interface JsonLinesEnd {
  /** Offset up to which lines are whole; a last line without a line break counts when it parses. */
  readonly consumed: number;
  /** Line that stands at `consumed`. */
  readonly nextLine: number;
  /** A last line is there that cannot be read yet. */
  readonly partial: boolean;
}

/**
 * Walks the values of a file in order and returns where it ended. Blank lines, a byte order mark and NUL bytes are
 * skipped. A line with several values yields them all; what cannot be read goes to `report` and the walk goes on. A
 * last line that has no line break and does not parse is held back without a problem.
 */
export function* walkJsonLines(
  input: JsonLinesInput,
  report: (problem: Problem) => void,
): Generator<JsonLine, JsonLinesEnd, undefined> {
  const buffer = Buffer.from(input.bytes.buffer, input.bytes.byteOffset, input.bytes.byteLength);
  const maxLine = input.maxLine ?? limits.sourceLine;
  let at = 0;
  let line = input.firstLine;
  /** Offset in the file of the first byte of `bytes`, counted as if what is left out before `at` stood before it. */
  let base = input.from;
  const gaps = [...(input.gaps ?? [])];
  /** Values of the lines that are left out here. */
  function* walkGaps(): Generator<JsonLine> {
    for (let gap = gaps[0]; gap !== undefined && gap.offset === base + at; gap = gaps[0]) {
      const { offset, length } = gap;
      if (length - 1 > maxLine || input.far === undefined) reportLong(length - 1);
      else yield* walkFar(input.far, offset, length - 1, true);
      base += length;
      line += 1;
      gaps.shift();
    }
  }
  const reportLong = (length: number) => {
    const message = `line of ${length} bytes is over ${maxLine}; it was left out`;
    report(problemAt(input.path, line, 'LINE_TOO_LONG', message));
  };
  /** Whether the line can be done with: one that is being written is read again. */
  function* walkFar(far: FarTexts, offset: number, length: number, terminated: boolean): Generator<JsonLine, boolean> {
    const text = farLineText(far, offset, length);
    if (text !== undefined) return yield* walkText(trimLine(text), offset, terminated);
    const message = `line of ${length} bytes has too many values of its own; it was left out`;
    report(problemAt(input.path, line, 'LINE_TOO_DENSE', message));
    return true;
  }
  function* walkText(text: string, offset: number, terminated: boolean): Generator<JsonLine, boolean> {
    if (text === '') return true;
    const single = tryParse(text);
    if (single !== undefined) {
      yield { value: single.value, offset, line, nth: 0, of: 1 };
      return true;
    }
    const found = recoverValues(text);
    // @NOTE: nothing of a half-written line is taken, not even whole values before it: the line is read again.
    if (!terminated && found.rest !== '') return false;
    let nth = 0;
    for (const value of found.values) yield { value, offset, line, nth: nth++, of: found.values.length };
    if (found.rest !== '') report(problemAt(input.path, line, 'BROKEN_LINE', found.problem));
    return true;
  }
  if (input.from === 0 && buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf) at = 3;
  yield* walkGaps();
  while (at < buffer.length) {
    const newline = buffer.indexOf(10, at);
    const terminated = newline !== -1;
    const end = terminated ? newline : buffer.length;
    const offset = base + at;
    let done = terminated;
    if (end - at > maxLine) reportLong(end - at);
    else if (end - at > limits.farLine && input.far !== undefined)
      done = yield* walkFar(input.far, offset, end - at, terminated);
    else done = yield* walkText(lineText(buffer, at, end), offset, terminated);
    if (!done) return { consumed: offset, nextLine: line, partial: true };
    if (!terminated) return { consumed: base + end, nextLine: line, partial: false };
    at = end + 1;
    line += 1;
    yield* walkGaps();
  }
  return { consumed: base + buffer.length, nextLine: line, partial: false };
}

const MAX_ATTEMPTS = 64;

function tryParse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** Text of a line without its carriage return, and without NUL bytes, which a crash of the machine leaves behind. */
function lineText(buffer: Buffer, start: number, end: number): string {
  let from = start;
  let to = end;
  while (from < to && isSpace(buffer[from])) from += 1;
  while (to > from && isSpace(buffer[to - 1])) to -= 1;
  return buffer.toString('utf8', from, to);
}

/** The same of a text. */
function trimLine(text: string): string {
  return text.replace(/^[\s\0]+/, '').replace(/[\s\0]+$/, '');
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0d || byte === 0x09 || byte === 0x0a || byte === 0;
}

interface Recovered {
  readonly values: readonly unknown[];
  /** Text that belongs to no value; empty when all was read. */
  readonly rest: string;
  readonly problem: string;
}

/** Every object that can be read from a line that is not one value: glued ones, and a whole one after a torn one. */
function recoverValues(line: string): Recovered {
  const text = line.includes('\0') ? line.replaceAll('\0', '') : line;
  const values: unknown[] = [];
  let rest = '';
  let problem = 'not JSON';
  let at = 0;
  let attempts = 0;
  while (at < text.length && attempts++ < MAX_ATTEMPTS) {
    const end = endOfValue(text, at);
    const piece = end === -1 ? undefined : tryParse(text.slice(at, end));
    if (piece !== undefined && typeof piece.value === 'object') {
      values.push(piece.value);
      at = skipSpace(text, end);
      continue;
    }
    try {
      JSON.parse(text.slice(at));
    } catch (error) {
      if (rest === '')
        problem = `not JSON: ${messageOf(error)
          .replace(/, *"[\s\S]*$/, '')
          .slice(0, 120)}`;
    }
    // A torn value: the next object that starts like a record may be whole.
    const next = text.indexOf('{"', at + 1);
    rest += text.slice(at, next === -1 ? text.length : next);
    at = next === -1 ? text.length : next;
  }
  if (at < text.length) rest += text.slice(at);
  const kept =
    values.length === 0
      ? 'it was left out'
      : `of the line's other values ${values.length} ${values.length === 1 ? 'was' : 'were'} read`;
  return { values, rest, problem: `${problem}; ${kept}` };
}

/** Index after the object or array that starts at `start`, -1 when it does not end. Brackets are counted, not parsed. */
function endOfValue(text: string, start: number): number {
  const opening = text.charCodeAt(start);
  if (opening !== 0x7b && opening !== 0x5b) return -1;
  let depth = 0;
  let inString = false;
  for (let i = start; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (inString) {
      if (c === 0x5c) i += 1;
      else if (c === 0x22) inString = false;
    } else if (c === 0x22) inString = true;
    else if (c === 0x7b || c === 0x5b) depth += 1;
    else if ((c === 0x7d || c === 0x5d) && --depth === 0) return i + 1;
  }
  return -1;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) <= 0x20) at += 1;
  return at;
}

function problemAt(file: string, line: number, code: string, message: string): Problem {
  return { code, file, line, message };
}
