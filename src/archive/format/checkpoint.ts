/** A log's checkpoint: how many records count, and the Merkle root over them. Replacing it is the commit. */
/** C2SP checkpoint (https://c2sp.org/tlog-checkpoint) in a signed note (https://c2sp.org/signed-note) when there is a key. */

import { sign, verify } from 'node:crypto';
import { concatBytes, decodeUtf8, encodeUtf8, equalBytes } from '../../base/bytes.ts';
import { limits } from '../../base/limits.ts';
import { RecordError } from '../errors.ts';
import { isLogOrigin } from './origin.ts';
import { keyHashOf, publicKeyOf, type SigningKey } from './signing-key.ts';

export interface Checkpoint {
  /** `<archive origin>/<root>`; of the archive log the archive's origin alone. */
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

/** `<origin>\n<size>\n<base64 root>\n`, signed by each key that is given, in their order. */
export function generateCheckpoint(checkpoint: Checkpoint, ...keys: readonly (SigningKey | undefined)[]): string {
  const body = `${checkpoint.origin}\n${checkpoint.size}\n${Buffer.from(checkpoint.root).toString('base64')}\n`;
  const lines = keys.flatMap((key) => {
    if (key === undefined) return [];
    const blob = concatBytes([keyHashOf(key.name, key.publicKey), sign(null, encodeUtf8(body), key.key)]);
    return [`— ${key.name} ${Buffer.from(blob).toString('base64')}\n`];
  });
  return lines.length === 0 ? body : `${body}\n${lines.join('')}`;
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
  const key = publicKeyOf(publicKey);
  const body = encodeUtf8(checkpoint.body);
  return checkpoint.signatures.some(
    (line) => line.name === name && equalBytes(line.keyHash, keyHash) && verify(null, body, key, line.signature),
  );
}

const MAX_SIGNATURES = 64;

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
