/** What can be wrong with the things of the model, one class per cause. */
/** Messages name the member and what it must be, never its value: they are shown on pages. */

import { TurnpressError } from '../base/errors.ts';

/** Bytes that a turn names as an item are none, or not in the one spelling that items have. */
export class BadItemError extends TurnpressError {
  override readonly kind = 'damaged';
  constructor(problem: string, cause?: unknown) {
    super('BAD_ITEM', { problem }, `not a valid item: ${problem}`, cause);
  }
}

/** The JSON of a meta record is not what meta is, or not in the one spelling that it has. */
export class BadMetaError extends TurnpressError {
  override readonly kind = 'damaged';
  constructor(problem: string, cause?: unknown) {
    super('BAD_META', { problem }, `not valid meta: ${problem}`, cause);
  }
}
