/** What the reader's pages can do with scripts: keys, marks without loading the page again, and keeping the state where nobody else does. */
/** Each choice is written here first, with its time. Where `serve` answers it goes there too, now or when it is back; choices merge, so nothing is lost. */

import {
  ENTRY_KEY,
  type EntryChoices,
  generateReading,
  mergeReading,
  parseReading,
  type ReadingState,
} from '../model/reading/state.ts';
import { pages } from '../site/fixed-urls.ts';
import { onSwipe } from './reading-swipe.ts';
import { basePath } from './site-place.ts';

const KEPT = `turnpress-reading:${basePath}`;
/** The list somebody came from, so that an entry's neighbours are those of the list. */
const LIST = `turnpress-list:${basePath}`;

const root = document.querySelector<HTMLElement>('.reading');
const token = root?.dataset.token;
const rows = [...document.querySelectorAll<HTMLElement>('[data-entry]')];
const article = rows.find((row) => row.classList.contains('reading-entry'));

if (root !== null) start();

function start(): void {
  if (token === undefined) {
    for (const hidden of root?.querySelectorAll<HTMLElement>(
      '.entry-marks, .entries-tools, .export-state, .import-state',
    ) ?? [])
      hidden.hidden = false;
    for (const button of root?.querySelectorAll<HTMLElement>('[value^="next "]') ?? []) button.remove();
    for (const row of rows) show(row, load().get(row.dataset.entry ?? '') ?? {});
    hideRead();
  } else void send();
  addEventListener('online', () => void send());
  document.addEventListener('submit', onSubmit);
  // before the keys of every page, of which some mean something else here
  document.addEventListener('keydown', onKey, true);
  onSwipe((target, by) => {
    const row = rows.find((each) => each.contains(target));
    if (article !== undefined) turn(by);
    else if (row !== undefined) choose([row], 'read', row.classList.contains('unread'));
  });
  document.querySelector('.export-state')?.addEventListener('click', save);
  if (article === undefined) {
    if (rows.length > 0) remember(LIST, JSON.stringify(rows.map((row) => row.dataset.entry)), sessionStorage);
    // with keys at hand, a row is one stop of the Tab key and not five
    for (const button of document.querySelectorAll<HTMLElement>('.entries .entry-marks button')) button.tabIndex = -1;
  } else if (article.classList.contains('unread')) choose([article], 'read', true);
}

/** What is kept in this browser. */
function load(): ReadingState {
  try {
    return parseReading(localStorage.getItem(KEPT) ?? '', Date.now()) ?? new Map();
  } catch {
    return new Map(); // the browser keeps nothing for this site: the page still works
  }
}

function remember(name: string, value: string, place: Storage = localStorage): void {
  try {
    place.setItem(name, value);
  } catch {
    say('This browser keeps nothing for this site, so what you mark here is gone with the page.');
  }
}

/** Choices of this very moment, of entries on this page. */
function choose(chosen: readonly HTMLElement[], field: 'read' | 'starred', is: boolean): void {
  const kept = load();
  const ms = Date.now();
  const now = new Map<string, EntryChoices>();
  for (const row of chosen) {
    const key = row.dataset.entry ?? '';
    if (!ENTRY_KEY.test(key)) continue;
    now.set(key, { [field]: { is, ms: Math.max(ms, (kept.get(key)?.[field]?.ms ?? 0) + 1) } });
    show(row, now.get(key) ?? {});
  }
  remember(KEPT, generateReading(mergeReading(kept, now)));
  if (token !== undefined) void send();
}

/** Gives what is kept to the server. What it took is kept there, and no longer here. */
async function send(): Promise<void> {
  const kept = load();
  if (token === undefined || kept.size === 0) return;
  const body = new URLSearchParams({ token, state: generateReading(kept), back: pages.reader });
  try {
    const answer = await fetch(basePath + pages.readerState, { method: 'POST', body, redirect: 'manual' });
    if (answer.type === 'opaqueredirect' && generateReading(load()) === generateReading(kept))
      localStorage.removeItem(KEPT);
    else if (answer.status >= 400)
      say('The server was started again: load this page anew. What you marked is kept until then.');
  } catch {
    say('The server does not answer. What you mark is kept in this browser until it does.');
  }
}

