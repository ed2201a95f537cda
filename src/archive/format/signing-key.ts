/** The archive's Ed25519 key: from its file and to it, and the id that tells its signatures from others. */
/** Source: https://c2sp.org/signed-note. Keys stand in PKCS #8 PEM (RFC 8410), as other programs read and write them. */

import { createPrivateKey, createPublicKey, generateKeyPairSync, hash, type KeyObject } from 'node:crypto';
import { concatBytes, decodeUtf8, encodeUtf8 } from '../../base/bytes.ts';
import { RecordError } from '../errors.ts';

/** An Ed25519 key under the name that its signatures carry. */
export interface SigningKey {
  readonly name: string;
  readonly key: KeyObject;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
}

/** The archive's key from a PKCS #8 PEM text. Throws RecordError when it is none or not Ed25519. */
export function parseSigningKey(name: string, pem: Uint8Array): SigningKey {
  let key: KeyObject;
  try {
    key = createPrivateKey(decodeUtf8(pem));
  } catch {
    throw new RecordError('the archive key is not a PEM private key'); // the cause could quote the key
  }
  if (key.asymmetricKeyType !== 'ed25519') throw new RecordError('the archive key is not an Ed25519 key');
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  return { name, key, publicKey: spki.subarray(spki.length - 32) };
}

/** A new key, as the bytes of its file: what `parseSigningKey` takes. */
export function makeSigningKey(): Uint8Array {
  return encodeUtf8(String(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' })));
}

/** SHA-256(name ‖ newline ‖ 0x01 ‖ public key), 32 bytes; its first four are the key id. */
export function keyDigest(name: string, publicKey: Uint8Array): Uint8Array {
  return hash('sha256', concatBytes([encodeUtf8(`${name}\n`), Uint8Array.of(1), publicKey]), 'buffer');
}

/** The key id, 4 bytes. */
export function keyHashOf(name: string, publicKey: Uint8Array): Uint8Array {
  return keyDigest(name, publicKey).subarray(0, 4);
}

/** From its 32 bytes, which must not change afterwards: who checks many signatures with the same array has it made once. */
export function publicKeyOf(bytes: Uint8Array): KeyObject {
  const known = made.get(bytes);
  if (known !== undefined) return known;
  const key = createPublicKey({ key: concatBytes([SPKI_PREFIX, bytes]) as Buffer, format: 'der', type: 'spki' });
  made.set(bytes, key);
  return key;
}

const made = new WeakMap<Uint8Array, KeyObject>();

/** DER of an Ed25519 SubjectPublicKeyInfo up to the 32 key bytes (RFC 8410). */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
