/** Search in the browser: asks all parts of Pagefind's index at once and shows the results. */
/** The list below the form is complete without it, and stays when the index cannot be loaded. */

import { pages } from '../site/fixed-urls.ts';
import { getElement } from './elements.ts';
import type { Pagefind, PagefindResult } from './pagefind-types.ts';
import { type Facets, openForm } from './search-form.ts';
import { drawResult } from './search-results.ts';

/** Results drawn at once. */
const RESULTS = 10;
/** Pagefind puts it behind the address of a file that changes; the host says how long that may be kept. */
const TAG = { metaCacheTag: 'v2' };

const status = getElement('search-status', HTMLElement);
const list = getElement('search-results', HTMLElement);
const more = getElement('search-more', HTMLButtonElement);
const fallback = getElement('search-fallback', HTMLElement);

allowOwnWorker();
start().catch((error: unknown) => {
  reportError(error);
  say('Search could not be loaded. The list of pages below is complete.');
});

/** Trusted Types guard `new Worker`: only the program of our own origin may become one. */
function allowOwnWorker(): void {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  trustedTypes?.createPolicy('default', {
    createScriptURL(url) {
      const { origin, pathname } = new URL(url, location.href);
      if (origin === location.origin && pathname === `${pages.pagefind}pagefind-worker.js`) return url;
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
  const [pagefind, { shards, facets }] = await Promise.all([loadPagefind(), loadShards()]);
  form.draw(facets);
  await pagefind.options(TAG);
  await pagefind.init();
  await Promise.all(shards.map((path) => pagefind.mergeIndex(path, TAG)));
  const search = createSearch(pagefind, form.read);
  form.onChange(search);
  await search();
  form.focus();
}

async function loadPagefind(): Promise<Pagefind> {
  const address = `${pages.pagefind}pagefind.js`;
  return import(address);
}

async function loadShards(): Promise<{ readonly shards: readonly string[]; readonly facets: Facets }> {
  const answer = await fetch(pages.searchShards, { cache: 'no-cache' });
  if (!answer.ok) throw new Error(`${pages.searchShards}: ${answer.status}`);
  return answer.json();
}

/** Each call asks anew; an answer that comes after the next question is dropped. */
function createSearch(pagefind: Pagefind, read: ReturnType<typeof openForm>['read']): () => Promise<void> {
  let asked = 0;
  let results: readonly PagefindResult[] = [];
  let shown = 0;
  /** The old results stay until the new ones are there. */
  const show = async (anew: boolean): Promise<void> => {
    const question = asked;
    const next = results.slice(shown, shown + RESULTS);
    shown += next.length;
    const items = (await Promise.all(next.map((result) => result.data()))).map(drawResult);
    if (question !== asked) return;
    if (anew) list.replaceChildren(...items);
    else list.append(...items);
    more.hidden = shown >= results.length;
  };
  more.addEventListener('click', () => show(false));
  return async () => {
    const question = ++asked;
    const { words, filters, sort } = read();
    const nothing = words === '' && Object.keys(filters).length === 0;
    fallback.hidden = !nothing;
    if (nothing) {
      list.replaceChildren();
      more.hidden = true;
      say('Type what you look for. "Quoted words" are found as a phrase.');
      return;
    }
    const options = { filters, ...(sort === undefined ? {} : { sort: { date: sort } }) };
    const answer = await pagefind.search(words === '' ? null : words, options);
    if (question !== asked) return;
    results = answer.results;
    shown = 0;
    say(results.length === 0 ? 'Nothing found.' : `${results.length} ${results.length === 1 ? 'result' : 'results'}`);
    await show(true);
  };
}

function say(text: string): void {
  status.textContent = text;
}
