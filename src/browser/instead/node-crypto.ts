/** node:crypto, as far as a page that checks itself needs it: SHA-256 at once, where browsers only have it later. */
/** Signatures are verified by the browser itself (checker/note-signature.ts); keys are never made in a page. */

import { sha256 } from '@noble/hashes/sha2.js';

export function hash(_algorithm: 'sha256', bytes: Uint8Array): Uint8Array {
  return sha256(bytes);
}

export const sign = never;
export const verify = never;
export const createPrivateKey = never;
export const createPublicKey = never;
export const generateKeyPairSync = never;

function never(): never {
  throw new Error('a page neither signs nor makes keys');
}
