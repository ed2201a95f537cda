/** zstd frames, one at a time, with a cap that is checked before a byte is decoded. */
/** Native zstd returns only the first of several frames and nothing for a skippable one: so one frame per call, size declared, and nothing after it. */

import { promisify } from 'node:util';
import { constants, zstdCompress, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { ownBytes } from './bytes.ts';
import { LimitError, ZstdError } from './errors.ts';
import { limits } from './limits.ts';

/** One frame with its content size in the header, on a buffer of its own size. Level 3 for data that still changes, 9 for what is sealed. */
export function compressZstd(bytes: Uint8Array, level: 1 | 3 | 9): Uint8Array {
  const written = zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: level } });
  // @NOTE where a frame fills Node's last piece of memory to the byte, Node ends it twice: an empty frame of 9 bytes stands after it
  return ownBytes(written.subarray(0, findFrameEnd(written)));
}

/** The same without holding up this thread. The bytes must not change meanwhile. */
export async function compressZstdBeside(bytes: Uint8Array, level: 1 | 3 | 9): Promise<Uint8Array> {
  const options = {
    params: { [constants.ZSTD_c_compressionLevel]: level },
    pledgedSrcSize: bytes.length,
    // all of it at once, with room left: every piece that is handed out costs a turn of the event loop, and a full one a second frame
    chunkSize: bytes.length + (bytes.length >> 8) + 1024,
  };
  return ownBytes(await compressBeside(bytes, options));
}

const compressBeside = promisify(zstdCompress);

/** The content of exactly one frame whose declared size is `rawLength` (bytes), on a buffer of its own size. Throws ZstdError, or LimitError past `cap`. */
export function decompressZstd(frame: Uint8Array, rawLength: number, cap: number): Uint8Array {
  if (rawLength > cap) throw new LimitError('zstd content', cap, { rawLength });
  const declared = declaredSize(frame);
  if (declared !== rawLength) throw new ZstdError(`zstd frame declares ${declared} bytes, expected ${rawLength}`);
  const end = findFrameEnd(frame);
  if (end > frame.length) throw new ZstdError('zstd frame is cut off');
  // bytes after it would be seen by nobody: not by a withdrawal, not by a scan for secrets
  if (end < frame.length) throw new ZstdError(`${frame.length - end} bytes stand after a zstd frame`);
  let raw: Uint8Array;
  try {
    raw = zstdDecompressSync(frame, {
      maxOutputLength: Math.max(rawLength, 1),
      // much in one piece: pieces would stand in memory beside the whole that is made of them
      ...(rawLength > ONE_PIECE ? { chunkSize: rawLength } : {}),
      params: { [constants.ZSTD_d_windowLogMax]: limits.zstdWindowLog },
    });
  } catch (cause) {
    throw new ZstdError(`zstd frame does not decompress: ${(cause as Error).message}`, cause);
  }
  if (raw.length !== rawLength) throw new ZstdError(`zstd frame holds ${raw.length} bytes, declared ${rawLength}`);
  return ownBytes(raw);
}

const ONE_PIECE = 1024 * 1024;

/** Content size in the frame header (RFC 8878 §3.1.1); throws ZstdError when it has none or is no plain frame. */
export function declaredSize(frame: Uint8Array): number {
  return readHeader(frame).size;
}

interface FrameHeader {
  readonly size: number;
  /** Offset of the first block. */
  readonly blocks: number;
  readonly checksum: boolean;
}

function readHeader(frame: Uint8Array): FrameHeader {
  if (frame.length < 6) throw new ZstdError('zstd frame is too short');
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (view.getUint32(0, true) !== 0xfd2fb528) throw new ZstdError('not a zstd frame');
  const descriptor = view.getUint8(4);
  const flag = descriptor >> 6;
  const singleSegment = (descriptor & 0x20) !== 0;
  if ((descriptor & 8) !== 0) throw new ZstdError('reserved bit of a zstd frame is set');
  if ((descriptor & 3) !== 0) throw new ZstdError('zstd frame wants a dictionary');
  const at = 5 + (singleSegment ? 0 : 1);
  const width = flag === 0 ? (singleSegment ? 1 : 0) : 1 << flag;
  if (width === 0) throw new ZstdError('zstd frame does not declare its size');
  if (frame.length < at + width) throw new ZstdError('zstd frame header is cut off');
  return { size: readSize(view, at, width), blocks: at + width, checksum: (descriptor & 4) !== 0 };
}

function readSize(view: DataView, at: number, width: number): number {
  if (width === 1) return view.getUint8(at);
  if (width === 2) return view.getUint16(at, true) + 256;
  if (width === 4) return view.getUint32(at, true);
  return Number(view.getBigUint64(at, true));
}

const RUN_BLOCK = 1;
const RESERVED_BLOCK = 3;

/** Where the frame ends, from the headers of its blocks (RFC 8878 §3.1.1.2): native zstd says nothing of what follows it. */
export function findFrameEnd(frame: Uint8Array): number {
  const { blocks, checksum } = readHeader(frame);
  for (let at = blocks; at + 3 <= frame.length; ) {
    const header = (frame[at] ?? 0) | ((frame[at + 1] ?? 0) << 8) | ((frame[at + 2] ?? 0) << 16);
    const type = (header >> 1) & 3;
    if (type === RESERVED_BLOCK) throw new ZstdError('zstd frame has a block of a reserved type');
    at += 3 + (type === RUN_BLOCK ? 1 : header >> 3);
    if ((header & 1) !== 0) return at + (checksum ? 4 : 0);
  }
  throw new ZstdError('zstd frame is cut off');
}
