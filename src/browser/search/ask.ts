/** A query over all parts of the index: only parts that may have every term are asked, newest first, for the rarest term first. */
/** The cost is bounded: enough found, or enough bytes fetched, and what is older waits until somebody asks for it. */

import type { PartList } from '../../model/search/parts.ts';
import { type Chosen, choosePlaces, NEWEST, overlaps, type Place } from './choose-places.ts';
import { findInPart } from './find-in-part.ts';
import { type IndexPart, openPart } from './index-part.ts';
import { closenessOf, type Match, rarityOf, scoreOf } from './match.ts';
import type { Order, Question, Term } from './query.ts';
import { openWordFilters } from './word-filters.ts';

/** A site that is searched: this one, and copies of others that are followed from it. */
export interface SearchedSite {
  readonly site: string;
  readonly list: PartList;
  /** Only entries of feeds. */
  readonly entries?: true;
}

export interface Hit {
  readonly part: IndexPart;
  readonly record: number;
  /** One for each term. */
  readonly matches: readonly Match[];
}

export interface Asked {
  /** In the order in which they are shown. */
  readonly hits: readonly Hit[];
  /** Day to which was looked, from the newest down or from the oldest up; empty: everything was. */
  readonly lookedTo: string;
  /** Terms that nothing here has, as far as is known. */
  readonly missing: readonly Term[];
}

export interface Query {
  /** The next hits: of newer parts before those of older ones. */
  next(): Promise<Asked>;
}

export interface SearchIndex {
  ask(question: Question): Promise<Query>;
  /** Parts in which words like a missing one are looked for, the largest first, until enough bytes were fetched for that. */
  walkLargest(): AsyncGenerator<IndexPart, void, undefined>;
}

/** Hits that end a search, and bytes: old parts are then asked when somebody wants more. */
const ENOUGH = 20;
const MOST_BYTES = 230_000;
/** Bytes of a token's piece of a part, and of the whole index of a part for each byte of a slice of its filter; more or less. */
const PIECE = 8000;
const PER_SLICE_BYTE = 11_000;
/** Pieces of one part that are fetched before so few records are left that these are read: seldom more. */
const MOST_PIECES = 6;
/** Bytes that are spent on looking for words that are spelt alike. */
const MOST_BYTES_NEAR = 150_000;

export function openSearchIndex(sites: readonly SearchedSite[]): SearchIndex {
  let bytes = 0;
  const spent = (more: number): void => {
    bytes += more;
  };
  const places = listPlaces(sites, spent);
  const opened = new Map<Place, Promise<IndexPart>>();
  const open = (place: Place): Promise<IndexPart> => {
    const part = opened.get(place) ?? openPart(place.site, place.info, spent);
    opened.set(place, part);
    part.catch(() => opened.delete(place));
    return part;
  };
  return {
    async ask(question) {
      const start = bytes;
      const { having, missing } = await choosePlaces(places, question, open);
      const left = inOrder(
        having.filter(({ place }) => overlaps(place, question)),
        question.order,
      );
      let before = start;
      return {
        async next() {
          const found: PartHits[] = [];
          let lookedTo = '';
          const count = (): number => found.reduce((sum, { hits }) => sum + hits.length, 0);
          const isCheap = ({ place, terms }: Chosen): boolean =>
            bytes - before + costOf(place, terms) < MOST_BYTES || found.length === 0;
          while (left[0] !== undefined && count() < ENOUGH && isCheap(left[0])) {
            const wave = left.splice(0, found.length === 0 && question.order !== 'oldest' ? NEWEST : 1);
            const last = wave.at(-1)?.place;
            lookedTo = (question.order === 'oldest' ? last?.upTo : last?.info.from) ?? '';
            found.push(...(await Promise.all(wave.map(async (one) => askPart(await open(one.place), one, question)))));
          }
          before = bytes;
          const none =
            left.length === 0 && count() === 0
              ? question.terms.filter((_, i) => found.every(({ counts }) => counts[i] === 0))
              : [];
          return {
            hits: sortHits(found, question.order),
            // parts follow in the order of their first days, whosever they are
            lookedTo: left.length === 0 ? '' : lookedTo || (left[0]?.place.info.from ?? ''),
            missing: missing.length > 0 ? missing : found.length > 0 ? none : [],
          };
        },
      };
    },
    async *walkLargest() {
      const before = bytes;
      for (const place of places.toSorted((a, b) => b.info.slice - a.info.slice)) {
        if (bytes - before > MOST_BYTES_NEAR) return;
        yield await open(place);
      }
    },
  };
}

/** What has no day stands first either way. */
function inOrder(newestFirst: readonly Chosen[], order: Order): Chosen[] {
  const isDated = ({ place }: Chosen): boolean => place.info.from !== '';
  const dated = newestFirst.filter(isDated);
  return [...newestFirst.filter((one) => !isDated(one)), ...(order === 'oldest' ? dated.toReversed() : dated)];
}

