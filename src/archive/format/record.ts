/** The four kinds of log record, to bytes and back. Byte tables: docs/archive-format.md */
/** Decoding is strict: what it accepts, encoding gives back byte for byte, so a record has one spelling and one hash. */

import { encodeUtf8 } from '../../base/bytes.ts';
import { LimitError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { type PayloadHash, payloadHash, type TurnHash, turnHash } from '../../model/ids.ts';
import type { Turn } from '../../model/turn.ts';
import { isReason } from '../../model/withdrawal.ts';
import { InvalidTurnError, RecordError } from '../errors.ts';
import { expectLength, isZero, readText, readTime, writeTime } from './record-fields.ts';
import { decodeTurn, TURN, TURN_LENGTH } from './turn-record.ts';

/** A record's length is a u16 in the entry bundle. */
export const RECORD_LIMIT = 65_535;

/** Bytes of a head's name. */
export const HEAD_NAME_LIMIT = 255;

const HEAD = 2;
const TOMBSTONE = 3;
const META = 4;
const HEAD_LENGTH = 45;
const TOMBSTONE_LENGTH = 76;
const META_LENGTH = 48;
/** `{}` */
const EMPTY_OBJECT = 2;
/** A tombstone's actions, from 1 on. */
const ACTIONS = ['withheld', 'replaced', 'meta withheld'] as const;

export type LogRecord =
  | ({ readonly kind: 'turn' } & Turn)
  | { readonly kind: 'head'; readonly timeMs: number; readonly turn: TurnHash; readonly name: string }
  | ({ readonly kind: 'tombstone' } & (Tombstone | MetaTombstone))
  | MetaRecord;

export interface Tombstone {
  readonly turn: TurnHash;
  readonly action: 'withheld' | 'replaced';
  /** A number of the table in model/withdrawal.ts. */
  readonly reason: number;
  readonly timeMs: number;
  readonly replacement?: TurnHash;
}

/** Takes a conversation's meta back: every meta record with this payload, wherever it stands in the log. */
export interface MetaTombstone {
  readonly meta: PayloadHash;
  readonly action: 'meta withheld';
  /** As for a turn. */
  readonly reason: number;
  readonly timeMs: number;
}

/** Its JSON, in JCS form, is the payload. */
export interface MetaRecord {
  readonly kind: 'meta';
  readonly timeMs: number;
  readonly payloadHash: PayloadHash;
  readonly rawLength: number;
}

/** A record whose content stands in the payload tile. */
export type PayloadRecord = LogRecord & { readonly kind: 'turn' | 'meta' };

export function hasPayload(record: LogRecord | undefined): record is PayloadRecord {
  return record?.kind === 'turn' || record?.kind === 'meta';
}

/** Throws LimitError when the name is too long. */
export function encodeHead(head: {
  readonly name: string;
  readonly turn: TurnHash;
  readonly timeMs: number;
}): Uint8Array {
  const name = encodeUtf8(head.name.toWellFormed());
  if (name.length === 0) throw new InvalidTurnError('a head needs a name');
  if (name.length > HEAD_NAME_LIMIT) throw new LimitError('head name', HEAD_NAME_LIMIT, { length: name.length });
  const out = Buffer.alloc(HEAD_LENGTH + name.length);
  out[0] = HEAD;
  out[1] = 1;
  writeTime(out, 4, head.timeMs);
  out.write(head.turn, 12, 32, 'hex');
  out[44] = name.length;
  out.set(name, HEAD_LENGTH);
  return out;
}

export function encodeTombstone(tombstone: Tombstone | MetaTombstone): Uint8Array {
  const out = Buffer.alloc(TOMBSTONE_LENGTH);
  out[0] = TOMBSTONE;
  out[1] = 1;
  out[2] = ACTIONS.indexOf(tombstone.action) + 1;
  out[3] = tombstone.reason;
  writeTime(out, 4, tombstone.timeMs);
  if (tombstone.action === 'meta withheld') {
    out.write(tombstone.meta, 12, 32, 'hex');
    return out;
  }
  out.write(tombstone.turn, 12, 32, 'hex');
  if (tombstone.replacement !== undefined) out.write(tombstone.replacement, 44, 32, 'hex');
  return out;
}

/** Throws LimitError when its JSON is over the limit. */
export function encodeMeta({ timeMs, payloadHash, rawLength }: Omit<MetaRecord, 'kind'>): Uint8Array {
  if (rawLength > limits.meta) throw new LimitError('meta', limits.meta, { length: rawLength });
  const out = Buffer.alloc(META_LENGTH);
  out[0] = META;
  out[1] = 1;
  writeTime(out, 4, timeMs);
  out.write(payloadHash, 12, 32, 'hex');
  out.writeUInt32LE(rawLength, 44);
  return out;
}

/** Any record. Throws RecordError for unknown kinds and versions, set reserved bytes, wrong lengths, values out of range. */
export function decodeRecord(bytes: Uint8Array): LogRecord {
  const record = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (record.length > RECORD_LIMIT) throw new RecordError('record is too long');
  if (record[1] !== 1 && record.length > 1) throw new RecordError(`unknown record version ${record[1]}`);
  switch (record[0]) {
    case TURN:
      return decodeTurn(record);
    case HEAD:
      return decodeHead(record);
    case TOMBSTONE:
      return decodeTombstone(record);
    case META:
      return decodeMeta(record);
    default:
      throw new RecordError(record.length === 0 ? 'empty record' : `unknown record kind ${record[0]}`);
  }
}

/** The length that a record's own fields claim, or 0 when the bytes start no record. For finding the way in damaged tiles. */
export function claimedLength(bytes: Uint8Array): number {
  const b = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (b[1] !== 1) return 0;
  if (b[0] === TURN && b.length >= TURN_LENGTH) return TURN_LENGTH + b.readUInt16LE(92);
  if (b[0] === HEAD && b.length >= HEAD_LENGTH) return HEAD_LENGTH + b.readUInt8(44);
  if (b[0] === TOMBSTONE) return TOMBSTONE_LENGTH;
  if (b[0] === META) return META_LENGTH;
  return 0;
}

function decodeHead(record: Buffer): LogRecord {
  if (record.length < HEAD_LENGTH) throw new RecordError('head record is too short');
  if (record[2] !== 0 || record[3] !== 0) throw new RecordError('reserved byte of a head record is set');
  expectLength(record, HEAD_LENGTH + record.readUInt8(44));
  const name = readText(record, HEAD_LENGTH);
  if (name === '') throw new RecordError('head record without a name');
  if (isZero(record, 12)) throw new RecordError('head record names no turn');
  return { kind: 'head', timeMs: readTime(record, 4), turn: turnHash(record.toString('hex', 12, 44)), name };
}

function decodeTombstone(record: Buffer): LogRecord {
  expectLength(record, TOMBSTONE_LENGTH);
  const action = ACTIONS[record.readUInt8(2) - 1];
  const reason = record.readUInt8(3);
  const replaced = !isZero(record, 44);
  if (action === undefined) throw new RecordError(`unknown tombstone action ${record[2]}`);
  if (!isReason(reason)) throw new RecordError(`unknown tombstone reason ${reason}`);
  if (replaced !== (action === 'replaced')) throw new RecordError('tombstone action and replacement disagree');
  if (isZero(record, 12)) throw new RecordError('tombstone names nothing');
  const base = { kind: 'tombstone', timeMs: readTime(record, 4), reason } as const;
  const named = record.toString('hex', 12, 44);
  if (action === 'meta withheld') return { ...base, action, meta: payloadHash(named) };
  const turn = turnHash(named);
  if (action === 'withheld') return { ...base, turn, action };
  return { ...base, turn, action, replacement: turnHash(record.toString('hex', 44, 76)) };
}

function decodeMeta(record: Buffer): LogRecord {
  expectLength(record, META_LENGTH);
  if (record[2] !== 0 || record[3] !== 0) throw new RecordError('reserved byte of a meta record is set');
  const rawLength = record.readUInt32LE(44);
  if (rawLength < EMPTY_OBJECT) throw new RecordError('the payload of a meta record is too short for an object');
  if (rawLength > limits.meta) throw new RecordError(`meta is over the limit of ${limits.meta} bytes`);
  const hash = record.toString('hex', 12, 44) as PayloadHash;
  return { kind: 'meta', timeMs: readTime(record, 4), payloadHash: hash, rawLength };
}