/** How an entry looks after a choice, its buttons too. */
function show(row: HTMLElement, { read, starred }: EntryChoices): void {
  if (read !== undefined) row.classList.toggle('unread', !read.is);
  if (starred !== undefined) row.classList.toggle('starred', starred.is);
  const key = row.dataset.entry ?? '';
  label(
    row.querySelector('.mark-read'),
    row.classList.contains('unread'),
    ['read', 'Mark as read'],
    ['unread', 'Mark as unread'],
  );
  label(row.querySelector('.mark-star'), !row.classList.contains('starred'), ['star', 'Star'], ['unstar', 'Unstar']);
  function label(
    button: Element | null,
    first: boolean,
    ...[one, other]: readonly (readonly [string, string])[]
  ): void {
    const [verb, words] = (first ? one : other) ?? ['', ''];
    if (!(button instanceof HTMLButtonElement)) return;
    button.value = `${verb} ${key}`;
    button.textContent = words;
  }
}

/** On a page of files, which knows what was unread when it was built. */
function hideRead(): void {
  if (location.pathname !== basePath + pages.reader) return;
  for (const row of rows) row.hidden = !row.classList.contains('unread');
}

/** Buttons do here what they would do by way of the server. What this script does not know goes there. */
function onSubmit(event: SubmitEvent): void {
  const button = event.submitter;
  if (!(button instanceof HTMLButtonElement)) return;
  const [verb = '', key] = button.value.split(' ');
  if (token === undefined && verb === 'import') {
    event.preventDefault();
    void merge();
    return;
  }
  const row = rows.find(({ dataset }) => dataset.entry === key);
  const choice = CHOICES[verb];
  const upTo =
    verb === 'above' && row !== undefined
      ? rows.slice(0, rows.indexOf(row) + 1)
      : token === undefined && verb === 'all'
        ? rows
        : undefined;
  if (choice !== undefined && row !== undefined) choose([row], ...choice);
  else if (upTo !== undefined)
    choose(
      upTo.filter(({ classList }) => classList.contains('unread')),
      'read',
      true,
    );
  else return;
  event.preventDefault();
}

const CHOICES: Readonly<Record<string, readonly ['read' | 'starred', boolean]>> = {
  read: ['read', true],
  unread: ['read', false],
  star: ['starred', true],
  unstar: ['starred', false],
};

function save(): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([generateReading(load())], { type: 'application/json' }));
  link.download = 'reading.json';
  link.click();
}

async function merge(): Promise<void> {
  const field = document.querySelector<HTMLInputElement>('#state-file');
  const state = parseReading((await field?.files?.[0]?.text()) ?? '', Date.now());
  if (state === undefined) {
    say('This file was not saved by a reader of turnpress.');
    return;
  }
  const before = load();
  const merged = mergeReading(before, state);
  remember(KEPT, generateReading(merged));
  say(`Merged. Known now: ${merged.size}, of which new: ${merged.size - before.size}.`);
}

function say(words: string): void {
  const status = document.querySelector('.reading-status') ?? document.createElement('p');
  status.className = 'reading-status';
  status.setAttribute('role', 'status');
  if (!status.isConnected) root?.prepend(status);
  status.textContent = words;
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
  return article ?? rows.find((row) => row.contains(document.activeElement));
}

function step(by: 1 | -1): void {
  if (article !== undefined) {
    turn(by);
    return;
  }
  const seen = rows.filter((row) => !row.hidden);
  const at = seen.indexOf(current() ?? document.body);
  const next = at === -1 ? seen[by === 1 ? 0 : seen.length - 1] : seen[at + by];
  next?.querySelector<HTMLElement>('.entry-title a')?.focus();
}

/** To the neighbour in the list that somebody came from, else in the list of all. */
function turn(by: 1 | -1): void {
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
