/** What a person at the terminal can get wrong, and the exit code that says so. */
/** 0 done · 1 our bug · 2 usage or config · 3 problems under --strict · 4 archive damaged · 5 network. */

import { type ErrorFields, type ErrorKind, TurnpressError } from '../base/errors.ts';

export const EXIT = { done: 0, bug: 1, usage: 2, problems: 3, damaged: 4, network: 5 } as const;

/** The command cannot be carried out as it was typed. */
export class UsageError extends TurnpressError {
  override readonly kind = 'usage';
  constructor(message: string, fields: ErrorFields = {}) {
    super('USAGE', fields, message);
  }
}

/** The configuration file is unreadable or says something that does not exist. */
export class ConfigError extends TurnpressError {
  override readonly kind = 'usage';
  constructor(file: string, message: string, cause?: unknown) {
    super('CONFIG', { file }, `${file}: ${message}`, cause);
  }
}

const EXIT_OF: Readonly<Record<ErrorKind, number>> = {
  bug: EXIT.bug,
  usage: EXIT.usage,
  damaged: EXIT.damaged,
  network: EXIT.network,
};

/** The exit code for anything that was thrown. What is not one of our errors is our bug. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof TurnpressError) return EXIT_OF[error.kind];
  return isSystemError(error) ? EXIT.usage : EXIT.bug;
}

/** A refusal of the operating system (no such file, no permission, disk full) is the person's to mend. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && /^E[A-Z0-9]+$/.test(error.code);
}
