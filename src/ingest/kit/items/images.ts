/** Turns an image that a session holds as base64 into bytes that a blob part can name. */
/** Strict on purpose: what is no image by its first bytes stays text, so redaction looks into it. */

import { blake3Hex } from '../../../base/blake3.ts';
import { releaseBytes } from '../../../base/bytes.ts';
import { limits } from '../../../base/limits.ts';
import { blobHash } from '../../../model/ids.ts';
import { findAttachmentKind, findImage as findLayout, stripImage } from '../../../model/images.ts';
import type { BlobPart } from '../../../model/item.ts';
import type { ImportedBlob } from '../importer.ts';
import { type FarString, findFar } from '../lines/far-texts.ts';
import { stripPdf } from './pdf.ts';

/** A blob part and the bytes it names. */
export interface DecodedImage {
  readonly part: BlobPart;
  readonly blob: ImportedBlob;
}

/**
 * The image in a base64 text, undefined when the text is not strict base64 (RFC 4648 §4, padded, canonical), is over
 * `limits.payload`, or its first bytes are of no known kind. The kind is told by the bytes, never by the caller. What is no
 * picture (places, names, previews), and what a document says of its author, is not kept; what cannot be cleaned is kept as it is, and
 * never published.
 */
export function findImage(base64: string, name?: string): DecodedImage | undefined {
  const far = findFar(base64);
  const whole = far === undefined ? decodeBase64(base64) : decodeFar(base64, far);
  if (whole === undefined) return undefined;
  const kind = findAttachmentKind(whole);
  if (kind === undefined) return undefined;
  const clean = stripAttachment(whole, kind.mime);
  const bytes = clean ?? whole;
  if (far !== undefined && bytes !== whole) releaseBytes(whole);
  const hash = blobHash(blake3Hex(bytes));
  const part: BlobPart = {
    type: 'blob',
    modality: kind.modality,
    mime_type: kind.mime,
    hash,
    size: bytes.length,
    ...(name === undefined ? {} : { name }),
  };
  return { part, blob: { hash, bytes, ...(clean === undefined ? { uncleaned: true } : {}) } };
}

/** Undefined: it cannot be cleaned. */
function stripAttachment(bytes: Uint8Array, mime: string): Uint8Array | undefined {
  if (mime === 'application/pdf') return stripPdf(bytes);
  const layout = findLayout(bytes);
  return layout === undefined || layout.end > bytes.length ? undefined : stripImage(bytes, layout);
}

/** The image in a `data:` URL with base64 content; undefined as for `findImage`. */
export function findDataUrlImage(url: string, name?: string): DecodedImage | undefined {
  const match = /^data:[\w.+-]{1,64}\/[\w.+-]{1,64}(?:;[\w.+-]{1,64}=[^;,]{0,64}){0,4};base64,/i.exec(
    url.slice(0, 512),
  );
  return match === null ? undefined : findImage(url.slice(match[0].length), name);
}

/** Bytes of a padded base64 text; undefined for anything that does not encode back to the same text. */
function decodeBase64(text: string): Uint8Array | undefined {
  if (text.length < 16 || text.length % 4 !== 0 || text.length > (limits.payload / 3) * 4) return undefined;
  const bytes = Buffer.from(text, 'base64');
  // Buffer skips what is no base64; encoding again is the strict test, and fast. In slices: a text may be very long.
  for (let at = 0; at < bytes.length; at += SLICE) {
    const from = (at / 3) * 4;
    if (bytes.toString('base64', at, at + SLICE) !== text.slice(from, from + (SLICE / 3) * 4)) return undefined;
  }
  return Math.ceil(bytes.length / 3) * 4 === text.length ? bytes : undefined;
}

/** The same of a text that stands in the source, and undefined where its beginning is that of no picture: then the rest is not looked at. */
function decodeFar(text: string, far: FarString): Uint8Array | undefined {
  if (findAttachmentKind(Buffer.from(text.slice(0, 128), 'base64')) === undefined) return undefined;
  const most = Math.ceil(((text.length + far.length) / 4) * 3);
  if (most > limits.payload) return undefined;
  const bytes = Buffer.allocUnsafeSlow(most);
  let length = 0;
  let held = '';
  for (const piece of far.walk()) {
    if (piece !== '' && held.endsWith('=')) return undefined;
    const all = held + piece;
    // the last group stays behind: it alone may be padded
    const cut = Math.max(0, all.length - 1 - ((all.length - 1) % 4));
    held = all.slice(cut);
    const from = length;
    length += bytes.write(all.slice(0, cut), from, 'base64');
    if (bytes.toString('base64', from, length) !== all.slice(0, cut)) return undefined;
  }
  const last = Buffer.from(held, 'base64');
  if (last.toString('base64') !== held) return undefined;
  bytes.set(last, length);
  return bytes.subarray(0, length + last.length);
}

/** Bytes that are encoded at once: groups of three. */
const SLICE = 3 * 256 * 1024;
