/** BLAKE3-256, plain and in derive-key mode. */
/** The one file that knows which package hashes. Source: the BLAKE3 paper, https://github.com/BLAKE3-team/BLAKE3-specs */

// @NOTE the package's own door makes a stream of every hasher, which costs several times what hashing a record does
import { create_derive, create_hasher, hash } from 'blake3-wasm/dist/wasm/nodejs/blake3_js.js';
import { encodeHex } from './bytes.ts';

const LENGTH = 32;

/** BLAKE3-256 of `bytes`: 32 bytes. */
export function blake3(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(LENGTH);
  if (bytes.length <= AT_ONCE) hash(bytes, out);
  else hashPieces([bytes], out);
  return out;
}

function hashPieces(pieces: Iterable<Uint8Array>, out: Uint8Array): void {
  const hasher = openBlake3();
  try {
    for (const bytes of pieces) hasher.update(bytes);
    out.set(hasher.digest());
  } finally {
    hasher.close();
  }
}

/** BLAKE3-256 of bytes that come one after the other. Must be closed: it lives in WebAssembly memory. */
export interface Blake3 {
  update(bytes: Uint8Array): void;
  /** Of all bytes so far: 32 bytes. */
  digest(): Uint8Array;
  close(): void;
}

export function openBlake3(): Blake3 {
  const hasher = create_hasher();
  return {
    // what is hashed is copied into WebAssembly memory, which never gets smaller: of much, a piece at a time
    update: (bytes) => {
      for (let at = 0; at < bytes.length; at += AT_ONCE) hasher.update(bytes.subarray(at, at + AT_ONCE));
    },
    digest: () => {
      const out = new Uint8Array(LENGTH);
      hasher.digest(out);
      return out;
    },
    close: () => hasher.free(),
  };
}

const AT_ONCE = 1024 * 1024;

/** BLAKE3-256 of `bytes` as 64 lowercase hexadecimal digits. */
export function blake3Hex(bytes: Uint8Array): string {
  return encodeHex(blake3(bytes));
}

/** The same of bytes that are never together. */
export function blake3HexOfPieces(pieces: Iterable<Uint8Array>): string {
  const out = new Uint8Array(LENGTH);
  hashPieces(pieces, out);
  return encodeHex(out);
}

/** BLAKE3 in derive-key mode under `context` (a constant, globally unique sentence): 32 bytes. */
export function blake3DeriveKey(context: string, bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(LENGTH);
  const hasher = create_derive(context);
  try {
    hasher.update(bytes);
    hasher.digest(out);
  } finally {
    // it lives in WebAssembly memory: nothing else would give that back
    hasher.free();
  }
  return out;
}
