/** What can go wrong in the reader. */
/** One class for each cause. */

import { TurnpressError } from '../base/errors.ts';

/** An address leads to no feed. */
export class NoFeedError extends TurnpressError {
  override readonly kind = 'usage';
  constructor(url: string, problem: string) {
    super('NO_FEED', { url }, `no feed at ${url}: ${problem}`);
  }
}

/** The list of subscriptions cannot be read, so it is not written either. */
export class SubscriptionsError extends TurnpressError {
  override readonly kind = 'usage';
  constructor(file: string, problem: string) {
    super('SUBSCRIPTIONS', { file }, `${file} cannot be read as OPML: ${problem}; mend it, or move it away`);
  }
}
