/** The four kinds of log record, to bytes and back. Byte tables: docs/archive-format.md */
/** Decoding is strict: what it accepts, encoding gives back byte for byte, so a record has one spelling and one hash. */

import { blake3DeriveKey, blake3Hex } from '../../base/blake3.ts';
import { decodeUtf8, encodeHex, encodeUtf8 } from '../../base/bytes.ts';
import { LimitError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { type PayloadHash, payloadHash, type TurnHash, turnHash } from '../../model/ids.ts';
import type { Encoding, Turn } from '../../model/turn.ts';
import type { MetaTombstone, PreparedTurn, Tombstone } from '../contract.ts';
import { InvalidTurnError, RecordError } from '../errors.ts';

export const TURN_CONTEXT = 'turnpress 2026-11 turn record v1';
/** A record's length is a u16 in the entry bundle. */
export const RECORD_LIMIT = 65_535;
/** Bytes of a type id. */
export const TYPE_ID_LIMIT = 512;
/** Bytes of a head's name. */
export const HEAD_NAME_LIMIT = 255;

const TURN = 1;
const HEAD = 2;
const TOMBSTONE = 3;
const META = 4;
const TURN_LENGTH = 94;
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

export interface TurnFields {
  /** null: the turn starts a conversation. */
  readonly parent: { readonly hash: TurnHash; readonly depth: number } | null;
  /** Milliseconds since 1970 UTC, a whole number. */
  readonly timeMs: number;
  readonly encoding: Encoding;
  readonly typeId: string;
  readonly typeVersion: number;
  readonly payload: Uint8Array;
  /** BLAKE3 of the payload where the caller has it already; `append` refuses the turn when it is not. */
  readonly payloadHash?: PayloadHash;
}

/** Hashes a payload and its turn. Throws LimitError for a payload over the limit, InvalidTurnError for a field out of range. */
export function prepareTurn(fields: TurnFields): PreparedTurn {
  const { parent, timeMs, encoding, typeId, typeVersion, payload } = fields;
  if (payload.length > limits.payload) throw new LimitError('payload', limits.payload, { length: payload.length });
  const turn = {
    parent: parent === null ? null : parent.hash,
    depth: parent === null ? 0 : parent.depth + 1,
    timeMs,
    encoding,
    typeId,
    typeVersion,
    payloadHash: fields.payloadHash ?? (blake3Hex(payload) as PayloadHash),
    rawLength: payload.length,
  };
  const hash = hashTurnRecord(encodeTurn(turn));
  return { hash, payload, ...turn };
}

/** The turn's name: BLAKE3 in derive-key mode over its record. */
export function hashTurnRecord(record: Uint8Array): TurnHash {
  return encodeHex(blake3DeriveKey(TURN_CONTEXT, record)) as TurnHash;
}

export function encodeTurn(turn: Omit<Turn, 'hash'>): Uint8Array {
  const type = Buffer.from(turn.typeId.toWellFormed());
  checkTurn(turn, type.length);
  const out = Buffer.alloc(TURN_LENGTH + type.length);
  out[0] = TURN;
  out[1] = 1;
  if (turn.parent !== null) out.write(turn.parent, 4, 32, 'hex');
  out.write(turn.payloadHash, 36, 32, 'hex');
  writeTime(out, 68, turn.timeMs);
  out.writeUInt32LE(turn.depth, 76);
  out.writeUInt32LE(turn.encoding, 80);
  out.writeUInt32LE(turn.typeVersion, 84);
  out.writeUInt32LE(turn.rawLength, 88);
  out.writeUInt16LE(type.length, 92);
  type.copy(out, TURN_LENGTH);
  return out;
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

function decodeTurn(record: Buffer): LogRecord {
  if (record.length < TURN_LENGTH) throw new RecordError('turn record is too short');
  if (record[2] !== 0) throw new RecordError(`unknown commit mode ${record[2]}`);
  if (record[3] !== 0) throw new RecordError('reserved byte of a turn record is set');
  expectLength(record, TURN_LENGTH + record.readUInt16LE(92));
  const typeId = text(record, TURN_LENGTH);
  const encoding = record.readUInt32LE(80);
  if (encoding !== 1 && encoding !== 2) throw new RecordError(`unknown payload encoding ${encoding}`);
  const turn = {
    parent: isZero(record, 4) ? null : (record.toString('hex', 4, 36) as TurnHash),
    payloadHash: record.toString('hex', 36, 68) as PayloadHash,
    timeMs: readTime(record, 68),
    depth: record.readUInt32LE(76),
    encoding,
    typeId,
    typeVersion: record.readUInt32LE(84),
    rawLength: record.readUInt32LE(88),
  } as const;
  const problem = turnProblem(turn, record.length - TURN_LENGTH);
  if (problem !== undefined) throw new RecordError(problem);
  return { kind: 'turn', hash: hashTurnRecord(record), ...turn };
}

function decodeHead(record: Buffer): LogRecord {
  if (record.length < HEAD_LENGTH) throw new RecordError('head record is too short');
  if (record[2] !== 0 || record[3] !== 0) throw new RecordError('reserved byte of a head record is set');
  expectLength(record, HEAD_LENGTH + record.readUInt8(44));
  const name = text(record, HEAD_LENGTH);
  if (name === '') throw new RecordError('head record without a name');
  if (isZero(record, 12)) throw new RecordError('head record names no turn');
  return { kind: 'head', timeMs: readTime(record, 4), turn: turnHash(encodeHex(record.subarray(12, 44))), name };
}

function decodeTombstone(record: Buffer): LogRecord {
  expectLength(record, TOMBSTONE_LENGTH);
  const action = ACTIONS[record.readUInt8(2) - 1];
  const reason = record.readUInt8(3);
  const replaced = !isZero(record, 44);
  if (action === undefined) throw new RecordError(`unknown tombstone action ${record[2]}`);
  if (reason > 4) throw new RecordError(`unknown tombstone reason ${reason}`);
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

function checkTurn(turn: Omit<Turn, 'hash'>, typeLength: number): void {
  const problem = turnProblem(turn, typeLength);
  if (problem !== undefined) throw new InvalidTurnError(problem, { depth: turn.depth, timeMs: turn.timeMs });
  if (!Number.isSafeInteger(turn.timeMs) || turn.timeMs < 0) throw new InvalidTurnError('time is out of range');
  payloadHash(turn.payloadHash);
  if (turn.parent !== null) turnHash(turn.parent);
}

function turnProblem(turn: Omit<Turn, 'hash'>, typeLength: number): string | undefined {
  if (typeLength > TYPE_ID_LIMIT) return `a type id has at most ${TYPE_ID_LIMIT} bytes`;
  if (!Number.isInteger(turn.depth) || turn.depth < 0 || turn.depth > 0xffff_ffff) return 'depth is out of range';
  if ((turn.depth === 0) !== (turn.parent === null)) return 'depth and parent disagree';
  if (turn.rawLength > limits.payload) return `payload is over the limit of ${limits.payload} bytes`;
  const version = turn.typeVersion;
  return Number.isInteger(version) && version >= 0 && version <= 0xffff_ffff
    ? undefined
    : 'type version is out of range';
}

function expectLength(record: Buffer, length: number): void {
  if (record.length !== length) throw new RecordError(`record has ${record.length} bytes, its fields say ${length}`);
}

function text(record: Buffer, from: number): string {
  const bytes = record.subarray(from);
  const value = decodeUtf8(bytes);
  if (!Buffer.from(value).equals(bytes)) throw new RecordError('text in a record is not UTF-8');
  return value;
}

function isZero(record: Buffer, from: number): boolean {
  for (let i = from; i < from + 32; i++) if (record[i] !== 0) return false;
  return true;
}

function writeTime(out: Buffer, at: number, timeMs: number): void {
  if (!Number.isSafeInteger(timeMs) || timeMs < 0) throw new InvalidTurnError('time is out of range', { timeMs });
  out.writeUInt32LE(timeMs % 0x1_0000_0000, at);
  out.writeUInt32LE(Math.floor(timeMs / 0x1_0000_0000), at + 4);
}

function readTime(record: Buffer, at: number): number {
  const timeMs = record.readUInt32LE(at) + record.readUInt32LE(at + 4) * 0x1_0000_0000;
  if (!Number.isSafeInteger(timeMs)) throw new RecordError('time is out of range');
  return timeMs;
}
