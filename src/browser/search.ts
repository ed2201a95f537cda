/** Search in the browser: asks all parts of Pagefind's index at once and shows the results. */
/** The list below the form is complete without it, and stays when the index cannot be loaded. */

import { pages } from '../site/fixed-urls.ts';
import { getElement } from './elements.ts';
import { openForm } from './search-form.ts';
import { type Answer, openSearchIndex, type SearchIndex } from './search-index.ts';
import { drawResult } from './search-results.ts';

/** Results drawn at once. */
const RESULTS = 10;

const status = getElement('search-status', HTMLElement);
const list = getElement('search-results', HTMLElement);
const more = getElement('search-more', HTMLButtonElement);
const fallback = getElement('search-fallback', HTMLElement);

allowOwnWorker();
start().catch((error: unknown) => {
  reportError(error);
  getElement('search-box', HTMLElement).hidden = true;
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
  let shown = 0;
  /** The old results stay until the new ones are there. */
  const show = async (anew: boolean): Promise<void> => {
    const question = asked;
    const next = (await answer?.take(RESULTS)) ?? [];
    const items = (await Promise.all(next.map((result) => result.data()))).map(drawResult);
    if (question !== asked) return;
    shown = (anew ? 0 : shown) + items.length;
    if (anew) list.replaceChildren(...items);
    else list.append(...items);
    more.hidden = shown >= (answer?.count ?? 0);
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
    say(found.count === 0 ? 'Nothing found.' : `${found.count} ${found.count === 1 ? 'result' : 'results'}`);
    await show(true);
  };
}

function say(text: string): void {
  status.textContent = text;
}
