/** The rendered rows of one page as one zstd frame: a line that says where each stands, then the page's HTML. */
/** The page's own bytes are packed, which are there already: nothing is written or encoded a second time. */

import { concatBytes, decodeUtf8, encodeUtf8 } from '../../../base/bytes.ts';
import { compressZstd, declaredSize, decompressZstd } from '../../../base/zstd.ts';

/** A row of the page by its name, and where its HTML begins and ends in the page's, in UTF-16 units. */
export type TurnSpan = readonly [name: string, start: number, end: number];

const LARGEST = 512 * 1024 * 1024;

/** `html`: UTF-8. */
export function encodeTurnPack(spans: readonly TurnSpan[], html: Uint8Array): Uint8Array {
  return compressZstd(concatBytes([encodeUtf8(`${JSON.stringify(spans)}\n`), html]), 1);
}

/** HTML by name. Throws ZstdError. */
export function decodeTurnPack(pack: Uint8Array): ReadonlyMap<string, string> {
  const text = decodeUtf8(decompressZstd(pack, declaredSize(pack), LARGEST));
  const border = text.indexOf('\n') + 1;
  // Written by encodeTurnPack; the cache is private to the archive's owner.
  const spans = JSON.parse(text.slice(0, border)) as readonly TurnSpan[];
  return new Map(spans.map(([name, start, end]) => [name, text.slice(border + start, border + end)]));
}
