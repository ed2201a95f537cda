/** All parts of Pagefind's index as one: merged when opened, asked together, ordered by relevance or by date. */
/** Pagefind merges the results of several indexes by score alone; in the order of dates a score is a place within its part. */

import { pages } from '../site/fixed-urls.ts';
import type { Pagefind, PagefindResult } from './pagefind-types.ts';
import type { Facets, Query } from './search-form.ts';

export interface SearchIndex {
  readonly facets: Facets;
  ask(query: Query): Promise<Answer>;
}

export interface Answer {
  readonly count: number;
  /** The next results, fewer at the end. */
  take(count: number): Promise<readonly PagefindResult[]>;
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
  return {
    facets,
    async ask({ words, filters, sort }) {
      const term = words === '' ? null : words;
      const { results } = await pagefind.search(term, { filters });
      if (sort === undefined) return answerOf(results.length, [async () => results]);
      // Parts follow one another in time: each is asked when those behind it are used up.
      const newestFirst = [...shards.toReversed(), UNDATED].map((shard) => async () => {
        const answer = await pagefind.search(term, { filters: { ...filters, shard }, sort: { date: sort } });
        return answer.results;
      });
      return answerOf(results.length, newestFirst);
    },
  };
}

function answerOf(count: number, sources: readonly (() => Promise<readonly PagefindResult[]>)[]): Answer {
  const rest = [...sources];
  let ready: readonly PagefindResult[] = [];
  return {
    count,
    async take(most) {
      while (ready.length < most) {
        const next = rest.shift();
        if (next === undefined) break;
        ready = [...ready, ...(await next())];
      }
      const taken = ready.slice(0, most);
      ready = ready.slice(most);
      return taken;
    },
  };
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
