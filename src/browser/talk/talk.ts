/** What a conversation's page can do beyond being read: how much of the work is shown, keys, copies, its target unfolded. */
/** Optional: nothing is missing without it. Each of its tools is a file beside this one. */

import { parseAnchor } from '../../site/fixed-urls.ts';
import { applyTheme } from '../theme.ts';
import { comeBack, readKind } from './came-back.ts';
import { openClock } from './clock.ts';
import { openFind } from './find-words.ts';
import { takeWords } from './looked-for.ts';
import { openPictures } from './pictures.ts';
import { followPrompts } from './prompt-list.ts';
import { canCopy, copy, isTyping, keep, makeButton, makeChoice, recall, unfold } from './tools.ts';

function open(place: HTMLElement): void {
  const depth = openDepth(place);
  const find = openFind(place, () => depth.atLeastWork());
  const clock = openClock(place);
  document.querySelector('.tools')?.append(depth.control, find.control, menu(place, clock.control));
  const showTarget = (): void => {
    const id = location.hash.slice(1);
    const target = parseAnchor(id) === undefined ? null : document.getElementById(id);
    if (target === null) return;
    if (!target.matches('.turn-user')) depth.atLeastWork();
    unfold(target);
    const [only, ...others] = target.querySelectorAll('details');
    if (only !== undefined && others.length === 0) only.open = true;
    target.scrollIntoView({ block: 'start' });
    takeWords(target);
  };
  showTarget();
  addEventListener('hashchange', showTarget);
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const act = KEYS[event.key];
    if (act !== undefined) act();
    else if (event.key === 'f') find.focus();
    else if (event.key === 'd') depth.next();
    else return;
    event.preventDefault();
  });
  addCopies(place);
  openPictures(place);
  followPrompts(place);
  comeBack(place);
}

const DEPTHS: ReadonlyMap<string, string> = new Map([
  ['answers', 'Answers'],
  ['work', 'Work'],
  ['all', 'Everything'],
]);

interface Depth {
  readonly control: HTMLElement;
  atLeastWork(): void;
  next(): void;
}

/** Answers alone; with the work in lines; with all of it unfolded. */
function openDepth(place: HTMLElement): Depth {
  const opened = new Set(place.querySelectorAll<HTMLDetailsElement>('details[open]'));
  const names = [...DEPTHS.keys()];
  const control = document.createElement('div');
  control.className = 'depth';
  control.setAttribute('role', 'group');
  control.setAttribute('aria-label', 'How much is shown');
  const show = (depth: string): void => {
    const before = place.dataset.depth;
    place.dataset.depth = depth;
    if (depth === 'all' || before === 'all')
      for (const fold of place.querySelectorAll('details')) fold.open = depth === 'all' || opened.has(fold);
    for (const [i, button] of [...control.children].entries())
      button.setAttribute('aria-pressed', String(names[i] === depth));
  };
  const choose = (depth: string): void => {
    keep('depth', depth);
    show(depth);
  };
  for (const [depth, label] of DEPTHS) control.append(makeButton(label, () => choose(depth)));
  const kept = recall('depth');
  show(DEPTHS.has(kept) ? kept : 'work');
  return {
    control,
    atLeastWork() {
      if (place.dataset.depth === 'answers') show('work');
    },
    next: () => choose(names[(names.indexOf(place.dataset.depth ?? '') + 1) % names.length] ?? 'work'),
  };
}

function menu(place: HTMLElement, clock: HTMLElement): HTMLElement {
  const fold = document.createElement('details');
  const summary = document.createElement('summary');
  summary.textContent = 'View';
  const only = makeFilter(place);
  const themes = new Map([
    ['', 'As the system'],
    ['light', 'Light'],
    ['dark', 'Dark'],
  ]);
  const theme = makeChoice('Colours', themes, recall('theme'), (value) => {
    keep('theme', value);
    applyTheme(value);
  });
  const box = document.createElement('div');
  box.append(only, theme, clock);
  fold.className = 'menu';
  fold.append(summary, box);
  fold.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    fold.open = false;
    summary.focus();
  });
  return fold;
}

