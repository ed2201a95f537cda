/** The search page: its form, and the list of what can be asked. */
/** The list of all pages below is there for when search cannot be. */

import { getElement } from '../elements.ts';
import { basePath } from '../site-place.ts';
import { openForm } from './form.ts';
import { loadPartList } from './part-list.ts';
import { startSavedSearch } from './saved.ts';
import { openSearching } from './searching.ts';

const status = getElement('search-status', HTMLElement);

(navigator.onLine ? start() : startSavedSearch()).catch(giveUp);

async function start(): Promise<void> {
  const form = openForm();
  const list = loadPartList(basePath);
  list.catch(giveUp); // heard of at once, whether something is asked for or not
  let searching: ReturnType<typeof openSearching> | undefined;
  const search = async (): Promise<void> => {
    searching ??= list.then((parts) => openSearching(form, parts));
    await (await searching).run();
  };
  form.onChange(() => void search().catch(giveUp));
  const asked = form.isAsked();
  if (!asked) {
    status.textContent = 'Found is what has all of your words in one exchange. "Quoted words" are found as a phrase.';
  }
  // from the field the arrow keys lead into the results
  if (matchMedia('(pointer: fine)').matches) form.focus();
  form.fill((await list).facets);
  if (asked) await search();
}

let saved: Promise<void> | undefined;

/** Where the index does not come, what is kept here may. */
async function giveUp(error: unknown): Promise<void> {
  reportError(error);
  if ('caches' in globalThis && (await caches.keys()).length > 0) {
    // once: starting writes the address' words into the form again, over those that were typed since
    saved ??= startSavedSearch();
    return saved;
  }
  getElement('search-box', HTMLElement).hidden = true;
  getElement('search-fallback', HTMLElement).classList.add('needed');
  status.textContent = 'Search could not be loaded. The list of pages below is complete.';
}
