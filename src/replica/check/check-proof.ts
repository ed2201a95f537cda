/** Checks a turn's proof with nothing but the file: every link from what was said to the signature over the archive log. */
/** Whatever the file holds is bound by one of the links; where one breaks, nothing of it is believed. */

import { RecordError } from '../../archive/archive.ts';
import {
  decodeRecord,
  findArchiveOrigin,
  leafHash,
  type ParsedCheckpoint,
  verifyCheckpoint,
} from '../../archive/format/format.ts';
import { blake3Hex } from '../../base/blake3.ts';
import { encodeHex } from '../../base/bytes.ts';
import { messageOf } from '../../base/errors.ts';
import type { ConversationId, TurnHash } from '../../model/ids.ts';
import type { Turn } from '../../model/turn.ts';
import { BadProofError } from '../errors.ts';
import { decodeLogRecord, type PublishedState } from '../log/log-record.ts';
import { parseVerifierKey } from '../log/verifier-key.ts';
import { isIncluded } from './inclusion.ts';
import type { ParsedProof } from './proof-file.ts';
import type { ParsedTlogProof } from './tlog-proof.ts';

/** What the proof shows. */
export interface ProofReport {
  readonly turn: TurnHash;
  readonly typeId: string;
  readonly payloadBytes: number;
  /** The turn's own time, as its record says. */
  readonly timeMs: number;
  readonly conversation: ConversationId;
  /** Where the turn stands in the conversation's log, and how many records of that are published. */
  readonly position: number;
  readonly size: number;
  /** Of the archive. */
  readonly origin: string;
  /** Where the state stands in the archive log, and how many records that has. */
  readonly statePosition: number;
  readonly logSize: number;
  /** When it was published, by the publisher's clock. */
  readonly publishedMs: number;
  /** Verifier keys that signed the archive log. None: it is unsigned. */
  readonly signers: readonly string[];
}

/** `required`: a verifier key that must have signed the archive log. Throws BadProofError. */
export function checkProof(proof: ParsedProof, required?: string): ProofReport {
  const { conversationLog, archiveLog } = proof;
  const turn = checkTurn(proof);
  checkIncluded('conversation log', conversationLog, proof.record);
  const state = checkState(proof, turn);
  checkIncluded('archive log', archiveLog, proof.state);
  const origin = archiveLog.parsed.origin;
  checkKeys(proof.keys, origin);
  checkSignatures('conversation log', conversationLog.parsed, proof.keys);
  const signers = checkSignatures('archive log', archiveLog.parsed, proof.keys);
  if (signers.length === 0 && proof.keys.length > 0) throw new BadProofError('archive log', 'it is not signed');
  const used = [...signers, ...signersOf(conversationLog.parsed, proof.keys)];
  if (!proof.keys.every((key) => used.includes(key))) throw new BadProofError('keys', 'one of them signed nothing');
  if (required !== undefined && !signers.includes(required))
    throw new BadProofError('signature', `the archive log is not signed by ${required}`);
  return {
    ...{ turn: turn.hash, typeId: turn.typeId, payloadBytes: proof.payload.length, timeMs: turn.timeMs },
    ...{ conversation: state.conversation, position: conversationLog.index, size: state.size },
    ...{ origin, statePosition: archiveLog.index, logSize: archiveLog.parsed.size, publishedMs: state.timeMs, signers },
  };
}

/** The payload is the record's, and the record is the turn's. */
function checkTurn({ turn, payload, record }: ParsedProof): Turn {
  const decoded = told('record', () => decodeRecord(record));
  if (decoded.kind !== 'turn') throw new BadProofError('record', `it is a ${decoded.kind}, and no turn`);
  if (blake3Hex(payload) !== decoded.payloadHash || payload.length !== decoded.rawLength)
    throw new BadProofError('payload', 'it is not what the record names');
  if (decoded.hash !== turn) throw new BadProofError('record', 'it is that of another turn');
  return decoded;
}

function checkIncluded(part: string, { index, hashes, parsed }: ParsedTlogProof, record: Uint8Array): void {
  if (!isIncluded({ index, size: parsed.size }, leafHash(record), hashes, parsed.root))
    throw new BadProofError(part, `the record does not stand at ${index} of the ${parsed.size} under its root`);
}

/** The state is that of the conversation's checkpoint, in the archive whose log holds it. */
function checkState({ state: bytes, conversationLog, archiveLog }: ParsedProof, turn: Turn): PublishedState {
  const state = told('state', () => decodeLogRecord(bytes));
  if (state.kind !== 'state' || state.action !== 'published')
    throw new BadProofError('state', 'it publishes no conversation');
  const { origin, size, root } = conversationLog.parsed;
  if (state.size !== size || state.root !== encodeHex(root))
    throw new BadProofError('state', 'it is not that of the conversation’s checkpoint');
  if (findArchiveOrigin(origin, state.conversation) !== archiveLog.parsed.origin)
    throw new BadProofError('state', 'it is that of another conversation, or of another archive');
  if ((turn.depth === 0) !== (turn.hash === state.conversation))
    throw new BadProofError('state', 'the turn does not belong to its conversation');
  return state;
}

function checkKeys(keys: readonly string[], origin: string): void {
  for (const key of keys)
    if (told('keys', () => parseVerifierKey(key)).name !== origin)
      throw new BadProofError('keys', 'one is another archive’s');
  if (new Set(keys).size < keys.length) throw new BadProofError('keys', 'one stands there twice');
}

/** Every signature is that of a key in the file, each once. Returns the keys. */
function checkSignatures(part: string, checkpoint: ParsedCheckpoint, keys: readonly string[]): readonly string[] {
  const signers = signersOf(checkpoint, keys);
  if (signers.length !== checkpoint.signatures.length)
    throw new BadProofError(part, 'a signature is wrong, or of a key that the file does not have');
  return signers;
}

function signersOf(checkpoint: ParsedCheckpoint, keys: readonly string[]): readonly string[] {
  return keys.filter((key) => {
    const { name, publicKey } = parseVerifierKey(key);
    return verifyCheckpoint(checkpoint, name, publicKey);
  });
}

function told<T>(part: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof RecordError) throw new BadProofError(part, messageOf(error), error);
    throw error;
  }
}
