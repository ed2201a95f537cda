/** What one part of the index has of a question: tokens are asked for one after the other, the rarest first, and no more than are needed. */
/** Where few records are left, these are read in the place of the pieces of all other tokens: each piece holds every record of many tokens. */

import type { IndexPart, Posting } from './index-part.ts';
import { followOneAnother, type Join, type Match, readPostings, standAnywhere } from './match.ts';
import type { Term } from './query.ts';

export interface PartFound {
  /** Record → its matches, one for each term. */
  readonly records: ReadonlyMap<number, readonly Match[]>;
  /** Records that have a term, by its number, at most; undefined: it was not asked for. */
  readonly counts: readonly (number | undefined)[];
}

/** Records that may have a term; those without a match have to be read. */
type Candidates = ReadonlyMap<number, Match | undefined>;

/** Bytes of a piece and of a record, more or less, and how many records are read at once in the place of pieces. */
const PIECE = 8000;
const RECORD = 3_500;
const MOST_READ = 16;
/** Tokens that are asked for at once, behind the first one. */
const AT_ONCE = 2;

/**
 * `order`: numbers of the terms, the rarest first. `allowed`: which records are wanted at all, asked for once there are some.
 * One term at least.
 */
export async function findInPart(
  part: IndexPart,
  terms: readonly Term[],
  order: readonly number[],
  allowed: () => Promise<(record: number) => boolean>,
): Promise<PartFound> {
  const byTerm = new Map<number, { readonly candidates: Candidates; readonly count: number }>();
  let left: ReadonlySet<number> | undefined;
  for (let from = 0, size = 1; from < order.length; from += size, size = from === 0 ? 1 : AT_ONCE) {
    const wave = order.slice(from, from + size);
    const tokens = order.slice(from).reduce((sum, i) => sum + (terms[i]?.tokens.length || 1), 0);
    if (left !== undefined && (left.size === 0 || isReadingCheaper(left.size, tokens))) break;
    const within = left;
    await Promise.all(
      wave.map(async (i) => {
        const term = terms[i];
        if (term !== undefined) byTerm.set(i, await askTerm(part, term, within));
      }),
    );
    for (const i of wave) left = intersect(left, byTerm.get(i)?.candidates ?? new Map());
  }
  const isAllowed = left === undefined || left.size === 0 ? () => true : await allowed();
  const records = new Map<number, readonly Match[]>();
  const wrong = new Map<number, number>();
  await Promise.all(
    [...(left ?? [])].filter(isAllowed).map(async (record) => {
      const known = terms.map((_, i) => byTerm.get(i)?.candidates.get(record));
      const matches = known.includes(undefined) ? await readMatches(part, record, terms, known) : known;
      for (const [i, match] of matches.entries()) if (match === undefined) wrong.set(i, (wrong.get(i) ?? 0) + 1);
      const all = matches.filter((match) => match !== undefined);
      if (all.length === terms.length) records.set(record, all);
    }),
  );
  const sorted = new Map([...records].sort(([a], [b]) => a - b));
  const counts = terms.map((_, i) => {
    const count = byTerm.get(i)?.count;
    return count === undefined ? undefined : count - (wrong.get(i) ?? 0);
  });
  return { records: sorted, counts };
}

/** Each once, in the order in which they are asked for: long words are rare ones. */
export function rarestFirst(tokens: readonly string[]): string[] {
  return [...new Set(tokens)].sort((a, b) => b.length - a.length);
}

function isReadingCheaper(records: number, tokens: number): boolean {
  return records <= MOST_READ && records * RECORD <= tokens * PIECE;
}

function intersect(before: ReadonlySet<number> | undefined, candidates: Candidates): ReadonlySet<number> {
  return new Set([...candidates.keys()].filter((record) => before === undefined || before.has(record)));
}

/** The records of `within` (undefined: of all) that may have the term. A name in one word is looked for in its pieces where none has it whole. */
async function askTerm(
  part: IndexPart,
  { tokens, humps }: Term,
  within: ReadonlySet<number> | undefined,
): Promise<{ readonly candidates: Candidates; readonly count: number }> {
  const whole = tokens.length === 0 ? undefined : await askTokens(part, tokens, followOneAnother, within);
  return whole === undefined || (whole.candidates.size === 0 && humps.length > 0)
    ? askTokens(part, humps, standAnywhere, within)
    : whole;
}

async function askTokens(
  part: IndexPart,
  tokens: readonly string[],
  join: Join,
  within: ReadonlySet<number> | undefined,
): Promise<{ readonly candidates: Candidates; readonly count: number }> {
  const lists = new Map<string, ReadonlyMap<number, Posting>>();
  const order = rarestFirst(tokens);
  let left = within;
  let count = Number.POSITIVE_INFINITY;
  while (order.length > 0) {
    if (left !== undefined && left.size === 0) break;
    if (lists.size > 0 && left !== undefined && isReadingCheaper(left.size, order.length)) break;
    const wave = order.splice(0, lists.size === 0 ? 1 : AT_ONCE);
    for (const [token, postings] of await Promise.all(
      wave.map(async (each) => [each, await part.find(each)] as const),
    )) {
      lists.set(token, new Map(postings.map((posting) => [posting.record, posting])));
      left = new Set(postings.flatMap(({ record }) => (left === undefined || left.has(record) ? [record] : [])));
      count = Math.min(count, postings.length);
    }
  }
  const candidates = new Map<number, Match | undefined>();
  for (const record of left ?? []) {
    const postings = tokens.flatMap((token) => lists.get(token)?.get(record) ?? []);
    const match = postings.length === tokens.length ? join(postings) : undefined;
    // of what was asked whole it is known that it is not there
    if (match !== undefined || order.length > 0) candidates.set(record, match);
  }
  return { candidates, count: within === undefined ? candidates.size : count };
}

/** The record's matches: those that are known, and the others from its text. */
async function readMatches(
  part: IndexPart,
  record: number,
  terms: readonly Term[],
  known: readonly (Match | undefined)[],
): Promise<readonly (Match | undefined)[]> {
  const wanted = terms.flatMap(({ tokens, humps }, i) => (known[i] === undefined ? [...tokens, ...humps] : []));
  const postings = readPostings(record, await part.read(record), new Set(wanted));
  const joined = (tokens: readonly string[], join: Join): Match | undefined =>
    join(tokens.flatMap((token) => postings.get(token) ?? []));
  return terms.map(
    ({ tokens, humps }, i) =>
      known[i] ?? joined(tokens, followOneAnother) ?? (humps.length === 0 ? undefined : joined(humps, standAnywhere)),
  );
}
