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

const PNG_PICTURE = new Set('IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB sBIT bKGD pHYs acTL fcTL fdAT'.split(' '));

/** Chunks: length, name, data, checksum (PNG, 5.3). */
export function readPng(bytes: Uint8Array, view: DataView): ImageLayout | undefined {
  if (tagAt(bytes, 12) !== 'IHDR') return undefined;
  const pieces: ImagePiece[] = [{ from: 0, to: 8, picture: true }];
  for (let from = 8; ; ) {
    const to = from + 12 + view.getUint32(from);
    if (to > bytes.length) return undefined;
    const name = tagAt(bytes, from + 4);
    pieces.push({ from, to, picture: PNG_PICTURE.has(name) });
    if (name === 'IEND') return { pieces, sizes: [[view.getUint32(16), view.getUint32(20)]], end: to };
    from = to;
  }
}

/** Segments up to the scan: marker, length, data (JPEG, B.1.1); the scan up to its EOI. */
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
    const to = from + 2 + view.getUint16(from + 2);
    if (to > bytes.length) return undefined;
    if (isFrame(marker)) sizes.push([view.getUint16(from + 7), view.getUint16(from + 5)]);
    // APP0 (JFIF) and APP14 (Adobe: how colours are meant) stay; EXIF, XMP, profiles, previews and comments go.
    const metadata = (marker >= 0xe1 && marker <= 0xef && marker !== 0xee) || marker === 0xfe;
    pieces.push({ from, to, picture: !metadata });
    if (marker === 0xda) {
      const end = endOfScan(bytes, to);
      if (end === undefined) return undefined;
      pieces.push({ from: to, to: end, picture: true });
      return { pieces, sizes, end };
    }
    from = to;
  }
}

/** SOF0 to SOF15 without DHT, JPG and DAC. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

function endOfScan(bytes: Uint8Array, from: number): number | undefined {
  for (let at = bytes.indexOf(0xff, from); at !== -1; at = bytes.indexOf(0xff, at + 1)) {
    if (bytes[at + 1] === 0xd9) return at + 2;
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
      // How long a frame stands, and that the film repeats.
      picture = label === 0xf9 || (label === 0xff && tagAt(bytes, from + 3) === 'NETS');
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

const WEBP_PICTURE = new Set(['VP8 ', 'VP8L', 'VP8X', 'ALPH', 'ANIM', 'ANMF']);

/** RIFF chunks: name, length, data, padding to an even length. The first one is of the picture. */
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
    const size = webpSize(name, view, from + 8);
    if (size !== undefined) sizes.push(size);
    pieces.push({ from, to, picture: WEBP_PICTURE.has(name) });
    from = to;
  }
  // Shorter than it says: not whole, though its chunks are.
  return { pieces, sizes, end: Math.max(from, declared) };
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
