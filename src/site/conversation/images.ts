/** Images as they may be published: a known format by its first bytes, bounded, without metadata. */
/** Anything else is not an image, whatever its name or type says. Metadata holds places, names and sometimes text. */

import { concatBytes } from '../../base/bytes.ts';
import { limits } from '../../base/limits.ts';

/** Media types that may be shown, with the extension of their files. */
export const IMAGE_TYPES: ReadonlyMap<string, string> = new Map([
  ['image/png', 'png'],
  ['image/jpeg', 'jpg'],
  ['image/gif', 'gif'],
  ['image/webp', 'webp'],
]);

/** The image without metadata; undefined when the bytes are not a whole image of this type within the limits. */
export function cleanImage(bytes: Uint8Array, mime: string): Uint8Array | undefined {
  const clean = CLEANERS[mime];
  if (clean === undefined) return undefined;
  try {
    return clean(bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch (error) {
    // Reading past the end: the image is cut off.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

type Cleaner = (bytes: Uint8Array, view: DataView) => Uint8Array | undefined;

const CLEANERS: Readonly<Record<string, Cleaner>> = {
  'image/png': cleanPng,
  'image/jpeg': cleanJpeg,
  'image/gif': cleanGif,
  'image/webp': cleanWebp,
};

const PNG_CHUNKS = new Set([
  'IHDR',
  'PLTE',
  'IDAT',
  'IEND',
  'tRNS',
  'gAMA',
  'cHRM',
  'sRGB',
  'sBIT',
  'bKGD',
  'pHYs',
  'acTL',
  'fcTL',
  'fdAT',
]);

function cleanPng(bytes: Uint8Array, view: DataView): Uint8Array | undefined {
  if (view.getUint32(0) !== 0x89504e47 || view.getUint32(4) !== 0x0d0a1a0a) return undefined;
  if (tag(bytes, 12) !== 'IHDR' || !isBounded(view.getUint32(16), view.getUint32(20))) return undefined;
  const kept = [bytes.subarray(0, 8)];
  for (let at = 8; ; ) {
    const end = at + 12 + view.getUint32(at);
    if (end > bytes.length) return undefined;
    const name = tag(bytes, at + 4);
    if (PNG_CHUNKS.has(name)) kept.push(bytes.subarray(at, end));
    if (name === 'IEND') return concatBytes(kept);
    at = end;
  }
}

function cleanJpeg(bytes: Uint8Array, view: DataView): Uint8Array | undefined {
  if (view.getUint16(0) !== 0xffd8) return undefined;
  const kept = [bytes.subarray(0, 2)];
  let bounded = false;
  for (let at = 2; ; ) {
    if (view.getUint8(at) !== 0xff) return undefined;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at++;
      continue;
    }
    const end = at + 2 + view.getUint16(at + 2);
    if (end > bytes.length) return undefined;
    if (isFrame(marker)) {
      bounded = isBounded(view.getUint16(at + 7), view.getUint16(at + 5));
      if (!bounded) return undefined;
    }
    // APP0 (JFIF) and APP14 (Adobe: how colours are meant) stay; EXIF, XMP, profiles, previews and comments go.
    const metadata = (marker >= 0xe1 && marker <= 0xef && marker !== 0xee) || marker === 0xfe;
    if (!metadata) kept.push(bytes.subarray(at, end));
    if (marker === 0xda) {
      const last = endOfImage(bytes, end);
      return bounded && last !== undefined ? concatBytes([...kept, bytes.subarray(end, last)]) : undefined;
    }
    at = end;
  }
}

/** SOF0 to SOF15 without DHT, JPG and DAC. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

/** After the last EOI marker: what is glued on behind an image is not part of it. */
function endOfImage(bytes: Uint8Array, from: number): number | undefined {
  for (let at = from; at + 1 < bytes.length; at++) if (bytes[at] === 0xff && bytes[at + 1] === 0xd9) return at + 2;
  return undefined;
}

function cleanGif(bytes: Uint8Array, view: DataView): Uint8Array | undefined {
  const name = tag(bytes, 0) + tag(bytes, 4).slice(0, 2);
  if ((name !== 'GIF87a' && name !== 'GIF89a') || !isBounded(view.getUint16(6, true), view.getUint16(8, true))) {
    return undefined;
  }
  let at = 13 + tableBytes(view.getUint8(10));
  const kept = [bytes.subarray(0, at)];
  for (;;) {
    const start = at;
    const kind = view.getUint8(at);
    if (kind === 0x3b) return concatBytes([...kept, bytes.subarray(at, at + 1)]);
    if (kind === 0x2c) {
      at = skipBlocks(view, at + 11 + tableBytes(view.getUint8(at + 9)));
      kept.push(bytes.subarray(start, at));
    } else if (kind === 0x21) {
      const label = view.getUint8(at + 1);
      at = skipBlocks(view, at + 2);
      const loop = label === 0xff && tag(bytes, start + 3) === 'NETS';
      if (label === 0xf9 || loop) kept.push(bytes.subarray(start, at));
    } else return undefined;
    if (at > bytes.length) return undefined;
  }
}

function tableBytes(flags: number): number {
  return (flags & 0x80) === 0 ? 0 : 3 << ((flags & 7) + 1);
}

function skipBlocks(view: DataView, from: number): number {
  let at = from;
  for (let size = view.getUint8(at); size !== 0; size = view.getUint8(at)) at += size + 1;
  return at + 1;
}

const WEBP_CHUNKS = new Set(['VP8 ', 'VP8L', 'VP8X', 'ALPH', 'ANIM', 'ANMF']);

function cleanWebp(bytes: Uint8Array, view: DataView): Uint8Array | undefined {
  if (tag(bytes, 0) !== 'RIFF' || tag(bytes, 8) !== 'WEBP') return undefined;
  const total = Math.min(bytes.length, 8 + view.getUint32(4, true));
  const kept: Uint8Array[] = [];
  let bounded = false;
  for (let at = 12; at + 8 <= total; ) {
    const length = view.getUint32(at + 4, true);
    const end = at + 8 + length + (length & 1);
    if (end > bytes.length) return undefined;
    const name = tag(bytes, at);
    if (WEBP_CHUNKS.has(name)) {
      const chunk = bytes.slice(at, end);
      const size = webpSize(name, view, at + 8);
      if (size !== undefined && !isBounded(...size)) return undefined;
      bounded ||= size !== undefined;
      // The flags for EXIF and XMP, which are left out.
      if (name === 'VP8X') chunk[8] = (chunk[8] ?? 0) & ~0x2c;
      kept.push(chunk);
    }
    at = end;
  }
  if (!bounded) return undefined;
  const body = concatBytes(kept);
  const head = new Uint8Array(12);
  head.set(bytes.subarray(0, 12));
  new DataView(head.buffer).setUint32(4, body.length + 4, true);
  return concatBytes([head, body]);
}

function webpSize(name: string, view: DataView, at: number): readonly [number, number] | undefined {
  if (name === 'VP8X') {
    const uint24 = (from: number): number => view.getUint16(from, true) + (view.getUint8(from + 2) << 16);
    return [uint24(at + 4) + 1, uint24(at + 7) + 1];
  }
  if (name === 'VP8 ') return [view.getUint16(at + 6, true) & 0x3fff, view.getUint16(at + 8, true) & 0x3fff];
  if (name === 'VP8L') {
    const bits = view.getUint32(at + 1, true);
    return [(bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1];
  }
  return undefined;
}

function isBounded(width: number, height: number): boolean {
  const { imageSide, imagePixels } = limits;
  return width > 0 && height > 0 && width <= imageSide && height <= imageSide && width * height <= imagePixels;
}

function tag(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}
