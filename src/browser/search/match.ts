/** Where a record has a term, and how well a record fits a query. */
/** Pure. A term of several tokens stands where they follow one another, in the words or in the title. */

import { indexedToken, listHumps } from '../../model/search/tokens.ts';
import type { IndexedText, Posting } from './index-part.ts';

/** A term in a record. */
export interface Match {
  /** Places of its tokens in the record's words, in order; empty when only the title has it. */
  readonly places: readonly number[];
  /** How often it stands there, pieces of names counted less. */
  readonly weight: number;
  readonly inTitle: boolean;
}

/** A record's postings, one for each token of a term, joined to what it has of the term. */
export type Join = (postings: readonly Posting[]) => Match | undefined;

export function followOneAnother(postings: readonly Posting[]): Match | undefined {
  const [first, ...rest] = postings;
  if (first === undefined) return undefined;
  const starts = [...first.places].filter(([at]) => rest.every(({ places }, i) => places.has(at + i + 1)));
  const inTitle = first.titles.some((at) => rest.every(({ titles }, i) => titles.includes(at + i + 1)));
  if (starts.length === 0 && !inTitle) return undefined;
  const weight = starts.reduce((sum, [, each]) => sum + each, 0);
  return { places: starts.flatMap(([at]) => postings.map((_, i) => at + i)), weight, inTitle };
}

export function standAnywhere(postings: readonly Posting[]): Match | undefined {
  if (postings.some(({ places }) => places.size === 0)) return undefined;
  const places = postings.flatMap((posting) => [...posting.places.keys()]).sort((a, b) => a - b);
  return { places: [...new Set(places)], weight: 0.5, inTitle: false };
}

/** What the index would say of a record's text: the postings of these tokens. */
export function readPostings(
  record: number,
  { content, meta }: Pick<IndexedText, 'content' | 'meta'>,
  tokens: ReadonlySet<string>,
): ReadonlyMap<string, Posting> {
  const places = new Map([...tokens].map((token) => [token, new Map<number, number>()]));
  const add = (token: string, at: number, weight: number): void => {
    const known = places.get(token);
    known?.set(at, Math.max(weight, known.get(at) ?? 0));
  };
  const mayBe = beginningWith(tokens);
  for (const [at, word] of content.split(' ').entries()) {
    if (!mayBe.test(word)) continue;
    add(indexedToken(word), at, 1);
    const humps = listHumps(word);
    for (const hump of humps) add(hump, at, 1 / humps.length);
  }
  const titles = (meta.title ?? '').split(' ').map(indexedToken);
  return new Map(
    [...places].map(([token, own]) => {
      const inTitle = titles.flatMap((each, at) => (each === token ? [at] : []));
      return [token, { record, places: own, titles: inTitle }];
    }),
  );
}

/** Most words are none of the tokens, and cutting a word to its stem takes time: a stem begins as its word does. */
function beginningWith(tokens: ReadonlySet<string>): RegExp {
  const first = [...tokens].flatMap(([one = '']) => (/[a-z0-9]/.test(one) ? [one, one.toUpperCase()] : []));
  return new RegExp(`^[^A-Za-z0-9]*[${first.join('') || '\\u0000'}]|[^\\x00-\\x7f]|[A-Za-z0-9][A-Z0-9]`);
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
