/** Which records of a part have a term, where, and how well a record fits a query. */
/** Pure. A term of several tokens stands where they follow one another, in the words or in the title. */

import type { IndexPart, Posting } from './index-part.ts';
import type { Term } from './query.ts';

/** A term in a record. */
export interface Match {
  /** Places of its tokens in the record's words, in order; empty when only the title has it. */
  readonly places: readonly number[];
  /** How often it stands there, pieces of names counted less. */
  readonly weight: number;
  readonly inTitle: boolean;
}

export type Matches = ReadonlyMap<number, Match>;

/** Asks for one token after the other and stops where nothing is left. Names in one word are looked for in pieces, too. */
export async function findTerm(part: IndexPart, { tokens, humps }: Term): Promise<Matches> {
  const whole = await findTokens(part, tokens, followOneAnother);
  if (humps.length === 0) return whole;
  return new Map([...(await findTokens(part, humps, standAnywhere)), ...whole]);
}

type Join = (lists: readonly Posting[]) => Match | undefined;

async function findTokens(part: IndexPart, tokens: readonly string[], join: Join): Promise<Matches> {
  const lists = await Promise.all(tokens.map((token) => part.find(token)));
  const [first = [], ...others] = lists;
  const rest = others.map((list) => new Map(list.map((posting) => [posting.record, posting])));
  const found = new Map<number, Match>();
  for (const posting of first) {
    const all = [posting, ...rest.flatMap((list) => list.get(posting.record) ?? [])];
    const match = all.length === lists.length ? join(all) : undefined;
    if (match !== undefined) found.set(posting.record, match);
  }
  return found;
}

function followOneAnother(postings: readonly Posting[]): Match | undefined {
  const [first, ...rest] = postings;
  if (first === undefined) return undefined;
  const starts = [...first.places].filter(([at]) => rest.every(({ places }, i) => places.has(at + i + 1)));
  const inTitle = first.titles.some((at) => rest.every(({ titles }, i) => titles.includes(at + i + 1)));
  if (starts.length === 0 && !inTitle) return undefined;
  const weight = starts.reduce((sum, [, each]) => sum + each, 0);
  return { places: starts.flatMap(([at]) => postings.map((_, i) => at + i)), weight, inTitle };
}

function standAnywhere(postings: readonly Posting[]): Match | undefined {
  if (postings.some(({ places }) => places.size === 0)) return undefined;
  const places = postings.flatMap((posting) => [...posting.places.keys()]).sort((a, b) => a - b);
  return { places: [...new Set(places)], weight: 0.5, inTitle: false };
}

/** How one term counts for a record: BM25 (Robertson, Zaragoza: The Probabilistic Relevance Framework), and more for the title. */
export function scoreOf({ weight, inTitle }: Match, rarity: number, length: number): number {
  const often = (weight * 2.2) / (weight + 1.2 * (0.25 + 0.75 * length));
  return rarity * (often + (inTitle ? 0.6 : 0));
}

/** How rare a term is that `count` of `all` records have. */
export function rarityOf(count: number, all: number): number {
  return Math.log(1 + (all - count + 0.5) / (count + 0.5));
}

/** Words within which terms stand together. */
const TOGETHER = 30;

/** The largest share of the terms that stand close to one another. */
export function closenessOf(matches: readonly Match[]): number {
  if (matches.length < 2) return 1;
  const places = matches
    .flatMap(({ places: own }, term) => own.map((at) => ({ at, term })))
    .sort((a, b) => a.at - b.at);
  const inside = new Map<number, number>();
  let most = 0;
  let from = 0;
  for (const { at, term } of places) {
    inside.set(term, (inside.get(term) ?? 0) + 1);
    for (let first = places[from]; first !== undefined && at - first.at >= TOGETHER; first = places[++from]) {
      const left = (inside.get(first.term) ?? 0) - 1;
      if (left > 0) inside.set(first.term, left);
      else inside.delete(first.term);
    }
    most = Math.max(most, inside.size);
  }
  return most / matches.length;
}
