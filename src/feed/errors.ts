/** What can go wrong in the feed room. */
/** One class for each cause. */

import { TurnpressError } from '../base/errors.ts';

/** An address in a feed is not absolute, or no web address. Readers resolve others against a base that we do not know. */
export class FeedUrlError extends TurnpressError {
  override readonly kind = 'usage';
  constructor(where: string, url: string) {
    super('FEED_URL', { where, url: url.slice(0, 200) }, `${where} of a feed is not an absolute http or https address`);
  }
}

/** What should be a feed cannot be read as one. */
export class FeedParseError extends TurnpressError {
  override readonly kind = 'network';
  /** The sentence behind the colon. */
  readonly problem: string;
  constructor(problem: string, cause?: unknown) {
    super('FEED_PARSE', {}, `it cannot be read as a feed: ${problem}`, cause);
    this.problem = problem;
  }
}