/** What asking the part for all terms is likely to cost, in bytes. */
function costOf({ info }: Place, terms: readonly Term[]): number {
  const tokens = terms.reduce((sum, { tokens: own, humps }) => sum + (own.length || humps.length), 0);
  return Math.min(
    Math.max(1, Math.min(tokens, MOST_PIECES)) * PIECE,
    info.slice === 0 ? PIECE : info.slice * PER_SLICE_BYTE,
  );
}

/** Newest first; what has no day stands before everything. */
function listPlaces(sites: readonly SearchedSite[], spent: (bytes: number) => void): readonly Place[] {
  const places = sites.flatMap(({ site, list, entries }) => {
    const filters = openWordFilters(site, list, spent);
    const all = list.parts.map((info, number) => ({
      site,
      info,
      upTo: list.parts[number + 1]?.from ?? '',
      filters,
      number,
    }));
    return entries === undefined ? all : all.filter(({ info }) => info.entries);
  });
  const age = ({ info: { from } }: Place): string => (from === '' ? '9999' : from);
  return places.toSorted((a, b) => (age(a) < age(b) ? 1 : age(a) > age(b) ? -1 : 0));
}

interface PartHits {
  readonly hits: readonly (Hit & { readonly day: string })[];
  /** Records that have a term, by its number; those that were not asked for have none. */
  readonly counts: readonly (number | undefined)[];
}

async function askPart(part: IndexPart, { terms, order }: Chosen, question: Question): Promise<PartHits> {
  const choose = (): ReturnType<typeof chooseRecords> => chooseRecords(part, question);
  if (terms.length === 0) {
    const { allowed, days } = await choose();
    const records = part.lengths.map((_, record) => record).filter(allowed);
    return { hits: records.map((record) => ({ part, record, matches: [], day: days.get(record) ?? '' })), counts: [] };
  }
  const { records, counts } = await findInPart(part, terms, order, async () => (await choose()).allowed);
  const days = records.size > 0 ? (await choose()).days : new Map<number, string>();
  const hits = [...records].map(([record, matches]) => ({ part, record, matches, day: days.get(record) ?? '' }));
  return { hits, counts };
}

/** Filters are fetched where something is chosen; days where they decide or order. */
async function chooseRecords(
  part: IndexPart,
  { chosen, from, to, terms, order }: Question,
): Promise<{ readonly allowed: (record: number) => boolean; readonly days: ReadonlyMap<number, string> }> {
  const wanted = await Promise.all(
    Object.entries(chosen).map(async ([filter, value]) => new Set((await part.choose(filter)).get(value) ?? [])),
  );
  const dated = from !== '' || to !== '' || order !== 'best' || terms.length === 0;
  const byDay = dated ? await part.choose('date') : new Map<string, readonly number[]>();
  const days = new Map([...byDay].flatMap(([day, records]) => records.map((record) => [record, day] as const)));
  const inTime = (day: string): boolean => (from === '' || day >= from) && (to === '' || (day !== '' && day <= to));
  return {
    days,
    allowed: (record) => wanted.every((set) => set.has(record)) && (!dated || inTime(days.get(record) ?? '')),
  };
}

function sortHits(found: readonly PartHits[], order: Order): readonly Hit[] {
  const hits = found.flatMap((each) => each.hits);
  if (order !== 'best' || hits.every(({ matches }) => matches.length === 0)) {
    const later = order === 'oldest' ? 1 : -1;
    return hits.toSorted((a, b) => (a.day === b.day ? 0 : a.day > b.day ? later : -later));
  }
  const parts = [...new Set(hits.map(({ part }) => part))];
  const records = parts.reduce((sum, { lengths }) => sum + lengths.length, 0);
  const words = parts.reduce((sum, { lengths }) => sum + lengths.reduce((all, each) => all + each, 0), 0);
  const rarity = (found[0]?.counts ?? []).map((_, i) => {
    const count = found.reduce((sum, { counts }) => sum + (counts[i] ?? mostOf(counts)), 0);
    return rarityOf(Math.min(count, records), records);
  });
  const scored = hits.map((hit) => {
    const length = ((hit.part.lengths[hit.record] ?? 0) * records) / Math.max(1, words);
    const sum = hit.matches.reduce((all, match, i) => all + scoreOf(match, rarity[i] ?? 0, length), 0);
    return { hit, score: sum * (0.5 + closenessOf(hit.matches)) };
  });
  // equal ones stay in their order: newer parts first
  return scored.toSorted((a, b) => b.score - a.score).map(({ hit }) => hit);
}

/** Of a term that was not asked for it is known that it is one of the more frequent ones. */
function mostOf(counts: readonly (number | undefined)[]): number {
  return Math.max(0, ...counts.flatMap((count) => count ?? []));
}
