/** The archive log's door: what was published of which conversation, and the keys that sign. */
/** Apart from the room's door, because it needs no rule about secrets. Bytes: docs/archive-format.md */

export { ArchiveKeyError, ArchiveLogError, NotTheNextLogError } from '../errors.ts';
export { ArchiveLog, type ArchiveLogOptions } from './archive-log.ts';
export { type Fingerprint, fingerprintOf } from './fingerprint.ts';
export type { LogAppender } from './log-appender.ts';
export type { LoggedKey, LoggedState } from './log-index.ts';
export { type CheckpointRelation, relateCheckpoint } from './relate-checkpoint.ts';
export { generateVerifierKey, parseVerifierKey, type VerifierKey } from './verifier-key.ts';
export { findRootAt, type LogReport, type VerifyLogOptions, verifyLog } from './verify-log.ts';
