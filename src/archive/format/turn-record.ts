/** Turn records: the names of everything. Byte table: docs/archive-format.md */
/** A turn's hash covers its parent's and its payload's; nothing local (compression, positions, flags) is in it. */

import { blake3DeriveKey, blake3Hex } from '../../base/blake3.ts';
import { encodeHex } from '../../base/bytes.ts';
import { LimitError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { type PayloadHash, payloadHash, type TurnHash, turnHash } from '../../model/ids.ts';
import type { Encoding, Turn } from '../../model/turn.ts';
import { InvalidTurnError, RecordError } from '../errors.ts';
import { expectLength, isZero, readText, readTime, writeTime } from './record-fields.ts';

export const TURN_CONTEXT = 'turnpress 2026-11 turn record v1';
/** Bytes of a type id. */
export const TYPE_ID_LIMIT = 512;

/** Byte 0 of a turn record. */
export const TURN = 1;
/** Without the type id. */
export const TURN_LENGTH = 94;

/** A turn that is ready to be appended: hashed, but not stored. Made by `prepareTurn`. */
export interface PreparedTurn {
  readonly hash: TurnHash;
  readonly parent: TurnHash | null;
  readonly depth: number;
  readonly timeMs: number;
  readonly encoding: Encoding;
  readonly typeId: string;
  readonly typeVersion: number;
  readonly payloadHash: PayloadHash;
  readonly payload: Uint8Array;
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

/** Throws RecordError. */
export function decodeTurn(record: Buffer): { readonly kind: 'turn' } & Turn {
  if (record.length < TURN_LENGTH) throw new RecordError('turn record is too short');
  if (record[2] !== 0) throw new RecordError(`unknown commit mode ${record[2]}`);
  if (record[3] !== 0) throw new RecordError('reserved byte of a turn record is set');
  expectLength(record, TURN_LENGTH + record.readUInt16LE(92));
  const typeId = readText(record, TURN_LENGTH);
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
