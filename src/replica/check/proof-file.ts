/** The file of a turn's proof: everything that a check needs, as text. Layout: docs/archive-format.md */
/** Sections under lines of their own, so that stock tools can cut them out. There is one form for one proof. */

import { decodeUtf8, encodeUtf8, equalBytes } from '../../base/bytes.ts';
import { limits } from '../../base/limits.ts';
import { isHash, type TurnHash, turnHash } from '../../model/ids.ts';
import { BadProofError } from '../errors.ts';
import { generateTlogProof, type ParsedTlogProof, parseTlogProof, type TlogProof } from './tlog-proof.ts';

export interface TurnProof {
  readonly turn: TurnHash;
  /** Raw bytes. */
  readonly payload: Uint8Array;
  /** The turn's record. */
  readonly record: Uint8Array;
  /** The record in the log of its conversation. */
  readonly conversationLog: TlogProof;
  /** The state record that publishes the conversation up to that log's checkpoint. */
  readonly state: Uint8Array;
  /** The state in the archive log. */
  readonly archiveLog: TlogProof;
  /** Verifier keys of all signatures above, in the order of the archive log. None: nothing is signed. */
  readonly keys: readonly string[];
}

export interface ParsedProof extends TurnProof {
  readonly conversationLog: ParsedTlogProof;
  readonly archiveLog: ParsedTlogProof;
}

const HEADER = 'turnpress-proof@v1\n';
/** The largest payload in base64, and what is around it. */
export const PROOF_LIMIT = Math.ceil(limits.payload / 3) * 4 + 1024 * 1024;

export function generateProof(proof: TurnProof): string {
  const sections = [
    ['turn', `${proof.turn}\n`],
    ['payload', line(proof.payload)],
    ['record', line(proof.record)],
    ['conversation log', generateTlogProof(proof.conversationLog)],
    ['state', line(proof.state)],
    ['archive log', generateTlogProof(proof.archiveLog)],
    ['keys', proof.keys.map((key) => `${key}\n`).join('')],
  ];
  return HEADER + sections.map(([name, text]) => `== ${name}\n${text}`).join('');
}

/** Says nothing yet of whether it holds. Throws BadProofError for anything but the one form. */
export function parseProof(bytes: Uint8Array): ParsedProof {
  const fail = (problem: string): never => {
    throw new BadProofError('file', problem);
  };
  if (bytes.length > PROOF_LIMIT) fail(`it is over ${PROOF_LIMIT} bytes`);
  const text = decodeUtf8(bytes);
  const [header, ...rest] = text.split(/^== (?=[a-z ]+$)/m);
  if (header !== HEADER) fail('it is no proof of a turn');
  const sections = new Map(rest.map((each) => [each.slice(0, each.indexOf('\n')), each.slice(each.indexOf('\n') + 1)]));
  const take = (name: string): string => sections.get(name) ?? fail(`it has no section "${name}"`);
  const turn = take('turn').trimEnd();
  if (!isHash(turn)) fail('it names no turn');
  const proof = {
    turn: turnHash(turn),
    payload: Buffer.from(take('payload'), 'base64'),
    record: Buffer.from(take('record'), 'base64'),
    conversationLog: parseTlogProof(take('conversation log'), 'conversation log'),
    state: Buffer.from(take('state'), 'base64'),
    archiveLog: parseTlogProof(take('archive log'), 'archive log'),
    keys: take('keys').split('\n').slice(0, -1),
  };
  // nothing stands beside, twice, or spelt otherwise: what is not read is not bound
  if (!equalBytes(encodeUtf8(generateProof(proof)), bytes)) fail('it is not in its one form');
  return proof;
}

function line(bytes: Uint8Array): string {
  return `${Buffer.from(bytes).toString('base64')}\n`;
}
