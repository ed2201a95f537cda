/** BLAKE3-256, plain and in derive-key mode. */
/** The one file that knows which package hashes. Source: the BLAKE3 paper, https://github.com/BLAKE3-team/BLAKE3-specs */

// @NOTE the package's own door makes a stream of every hasher, which costs several times what hashing a record does
import { create_derive, hash } from 'blake3-wasm/dist/wasm/nodejs/blake3_js.js';
import { encodeHex } from './bytes.ts';

const LENGTH = 32;

/** BLAKE3-256 of `bytes`: 32 bytes. */
export function blake3(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(LENGTH);
  hash(bytes, out);
  return out;
}

/** BLAKE3-256 of `bytes` as 64 lowercase hexadecimal digits. */
export function blake3Hex(bytes: Uint8Array): string {
  return encodeHex(blake3(bytes));
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
