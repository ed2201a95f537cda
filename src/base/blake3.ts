/** BLAKE3-256, plain and in derive-key mode. */
/** The one file that knows which package hashes. Source: the BLAKE3 paper, https://github.com/BLAKE3-team/BLAKE3-specs */

import { createDeriveKey, hash } from 'blake3-wasm';

/** BLAKE3-256 of `bytes`: 32 bytes. */
export function blake3(bytes: Uint8Array): Uint8Array {
  return hash(bytes as Buffer) as Buffer;
}

/** BLAKE3-256 of `bytes` as 64 lowercase hexadecimal digits. */
export function blake3Hex(bytes: Uint8Array): string {
  return (hash(bytes as Buffer) as Buffer).toString('hex');
}

/** BLAKE3 in derive-key mode under `context` (a constant, globally unique sentence): 32 bytes. */
export function blake3DeriveKey(context: string, bytes: Uint8Array): Uint8Array {
  const hasher = createDeriveKey(context);
  hasher.update(bytes as Buffer);
  // @NOTE the hasher lives in WebAssembly memory: `digest` frees it, nothing else would
  return hasher.digest();
}
