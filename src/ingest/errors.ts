/** What can go wrong with an ingest as a whole, one class per cause. */
/** What is wrong with one source is no error but a problem: it is collected and the run goes on. */

import { TurnpressError } from '../base/errors.ts';

/** The path is a folder, a device, a pipe: nothing that holds bytes to read. */
export class NotAFileError extends TurnpressError {
  override readonly kind = 'usage';
  constructor(path: string) {
    super('NOT_A_FILE', { path }, `${path} is not a file`);
  }
}

/** A reading thread ended before its work was done. What was committed stays; a rerun goes on from there. */
export class ReaderFailedError extends TurnpressError {
  constructor(cause: unknown) {
    super('READER_FAILED', {}, 'a thread that reads sessions ended early; run again to go on', cause);
  }
}

/** An importer named a blob by a hash that its bytes do not have. */
export class BlobMismatchError extends TurnpressError {
  constructor(path: string, said: string, found: string) {
    super('BLOB_MISMATCH', { path, said, found }, `a blob of ${path} does not have the hash that its turn names`);
  }
}

/** Kept bytes of a source are missing or not what was kept. */
export class SourceDamageError extends TurnpressError {
  override readonly kind = 'damaged';
  constructor(file: string, problem: string, cause?: unknown) {
    super('SOURCE_DAMAGED', { file }, `${file}: ${problem}`, cause);
  }
}
