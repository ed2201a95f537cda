/** Fields that several kinds of record have: times, hashes, text at the end. */
/** Strict both ways: what cannot be read back as it stands is refused. */

import { decodeUtf8 } from '../../base/bytes.ts';
import { InvalidTurnError, RecordError } from '../errors.ts';

export function expectLength(record: Buffer, length: number): void {
  if (record.length !== length) throw new RecordError(`record has ${record.length} bytes, its fields say ${length}`);
}

/** From `from` to the end. */
export function readText(record: Buffer, from: number): string {
  const bytes = record.subarray(from);
  const value = decodeUtf8(bytes);
  if (!Buffer.from(value).equals(bytes)) throw new RecordError('text in a record is not UTF-8');
  return value;
}

/** Whether the hash at `from` is all zeros. */
export function isZero(record: Buffer, from: number): boolean {
  for (let i = from; i < from + 32; i++) if (record[i] !== 0) return false;
  return true;
}

export function writeTime(out: Buffer, at: number, timeMs: number): void {
  if (!Number.isSafeInteger(timeMs) || timeMs < 0) throw new InvalidTurnError('time is out of range', { timeMs });
  out.writeUInt32LE(timeMs % 0x1_0000_0000, at);
  out.writeUInt32LE(Math.floor(timeMs / 0x1_0000_0000), at + 4);
}

export function readTime(record: Buffer, at: number): number {
  const timeMs = record.readUInt32LE(at) + record.readUInt32LE(at + 4) * 0x1_0000_0000;
  if (!Number.isSafeInteger(timeMs)) throw new RecordError('time is out of range');
  return timeMs;
}
