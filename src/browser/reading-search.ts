/** `/reader/search/` on a host that only gives files: entries with words, out of the site's search index. */
/** Loaded when somebody asks; where `serve` answers, it looks through all there are. Text only goes in through textContent. */

import { ENTRY_KEY } from '../model/reading/state.ts';
import { joinTokens } from '../model/search/tokens.ts';
import { pages } from '../site/fixed-urls.ts';
import { load, show } from './reading-choices.ts';
import { openSearchIndex } from './search/ask.ts';
import { listFoundTurns } from './search/found-turns.ts';
import type { IndexedText } from './search/index-part.ts';
import { loadPartList } from './search/part-list.ts';
import { parseQuery } from './search/query.ts';
import { basePath } from './site-place.ts';

const MOST = 50;

/** Newest first, in the place of the sentence that stands there. */
export async function searchEntries(asked: string): Promise<void> {
  const place = document.querySelector('.reading-main .empty-list');
  const terms = parseQuery(asked);
  if (place === null || terms.length === 0) return;
  place.textContent = 'Searching…';
  try {
    const list = await loadPartList(basePath);
    const index = openSearchIndex([{ site: basePath, list, entries: true }]);
    const { hits } = await (await index.ask({ terms, chosen: {}, from: '', to: '', order: 'newest' })).next();
    if (hits.length === 0) {
      place.textContent = 'No entry has all of these words.';
      return;
    }
    const texts = await Promise.all(
      hits.slice(0, MOST).map(async ({ part, record, matches }) => ({ text: await part.read(record), matches })),
    );
    const form = document.createElement('form');
    form.method = 'post';
    form.className = 'entries-form';
    const rows = document.createElement('ol');
    rows.className = 'entries';
    rows.append(
      ...texts.map(({ text, matches }) =>
        drawRow(
          text,
          matches.map(({ places }) => places),
        ),
      ),
    );
    form.append(rows);
    place.replaceWith(form);
    const count = `${hits.length} ${hits.length === 1 ? 'entry' : 'entries'}`;
    const facts = document.querySelector('.reading-facts');
    if (facts !== null) facts.textContent = hits.length > MOST ? `the newest ${MOST} of ${count}` : count;
  } catch (error) {
    reportError(error);
    place.textContent = 'The search index did not come. The search of the site finds what is kept on this device.';
  }
}

function drawRow(text: IndexedText, places: readonly (readonly number[])[]): HTMLElement {
  const row = element('li', 'entry');
  const address = text.url.replace(/\?.*$/, '');
  const key = address.split('/').at(-2) ?? '';
  const title = element('h2', 'entry-title');
  title.dir = 'auto';
  const link = document.createElement('a');
  link.href = ENTRY_KEY.test(key) ? `${basePath}${pages.reader}entry/${key}/` : `${basePath}${pages.reader}`;
  link.textContent = joinTokens(text.meta.title ?? '');
  title.append(link);
  const facts = element('p', 'entry-facts');
  facts.textContent = [joinTokens(text.meta.source ?? ''), text.meta.date ?? ''].filter(Boolean).join(' · ');
  const excerpt = element('p', 'entry-excerpt');
  for (const { text: words, marked } of listFoundTurns(text, places, { most: 1, role: '' })[0]?.excerpt ?? [])
    excerpt.append(marked ? element('mark', '', words) : words);
  const marks = element('p', 'entry-marks');
  const choices = load().get(key) ?? {};
  // the index does not know what was read when it was made
  marks.append(...(choices.read === undefined ? ['mark-star'] : ['mark-read', 'mark-star']).map(drawButton));
  row.append(title, facts, excerpt, marks);
  if (ENTRY_KEY.test(key)) row.dataset.entry = key;
  show(row, choices);
  return row;
}

/** What it says and does is said by `show`. */
function drawButton(className: string): HTMLElement {
  const button = document.createElement('button');
  button.name = 'do';
  button.className = className;
  return button;
}

function element(name: 'li' | 'p' | 'h2' | 'mark', className: string, text = ''): HTMLElement {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}
