/** What every page can do beyond being read: light or dark by choice, `/` to the search, `?` for the keys. */
/** Optional: nothing is missing without it. Text only goes in through textContent. */

import { pages } from '../site/fixed-urls.ts';
import { openOffline } from './offline.ts';
import { basePath } from './site-place.ts';
import { isTyping, recall } from './talk/tools.ts';
import { applyTheme } from './theme.ts';

applyTheme(recall('theme'));
openOffline();
document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTyping(event.target)) return;
  if (event.key === '/') {
    event.preventDefault();
    const field = document.querySelector<HTMLInputElement>('input[type="search"]');
    if (field === null) location.assign(`${basePath}${pages.search}`);
    else field.focus();
  } else if (event.key === '?') showKeys();
  else if (event.key === 'u') document.querySelector<HTMLAnchorElement>('.crumbs li:last-child a')?.click();
});

const KEYS: readonly (readonly [string, string])[] = [
  ['/', 'search'],
  ['j k', 'next and last prompt'],
  ['n p', 'next and last page'],
  ['f', 'find on this page'],
  ['d', 'answers, work, everything'],
  ['u', 'up'],
];

function showKeys(): void {
  const known = document.querySelector<HTMLDialogElement>('dialog.keys');
  const dialog = known ?? document.createElement('dialog');
  if (known === null) {
    dialog.className = 'keys';
    dialog.setAttribute('aria-label', 'Keys');
    const list = document.createElement('dl');
    for (const [key, does] of KEYS) {
      const [term, meaning] = [document.createElement('dt'), document.createElement('dd')];
      term.textContent = key;
      meaning.textContent = does;
      list.append(term, meaning);
    }
    dialog.append(list);
    dialog.addEventListener('click', () => dialog.close());
    document.body.append(dialog);
  }
  dialog.showModal();
}
