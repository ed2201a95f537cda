/** What was typed, as terms that an exchange must have, all of them. */
/** Pure. A term is a word, a name with signs in it (`ENT-207`, `src/a.ts`), or a phrase in quotation marks: tokens that follow one another. */

import { listHumps, listTokens } from '../../model/search/tokens.ts';

export interface Term {
  /** As it was typed, without quotation marks. */
  readonly said: string;
  readonly phrase: boolean;
  /** One or more. */
  readonly tokens: readonly string[];
  /** Of `camelCase`, which may stand in the index in pieces only. Else empty. */
  readonly humps: readonly string[];
}

/** Of results: what fits best first, or by day. */
export type Order = 'best' | 'newest' | 'oldest';

export interface Question {
  /** Empty: everything that can be chosen. */
  readonly terms: readonly Term[];
  /** Filter → value. */
  readonly chosen: Readonly<Record<string, string>>;
  /** Days, both included; empty: no border. */
  readonly from: string;
  readonly to: string;
  readonly order: Order;
}

/** Characters of a query that are looked at. */
export const LONGEST_QUERY = 300;
/** More terms than these narrow nothing. */
const MOST_TERMS = 12;
const QUOTED = /["“”„«»]([^"“”„«»]*)["“”„«»]?|[^\s"“”„«»]+/g;

/** Said so often that they narrow nothing, where something else is asked for. */
const COMMON: ReadonlySet<string> = new Set(
  'a an and are as at be but by for from how i in is it its my of on or that the then this to was we what when where which why with you'.split(
    ' ',
  ),
);

/** Each term once. Common words count only where there is nothing else. */
export function parseQuery(text: string): readonly Term[] {
  const terms = new Map<string, Term>();
  for (const [whole, quoted] of text.slice(0, LONGEST_QUERY).matchAll(QUOTED)) {
    const said = (quoted ?? whole).trim();
    const tokens = listTokens(said);
    const term = { said, phrase: quoted !== undefined, tokens, humps: tokens.length === 1 ? listHumps(said) : [] };
    const key = tokens.join(' ');
    if (tokens.length > 0 && !terms.has(key)) terms.set(key, term);
  }
  const all = [...terms.values()];
  const telling = all.filter(({ phrase, said }) => phrase || !COMMON.has(said.toLowerCase()));
  return (telling.length === 0 ? all : telling).slice(0, MOST_TERMS);
}
