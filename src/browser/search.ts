/** Search in the browser: asks all parts of Pagefind's index at once and shows the results. */
/** The list below the form is complete without it, and stays when the index cannot be loaded. */

import { pages } from '../site/fixed-urls.ts';
import { getElement } from './elements.ts';
import { isPhrase } from './query-words.ts';
import { startSavedSearch } from './saved-search.ts';
import type { Answer } from './search-answer.ts';
import { openForm, type Query } from './search-form.ts';
import { openSearchIndex, type SearchIndex } from './search-index.ts';
import { drawResult, drawSimilar } from './search-results.ts';
import { basePath } from './site-place.ts';

/** Results drawn at once. */
const RESULTS = 10;

const status = getElement('search-status', HTMLElement);
const list = getElement('search-results', HTMLElement);
const more = getElement('search-more', HTMLButtonElement);
const fallback = getElement('search-fallback', HTMLElement);

allowOwnWorker();
if (navigator.onLine) start().catch(giveUp);
else startSavedSearch().catch(giveUp);

/** Where the index does not come, what is kept here may. */
async function giveUp(error: unknown): Promise<void> {
  reportError(error);
  if ('caches' in globalThis && (await caches.keys()).length > 0) return startSavedSearch();
  getElement('search-box', HTMLElement).hidden = true;
  say('Search could not be loaded. The list of pages below is complete.');
}

/** Trusted Types guard `new Worker`: only the program of our own origin may become one. */
function allowOwnWorker(): void {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  trustedTypes?.createPolicy('default', {
    createScriptURL(url) {
      const { origin, pathname } = new URL(url, location.href);
      if (origin === location.origin && pathname === `${basePath}${pages.pagefind}pagefind-worker.js`) return url;
      throw new TypeError(`not a script of this site: ${pathname}`);
    },
  });
}

interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): unknown;
}

async function start(): Promise<void> {
  const form = openForm();
  say('Loading the index…');
  const index = await openSearchIndex();
  form.draw(index.facets);
  const search = createSearch(index, form.read);
  form.onChange(search);
  await search();
  form.focus();
}

/** Each call asks anew; an answer that comes after the next question is dropped. */
function createSearch(index: SearchIndex, read: ReturnType<typeof openForm>['read']): () => Promise<void> {
  let asked = 0;
  let answer: Answer | undefined;
  /** Whether the list has come to what is only similar. */
  let similar = false;
  /** The old results stay until the new ones are there. */
  const show = async (anew: boolean): Promise<void> => {
    const question = asked;
    const next = (await answer?.take(RESULTS)) ?? [];
    if (question !== asked) return;
    if (anew) {
      list.replaceChildren();
      similar = false;
    }
    for (const found of next) {
      if (found.similar && !similar) list.append(drawSimilar());
      similar ||= found.similar;
      list.append(drawResult(found.record));
    }
    more.hidden = answer?.hasMore() !== true;
  };
  more.addEventListener('click', () => show(false));
  return async () => {
    const question = ++asked;
    const query = read();
    const nothing = query.words === '' && Object.keys(query.filters).length === 0;
    fallback.hidden = !nothing;
    if (nothing) {
      list.replaceChildren();
      more.hidden = true;
      say('Type what you look for. "Quoted words" are found as a phrase.');
      return;
    }
    const found = await index.ask(query);
    if (question !== asked) return;
    answer = found;
    if (found.count > 0) say(countOf(found));
    await show(true);
    if (question === asked && found.count === 0) say(nothingFound(query, found));
  };
}

function countOf({ count, whole }: Answer): string {
  if (!whole) return `${count} results on the newest pages, and more behind them`;
  return `${count} ${count === 1 ? 'result' : 'results'}`;
}

/** Why there is no result. */
function nothingFound({ words, filters }: Query, { missing }: Answer): string {
  if (missing.length > 0) return `No page has ${missing.map((word) => `“${word}”`).join(' or ')}.`;
  if (Object.keys(filters).length > 0) return 'Nothing found.';
  if (isPhrase(words)) return 'No page has this phrase.';
  return words.includes(' ') ? 'No page has all of these words.' : 'Nothing found.';
}

function say(text: string): void {
  status.textContent = text;
}
