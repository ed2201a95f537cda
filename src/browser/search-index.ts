/** All parts of Pagefind's index as one: the newest are asked first, the large old ones only when those do not have enough. */
/** Pagefind merges the results of several indexes by score alone; in the order of dates a score is a place within its part. */

import { pages } from '../site/fixed-urls.ts';
import { copyPaths } from './copies.ts';
import type { Pagefind, PagefindAnswer, PagefindProgram, PagefindResult } from './pagefind-types.ts';
import { isPhrase, listWords, splitSigns } from './query-words.ts';
import { type Answer, type AskForResults, answerOf, countExact, type Finding } from './search-answer.ts';
import type { Facets, Query } from './search-form.ts';
import { basePath } from './site-place.ts';

export interface SearchIndex {
  readonly facets: Facets;
  ask(query: Query): Promise<Answer>;
}

/** What `shards.json` holds. */
interface Parts {
  /** Oldest first. */
  readonly shards: readonly string[];
  /** So many of the newest are asked first. */
  readonly recent: number;
  readonly facets: Facets;
}

/** Parts that are asked together. */
interface Group {
  readonly pagefind: Pagefind;
  readonly shards: readonly string[];
  /** Its own parts, without the documentation, which every group holds. */
  readonly filters: Query['filters'];
}

const HOME = basePath + pages.home;
const PROGRAM = basePath + pages.pagefind;
/** Pagefind puts it behind the address of a file that changes; the host says how long that may be kept. */
const TAG = 'v2';
/** The part that holds the documentation, which has no dates. */
const UNDATED = 'docs';
/** Exact results among the newest that are enough to show them before the old parts are asked, which then waits for "More results". */
const ENOUGH = 50;
/** A word that so many records of the newest parts have narrows nothing: the old parts are asked for the other words of the query. */
const COMMON = 400;

/** Loads the program and the heads of the newest parts, then those of the others. Throws an Error when one of the first cannot be had. */
export async function openSearchIndex(): Promise<SearchIndex> {
  const [program, { shards, recent, facets: own }, copies] = await Promise.all([
    loadPagefind(),
    loadParts(basePath),
    loadCopies(),
  ]);
  const border = Math.max(0, shards.length - recent);
  const near = await openGroup(program, shards.slice(border), {});
  const old = [...copies.flatMap((copy) => copy.shards), ...shards.slice(0, border)];
  const facets = joinFacets([own, ...copies.map((copy) => copy.facets)]);
  const far = old.length === 0 ? undefined : openGroup(program, old, { shard: { any: old } });
  far?.catch(() => undefined); // heard of by the query that needs it
  return { facets, ask: (query) => ask(near, far, query) };
}

async function openGroup(
  { createInstance }: PagefindProgram,
  shards: readonly string[],
  filters: Query['filters'],
): Promise<Group> {
  const pagefind = createInstance({
    basePath: PROGRAM,
    baseUrl: HOME,
    metaCacheTag: TAG,
    mergeFilter: { shard: UNDATED },
  });
  await pagefind.init();
  await Promise.all(
    shards.map((path) =>
      pagefind.mergeIndex(path, { baseUrl: siteOf(path), metaCacheTag: TAG, mergeFilter: { shard: path } }),
    ),
  );
  return { pagefind, shards, filters };
}

async function ask(near: Group, far: Promise<Group> | undefined, query: Query): Promise<Answer> {
  const words = query.words === '' || isPhrase(query.words) ? [] : listWords(query.words);
  const first = await find(near, query, query.words, words);
  if (far === undefined) return answerOf(first);
  const rare = first.words.filter(({ holders }) => holders.size < COMMON).map(({ word }) => word);
  const narrowed = rare.length === 0 || rare.length === words.length ? undefined : rare;
  const further = async (): Promise<Finding> => {
    const group = await far;
    return narrowed === undefined
      ? find(group, query, query.words, words)
      : find(group, query, narrowed.join(' '), narrowed);
  };
  if (countExact(first) >= ENOUGH) return answerOf(first, further);
  return answerOf(join(first, await further(), query.sort !== undefined));
}

