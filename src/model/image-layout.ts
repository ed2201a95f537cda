/** How the bytes of a PNG, JPEG, GIF or WebP are put together: one walk for each format, from the first byte to the last. */
/** Who needs to know whether an image is whole, how large it is, or what in it is picture, asks here; nobody else parses. */

/** A run of bytes that belongs together: a chunk, a segment, a block. */
export interface ImagePiece {
  readonly from: number;
  readonly to: number;
  /** Needed to show the picture. Not so: comments, places, names, previews, profiles. */
  readonly picture: boolean;
}

export interface ImageLayout {
  /** In order. */
  readonly pieces: readonly ImagePiece[];
  /** Width and height wherever the image says them. */
  readonly sizes: readonly (readonly [width: number, height: number])[];
  /** Where the image ends; what stands behind is not part of it. */
  readonly end: number;
}

/** Undefined when the bytes are not so. Throws RangeError when they end too early. */
export type ReadLayout = (bytes: Uint8Array, view: DataView) => ImageLayout | undefined;

/** Chunks that are picture, and how long they are: others hold what nobody shows. */
const PNG_PICTURE: ReadonlyMap<string, number> = new Map([
  ['IHDR', 13],
  ['IEND', 0],
  ['gAMA', 4],
  ['cHRM', 32],
  ['sRGB', 1],
  ['pHYs', 9],
  ['acTL', 8],
  ['fcTL', 26],
]);

/** Chunks: length, name, data, checksum (PNG, 5.3). Undefined, too, when the first or the last one is longer than it can be. */
export function readPng(bytes: Uint8Array, view: DataView): ImageLayout | undefined {
  if (tagAt(bytes, 12) !== 'IHDR' || view.getUint32(8) !== 13) return undefined;
  const pieces: ImagePiece[] = [{ from: 0, to: 8, picture: true }];
  let film = false;
  for (let from = 8; ; ) {
    const length = view.getUint32(from);
    const to = from + 12 + length;
    if (to > bytes.length) return undefined;
    const name = tagAt(bytes, from + 4);
    if (name === 'acTL') film = true;
    pieces.push({ from, to, picture: isPngPicture(name, length, bytes, film) });
    if (name === 'IEND') {
      return length > 0 ? undefined : { pieces, sizes: [[view.getUint32(16), view.getUint32(20)]], end: to };
    }
    from = to;
  }
}

/** By the depth and the kind of colour that the image has, and whether it is a film. */
function isPngPicture(name: string, length: number, bytes: Uint8Array, film: boolean): boolean {
  const [depth = 0, colour = 0] = bytes.subarray(24, 26);
  const colours = colour === 3 ? 1 << depth : 0;
  if (name === 'IDAT') return true;
  if (name === 'PLTE') return length <= 3 * colours && length % 3 === 0;
  if (name === 'tRNS') return colour === 0 ? length === 2 : colour === 2 ? length === 6 : length <= colours;
  if (name === 'sBIT') return length <= 4;
  if (name === 'bKGD') return length <= (colour === 3 ? 1 : 6);
  if (name === 'fcTL' || name === 'fdAT') return film && (name === 'fdAT' || length === 26);
  return length === PNG_PICTURE.get(name);
}

/** Segments: marker, length, data (JPEG, B.1.1), scans and what stands between them, up to the end of the image. */
export function readJpeg(bytes: Uint8Array, view: DataView): ImageLayout | undefined {
  const pieces: ImagePiece[] = [{ from: 0, to: 2, picture: true }];
  const sizes: [number, number][] = [];
  for (let from = 2; ; ) {
    if (view.getUint8(from) !== 0xff) return undefined;
    const marker = view.getUint8(from + 1);
    if (marker === 0xff) {
      from++;
      continue;
    }
    if (marker === 0xd9) {
      pieces.push({ from, to: from + 2, picture: true });
      return { pieces, sizes, end: from + 2 };
    }
    const to = from + 2 + view.getUint16(from + 2);
    if (to > bytes.length || to < from + 4 || !isExact(bytes, marker, from + 4, to)) return undefined;
    if (isFrame(marker)) sizes.push([view.getUint16(from + 7), view.getUint16(from + 5)]);
    pieces.push({ from, to, picture: isJpegPicture(bytes, marker, from, to) });
    from = to;
    if (marker !== 0xda) continue;
    const end = endOfScan(bytes, to);
    if (end === undefined) return undefined;
    pieces.push({ from: to, to: end, picture: true });
    from = end;
  }
}

/** SOF0 to SOF15 without DHT, JPG and DAC. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

/** Whether frames, tables and scans are as long as what they count (JPEG, B.2): nobody shows what stands behind it. */
function isExact(bytes: Uint8Array, marker: number, from: number, to: number): boolean {
  const at = (index: number) => bytes[index] ?? 0;
  if (isFrame(marker) || marker === 0xde) return to - from === 6 + 3 * at(from + 5);
  if (marker === 0xda) return to - from === 4 + 2 * at(from);
  if (marker === 0xdc || marker === 0xdd) return to - from === 2;
  if (marker === 0xdf) return to - from === 1;
  if (marker === 0xcc) return (to - from) % 2 === 0 && to - from <= 16;
  if (marker !== 0xdb && marker !== 0xc4) return true;
  let end = from;
  while (end < to) {
    if (marker === 0xdb) end += at(end) < 16 ? 65 : 129;
    else end += 17 + bytes.subarray(end + 1, end + 17).reduce((sum, count) => sum + count, 0);
  }
  return end === to;
}

