/** What was read and starred on this page's entries: how it looks, and where it is kept. */
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
import { basePath } from './site-place.ts';

const KEPT = `turnpress-reading:${basePath}`;

export const root = document.querySelector<HTMLElement>('.reading');
/** Absent: on a host that only gives files. */
export const token = root?.dataset.token;
/** The entry that stands open, on its own page. */
export const article = document.querySelector<HTMLElement>('.reading-entry[data-entry]') ?? undefined;

/** Those that stand there now: a search brings some. */
export function listRows(): readonly HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>('[data-entry]')];
}

/** What is kept in this browser. */
export function load(): ReadingState {
  try {
    return parseReading(localStorage.getItem(KEPT) ?? '', Date.now()) ?? new Map();
  } catch {
    return new Map(); // the browser keeps nothing for this site: the page still works
  }
}

export function remember(name: string, value: string, place: Storage): void {
  try {
    place.setItem(name, value);
  } catch {
    say('This browser keeps nothing for this site, so what you mark here is gone with the page.');
  }
}

export function keep(state: ReadingState): void {
  remember(KEPT, generateReading(state), localStorage);
}

/** Choices of this very moment, of entries on this page. */
export function choose(chosen: readonly HTMLElement[], field: 'read' | 'starred', is: boolean): void {
  const kept = load();
  const ms = Date.now();
  const now = new Map<string, EntryChoices>();
  for (const row of chosen) {
    const key = row.dataset.entry ?? '';
    if (!ENTRY_KEY.test(key)) continue;
    now.set(key, { [field]: { is, ms: Math.max(ms, (kept.get(key)?.[field]?.ms ?? 0) + 1) } });
    show(row, now.get(key) ?? {});
  }
  keep(mergeReading(kept, now));
  if (token !== undefined) void send();
}

/** Gives what is kept to the server. What it took is kept there, and no longer here. */
export async function send(): Promise<void> {
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
export function show(row: HTMLElement, { read, starred }: EntryChoices): void {
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

/** Told above the list, and to who cannot see it. */
export function say(words: string): void {
  const status = document.querySelector('.reading-status') ?? document.createElement('p');
  status.className = 'reading-status';
  status.setAttribute('role', 'status');
  if (!status.isConnected) root?.prepend(status);
  status.textContent = words;
}
