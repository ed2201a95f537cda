/** Kinds of attachments by their first bytes, and images without what is not picture: one row a kind. */
/** A name or a media type is only a claim; ingest, the secrets' scanner and the site all go by the bytes, and by this table. */

import { type ImageLayout, type ReadLayout, readGif, readJpeg, readPng, readWebp, tagAt } from './image-layout.ts';
import type { BlobPart } from './item.ts';

export interface AttachmentKind {
  readonly mime: string;
  readonly modality: BlobPart['modality'];
  readonly fits: (bytes: Uint8Array) => boolean;
  /** Of kinds that a page may show. */
  readonly shown?: { readonly extension: string; readonly read: ReadLayout };
}

/** The first row that fits counts. */
export const ATTACHMENT_KINDS: readonly AttachmentKind[] = [
  {
    mime: 'image/png',
    modality: 'image',
    fits: (bytes) => starts(bytes, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    shown: { extension: 'png', read: readPng },
  },
  {
    mime: 'image/jpeg',
    modality: 'image',
    fits: (bytes) => starts(bytes, [0xff, 0xd8, 0xff]),
    shown: { extension: 'jpg', read: readJpeg },
  },
  {
    mime: 'image/gif',
    modality: 'image',
    fits: (bytes) => ascii(bytes, 0, 'GIF87a') || ascii(bytes, 0, 'GIF89a'),
    shown: { extension: 'gif', read: readGif },
  },
  {
    mime: 'image/webp',
    modality: 'image',
    fits: (bytes) => ascii(bytes, 0, 'RIFF') && ascii(bytes, 8, 'WEBP'),
    shown: { extension: 'webp', read: readWebp },
  },
  {
    mime: 'image/avif',
    modality: 'image',
    fits: (bytes) => ascii(bytes, 4, 'ftypavif') || ascii(bytes, 4, 'ftypavis'),
  },
  {
    mime: 'image/bmp',
    modality: 'image',
    fits: (bytes) => ascii(bytes, 0, 'BM') && bytes.length > 26 && bytes[6] === 0 && bytes[7] === 0,
  },
  { mime: 'application/pdf', modality: 'document', fits: (bytes) => ascii(bytes, 0, '%PDF-') },
];

/** The kind that the first bytes are of. */
export function findAttachmentKind(bytes: Uint8Array): AttachmentKind | undefined {
  return ATTACHMENT_KINDS.find((kind) => kind.fits(bytes));
}

export interface Image extends ImageLayout {
  readonly mime: string;
}

/** The image that the bytes begin with; undefined when it is of no kind that can be shown, or not there to its end. */
export function findImage(bytes: Uint8Array): Image | undefined {
  const kind = findAttachmentKind(bytes);
  if (kind?.shown === undefined) return undefined;
  try {
    const layout = kind.shown.read(bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    return layout === undefined ? undefined : { ...layout, mime: kind.mime };
  } catch (error) {
    // Reading past the end: the image is cut off.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Whether the bytes are exactly one image, from its first byte to its last. */
export function isWholeImage(bytes: Uint8Array): boolean {
  return findImage(bytes)?.end === bytes.length;
}

/** The bytes of an image that are picture, as a whole image of the same kind. */
export function stripImage(bytes: Uint8Array, image: Image): Uint8Array {
  const picture = image.pieces.filter((piece) => piece.picture).map(({ from, to }) => bytes.subarray(from, to));
  const stripped = new Uint8Array(picture.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of picture) {
    stripped.set(piece, at);
    at += piece.length;
  }
  if (image.mime === 'image/webp') correctWebp(stripped);
  return stripped;
}

/** The length that RIFF declares, and the flags that announce EXIF and XMP. */
function correctWebp(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer);
  view.setUint32(4, bytes.length - 8, true);
  for (let at = 12; at + 8 <= bytes.length; ) {
    if (tagAt(bytes, at) === 'VP8X') bytes[at + 8] = (bytes[at + 8] ?? 0) & ~0x2c;
    const length = view.getUint32(at + 4, true);
    at += 8 + length + (length & 1);
  }
}

function starts(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, i) => bytes[i] === byte);
}

function ascii(bytes: Uint8Array, at: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
}
