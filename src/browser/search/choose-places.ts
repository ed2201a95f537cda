/** The parts of the index that may have every term of a question: what filters of a few bytes say, and what is asked for meanwhile. */
/** A request that has to wait for another one is what a search costs on a phone: what is likely to be needed is not waited for. */

import type { PartInfo } from '../../model/search/parts.ts';
import { rarestFirst } from './find-in-part.ts';
import type { IndexPart } from './index-part.ts';
import type { Question, Term } from './query.ts';
import type { WordFilters } from './word-filters.ts';

/** The newest parts are small: so many are asked at once, and the others one by one, for their bytes. */
export const NEWEST = 2;

export interface Place {
  readonly site: string;
  readonly info: PartInfo;
  /** Day at which the next part begins; empty: none does. */
  readonly upTo: string;
  readonly filters: WordFilters;
  readonly number: number;
}

export interface Chosen {
  readonly place: Place;
  /** Of the question, as this part may have them: without their tokens it is asked for their pieces alone. */
  readonly terms: readonly Term[];
  /** Numbers of the terms, the one that fewest parts may have first. */
  readonly order: readonly number[];
}

export type Open = (place: Place) => Promise<IndexPart>;

/** `places`: newest first. */
export async function choosePlaces(
  places: readonly Place[],
  question: Question,
  open: Open,
): Promise<{ readonly having: readonly Chosen[]; readonly missing: readonly Term[] }> {
  const { terms } = question;
  // most questions end with these: what they begin with comes while it is asked which parts have the words
  for (const place of places.filter(({ info }) => info.from !== '').slice(0, NEWEST + 1)) ahead(open(place));
  const asked = places.map(async (place) => ({
    place,
    own: await Promise.all(terms.map((term) => waysOf(term, (token) => mayHave(place, token, open)))),
  }));
  const all = ahead(Promise.all(asked));
  hasten(chosenOf(await Promise.all(asked.filter((_, at) => places[at]?.info.slice !== 0)), terms), question, open);
  const answers = await all;
  const missing = terms.filter((_, i) => answers.every(({ own }) => own[i] === undefined));
  return { having: chosenOf(answers, terms), missing };
}

interface Answer {
  readonly place: Place;
  /** Ways of each term that the place may have; undefined: it is not there. */
  readonly own: readonly (Term | undefined)[];
}

/** Those that may have all terms. */
function chosenOf(answers: readonly Answer[], terms: readonly Term[]): readonly Chosen[] {
  const counts = terms.map((_, i) => answers.filter(({ own }) => own[i] !== undefined).length);
  const order = terms
    .map((_, i) => i)
    .toSorted((a, b) => (counts[a] ?? 0) - (counts[b] ?? 0) || lengthOf(terms[b]) - lengthOf(terms[a]));
  return answers.flatMap(({ place, own }) => {
    const ways = own.filter((term) => term !== undefined);
    return ways.length === terms.length ? [{ place, terms: ways, order }] : [];
  });
}

/** The newest part, which has no filter, is still asked: the first piece of those that are likely to follow it comes meanwhile. */
function hasten(having: readonly Chosen[], question: Question, open: Open): void {
  if (question.order === 'oldest') return;
  for (const { place, terms, order } of having.filter((each) => overlaps(each.place, question)).slice(0, NEWEST)) {
    const { tokens = [], humps = [] } = terms[order[0] ?? 0] ?? {};
    const [token] = rarestFirst(tokens.length > 0 ? tokens : humps);
    if (token !== undefined) ahead(open(place).then((part) => part.find(token)));
  }
}

/** What is asked for before it is needed: whoever waits for it then hears that it failed. */
function ahead<Value>(asked: Promise<Value>): Promise<Value> {
  asked.catch(() => undefined);
  return asked;
}

/** Long words are rare ones. */
function lengthOf(term: Term | undefined): number {
  return Math.max(0, ...(term?.tokens ?? []).map((token) => token.length));
}

/** The newest part has no filter: it changes with every build, and is small enough to be asked itself. */
async function mayHave(place: Place, token: string, open: Open): Promise<boolean> {
  if (place.info.slice === 0) return (await (await open(place)).find(token)).length > 0;
  return (await place.filters.findParts(token))[place.number] ?? true;
}

/** The term, or its pieces alone; undefined: it is not there. */
async function waysOf(term: Term, has: (token: string) => Promise<boolean>): Promise<Term | undefined> {
  const all = async (words: readonly string[]): Promise<boolean> =>
    words.length > 0 && (await Promise.all(words.map(has))).every(Boolean);
  if (await all(term.tokens)) return term;
  return (await all(term.humps)) ? { ...term, tokens: [] } : undefined;
}

/** A part holds days from its own first one up to the first one of the next part. */
export function overlaps({ info, upTo }: Place, { from, to }: Question): boolean {
  if (from === '' && to === '') return true;
  if (info.from === '') return info.entries === true;
  return (to === '' || info.from <= to) && (from === '' || upTo === '' || upTo >= from);
}
