/** Errors of looking for secrets. */
/** A scanner that cannot run stops the job: unredacted text is never the fallback. */

import { TurnpressError } from '../base/errors.ts';

/** The secret scanner failed to load or to run; nothing that it should have looked at may be stored. */
export class SecretScannerError extends TurnpressError {
  constructor(step: 'load' | 'scan', cause: unknown) {
    super('SECRET_SCANNER', { step }, `the secret scanner failed to ${step}; nothing was stored`, cause);
  }
}
