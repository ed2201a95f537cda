/** One record's proof in one log, as text: index, hashes, checkpoint. */
/** Source: https://c2sp.org/tlog-proof. Parsing is strict: what it accepts, generating gives back byte for byte. */

import { type ParsedCheckpoint, parseCheckpoint } from '../../archive/format/format.ts';
import { encodeUtf8 } from '../../base/bytes.ts';
import { messageOf, TurnpressError } from '../../base/errors.ts';
import { BadProofError } from '../errors.ts';

export interface TlogProof {
  readonly index: number;
  /** Of an inclusion proof, from below. */
  readonly hashes: readonly Uint8Array[];
  /** The note, signatures and all. */
  readonly checkpoint: string;
}

export interface ParsedTlogProof extends TlogProof {
  readonly parsed: ParsedCheckpoint;
}

const HEADER = 'c2sp.org/tlog-proof@v1';
/** A tree of 2^53 leaves is not higher. */
const MOST_HASHES = 53;
const HASH = /^[A-Za-z0-9+/]{43}=$/;

export function generateTlogProof({ index, hashes, checkpoint }: TlogProof): string {
  const lines = hashes.map((hash) => `${Buffer.from(hash).toString('base64')}\n`).join('');
  return `${HEADER}\nindex ${index}\n${lines}\n${checkpoint}`;
}

/** `part`: its name in errors. Extra data is refused: nothing would bind it. Throws BadProofError. */
export function parseTlogProof(text: string, part: string): ParsedTlogProof {
  const end = text.indexOf('\n\n');
  const [header, index, ...hashes] = text.slice(0, end).split('\n');
  const [, digits] = /^index (0|[1-9][0-9]{0,15})$/.exec(index ?? '') ?? [];
  if (end === -1 || header !== HEADER || digits === undefined) throw new BadProofError(part, 'it is no tlog proof');
  if (hashes.length > MOST_HASHES || !hashes.every((hash) => HASH.test(hash)))
    throw new BadProofError(part, 'its hashes are none');
  const checkpoint = text.slice(end + 2);
  const proof = { index: Number(digits), hashes: hashes.map((hash) => Buffer.from(hash, 'base64')), checkpoint };
  if (generateTlogProof(proof) !== text) throw new BadProofError(part, 'it is not in its one form');
  try {
    return { ...proof, parsed: parseCheckpoint(encodeUtf8(checkpoint)) };
  } catch (error) {
    if (!(error instanceof TurnpressError)) throw error;
    throw new BadProofError(part, messageOf(error), error);
  }
}
