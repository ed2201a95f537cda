/** All parts of Pagefind's index as one: merged when opened, asked together, ordered by relevance or by date. */
/** Pagefind merges the results of several indexes by score alone; in the order of dates a score is a place within its part. */

import { pages } from '../site/fixed-urls.ts';
import type { Pagefind, PagefindAnswer } from './pagefind-types.ts';
import { isPhrase, listWords, splitSigns } from './query-words.ts';
import { type Answer, type AskForResults, answerOf } from './search-answer.ts';
import type { Facets, Query } from './search-form.ts';

export interface SearchIndex {
  readonly facets: Facets;
  ask(query: Query): Promise<Answer>;
}

/** Pagefind puts it behind the address of a file that changes; the host says how long that may be kept. */
const TAG = 'v2';
/** The part that holds the documentation, which has no dates. */
const UNDATED = 'docs';

/** Loads the program and the head of every part. Throws an Error when one of them cannot be had. */
export async function openSearchIndex(): Promise<SearchIndex> {
  const [pagefind, { shards, facets }] = await Promise.all([loadPagefind(), loadShards()]);
  await pagefind.options({ metaCacheTag: TAG, mergeFilter: { shard: UNDATED } });
  await pagefind.init();
  const open = shards.map((path) => pagefind.mergeIndex(path, { metaCacheTag: TAG, mergeFilter: { shard: path } }));
  await Promise.all(open);
  return { facets, ask: (query) => ask(pagefind, shards, query) };
}

/**
 * A part that lacks a word answers with the longest beginning of it that it has. A word in quotation marks is not treated
 * so, therefore each is asked for alone too; the files of the index are the same.
 */
async function ask(pagefind: Pagefind, shards: readonly string[], query: Query): Promise<Answer> {
  const { words: text, filters, sort } = query;
  const words = text === '' || isPhrase(text) ? [] : listWords(text);
  const search = (term: string): Promise<PagefindAnswer> => pagefind.search(term === '' ? null : term, { filters });
  const [whole, ...each] = await Promise.all([search(text), ...words.map((word) => search(`"${word}"`))]);
  const inOrder = (term: string): readonly AskForResults[] => {
    if (sort === undefined) return [async () => (term === text ? whole : await search(term)).results];
    // Parts follow one another in time: each is asked when those behind it are used up.
    return [...shards.toReversed(), UNDATED].map((shard) => async () => {
      const options = { filters: { ...filters, shard }, sort: { date: sort } };
      return (await pagefind.search(term === '' ? null : term, options)).results;
    });
  };
  return answerOf({
    words: words.map((word, i) => {
      const { results = [], unfilteredResultCount = 0 } = each[i] ?? {};
      return { word, holders: new Set(results.map(({ id }) => id)), missing: unfilteredResultCount === 0 };
    }),
    found: whole.results,
    exact: inOrder(text),
    // The index has the pieces of what holds signs, too: `ENT` and `207` of `fix/ENT-207`.
    similar: words.length === 0 ? [] : inOrder(splitSigns(text)),
  });
}

async function loadPagefind(): Promise<Pagefind> {
  const address = `${pages.pagefind}pagefind.js`;
  return import(address);
}

/** Parts oldest first. */
async function loadShards(): Promise<{ readonly shards: readonly string[]; readonly facets: Facets }> {
  const answer = await fetch(pages.searchShards, { cache: 'no-cache' });
  if (!answer.ok) throw new Error(`${pages.searchShards}: ${answer.status}`);
  return answer.json();
}
