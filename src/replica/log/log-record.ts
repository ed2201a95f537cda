/** The records of the archive log, to bytes and back: states and keys. Byte tables: docs/archive-format.md */
/** Decoding is strict: what it accepts, encoding gives back byte for byte. */

import { expectLength, isZero, RecordError, readText, readTime, writeTime } from '../../archive/format/format.ts';
import { encodeUtf8 } from '../../base/bytes.ts';
import { type ConversationId, turnHash } from '../../model/ids.ts';
import { generateVerifierKey, parseVerifierKey, type VerifierKey } from './verifier-key.ts';

/** How far a conversation is published: its first `size` records, under this Merkle root. */
export interface PublishedState {
  readonly kind: 'state';
  readonly action: 'published';
  readonly timeMs: number;
  readonly conversation: ConversationId;
  readonly size: number;
  /** 64 hexadecimal digits. */
  readonly root: string;
}

export interface WithdrawnState {
  readonly kind: 'state';
  readonly action: 'withdrawn';
  readonly timeMs: number;
  readonly conversation: ConversationId;
}

export type StateRecord = PublishedState | WithdrawnState;

/** The key that signs from here on. */
export interface KeyRecord {
  readonly kind: 'key';
  readonly timeMs: number;
  readonly key: VerifierKey;
}

export type ArchiveLogRecord = StateRecord | KeyRecord;

const STATE = 5;
const KEY = 6;
const STATE_LENGTH = 84;
const KEY_LENGTH = 14;
/** A state's actions, from 1 on. */
const ACTIONS = ['published', 'withdrawn'] as const;

export function encodeState(state: StateRecord): Uint8Array {
  const out = Buffer.alloc(STATE_LENGTH);
  out[0] = STATE;
  out[1] = 1;
  out[2] = ACTIONS.indexOf(state.action) + 1;
  writeTime(out, 4, state.timeMs);
  out.write(state.conversation, 12, 32, 'hex');
  if (state.action === 'withdrawn') return out;
  if (!Number.isSafeInteger(state.size) || state.size < 1) throw new RecordError('the size of a state is out of range');
  writeTime(out, 44, state.size); // a u64 below 2^53, as a time is
  out.write(state.root, 52, 32, 'hex');
  return out;
}

export function encodeKey({ timeMs, key }: Omit<KeyRecord, 'kind'>): Uint8Array {
  const text = encodeUtf8(generateVerifierKey(key));
  const out = Buffer.alloc(KEY_LENGTH + text.length);
  out[0] = KEY;
  out[1] = 1;
  writeTime(out, 4, timeMs);
  out.writeUInt16LE(text.length, 12);
  out.set(text, KEY_LENGTH);
  return out;
}

export function encodeLogRecord(record: ArchiveLogRecord): Uint8Array {
  return record.kind === 'key' ? encodeKey(record) : encodeState(record);
}

/** Throws RecordError for unknown kinds and versions, set reserved bytes, wrong lengths, values out of range. */
export function decodeLogRecord(bytes: Uint8Array): ArchiveLogRecord {
  const record = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (record[0] !== STATE && record[0] !== KEY)
    throw new RecordError(record.length === 0 ? 'empty record' : `unknown record kind ${record[0]}`);
  if (record[1] !== 1) throw new RecordError(`unknown record version ${record[1]}`);
  return record[0] === STATE ? decodeState(record) : decodeKey(record);
}

function decodeState(record: Buffer): StateRecord {
  expectLength(record, STATE_LENGTH);
  const action = ACTIONS[record.readUInt8(2) - 1];
  if (action === undefined) throw new RecordError(`unknown action ${record[2]} of a state`);
  if (record[3] !== 0) throw new RecordError('reserved byte of a state is set');
  if (isZero(record, 12)) throw new RecordError('a state names no conversation');
  const conversation = turnHash(record.toString('hex', 12, 44));
  const timeMs = readTime(record, 4);
  const size = readTime(record, 44);
  if (action === 'published') {
    if (size === 0 || isZero(record, 52)) throw new RecordError('a published state has a size and a root');
    return { kind: 'state', action, timeMs, conversation, size, root: record.toString('hex', 52, 84) };
  }
  if (size !== 0 || !isZero(record, 52)) throw new RecordError('a withdrawn state has neither size nor root');
  return { kind: 'state', action, timeMs, conversation };
}

function decodeKey(record: Buffer): KeyRecord {
  if (record.length < KEY_LENGTH) throw new RecordError('key record is too short');
  if (record[2] !== 0 || record[3] !== 0) throw new RecordError('reserved byte of a key record is set');
  expectLength(record, KEY_LENGTH + record.readUInt16LE(12));
  return { kind: 'key', timeMs: readTime(record, 4), key: parseVerifierKey(readText(record, KEY_LENGTH)) };
}
