/** Verifier keys: the public half of an archive's key, as text that people and programs pass on. */
/** `<name>+<key id>+<base64 of 0x01 ‖ public key>`. Source: https://c2sp.org/signed-note#verifier-keys */

import { isOrigin, keyDigest, RecordError } from '../../archive/format/format.ts';
import { encodeHex } from '../../base/bytes.ts';

export interface VerifierKey {
  /** The archive's origin. */
  readonly name: string;
  /** Eight lowercase hexadecimal digits; tells this key's signatures from those of others. */
  readonly id: string;
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
}

const ED25519 = 1;
const TEXT = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/u;

export function verifierKeyOf({ name, publicKey }: Pick<VerifierKey, 'name' | 'publicKey'>): VerifierKey {
  return { name, id: encodeHex(keyDigest(name, publicKey).subarray(0, 4)), publicKey };
}

export function generateVerifierKey({ name, publicKey }: Pick<VerifierKey, 'name' | 'publicKey'>): string {
  const key = Buffer.concat([Uint8Array.of(ED25519), publicKey]).toString('base64');
  return `${name}+${verifierKeyOf({ name, publicKey }).id}+${key}`;
}

/** Throws RecordError for anything that `generateVerifierKey` does not give. */
export function parseVerifierKey(text: string): VerifierKey {
  const [, name = '', id, base64 = ''] = TEXT.exec(text) ?? [];
  const bytes = Buffer.from(base64, 'base64');
  if (!isOrigin(name) || bytes[0] !== ED25519 || bytes.length !== 33) throw new RecordError('not a verifier key');
  const key = verifierKeyOf({ name, publicKey: new Uint8Array(bytes.subarray(1)) });
  if (key.id !== id || generateVerifierKey(key) !== text)
    throw new RecordError('the parts of a verifier key do not belong together');
  return key;
}
