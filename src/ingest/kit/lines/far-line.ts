/** A very long line as JSON that is small: long strings and large values become far texts, one after the other, while it is walked. */
/** Never more of it than a piece is in memory; what the line is made of around them stays as it was written. */

import { releaseBytes } from '../../../base/bytes.ts';
import type { FarTexts } from './far-texts.ts';

/**
 * The JSON text of the line that stands at `offset` and has `length` bytes. A string over 1 MiB, or over 64 KiB behind 8 MiB, becomes the beginning of itself and a mark; so does
 * the JSON of a list or an object that is left with too many values or bytes of its own, is nested too deep, or has a name as long as that: nobody reads
 * such a value as a tree, and a tree has twenty times its bytes. Undefined: too much is left even so. What is no JSON comes out as
 * text that is none either.
 */
export function farLineText(far: FarTexts, offset: number, length: number): string | undefined {
  const walk = new Walk(far);
  for (let at = 0; at < length && !walk.isTooMuch; at += PIECE) {
    const bytes = far.read(offset + at, offset + Math.min(at + PIECE, length));
    walk.take(bytes, offset + at);
    releaseBytes(bytes);
  }
  return walk.isTooMuch ? undefined : walk.text();
}

/** A list or an object that has not ended. */
interface Open {
  /** Where its JSON begins: in the text that is written, and in the file. */
  readonly start: number;
  readonly offset: number;
  /** Values, and bytes in strings that are long, before it. */
  readonly values: number;
  readonly inLong: number;
}

class Walk {
  isTooMuch = false;
  readonly #far: FarTexts;
  #out = Buffer.allocUnsafeSlow(1 << 20);
  #length = 0;
  readonly #open: Open[] = [];
  #values = 0;
  #inLong = 0;
  /** Of the string that is open: where it is written, and where it stands. */
  #string: { readonly start: number; readonly offset: number } | undefined;
  /** A backslash was the last byte. */
  #escaped = false;
  /** The string before was a far one: as a name it can be none. */
  #afterFar = false;
  /** The value that becomes text, and how many are open inside it. */
  #swallowed: Open | undefined;
  #inside = 0;

  constructor(far: FarTexts) {
    this.#far = far;
  }

  /** `offset`: of these bytes, in the file. */
  take(bytes: Uint8Array, offset: number): void {
    let written = 0;
    const write = (to: number) => {
      if (this.#swallowed === undefined && to > written) this.#write(bytes.subarray(written, to));
      written = to;
    };
    for (let at = 0; at < bytes.length && !this.isTooMuch; at++) {
      if (this.#string !== undefined) {
        at = this.#endOfString(bytes, at);
        const units = offset + at - this.#string.offset;
        const long = units > (this.#string.start > MOST_LONG ? LONG : FAR);
        if (at === bytes.length) {
          // of a long one no more is written than tells that it is one
          if (long) written = at;
          break;
        }
        if (long && this.#swallowed === undefined) {
          written = at + 1;
          const { start, offset: from } = this.#string;
          this.#instead(start, from + 1, offset + at, 'string');
          this.#afterFar = true;
        } else if (units > LONG) this.#inLong += units;
        this.#string = undefined;
        continue;
      }
      const byte = bytes[at];
      if (byte === QUOTE) {
        write(at);
        this.#string = { start: this.#length, offset: offset + at };
        this.#afterFar = false;
      } else if (byte === BRACE || byte === BRACKET) {
        write(at);
        this.#begin(offset + at);
      } else if (byte === BRACE_END || byte === BRACKET_END) {
        write(at + 1);
        this.#end(offset + at + 1);
      } else if (byte === COMMA) {
        write(at + 1);
        this.#values++;
        this.#swallowLarge();
      } else if (byte === COLON && this.#afterFar) {
        write(at);
        this.#swallow(this.#open.pop());
      }
    }
    write(bytes.length);
  }

  text(): string {
    return this.#out.toString('utf8', 0, this.#length);
  }

  /** Where the closing quote stands; the length of the bytes when it does not stand there. */
  #endOfString(bytes: Uint8Array, from: number): number {
    let at = this.#escaped ? from + 1 : from;
    this.#escaped = false;
    for (; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte === QUOTE) return at;
      if (byte === BACKSLASH && ++at === bytes.length) this.#escaped = true;
    }
    return bytes.length;
  }

  #begin(offset: number): void {
    this.#afterFar = false;
    this.#values++;
    if (this.#swallowed !== undefined) {
      this.#inside++;
      return;
    }
    const open = { start: this.#length, offset, values: this.#values, inLong: this.#inLong };
    if (this.#open.length >= DEPTH) this.#swallow(open);
    else this.#open.push(open);
  }

  #end(offset: number): void {
    if (this.#swallowed === undefined) {
      this.#swallowLarge();
      if (this.#swallowed === undefined) {
        this.#open.pop();
        return;
      }
    }
    if (this.#inside-- > 0) return;
    const { start, offset: from, values } = this.#swallowed as Open;
    this.#swallowed = undefined;
    this.#values = values + 1;
    this.#instead(start, from, offset, 'json');
  }

  /** The innermost of those that are open is the one to go: those around it are large by it. */
  #swallowLarge(): void {
    const open = this.#open.at(-1);
    if (open === undefined || this.#swallowed !== undefined) return;
    const depth = this.#open.length;
    const room = depth === 1 ? 4 : Math.max(1, 2 - depth / 4);
    const bytes = this.#length - open.start - (this.#inLong - open.inLong);
    if (bytes > room * MOST_BYTES || this.#values - open.values > room * MOST_VALUES) this.#swallow(this.#open.pop());
  }

  #swallow(open: Open | undefined): void {
    // a record without its outermost braces is none
    if (open === undefined || this.#open.length === 0) {
      this.isTooMuch = true;
      return;
    }
    this.#swallowed = open;
    this.#inside = 0;
    this.#length = open.start;
    this.#values = open.values;
    this.#inLong = open.inLong;
    this.#afterFar = false;
  }

  #instead(start: number, from: number, to: number, kind: 'string' | 'json'): void {
    this.#length = start;
    const mark = this.#far.add({ offset: from, length: to - from, kind });
    this.#write(Buffer.from(JSON.stringify(mark)));
  }

  #write(bytes: Uint8Array): void {
    const need = this.#length + bytes.length;
    if (need > MOST) {
      this.isTooMuch = true;
      return;
    }
    if (need > this.#out.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.#out.length, need));
      larger.set(this.#out.subarray(0, this.#length));
      this.#out = larger;
    }
    this.#out.set(bytes, this.#length);
    this.#length = need;
  }
}

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [BRACE, BRACE_END, BRACKET, BRACKET_END] = [0x7b, 0x7d, 0x5b, 0x5d];

/** Bytes of a string that stays one in no case. */
const FAR = 1024 * 1024;
/** Shorter ones stay while they are few: those above this length, until there are as many bytes. */
const LONG = 64 * 1024;
const MOST_LONG = 8 * 1024 * 1024;
/** What a list or an object may be left with beside those; a little more where it holds others that matter, four times as much in a record itself. */
const MOST_BYTES = 4 * 1024 * 1024;
const MOST_VALUES = 50_000;
/** Deeper values are text. */
const DEPTH = 64;
/** Bytes that may be left of a line, glued values and all. */
const MOST = 32 * 1024 * 1024;
/** Bytes that are read at once. */
const PIECE = 1024 * 1024;
