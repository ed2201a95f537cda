/** One zstd frame from pieces and into pieces, whose content is never together. */
/** Not in base/zstd.ts, which pages load too: they have no streams of Node's. */

import { Readable } from 'node:stream';
import { constants, createZstdCompress, createZstdDecompress } from 'node:zlib';
import { concatBytes, ownBytes } from '../../base/bytes.ts';
import { limits } from '../../base/limits.ts';
import { findFrameEnd } from '../../base/zstd.ts';

/** `compressZstd` of `length` bytes that are never together: each piece is asked for when there is room. */
export async function compressZstdPieces(
  pieces: Iterable<Uint8Array>,
  length: number,
  level: 1 | 3 | 9,
): Promise<Uint8Array> {
  const params = { [constants.ZSTD_c_compressionLevel]: level };
  const stream = Readable.from(pieces).pipe(createZstdCompress({ params, pledgedSrcSize: length, chunkSize: MUCH }));
  const written: Uint8Array[] = [];
  for await (const piece of stream) written.push(piece as Uint8Array);
  const frame = concatBytes(written);
  return ownBytes(frame.subarray(0, findFrameEnd(frame)));
}

/** The content of one frame in pieces; nobody has checked what it is, nor how much. Throws what zlib throws. */
export async function* decompressZstdPieces(frame: Uint8Array): AsyncGenerator<Uint8Array> {
  const params = { [constants.ZSTD_d_windowLogMax]: limits.zstdWindowLog };
  const stream = Readable.from([frame]).pipe(createZstdDecompress({ params, chunkSize: MUCH }));
  for await (const piece of stream) yield piece as Uint8Array;
}

const MUCH = 256 * 1024;
