/** What can go wrong with an archive, one class per cause. */
/** Callers decide by class or code; the command line turns each into its exit code. */

import { type ErrorFields, TurnpressError } from '../base/errors.ts';

/** Several turns or conversations start with these digits. */
export class AmbiguousPrefixError extends TurnpressError {
  override readonly kind = 'usage';
  readonly candidates: readonly string[];
  constructor(prefix: string, candidates: readonly string[]) {
    super('AMBIGUOUS_PREFIX', { prefix }, `${prefix} fits several: ${candidates.join(', ')}; give more digits`);
    this.candidates = candidates;
  }
}

/** No such turn, conversation, blob or archive. */
export class NotFoundError extends TurnpressError {
  override readonly kind = 'usage';
  constructor(what: string, name: string) {
    super('NOT_FOUND', { what, name }, `there is no ${what} ${name}`);
  }
}

/** Another process writes to this archive. */
export class LockedError extends TurnpressError {
  override readonly kind = 'usage';
  constructor(file: string, holder: string) {
    super('LOCKED', { file, holder }, `the archive is being written by ${holder} (lock file ${file})`);
  }
}

/** Stored bytes are not what was stored: missing, cut short or changed. */
export class DamageError extends TurnpressError {
  override readonly kind = 'damaged';
  /** The sentence without the file's name. */
  readonly problem: string;
  constructor(file: string, problem: string, fields: ErrorFields = {}) {
    super('DAMAGED', { ...fields, file }, `${file} is damaged: ${problem}`);
    this.problem = problem;
  }
}

/** The archive was written by a newer turnpress, in a way that this one must not read or write. */
export class FutureFormatError extends TurnpressError {
  override readonly kind = 'usage';
  constructor(file: string, found: string) {
    super('FUTURE_FORMAT', { file, found }, `${file} says ${found}: a newer turnpress is needed`);
  }
}

/** An earlier write failed, or the archive is open for reading: nothing is written until it is opened again. */
export class WriteRefusedError extends TurnpressError {
  override readonly kind = 'damaged';
  constructor(reason: string, cause?: unknown) {
    super('WRITE_REFUSED', { reason }, `nothing was written: ${reason}`, cause);
  }
}

/** A turn, head or meta that does not fit the archive: unknown parent, wrong depth, wrong hash. */
export class InvalidTurnError extends TurnpressError {
  constructor(problem: string, fields: ErrorFields = {}) {
    super('INVALID_TURN', fields, problem);
  }
}

/** Bytes that are no record, tile, checkpoint or archive file of this format. */
export class RecordError extends TurnpressError {
  override readonly kind = 'damaged';
  constructor(problem: string, fields: ErrorFields = {}) {
    super('BAD_RECORD', fields, problem);
  }
}

/** Records and a checkpoint from elsewhere do not go on from the log that is here. */
export class NotAnExtensionError extends TurnpressError {
  override readonly kind = 'damaged';
  constructor(conversation: string, reason: string) {
    super(
      'NOT_AN_EXTENSION',
      { conversation, reason },
      `conversation ${conversation} cannot be extended so: ${reason}`,
    );
  }
}

/** The log of another archive, pulled into this one: only that archive adds to it. */
export class ForeignLogError extends TurnpressError {
  override readonly kind = 'usage';
  constructor(conversation: string, origin: string) {
    super(
      'FOREIGN_LOG',
      { conversation, origin },
      `conversation ${conversation} belongs to ${origin}, which alone adds to it`,
    );
  }
}

/** There is an archive already where a new one should be made. */
export class ArchiveExistsError extends TurnpressError {
  override readonly kind = 'usage';
  constructor(dir: string) {
    super('ARCHIVE_EXISTS', { dir }, `there is an archive in ${dir} already`);
  }
}
