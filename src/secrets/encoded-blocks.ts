/** Finds base64, base64url and hexadecimal runs in a text that hide readable text, and images that must stay whole. */
/** One pass over the characters; only runs whose bytes could be ASCII are decoded, at each of the four alignments. */

import { isWholeImage } from '../model/images.ts';

export interface EncodedBlock {
  readonly start: number;
  readonly end: number;
  /** What the run says, NULs taken out. Several readings, one for each alignment that gives text. */
  readonly decoded: string;
  /** The bytes are one whole image: never edited, only kept or dropped whole. */
  readonly image: boolean;
}

/** Shorter runs cannot hold a secret of any length worth hiding. */
const MIN_RUN = 16;
const MIN_IMAGE = 64;

/** Runs in the order of the text. Base64 may hide text from 12 characters on, hexadecimal from 12. */
export function findEncodedBlocks(text: string): readonly EncodedBlock[] {
  const blocks: EncodedBlock[] = [];
  let start = 0;
  const length = text.length;
  for (let i = 0; i <= length; i++) {
    const code = i < length ? text.charCodeAt(i) : 0;
    if (code < 128 && SEXTET[code] !== NONE) continue;
    if (i - start >= MIN_RUN) addBlock(text, start, i, blocks);
    start = i + 1;
  }
  return blocks;
}

/** Whether any run could hide text: what `findEncodedBlocks` would decode, told without decoding. */
export function hidesText(codes: Uint16Array, length: number): boolean {
  let start = 0;
  for (let i = 0; i <= length; i++) {
    const code = i < length ? (codes[i] ?? 0) : 0;
    if (code < 128 && SEXTET[code] !== NONE) continue;
    if (i - start >= MIN_RUN && (hidesBase64(codes, start, i) || hidesHex(codes, start, i))) return true;
    start = i + 1;
  }
  return false;
}

/** Ten times in a row two hexadecimal digits of which the first is 2 to 7. */
function hidesHex(codes: Uint16Array, from: number, end: number): boolean {
  for (let shift = 0; shift < 2; shift++) {
    let pairs = 0;
    for (let at = from + shift; at + 2 <= end; at += 2) {
      pairs = HEX[codes[at] ?? 0] === 2 && HEX[codes[at + 1] ?? 0] !== 0 ? pairs + 1 : 0;
      if (pairs >= 10) return true;
    }
  }
  return false;
}

/** Four groups of four characters in a row whose bytes are all below 0x80, or the head of an image. */
function hidesBase64(codes: Uint16Array, from: number, end: number): boolean {
  for (let shift = 0; shift < 4; shift++) {
    let groups = 0;
    for (let at = from + shift; at + 4 <= end; at += 4) {
      groups = isAsciiGroup(codes[at] ?? 0, codes[at + 1] ?? 0, codes[at + 2] ?? 0) ? groups + 1 : 0;
      if (groups >= 4) return true;
    }
  }
  return false;
}

function isAsciiGroup(a: number, b: number, c: number): boolean {
  return ((SEXTET[a] ?? NONE) & 0x20) === 0 && ((SEXTET[b] ?? NONE) & 0x08) === 0 && ((SEXTET[c] ?? NONE) & 0x02) === 0;
}

function addBlock(text: string, start: number, end: number, blocks: EncodedBlock[]): void {
  const hex = isHex(text, start, end);
  if (hex) {
    const decoded = readableHex(text.slice(start, end));
    if (decoded !== '') blocks.push({ start, end, decoded, image: false });
    return;
  }
  if (end - start >= MIN_IMAGE && IMAGE_HEAD.test(text.slice(start, start + 8))) {
    let stop = end;
    while (stop < end + 2 && text[stop] === '=') stop++;
    const run = text.slice(start, stop);
    const bytes = Buffer.from(run, 'base64');
    // Strict: what Buffer skips or pads in silence does not come back the same.
    if (bytes.toString('base64') === run && isWholeImage(bytes)) {
      blocks.push({ start, end: stop, decoded: readable(bytes.toString('latin1')), image: true });
      return;
    }
  }
  const readings: string[] = [];
  for (let shift = 0; shift < 4; shift++) readAlignment(text, start + shift, end, readings);
  if (readings.length > 0) blocks.push({ start, end, decoded: readings.join('\n'), image: false });
}

/** Base64 of the first bytes of PNG, JPEG, GIF and RIFF. */
const IMAGE_HEAD = /^(?:iVBORw0K|\/9j\/|R0lGOD|UklGR)/;
const NONE = 255;
const SEXTET = sextets();

function sextets(): Uint8Array {
  const table = new Uint8Array(128).fill(NONE);
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  for (let i = 0; i < 64; i++) table[letters.charCodeAt(i)] = i;
  table[0x2d] = 62;
  table[0x5f] = 63;
  return table;
}

/** 2: a digit from 2 to 7, as the first of two hexadecimal digits of ASCII text; 1: another hexadecimal digit. */
const HEX = hexDigits();

function hexDigits(): Uint8Array {
  const table = new Uint8Array(128);
  for (const digit of '0123456789abcdefABCDEF') table[digit.charCodeAt(0)] = digit >= '2' && digit <= '7' ? 2 : 1;
  return table;
}

/** Groups of four characters in a row whose three bytes are all below 0x80, at least four groups. */
function readAlignment(text: string, from: number, end: number, readings: string[]): void {
  let first = -1;
  for (let at = from; at <= end; at += 4) {
    const ascii = at + 4 <= end && isAsciiGroup(text.charCodeAt(at), text.charCodeAt(at + 1), text.charCodeAt(at + 2));
    if (ascii) {
      if (first === -1) first = at;
      continue;
    }
    // The group that breaks the run may hold one or two more characters of it.
    if (first !== -1 && at - first >= 16) {
      const stop = Math.min(at + 4, end);
      const piece = readable(Buffer.from(text.slice(first, stop), 'base64').toString('latin1'));
      if (piece.length >= 6) readings.push(piece);
    }
    first = -1;
  }
}

function isHex(text: string, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i) | 0x20;
    if (!((code >= 0x30 && code <= 0x39) || (code >= 0x61 && code <= 0x66))) return false;
  }
  return true;
}

function readableHex(run: string): string {
  const readings = [0, 1].map((shift) => readable(Buffer.from(run.slice(shift), 'hex').toString('latin1')));
  return readings.filter((reading) => reading.length >= 12 && reading.length * 4 >= run.length - 1).join('\n');
}

/** Control characters out, so that UTF-16 reads as text. */
function readable(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]+/g, '').replace(/[\u0080-\u00ff]{1,4096}/g, ' ');
}
