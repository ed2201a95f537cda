/** Blob files as bytes: one zstd frame, named by the BLAKE3 hash of what it holds. */
/** Where they lie in an archive and in a replica is the same, and comes from the hash alone. */

import { blake3Hex } from '../../base/blake3.ts';
import { equalBytes } from '../../base/bytes.ts';
import { LimitError, messageOf } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { compressZstd, declaredSize, decompressZstd } from '../../base/zstd.ts';
import { DamageError } from '../errors.ts';

/** `blobs/<hh>/<hash>.zst` */
export function blobPath(hash: string): string {
  return `blobs/${hash.slice(0, 2)}/${hash}.zst`;
}

/** Compressed bytes of a blob, checked to give back what went in. Throws LimitError. */
export function encodeBlob(bytes: Uint8Array): Uint8Array {
  if (bytes.length > limits.payload) throw new LimitError('blob', limits.payload, { length: bytes.length });
  const frame = compressZstd(bytes, 9);
  if (!equalBytes(decompressZstd(frame, bytes.length, limits.payload), bytes)) {
    throw new DamageError('memory', 'a compressed blob does not give back what went in');
  }
  return frame;
}

/** Raw bytes of a blob file, checked against its name. Throws DamageError. */
export function decodeBlob(file: string, frame: Uint8Array, hash: string): Uint8Array {
  let raw: Uint8Array;
  try {
    raw = decompressZstd(frame, declaredSize(frame), limits.payload);
  } catch (error) {
    throw new DamageError(file, messageOf(error), { hash });
  }
  if (blake3Hex(raw) !== hash) throw new DamageError(file, 'its bytes do not hash to its name', { hash });
  return new Uint8Array(raw.buffer, raw.byteOffset, raw.length);
}
