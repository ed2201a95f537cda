/** Keys of the reader's pages, as in Miniflux: through the list, through entries, marks and places. */
/** They stand before the keys of every page, of which some mean something else here. */

import { ENTRY_KEY } from '../model/reading/state.ts';
import { pages } from '../site/fixed-urls.ts';
import { article, choose, listRows, remember } from './reading-choices.ts';
import { basePath } from './site-place.ts';

/** The list somebody came from, so that an entry's neighbours are those of the list. */
const LIST = `turnpress-list:${basePath}`;

export function startKeys(): void {
  document.addEventListener('keydown', onKey, true);
  const rows = listRows();
  if (article === undefined && rows.length > 0)
    remember(LIST, JSON.stringify(rows.map((row) => row.dataset.entry)), sessionStorage);
}

let pending = '';

function onKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const key = pending === '' ? event.key : `${pending} ${event.key}`;
  pending = key === 'g' || key === 'z' ? key : '';
  const act = KEYS[key];
  if (act === undefined) return;
  event.preventDefault();
  // the page's own keys are for conversations
  event.stopImmediatePropagation();
  act();
}

const KEYS: Readonly<Record<string, () => void>> = {
  j: () => step(1),
  n: () => step(1),
  k: () => step(-1),
  p: () => step(-1),
  ArrowRight: () => step(1),
  ArrowLeft: () => step(-1),
  o: () => follow('.entry-title a', current()),
  v: () => open('_blank'),
  V: () => open('_self'),
  m: () => toggleAndStep(1),
  M: () => toggleAndStep(-1),
  s: () => toggle('starred', 'starred'),
  f: () => toggle('starred', 'starred'),
  A: () => document.querySelector<HTMLButtonElement>('[name="do"][value="all"]')?.click(),
  h: () => follow('.pager a[rel="prev"]'),
  l: () => follow('.pager a[rel="next"]'),
  u: () => (article === undefined ? go(pages.reader) : history.length > 1 ? history.back() : go(pages.reader)),
  'g u': () => go(pages.reader),
  'g b': () => follow('.reading-tabs li:nth-child(2) a'),
  'g a': () => follow('.reading-tabs li:nth-child(3) a'),
  'g f': () => go(pages.readerFeeds),
  'g c': () => go(pages.readerFeeds),
  'z t': () => scrollTo({ top: 0 }),
  '/': () => document.querySelector<HTMLElement>('#reading-q')?.focus(),
  '?': () => help(),
  Escape: () => close(),
};

function current(): HTMLElement | undefined {
  return article ?? listRows().find((row) => row.contains(document.activeElement));
}

function step(by: 1 | -1): void {
  if (article !== undefined) {
    turn(by);
    return;
  }
  const seen = listRows().filter((row) => !row.hidden);
  const at = seen.indexOf(current() ?? document.body);
  const next = at === -1 ? seen[by === 1 ? 0 : seen.length - 1] : seen[at + by];
  next?.querySelector<HTMLElement>('.entry-title a')?.focus();
}

/** To the neighbour in the list that somebody came from, else in the list of all. */
export function turn(by: 1 | -1): void {
  let keys: readonly unknown[] = [];
  try {
    keys = JSON.parse(sessionStorage.getItem(LIST) ?? '[]');
  } catch {
    // without a memory, the page's own links lead on
  }
  const at = keys.indexOf(article?.dataset.entry);
  const key = at === -1 ? undefined : keys[at + by];
  if (typeof key === 'string' && ENTRY_KEY.test(key)) location.href = `${basePath}${pages.reader}entry/${key}/`;
  else follow(`.pager a[rel="${by === 1 ? 'next' : 'prev'}"]`);
}

function toggle(field: 'read' | 'starred', name: string): void {
  const row = current();
  if (row !== undefined)
    choose([row], field, field === 'read' ? row.classList.contains(name) : !row.classList.contains(name));
}

/** An entry that is open stays open: nobody who marks it unread wants to be sent on. */
function toggleAndStep(by: 1 | -1): void {
  toggle('read', 'unread');
  if (article === undefined) step(by);
}

function open(where: '_blank' | '_self'): void {
  const row = current();
  if (row === undefined) return;
  if (row !== article) choose([row], 'read', true);
  const link = row.querySelector<HTMLAnchorElement>('a.original');
  if (link !== null) window.open(link.href, where, 'noopener,noreferrer');
}

function follow(selector: string, inside: ParentNode | undefined = document): void {
  inside.querySelector<HTMLAnchorElement>(selector)?.click();
}

function go(url: string): void {
  location.href = basePath + url;
}

function help(): void {
  const keys = document.querySelector<HTMLDetailsElement>('#reading-keys');
  if (keys === null) return;
  keys.open = !keys.open;
  if (keys.open) keys.scrollIntoView({ block: 'nearest' });
}

function close(): void {
  const keys = document.querySelector<HTMLDetailsElement>('#reading-keys');
  if (keys !== null) keys.open = false;
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}
