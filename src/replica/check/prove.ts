/** Makes the proof of a published turn from the archive that holds it, own or pulled. */
/** What was not published, and what was taken back, has none. */

import { type ArchiveReader, DamageError } from '../../archive/archive.ts';
import { leafHash, parseCheckpoint } from '../../archive/format/format.ts';
import { decodeUtf8 } from '../../base/bytes.ts';
import { shortId } from '../../model/ids.ts';
import type { LoggedTurn } from '../../model/turn.ts';
import { NotPublishedError } from '../errors.ts';
import type { ArchiveLog } from '../log/archive-log.ts';
import type { LoggedState } from '../log/log-index.ts';
import { parseVerifierKey } from '../log/verifier-key.ts';
import { findCheckpointProblem } from '../log/verify-log.ts';
import { checkProof } from './check-proof.ts';
import { proveInclusion } from './inclusion.ts';
import { generateProof, parseProof, type TurnProof } from './proof-file.ts';

/** The bytes of the file, checked. Throws NotPublishedError, DamageError. */
export function proveTurn(archive: ArchiveReader, log: ArchiveLog, turn: LoggedTurn): Uint8Array {
  const state = stateOf(log, turn);
  const keys = log.listKeys().map(({ key }) => key);
  const notes = { conversation: conversationNote(log, state, keys), archive: archiveNote(log) };
  const [record] = archive.readRecords(turn.conversation, turn.position, turn.position + 1);
  const [stateRecord] = readRecords(log, state.position, state.position + 1);
  if (record === undefined || stateRecord === undefined) throw new DamageError('log', 'a record is not there');
  const proof: TurnProof = {
    turn: turn.hash,
    payload: payloadOf(archive, turn),
    record,
    conversationLog: {
      index: turn.position,
      hashes: proveInclusion({ index: turn.position, size: state.size }, (from, to) =>
        archive.readRecords(turn.conversation, from, to).map(leafHash),
      ),
      checkpoint: notes.conversation,
    },
    state: stateRecord,
    archiveLog: {
      index: state.position,
      hashes: proveInclusion({ index: state.position, size: log.size }, (from, to) =>
        readRecords(log, from, to).map(leafHash),
      ),
      checkpoint: notes.archive,
    },
    keys: keys.filter((key) => hasSigned(key, notes.conversation) || hasSigned(key, notes.archive)),
  };
  const bytes = Buffer.from(generateProof(proof));
  checkProof(parseProof(bytes));
  return bytes;
}

function stateOf(log: ArchiveLog, { hash, conversation, position }: LoggedTurn): LoggedState {
  const state = log.findState(conversation);
  if (state === undefined) throw new NotPublishedError(hash, `turn ${shortId(hash)} was never published`);
  if (!state.published)
    throw new NotPublishedError(hash, `the conversation of turn ${shortId(hash)} is not published any more`);
  if (position < state.size) return state;
  throw new NotPublishedError(hash, `turn ${shortId(hash)} came after the last publish; "turnpress publish" counts it`);
}

function conversationNote(log: ArchiveLog, state: LoggedState, keys: readonly string[]): string {
  const problem = findCheckpointProblem(log, state, keys.map(parseVerifierKey));
  const bytes = log.readConversation(state.conversation);
  if (problem === undefined && bytes !== undefined) return onlyOf(bytes, keys);
  const file = `log/conversations/${state.conversation}`;
  throw new DamageError(file, `${problem ?? 'it is missing'}; the next "turnpress publish" makes it anew`);
}

function archiveNote(log: ArchiveLog): string {
  const { checkpointBytes } = log;
  if (checkpointBytes === undefined) throw new DamageError('log/checkpoint', 'it is not there');
  const keys = log.listKeys().map(({ key }) => key);
  return onlyOf(checkpointBytes, keys);
}

/** The note with the signatures of the archive's keys: those of others, nobody could check with the file alone. */
function onlyOf(bytes: Uint8Array, keys: readonly string[]): string {
  const [body = '', signatures] = decodeUtf8(bytes).split('\n\n');
  if (signatures === undefined) return body;
  const own = parseCheckpoint(bytes).signatures.map((signature) => keys.some((key) => isBy(key, signature.keyHash)));
  const lines = signatures.split('\n').filter((_, i) => own[i] === true);
  return lines.length === 0 ? `${body}\n` : `${body}\n\n${lines.join('\n')}\n`;
}

function hasSigned(key: string, note: string): boolean {
  return parseCheckpoint(Buffer.from(note)).signatures.some(({ keyHash }) => isBy(key, keyHash));
}

function isBy(key: string, keyHash: Uint8Array): boolean {
  return parseVerifierKey(key).id === Buffer.from(keyHash).toString('hex');
}

function readRecords(log: ArchiveLog, from: number, to: number): readonly Uint8Array[] {
  const records: Uint8Array[] = [];
  for (const { position, bytes } of log.walkRecords(from)) {
    if (position >= to) break;
    records.push(bytes);
  }
  return records;
}

function payloadOf(archive: ArchiveReader, turn: LoggedTurn): Uint8Array {
  const payload = archive.readPayload(turn);
  if (payload.status === 'present') return payload.bytes;
  if (payload.status === 'damaged') throw new DamageError(payload.file, payload.problem);
  throw new NotPublishedError(
    turn.hash,
    `what turn ${shortId(turn.hash)} said was taken back, so nothing can be shown`,
  );
}