/**
 * A part that lacks a word answers with the longest beginning of it that it has. A word in quotation marks is not treated
 * so, therefore each is asked for alone too; the files of the index are the same.
 */
async function find(
  { pagefind, shards, filters: own }: Group,
  query: Query,
  text: string,
  words: readonly string[],
): Promise<Finding> {
  const filters = { ...query.filters, ...own };
  const { sort } = query;
  const search = (term: string): Promise<PagefindAnswer> => pagefind.search(term === '' ? null : term, { filters });
  const [whole, ...each] = await Promise.all([search(text), ...words.map((word) => search(`"${word}"`))]);
  const inOrder = (term: string): readonly AskForResults[] => {
    if (sort === undefined) return [async () => (term === text ? whole : await search(term)).results];
    // Parts follow one another in time: each is asked when those behind it are used up.
    const dated = shards.toReversed();
    return ('shard' in own ? dated : [...dated, UNDATED]).map((shard) => async () => {
      const options = { filters: { ...filters, shard }, sort: { date: sort } };
      return (await pagefind.search(term === '' ? null : term, options)).results;
    });
  };
  return {
    words: words.map((word, i) => {
      const { results = [], unfilteredResultCount = 0 } = each[i] ?? {};
      return { word, holders: new Set(results.map(({ id }) => id)), missing: unfilteredResultCount === 0 };
    }),
    found: whole.results,
    exact: inOrder(text),
    // The index has the pieces of what holds signs, too: `ENT` and `207` of `fix/ENT-207`.
    similar: words.length === 0 ? [] : inOrder(splitSigns(text)),
  };
}

/** Two findings as one. What was not asked of the old parts, because it narrows nothing, counts as had by what they found. */
function join(near: Finding, far: Finding, sorted: boolean): Finding {
  const old = new Map(far.words.map((one) => [one.word, one]));
  const all = far.found.map(({ id }) => id);
  const both = (a: readonly AskForResults[], b: readonly AskForResults[]): readonly AskForResults[] =>
    sorted ? [...a, ...b] : [async () => (await Promise.all([...a, ...b].map((one) => one()))).flat().sort(byScore)];
  return {
    words: near.words.map(({ word, holders, missing }) => {
      const other = old.get(word);
      return {
        word,
        holders: new Set([...holders, ...(other?.holders ?? all)]),
        missing: missing && other?.missing !== false,
      };
    }),
    found: [...near.found, ...far.found],
    exact: both(near.exact, far.exact),
    similar: near.similar.length === 0 ? [] : both(near.similar, far.similar),
  };
}

function byScore(a: PagefindResult, b: PagefindResult): number {
  return b.score - a.score;
}

async function loadPagefind(): Promise<PagefindProgram> {
  const address = `${PROGRAM}pagefind.js`;
  return import(address);
}

/** The addresses of its parts from the root of the host. */
async function loadParts(site: string): Promise<Parts> {
  const answer = await fetch(site + pages.searchShards, { cache: 'no-cache' });
  // of an index that is kept there may be parts only, and a part that is missing would say that nothing was found
  if (answer.headers.has('x-kept')) throw new Error(`${site}${pages.searchShards}: no net`);
  if (!answer.ok) throw new Error(`${site}${pages.searchShards}: ${answer.status}`);
  const parts: Parts = await answer.json();
  return { ...parts, shards: parts.shards.map((path) => site + path) };
}

/** One that cannot be asked leaves the others alone. */
async function loadCopies(): Promise<readonly Parts[]> {
  const loaded = await Promise.allSettled(copyPaths.map(loadParts));
  return loaded.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
}

/** The site that a part belongs to: its results stand there. */
function siteOf(path: string): string {
  return path.slice(0, path.lastIndexOf(pages.pagefind) + 1);
}

function joinFacets(facets: readonly Facets[]): Facets {
  const [first = {}, ...others] = facets;
  if (others.length === 0) return first;
  const names = new Set(facets.flatMap((each) => Object.keys(each)));
  return Object.fromEntries(
    [...names].map((name) => [name, [...new Set(facets.flatMap((each) => each[name] ?? []))].sort()]),
  );
}
