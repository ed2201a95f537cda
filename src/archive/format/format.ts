/** The format's door: bytes in, records out, and back. No disk, no index, no lock. */
/** For whoever holds an archive's bytes from elsewhere: a replica, a proof, a page that checks itself. Bytes: docs/archive-format.md */

export { DamageError, FutureFormatError, RecordError } from '../errors.ts';
export { blobPath, decodeBlob, encodeBlob } from './blob-file.ts';
export {
  type Checkpoint,
  generateCheckpoint,
  type NoteSignature,
  type ParsedCheckpoint,
  parseCheckpoint,
  verifyCheckpoint,
} from './checkpoint.ts';
export { decodeEntries, encodeEntries, findEntry } from './entry-tile.ts';
export { findMisplaced, type LogBefore } from './log-rules.ts';
export {
  decodeFrontier,
  emptyFrontier,
  encodeFrontier,
  type Frontier,
  growFrontier,
  isSameFrontier,
  LEAF_LENGTH,
  leafHash,
  nodeHash,
  rootOf,
  rootOfLeaves,
  splitHashes,
} from './merkle.ts';
export { findArchiveOrigin, isLogOrigin, isOrigin } from './origin.ts';
export {
  decodeChunk,
  decompressChunk,
  encodeChunk,
  listChunks,
  type PayloadChunk,
  type PayloadEntry,
  type PayloadSlot,
} from './payload-tile.ts';
export { TilePayloads, TileRecords } from './published-tile.ts';
export {
  decodeRecord,
  encodeHead,
  encodeMeta,
  encodeTombstone,
  HEAD_NAME_LIMIT,
  hasPayload,
  type LogRecord,
  type MetaRecord,
  type MetaTombstone,
  type PayloadRecord,
  RECORD_LIMIT,
  type Tombstone,
} from './record.ts';
export { expectLength, isZero, readText, readTime, writeTime } from './record-fields.ts';
export { keyDigest, keyHashOf, makeSigningKey, parseSigningKey, type SigningKey } from './signing-key.ts';
export {
  parseTileName,
  TILE_WIDTH,
  type TileKind,
  tileCount,
  tileName,
  tilePath,
  tileRecords,
} from './tile-names.ts';
export {
  encodeTurn,
  hashTurnRecord,
  type PreparedTurn,
  prepareTurn,
  TURN_CONTEXT,
  type TurnFields,
  TYPE_ID_LIMIT,
} from './turn-record.ts';
