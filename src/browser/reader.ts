/** What the reader's pages can do with scripts: marks without loading the page again, keys, strokes of a finger, the state as a file. */
/** Without scripts each button does the same by way of the server. */

import { generateReading, mergeReading, parseReading } from '../model/reading/state.ts';
import { pages } from '../site/fixed-urls.ts';
import { article, choose, keep, listRows, load, root, say, send, show, token } from './reading-choices.ts';
import { startKeys, turn } from './reading-keys.ts';
import { onSwipe } from './reading-swipe.ts';
import { basePath } from './site-place.ts';

if (root !== null) start();

function start(): void {
  if (token === undefined) {
    for (const hidden of root?.querySelectorAll<HTMLElement>(
      '.entry-marks, .entries-tools, .export-state, .import-state, .reading-search',
    ) ?? [])
      hidden.hidden = false;
    for (const button of root?.querySelectorAll<HTMLElement>('[value^="next "]') ?? []) button.remove();
    for (const row of listRows()) show(row, load().get(row.dataset.entry ?? '') ?? {});
    hideRead();
    const asked = new URLSearchParams(location.search).get('q') ?? '';
    if (location.pathname === `${basePath}${pages.reader}search/` && asked !== '') void find(asked);
  } else void send();
  addEventListener('online', () => void send());
  document.addEventListener('submit', onSubmit);
  startKeys();
  onSwipe((target, by) => {
    const row = listRows().find((each) => each.contains(target));
    if (article !== undefined) turn(by);
    else if (row !== undefined) choose([row], 'read', row.classList.contains('unread'));
  });
  document.querySelector('.export-state')?.addEventListener('click', save);
  if (article === undefined) {
    // with keys at hand, a row is one stop of the Tab key and not five
    for (const button of document.querySelectorAll<HTMLElement>('.entries .entry-marks button')) button.tabIndex = -1;
  } else if (article.classList.contains('unread')) choose([article], 'read', true);
}

/** On a page of files, which knows what was unread when it was built. */
function hideRead(): void {
  const path = location.pathname.slice(basePath.length);
  if (!/^\/reader\/(?:p\d+\/)?$/.test(path)) return;
  const rows = listRows();
  for (const row of rows) row.hidden = !row.classList.contains('unread');
  if (rows.length > 0 && rows.every(({ hidden }) => hidden)) say('All that stands on this page is read.');
}

async function find(asked: string): Promise<void> {
  const field = document.querySelector<HTMLInputElement>('#reading-q');
  if (field !== null) field.value = asked;
  const { searchEntries } = await import('./reading-search.ts');
  await searchEntries(asked);
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
  const rows = listRows();
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
  keep(merged);
  say(`Merged. Known now: ${merged.size}, of which new: ${merged.size - before.size}.`);
}
