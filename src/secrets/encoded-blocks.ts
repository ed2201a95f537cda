/** Finds base64, base64url and hexadecimal runs in a text that hide readable text, and images that must stay whole. */
/** One pass over the characters; only runs whose bytes could be ASCII are decoded, at each of the four alignments. */

import { constants, gunzipSync } from 'node:zlib';
import { isWholeImage } from '../model/images.ts';
import { findHexDumps } from './hex-dumps.ts';

export interface EncodedBlock {
  readonly start: number;
  readonly end: number;
  /** What the run says, NULs taken out. Several readings, one for each alignment that gives text. */
  readonly decoded: string;
  /** The bytes are one whole image: never edited, only kept or dropped whole. */
  readonly image: boolean;
}

/** Shorter runs cannot hold a secret of any length worth hiding. */
export const MIN_RUN = 16;
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
  const dumps = findHexDumps(text);
  if (dumps.length === 0) return blocks;
  for (const { start, end, bytes } of dumps) blocks.push({ start, end, decoded: readable(bytes), image: false });
  return blocks.sort((a, b) => a.start - b.start);
}

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

/** All bits for units that runs are made of, none for others. */
export const RUN_MASK: Int32Array = runMask();

function runMask(): Int32Array {
  const table = new Int32Array(1 << 16);
  for (let code = 0; code < 128; code++) if (SEXTET[code] !== NONE) table[code] = 0x7fff_ffff;
  return table;
}

/**
 * Whether a run of `MIN_RUN` or more could hide text: what `findEncodedBlocks` would decode, told without decoding. Base64: four
 * groups of four characters in a row whose bytes are all below 0x80, or the head of a gzip file. Hexadecimal: ten times in a row
 * two digits of which the first is 2 to 7.
 */
export function hidesText(units: Uint16Array, start: number, end: number): boolean {
  if (units[start] === 0x48 && units[start + 1] === 0x34 && units[start + 2] === 0x73 && units[start + 3] === 0x49)
    return true;
  // each bit of a history is one character back, so all alignments are followed at once
  let begun = 0;
  let groups = 0;
  let pairs = 0;
  let before = 0;
  for (let i = start; i < end; i++) {
    const may = MAY[units[i] ?? 0] ?? 0;
    begun = may & ((begun << 1) | 1) & GROUP;
    groups = (groups << 1) | (begun >> 2);
    pairs = (pairs << 1) | ((before >> 3) & (may >> 4) & 1);
    before = may;
    // a group has a fourth character, which may be any
    if ((groups & FOUR_GROUPS) === FOUR_GROUPS && i + 1 < end) return true;
    if ((pairs & TEN_PAIRS) === TEN_PAIRS) return true;
  }
  return false;
}

const GROUP = 0b111;
const FOUR_GROUPS = 0x1111;
const TEN_PAIRS = 0x55555;

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
  const readings: string[] = text.startsWith(GZIP_HEAD, start) ? unzip(text.slice(start, end)) : [];
  for (let shift = 0; shift < 4; shift++) readAlignment(text, start + shift, end, readings);
  if (readings.length > 0) blocks.push({ start, end, decoded: readings.join('\n'), image: false });
}

/** What a gzip file in base64 says, also when its end is cut off; nothing when it is none or swells beyond all text. */
function unzip(run: string): string[] {
  try {
    const limit = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: run.length * 24 + 4096 };
    return [readable(gunzipSync(Buffer.from(run, 'base64'), limit).toString('latin1'))];
  } catch {
    // no gzip file, or a bomb: what it holds is not looked into
    return [];
  }
}

const GZIP_HEAD = 'H4sI';
/** Base64 of the first bytes of PNG, JPEG, GIF and RIFF. */
const IMAGE_HEAD = /^(?:iVBORw0K|\/9j\/|R0lGOD|UklGR)/;
/** What a character may be. Bits 0 to 2: the first, second, third of a group of ASCII bytes; 3 and 4: the first, second digit of one. */
/** The character of six bits that are all 0. */
const ZERO = 0x41;
const MAY: Uint8Array = mayTable();

function mayTable(): Uint8Array {
  const table = new Uint8Array(128);
  for (let code = 0; code < 128; code++) {
    if (SEXTET[code] === NONE) continue;
    const character = String.fromCharCode(code);
    const is = [
      isAsciiGroup(code, ZERO, ZERO),
      isAsciiGroup(ZERO, code, ZERO),
      isAsciiGroup(ZERO, ZERO, code),
      /[2-7]/.test(character),
      /[0-9A-Fa-f]/.test(character),
    ];
    table[code] = is.reduce((bits, yes, i) => bits | (yes ? 1 << i : 0), 0);
  }
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