/** Kinds of work: what each is called, and which calls are of it. */
const KINDS: ReadonlyMap<string, readonly [label: string, calls: string]> = new Map([
  ['', ['All work', '.call']],
  ['shell', ['Commands', '.call-shell']],
  ['edit', ['Changes', '.call-edit, .call-write']],
  ['look', ['Reads and searches', '.call-read, .call-search']],
  ['error', ['Failures', '.call.error']],
]);

/** Says how many there are, so that a page without any does not look as if it had come to an end. */
function makeFilter(place: HTMLElement): HTMLElement {
  const found = document.createElement('p');
  found.className = 'found';
  found.setAttribute('role', 'status');
  place.querySelector('.tools')?.after(found);
  const show = (kind: string): void => {
    const [label, calls] = KINDS.get(kind) ?? ['', ''];
    if (kind === '') delete place.dataset.only;
    else place.dataset.only = kind;
    const count = kind === '' ? 0 : place.querySelectorAll(calls).length;
    found.textContent = kind === '' ? '' : `${label}: ${count === 0 ? 'none' : count} on this page`;
  };
  const chosen = readKind();
  show(chosen);
  return makeChoice('Show', new Map([...KINDS].map(([kind, [label]]) => [kind, label])), chosen, show);
}

const KEYS: Readonly<Record<string, () => void>> = {
  j: () => step(1),
  k: () => step(-1),
  n: () => document.querySelector<HTMLAnchorElement>('.pager a[rel="next"]')?.click(),
  p: () => document.querySelector<HTMLAnchorElement>('.pager a[rel="prev"]')?.click(),
};

/** To the next or the last prompt, counted from the one at the top of the window. */
function step(by: 1 | -1): void {
  const stops = [...document.querySelectorAll('.exchange')];
  const padding = Number.parseFloat(getComputedStyle(document.documentElement).scrollPaddingTop) || 0;
  const tops = stops.map((stop) => stop.getBoundingClientRect().top - padding);
  const here = tops.findLastIndex((top) => top < 8);
  const at = by === 1 ? here + 1 : (tops[here] ?? 0) < -8 ? here : here - 1;
  const next = stops[at];
  next?.scrollIntoView({ block: 'start' });
  next?.querySelector<HTMLElement>('.permalink')?.focus({ preventScroll: true });
}

/** One button for the code and one for the turn that a reader is at: a thousand would be in everybody's way. */
function addCopies(place: HTMLElement): void {
  if (!canCopy()) return;
  const ofCode = makeButton('Copy', (button) =>
    copy(button.parentElement?.querySelector('code')?.textContent ?? '', button),
  );
  const wrap = makeButton('Wrap', (button) => button.parentElement?.classList.toggle('wrap'));
  const ofTurn = makeButton('Copy', (button) => {
    const said =
      button.closest('.turn')?.querySelectorAll(':scope > .turn-body > .prose, :scope > .turn-body > .long > .prose') ??
      [];
    return copy([...said].map(({ textContent }) => textContent.trim()).join('\n\n'), button);
  });
  ofCode.className = ofTurn.className = 'copy';
  wrap.className = 'copy wrap-lines';
  const at = ({ target }: Event): void => {
    if (!(target instanceof Element) || target instanceof HTMLButtonElement) return;
    const block = target.closest('pre');
    if (block !== null && ofCode.parentElement !== block) block.append(ofCode, wrap);
    const head = target.closest('.turn:not(.turn-quiet)')?.querySelector(':scope > .turn-head');
    if (head && ofTurn.parentElement !== head) head.append(ofTurn);
  };
  for (const event of ['mouseover', 'focusin', 'click']) place.addEventListener(event, at);
  place.addEventListener('click', ({ target }) => {
    const link = target instanceof Element ? target.closest<HTMLAnchorElement>('.permalink') : null;
    if (link !== null) void copy(link.href, link);
  });
}

const talk = document.querySelector<HTMLElement>('.talk');
if (talk !== null) open(talk);
