/** One kind of place that only a secret stands in: an option of a command, a line of a file, a part of a link. */
/** Stands alone, so that the tables of places and the one that joins them know the same rows. */

import type { Literal } from './literal-search.ts';

/** What is found where; the group `v` or `w` of the pattern (flags `dg`) is the secret. */
export interface TellingPlace {
  readonly rule: string;
  /** Every match holds one of these. */
  readonly literals: readonly Omit<Literal, 'bit'>[];
  /** Bounded, so that a hostile line costs linear time. */
  readonly pattern: RegExp;
  readonly accepts: (value: string, match: RegExpExecArray) => boolean | 'doubtful';
}
