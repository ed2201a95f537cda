/** A conversation's checkpoint: how many records count, and the Merkle root over them. Replacing it is the commit. */
/** C2SP checkpoint (https://c2sp.org/tlog-checkpoint) in a signed note (https://c2sp.org/signed-note) when there is a key. */

import { createPrivateKey, createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto';
import { concatBytes, decodeUtf8, encodeUtf8, equalBytes } from '../../base/bytes.ts';
import { limits } from '../../base/limits.ts';
import { RecordError } from '../errors.ts';
import { isLogOrigin } from './origin.ts';

export interface Checkpoint {
  /** `<archive origin>/<root>` */
  readonly origin: string;
  readonly size: number;
  /** 32 bytes. */
  readonly root: Uint8Array;
}

export interface NoteSignature {
  readonly name: string;
  /** First four bytes of SHA-256(name ‖ newline ‖ 0x01 ‖ public key). */
  readonly keyHash: Uint8Array;
  readonly signature: Uint8Array;
}

export interface ParsedCheckpoint extends Checkpoint {
  readonly signatures: readonly NoteSignature[];
  /** The signed text: all up to the blank line. */
  readonly body: string;
}

/** An Ed25519 key under the name that its signatures carry. */
export interface SigningKey {
  readonly name: string;
  readonly key: KeyObject;
  readonly publicKey: Uint8Array;
}

/** `<origin>/<root>\n<size>\n<base64 root>\n`, signed when a key is given. */
export function generateCheckpoint(checkpoint: Checkpoint, key?: SigningKey): string {
  const body = `${checkpoint.origin}\n${checkpoint.size}\n${Buffer.from(checkpoint.root).toString('base64')}\n`;
  if (key === undefined) return body;
  const signature = sign(null, encodeUtf8(body), key.key);
  const blob = concatBytes([keyHashOf(key.name, key.publicKey), signature]);
  return `${body}\n— ${key.name} ${Buffer.from(blob).toString('base64')}\n`;
}

/** Throws RecordError for anything but this form. Lines after the third are extensions, and are refused. */
export function parseCheckpoint(bytes: Uint8Array): ParsedCheckpoint {
  if (bytes.length > limits.checkpoint) throw new RecordError(`checkpoint is over ${limits.checkpoint} bytes`);
  const text = decodeUtf8(bytes);
  if (!equalBytes(encodeUtf8(text), bytes)) throw new RecordError('checkpoint is not UTF-8');
  const split = text.indexOf('\n\n');
  const body = split === -1 ? text : text.slice(0, split + 1);
  const match = /^([^\n]+)\n(0|[1-9][0-9]{0,15})\n([A-Za-z0-9+/]{43}=)\n$/.exec(body);
  const [, origin, size, base64] = match ?? [];
  if (origin === undefined || size === undefined || base64 === undefined) throw new RecordError('not a checkpoint');
  if (!isLogOrigin(origin))
    throw new RecordError('the origin of a checkpoint has spaces, a plus or invisible characters');
  const root = Buffer.from(base64, 'base64');
  if (root.toString('base64') !== base64) throw new RecordError('checkpoint root is not canonical base64');
  if (!Number.isSafeInteger(Number(size))) throw new RecordError('checkpoint size is out of range');
  const signatures = split === -1 ? [] : parseSignatures(text.slice(split + 2));
  return { origin, size: Number(size), root, body, signatures };
}

/** Whether one of the signatures is this key's and fits. Signatures of other keys are ignored. */
export function verifyCheckpoint(checkpoint: ParsedCheckpoint, name: string, publicKey: Uint8Array): boolean {
  const keyHash = keyHashOf(name, publicKey);
  const key = createPublicKey({ key: concatBytes([SPKI_PREFIX, publicKey]) as Buffer, format: 'der', type: 'spki' });
  const body = encodeUtf8(checkpoint.body);
  return checkpoint.signatures.some(
    (line) => line.name === name && equalBytes(line.keyHash, keyHash) && verify(null, body, key, line.signature),
  );
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

/** DER of an Ed25519 SubjectPublicKeyInfo up to the 32 key bytes (RFC 8410). */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const MAX_SIGNATURES = 64;

function keyHashOf(name: string, publicKey: Uint8Array): Uint8Array {
  const input = concatBytes([encodeUtf8(`${name}\n`), Uint8Array.of(1), publicKey]);
  return hash('sha256', input, 'buffer').subarray(0, 4);
}

function parseSignatures(block: string): NoteSignature[] {
  const lines = block.split('\n');
  if (lines.pop() !== '' || lines.length === 0) throw new RecordError('checkpoint signatures are cut off');
  if (lines.length > MAX_SIGNATURES) throw new RecordError(`checkpoint has more than ${MAX_SIGNATURES} signatures`);
  return lines.map((line) => {
    const [, name, base64] = /^— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/u.exec(line) ?? [];
    if (name === undefined || base64 === undefined) throw new RecordError('bad signature line in a checkpoint');
    const blob = Buffer.from(base64, 'base64');
    if (blob.length < 5 || blob.toString('base64') !== base64) throw new RecordError('bad signature in a checkpoint');
    return { name, keyHash: blob.subarray(0, 4), signature: blob.subarray(4) };
  });
}
