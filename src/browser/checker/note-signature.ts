/** Signatures of checkpoints, verified by the browser (https://c2sp.org/signed-note, Ed25519). */
/** A browser that does not know Ed25519 verifies none, and the page says so: it is never taken for a good signature. */

import { keyHashOf } from '../../archive/format/format.ts';
import { encodeUtf8, equalBytes } from '../../base/bytes.ts';
import type { VerifyNote } from '../../replica/check/checking.ts';

export const verifyNote: VerifyNote = async (checkpoint, { name, publicKey }) => {
  const key = await importKey(publicKey);
  if (key === undefined) return undefined;
  const keyHash = keyHashOf(name, publicKey);
  for (const line of checkpoint.signatures)
    if (line.name === name && equalBytes(line.keyHash, keyHash) && (await fits(key, line.signature, checkpoint.body)))
      return true;
  return false;
};

/** Undefined: this browser has no Ed25519, or the page came without TLS, where browsers have no cryptography. */
async function importKey(publicKey: Uint8Array): Promise<CryptoKey | undefined> {
  if (!isSecureContext) return undefined;
  try {
    return await crypto.subtle.importKey('raw', new Uint8Array(publicKey), 'Ed25519', false, ['verify']);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotSupportedError') return undefined;
    throw error;
  }
}

function fits(key: CryptoKey, signature: Uint8Array, body: string): Promise<boolean> {
  return crypto.subtle.verify('Ed25519', key, new Uint8Array(signature), new Uint8Array(encodeUtf8(body)));
}
