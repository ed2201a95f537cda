/** Texts of very long lines that stay in the file: what is read holds their beginning and a mark, and they are fetched in pieces. */
/** A line of sixty megabytes as a value, a redacted copy and JSON would stand in memory several times over. */

import { blake3HexOfPieces } from '../../../base/blake3.ts';
import { releaseBytes } from '../../../base/bytes.ts';

/** Bytes of the source between two offsets. */
export type ReadAt = (from: number, to: number) => Uint8Array;

/** A text that stands in the source: of a JSON string what is between its quotes; of any other value its JSON. */
export interface FarText {
  readonly offset: number;
  /** Bytes, as they stand there. */
  readonly length: number;
  readonly kind: 'string' | 'json';
}

/** What holds the far texts of one source while it is read. Must be closed. */
export interface FarTexts {
  readonly read: ReadAt;
  /** What stands for a text among the values of its line: its beginning and a mark that names its bytes. */
  add(text: FarText): string;
  close(): void;
}

/** A string that is far: where texts go on in the source. */
export interface FarString {
  /** Bytes of it that stand in the source, about. */
  readonly length: number;
  /** All of it, decoded, in pieces. Can be walked more than once. */
  walk(): Generator<string>;
}

export function openFarTexts(read: ReadAt): FarTexts {
  const own = new Map<string, Known>();
  return {
    read,
    add(text) {
      const [beginning = ''] = walkDecoded(
        read,
        { ...text, length: Math.min(text.length, HEAD_BYTES) },
        text.length > HEAD_BYTES,
      );
      // a pair of surrogates is one character
      const head = beginning.slice(0, HEAD - (beginning.slice(0, HEAD).isWellFormed() ? 0 : 1));
      const bytes = blake3HexOfPieces(walkBytes(read, text));
      const mark = `${OPENING}${text.kind} ${bytes} ${head.length}${CLOSING}`;
      const entry = { text, read, head: head.length };
      own.set(mark, entry);
      known.set(mark, [...(known.get(mark) ?? []), entry]);
      return head + mark;
    },
    close() {
      for (const [mark, entry] of own) {
        const left = (known.get(mark) ?? []).filter((each) => each !== entry);
        if (left.length > 0) known.set(mark, left);
        else known.delete(mark);
      }
    },
  };
}

/** Undefined: nothing of this string stands in a source that is open. What an importer put around its texts is part of it. */
export function findFar(text: string): FarString | undefined {
  if (known.size === 0 || !text.includes(OPENING)) return undefined;
  const marks = [...text.matchAll(MARK)].flatMap((match) => {
    const [entry] = known.get(match[0]) ?? [];
    return entry === undefined ? [] : [{ ...entry, start: match.index, end: match.index + match[0].length }];
  });
  if (marks.length === 0) return undefined;
  return {
    length: marks.reduce((sum, mark) => sum + mark.text.length - mark.head, 0),
    *walk() {
      let from = 0;
      for (const { start, end, text: far, read, head } of marks) {
        yield text.slice(from, start);
        let skip = head;
        for (const piece of walkDecoded(read, far)) {
          if (skip < piece.length) yield piece.slice(skip);
          skip = Math.max(0, skip - piece.length);
        }
        from = end;
      }
      yield text.slice(from);
    },
  };
}

/** Whether any string of a value is a far one: asked of every item, so it costs nothing while there are none. */
export function hasFar(value: unknown): boolean {
  if (known.size === 0) return false;
  if (typeof value === 'string') return value.includes(OPENING) && findFar(value) !== undefined;
  return typeof value === 'object' && value !== null && Object.values(value).some(hasFar);
}

interface Known {
  readonly text: FarText;
  readonly read: ReadAt;
  /** Units of the text that stand before its mark. */
  readonly head: number;
}

/** By mark, which is made of the bytes: equal texts of several sources are one another's. */
const known = new Map<string, readonly Known[]>();

function* walkBytes(read: ReadAt, { offset, length }: FarText): Generator<Uint8Array> {
  for (let at = 0; at < length; at += PIECE) {
    const bytes = read(offset + at, offset + Math.min(at + PIECE, length));
    yield bytes;
    releaseBytes(bytes);
  }
}

/** What it says, well-formed. `goes on`: it does not end where it seems to. */
function* walkDecoded(read: ReadAt, { offset, length, kind }: FarText, goesOn = false): Generator<string> {
  let held = '';
  for (let at = 0; at < length; ) {
    const bytes = read(offset + at, offset + Math.min(at + PIECE, length));
    if (bytes.length === 0) break;
    const last = at + bytes.length >= length && !goesOn;
    const end = last ? bytes.length : endOfCharacters(bytes);
    const count = bytes.length;
    const raw = held + Buffer.from(bytes.buffer, bytes.byteOffset, end).toString('utf8');
    releaseBytes(bytes);
    const cut = last || kind === 'json' ? raw.length : endOfEscapes(raw);
    held = raw.slice(cut);
    yield kind === 'json' ? raw : unescapeJson(raw.slice(0, cut));
    if (at + count >= length) break;
    at += end;
  }
}

/** Where the last whole character of UTF-8 ends. */
function endOfCharacters(bytes: Uint8Array): number {
  let lead = bytes.length - 1;
  while (lead > 0 && bytes.length - lead < 4 && ((bytes[lead] ?? 0) & 0xc0) === 0x80) lead--;
  const byte = bytes[lead] ?? 0;
  const need = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
  return bytes.length - lead < need ? Math.max(lead, 1) : bytes.length;
}

/** Where the last whole escape ends; two that make one character are one. */
function endOfEscapes(raw: string): number {
  const last = raw.lastIndexOf('\\');
  let end = raw.length;
  if (last >= raw.length - 6 && isOpening(raw, last)) {
    const need = raw[last + 1] === 'u' ? 6 : 2;
    if (raw.length - last < need) end = last;
  }
  const pair = end - 6;
  return pair >= 0 && /^\\u[dD][89abAB]/.test(raw.slice(pair, end)) && isOpening(raw, pair) ? pair : end;
}

/** Whether the backslash there is not itself escaped. */
function isOpening(raw: string, at: number): boolean {
  let from = at;
  while (from > 0 && raw[from - 1] === '\\') from--;
  return (at - from) % 2 === 0;
}

/** What JSON does not allow in a string stays as it stands: a text that is wrong in one place is not lost for that. */
function unescapeJson(raw: string): string {
  if (!raw.includes('\\')) return raw.toWellFormed();
  try {
    return (JSON.parse(`"${raw.replace(CONTROLS, escapeControl)}"`) as string).toWellFormed();
  } catch {
    return raw.replace(ESCAPE, (part) => {
      try {
        return JSON.parse(`"${part}"`) as string;
      } catch {
        return part;
      }
    });
  }
}

const escapeControl = (control: string) => JSON.stringify(control).slice(1, -1);

const CONTROLS = /[^\u{20}-\u{10ffff}]/gu;
const ESCAPE = /\\(?:u[\da-fA-F]{4}|["\\/bfnrt])/g;

/** Characters for private use, which no agent writes in a row with these words. */
const OPENING = '\u{e000}far ';
const CLOSING = '\u{e001}';
const MARK = new RegExp(`${OPENING}(?:string|json) [\\da-f]{64} \\d+${CLOSING}`, 'gu');
/** Units of the beginning: what tells what a text is, and what it is about. A unit has six bytes at most. */
const HEAD = 1024;
const HEAD_BYTES = 6 * HEAD + 12;
/** Bytes that are read at once. */
const PIECE = 512 * 1024;
