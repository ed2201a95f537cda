/** The parent of every error that turnpress throws on purpose. */
/** Data first, sentence last: callers decide by `code` and `fields`, people read `message`. */

export type ErrorFields = Readonly<Record<string, string | number | boolean | undefined>>;

/**
 * Whose turn it is: the person's, to type or configure otherwise (`usage`) or to mend an archive (`damaged`), that of time
 * (`network`), or ours (`bug`).
 */
export type ErrorKind = 'usage' | 'damaged' | 'network' | 'bug';

export abstract class TurnpressError extends Error {
  /** What a class does not say is our bug. */
  readonly kind: ErrorKind = 'bug';
  /** Stable, in capitals: what went wrong, for programs. */
  readonly code: string;
  /** Where and with what: file, position, limit. Never a secret. */
  readonly fields: ErrorFields;

  constructor(code: string, fields: ErrorFields, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.code = code;
    this.fields = fields;
  }
}

/** A limit of `limits.ts` was passed; the input is refused, nothing was cut. */
export class LimitError extends TurnpressError {
  override readonly kind = 'usage';
  constructor(what: string, limit: number, fields: ErrorFields = {}) {
    super('LIMIT', { ...fields, what, limit }, `${what} is over the limit of ${limit}`);
  }
}

/** Text that should be JSON is not, or is nested deeper than the limit. */
export class JsonError extends TurnpressError {
  override readonly kind = 'usage';
  constructor(message: string, fields: ErrorFields = {}, cause?: unknown) {
    super('JSON', fields, message, cause);
  }
}

/** What has this name is no file to be read: a folder, a pipe, a device. */
export class NotPlainFileError extends TurnpressError {
  override readonly kind = 'usage';
  constructor(path: string) {
    super('NOT_PLAIN', { path }, `${path} is no regular file`);
  }
}

/** A folder on the way is a symbolic link, or a file: nothing is read or written behind it. */
export class LinkedFolderError extends TurnpressError {
  override readonly kind = 'usage';
  constructor(path: string) {
    super(
      'LINKED_FOLDER',
      { path },
      `${path} is no folder (a link?), and nothing is followed or written through it; put a real folder there, or name the one it leads to`,
    );
  }
}

/** A write or read made no progress: the disk took or gave nothing. */
export class ShortIoError extends TurnpressError {
  override readonly kind = 'usage';
  constructor(path: string, done: number, wanted: number) {
    super('SHORT_IO', { path, done, wanted }, `${path}: ${done} of ${wanted} bytes went through, then none`);
  }
}

/** The disk, or who may write to it, refused a database file what it needs. The person's to mend, as any error of the system is. */
export class DatabaseDiskError extends TurnpressError {
  override readonly kind = 'usage';
  constructor(path: string, reason: string, cause: unknown) {
    super('DATABASE_DISK', { path, reason }, `${path}: ${reason}`, cause);
  }
}

/** Another process has the database file to itself for longer than we wait. */
export class DatabaseBusyError extends TurnpressError {
  override readonly kind = 'usage';
  constructor(path: string, cause: unknown) {
    super('DATABASE_BUSY', { path }, `${path} is in use by another process; try again when it has ended`, cause);
  }
}

/**
 * A database file is none, or its pages or tables are not those that were written. All of ours can be made anew: whoever owns it
 * sets the file aside and does so. Where that did not help it is our bug.
 */
export class BrokenDatabaseError extends TurnpressError {
  readonly path: string;
  readonly reason: string;
  constructor(path: string, reason: string, cause?: unknown) {
    super('DATABASE_BROKEN', { path, reason }, `${path} is damaged: ${reason}`, cause);
    this.path = path;
    this.reason = reason;
  }
}

/** The broken database among an error and its causes. */
export function findBrokenDatabase(error: unknown): BrokenDatabaseError | undefined {
  for (let each = error; each instanceof Error; each = each.cause) if (each instanceof BrokenDatabaseError) return each;
  return undefined;
}

/** A zstd frame is broken, lies about its size, or is of a kind we do not accept. */
export class ZstdError extends TurnpressError {
  constructor(message: string, cause?: unknown) {
    super('ZSTD', {}, message, cause);
  }
}

/** The message of anything that was thrown, for a problem line. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