/**
 * Frames, tables, scans; of the rest only JFIF without a preview and Adobe's word on how colours are meant, as long as they always
 * are. EXIF, XMP, profiles, previews, comments and what is reserved go.
 */
function isJpegPicture(bytes: Uint8Array, marker: number, from: number, to: number): boolean {
  if (marker === 0xe0)
    return to - from === 18 && tagAt(bytes, from + 4) === 'JFIF' && bytes[to - 1] === 0 && bytes[to - 2] === 0;
  if (marker === 0xee) return to - from === 16 && tagAt(bytes, from + 4) === 'Adob';
  return isFrame(marker) || marker === 0xc4 || marker === 0xcc || (marker >= 0xda && marker <= 0xdf);
}

/** The first marker that is no part of the scan: neither a byte 0xff of it nor a restart (JPEG, B.1.1.5). */
function endOfScan(bytes: Uint8Array, from: number): number | undefined {
  for (let at = bytes.indexOf(0xff, from); at !== -1; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1] ?? 0;
    if (next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return at;
  }
  return undefined;
}

/** Blocks by their first byte: an image, an extension, the end (GIF89a, appendix B). */
export function readGif(bytes: Uint8Array, view: DataView): ImageLayout | undefined {
  const sizes = [[view.getUint16(6, true), view.getUint16(8, true)]] as const;
  let from = 13 + tableBytes(view.getUint8(10));
  const pieces: ImagePiece[] = [{ from: 0, to: from, picture: true }];
  for (;;) {
    const kind = view.getUint8(from);
    if (kind === 0x3b) return { pieces: [...pieces, { from, to: from + 1, picture: true }], sizes, end: from + 1 };
    let to: number;
    let picture = true;
    if (kind === 0x2c) to = skipBlocks(view, from + 11 + tableBytes(view.getUint8(from + 9)));
    else if (kind === 0x21) {
      const label = view.getUint8(from + 1);
      to = skipBlocks(view, from + 2);
      // How long a frame stands, and that the film repeats: as long as they always are.
      picture =
        (label === 0xf9 && to - from === 8) ||
        (label === 0xff && to - from === 19 && tagAt(bytes, from + 3) === 'NETS');
    } else return undefined;
    if (to > bytes.length) return undefined;
    pieces.push({ from, to, picture });
    from = to;
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

/** Chunks that are picture, and how long they may be. */
const WEBP_PICTURE: ReadonlyMap<string, number> = new Map([
  ['VP8 ', 0xffff_ffff],
  ['VP8L', 0xffff_ffff],
  ['ALPH', 0xffff_ffff],
  ['ANMF', 0xffff_ffff],
  ['VP8X', 10],
  ['ANIM', 6],
]);

/** RIFF chunks: name, length, data, padding to an even length. The first one is of the picture; a frame of a film holds such alone. */
export function readWebp(bytes: Uint8Array, view: DataView): ImageLayout | undefined {
  if (!/^VP8[ LX]$/.test(tagAt(bytes, 12))) return undefined;
  const declared = 8 + view.getUint32(4, true);
  const total = Math.min(bytes.length, declared);
  const pieces: ImagePiece[] = [{ from: 0, to: 12, picture: true }];
  const sizes: (readonly [number, number])[] = [];
  let from = 12;
  while (from + 8 <= total) {
    const length = view.getUint32(from + 4, true);
    const to = from + 8 + length + (length & 1);
    if (to > bytes.length || to > declared + 1) return undefined;
    const name = tagAt(bytes, from);
    if (name === 'ANMF' && !isFrameOfWebp(bytes, view, from + 24, Math.min(to, from + 8 + length))) return undefined;
    const size = webpSize(name, view, from + 8);
    if (size !== undefined) sizes.push(size);
    pieces.push({ from, to, picture: length <= (WEBP_PICTURE.get(name) ?? -1) });
    from = to;
  }
  // Shorter than it says: not whole, though its chunks are.
  return { pieces, sizes, end: Math.max(from, declared) };
}

/** Whether the chunks of a frame are picture and fill it; what else stands there could not be told apart once it is cut. */
function isFrameOfWebp(bytes: Uint8Array, view: DataView, start: number, end: number): boolean {
  let from = start;
  while (from + 8 <= end) {
    if (!/^(?:VP8[ L]|ALPH)$/.test(tagAt(bytes, from))) return false;
    const length = view.getUint32(from + 4, true);
    from += 8 + length + (length & 1);
  }
  return from === end;
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

/** Four bytes as letters. */
export function tagAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}
