/** Where the parts of a JSON document stand: its end, and the records of the list that it holds. */
/** Told by one walk over its bytes, so that a document of any size is read like lines and never stands in memory as a whole. */

import { releaseBytes } from '../../../base/bytes.ts';
import type { ReadAt } from './far-texts.ts';

/** Offsets in the source. */
export interface Outline {
  /** Behind its last bracket. Nothing but blanks follows. */
  readonly end: number;
  /** Behind the bracket that begins the list, at the one that ends it, and the commas between its records. Absent: it holds none. */
  readonly list?: { readonly from: number; readonly to: number; readonly commas: readonly number[] };
}

/**
 * The outline of a source that is one document; `list` is the member of it that holds the records, unless the document is a list itself. Undefined: it
 * does not end, something follows it, or it cannot be JSON. What stands inside its values is not looked at.
 */
export function findOutline(read: ReadAt, size: number, list: string | undefined): Outline | undefined {
  const walk = new Walk(list);
  for (let at = 0; at < size && !walk.isBroken; at += PIECE) {
    const bytes = read(at, Math.min(at + PIECE, size));
    walk.take(bytes, at);
    releaseBytes(bytes);
  }
  return walk.outline();
}

class Walk {
  isBroken = false;
  readonly #name: string;
  #depth = 0;
  #end: number | undefined;
  #inString = false;
  #escaped = false;
  /** The string that was read last where names stand, as it is written; longer ones are of no interest. */
  #last = '';
  /** The name of the value that begins. */
  #named = false;
  #from: number | undefined;
  #to: number | undefined;
  /** Depth of the list, while it is open. */
  #inList = 0;
  readonly #commas: number[] = [];

  constructor(list: string | undefined) {
    this.#name = list ?? '';
  }

  take(bytes: Uint8Array, offset: number): void {
    for (let at = 0; at < bytes.length && !this.isBroken; at++) {
      if (this.#inString) at = this.#takeString(bytes, at);
      else this.#takeByte(bytes[at] ?? 0, offset + at);
    }
  }

  outline(): Outline | undefined {
    if (this.isBroken || this.#end === undefined) return undefined;
    const [from, to, commas] = [this.#from, this.#to, this.#commas];
    const isList = from !== undefined && to !== undefined && commas.length <= MOST_RECORDS;
    return { end: this.#end, ...(isList ? { list: { from, to, commas } } : {}) };
  }

  #takeString(bytes: Uint8Array, from: number): number {
    let at = this.#escaped ? from + 1 : from;
    this.#escaped = false;
    const isName = this.#depth === 1;
    for (; at < bytes.length; at++) {
      const byte = bytes[at] ?? 0;
      if (byte === QUOTE) {
        this.#inString = false;
        return at;
      }
      // a line break in a string: this is no document, but a line that was torn
      if (byte === LINE_BREAK) this.isBroken = true;
      if (isName && this.#last.length <= LONGEST_NAME) this.#last += String.fromCharCode(byte);
      if (byte === BACKSLASH && ++at >= bytes.length) this.#escaped = true;
    }
    return bytes.length;
  }

  #takeByte(byte: number, offset: number): void {
    if (this.#end !== undefined) {
      if (!isBlank(byte)) this.isBroken = true;
    } else if (byte === QUOTE) {
      this.#inString = true;
      this.#last = '';
    } else if (byte === BRACE || byte === BRACKET) {
      const isList = byte === BRACKET && (this.#depth === 0 || (this.#depth === 1 && this.#named));
      this.#depth++;
      this.#named = false;
      if (!isList || this.#from !== undefined) return;
      this.#from = offset + 1;
      this.#inList = this.#depth;
    } else if (byte === BRACE_END || byte === BRACKET_END) {
      if (this.#depth === this.#inList && this.#to === undefined) this.#to = offset;
      if (--this.#depth === 0) this.#end = offset + 1;
      if (this.#depth < 0) this.isBroken = true;
    } else if (byte === COMMA) {
      if (this.#depth === this.#inList && this.#to === undefined && this.#commas.length <= MOST_RECORDS)
        this.#commas.push(offset);
      this.#named = false;
    } else if (byte === COLON) this.#named = this.#depth === 1 && this.#last === this.#name;
  }
}

/** Blanks of JSON, and what a crash of the machine leaves behind. */
function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09 || byte === 0;
}

const [QUOTE, BACKSLASH, COMMA, COLON, LINE_BREAK] = [0x22, 0x5c, 0x2c, 0x3a, 0x0a];
const [BRACE, BRACE_END, BRACKET, BRACKET_END] = [0x7b, 0x7d, 0x5b, 0x5d];

const LONGEST_NAME = 64;
/** A list of more is none of records. */
const MOST_RECORDS = 1_000_000;
/** Bytes that are read at once. */
const PIECE = 1024 * 1024;
