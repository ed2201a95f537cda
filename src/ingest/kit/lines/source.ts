/** What holds a session, told by what its bytes are, never by its name: lines, or one document that is read like lines. */
/** Kinds that no importer reads yet (a folder of files, rows of a database, a server's stream) get a member here when one does. */

import { releaseBytes } from '../../../base/bytes.ts';
import { findOutline, type Outline } from './document.ts';
import type { ReadAt } from './far-texts.ts';

/** One JSON value a line, new ones at the end: what is settled is never read again. */
export interface LinesSource {
  readonly kind: 'lines';
  readonly size: number;
  readonly read: ReadAt;
}

/**
 * Written anew as a whole each time: nothing in it is settled, it is read from its start whenever it changed. Its bytes come as lines: for a
 * `listed` one what stands beside its list of records, then each of these; for a `single` one all of it.
 */
export interface DocumentSource {
  readonly kind: 'listed' | 'single';
  readonly size: number;
  readonly read: ReadAt;
}

/** A document of which only a part has been written, or that was damaged. */
export interface BrokenSource {
  readonly kind: 'broken';
  readonly size: 0;
  readonly read: ReadAt;
}

export type Source = LinesSource | DocumentSource | BrokenSource;

/** `list`: the member of the agent's documents that lists their records. */
export function openSource(read: ReadAt, size: number, list: string | undefined): Source {
  const lines: LinesSource = { kind: 'lines', size, read };
  if (isLines(read, size)) return lines;
  const outline = findOutline(read, size, list);
  if (outline !== undefined) return documentOf(read, outline);
  return STARTS_DOCUMENT.test(textOf(read(0, Math.min(size, HEAD))).split('\n', 1)[0] ?? '')
    ? { kind: 'broken', size: 0, read: () => new Uint8Array() }
    : lines;
}

const STARTS_DOCUMENT = /^\uFEFF?[{[]\s*$/;

/** Whether the first line is a value by itself and something follows it: a document's first line is not, but for one that is all of it. */
function isLines(read: ReadAt, size: number): boolean {
  const start = /[^\xef\xbb\xbf\s\0]|$/.exec(Buffer.from(read(0, Math.min(size, HEAD))).toString('latin1'))?.index ?? 0;
  if (!/[{[]/.test(textOf(read(start, start + 1)))) return true;
  const end = findBreak(read, size, start);
  if (end === -1 || isBlankFrom(read, size, end)) return false;
  if (end - start > HEAD) return true;
  const first = textOf(read(start, end)).trim();
  if (first.startsWith('{')) return first.endsWith('}');
  return first.endsWith(']') && isJson(first);
}

/** A value takes a line, so what breaks it inside becomes a blank; behind each record of the list one begins. */
function documentOf(read: ReadAt, { end, list }: Outline): DocumentSource {
  if (list === undefined) return { kind: 'single', ...joinSpans(read, [{ from: 0, to: end, ends: true }], []) };
  const spans = [
    { from: 0, to: list.from, ends: false },
    { from: list.to, to: end, ends: true },
    { from: list.from, to: list.to, ends: true },
  ];
  return { kind: 'listed', ...joinSpans(read, spans, list.commas) };
}

/** Bytes of the source between two offsets, with a line break behind them when they end a line. */
interface Span {
  readonly from: number;
  readonly to: number;
  readonly ends: boolean;
}

/** Spans one behind the other; the line breaks in them are blanks, and `breaks` (offsets in the source) are line breaks. */
function joinSpans(read: ReadAt, spans: readonly Span[], breaks: readonly number[]): Pick<Source, 'size' | 'read'> {
  const lengthOf = ({ from, to, ends }: Span) => to - from + (ends ? 1 : 0);
  return {
    size: spans.reduce((sum, span) => sum + lengthOf(span), 0),
    read(from, to) {
      const out = Buffer.allocUnsafeSlow(Math.max(to - from, 0));
      let start = 0;
      for (const span of spans) {
        const [first, last] = [Math.max(from, start), Math.min(to, start + lengthOf(span))];
        if (first < last) copySpan(read, span, first - start, out.subarray(first - from, last - from), breaks);
        start += lengthOf(span);
      }
      return out.subarray(0, Math.max(0, Math.min(to, start) - from));
    },
  };
}

function copySpan(read: ReadAt, { from, to }: Span, skip: number, out: Buffer, breaks: readonly number[]): void {
  const start = from + skip;
  const bytes = read(start, Math.min(start + out.length, to));
  out.fill(LINE_BREAK);
  out.set(bytes);
  for (let at = out.indexOf(LINE_BREAK); at !== -1 && at < bytes.length; at = out.indexOf(LINE_BREAK, at + 1))
    out[at] = BLANK;
  for (let i = firstAt(breaks, start); (breaks[i] ?? to) < start + bytes.length; i++)
    out[(breaks[i] ?? 0) - start] = LINE_BREAK;
  releaseBytes(bytes);
}

/** Index of the first that is not before an offset. */
function firstAt(offsets: readonly number[], offset: number): number {
  let [low, high] = [0, offsets.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((offsets[middle] ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Where the first line break stands, -1 for none. */
function findBreak(read: ReadAt, size: number, from: number): number {
  for (let at = from; at < size; at += PIECE) {
    const bytes = read(at, Math.min(at + PIECE, size));
    const found = bytes.indexOf(LINE_BREAK);
    releaseBytes(bytes);
    if (found !== -1) return at + found;
  }
  return -1;
}

function isBlankFrom(read: ReadAt, size: number, from: number): boolean {
  for (let at = from; at < size; at += PIECE) {
    if (!/^[\s\0]*$/.test(textOf(read(at, Math.min(at + PIECE, size))))) return false;
  }
  return true;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

const [LINE_BREAK, BLANK] = [0x0a, 0x20];
/** Units of a first line that may be a document's. */
const HEAD = 4096;
/** Bytes that are read at once. */
const PIECE = 256 * 1024;
