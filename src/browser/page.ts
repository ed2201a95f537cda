/** What a page can do beyond being read: fold all, copy, jump to a folded turn, j and k. */
/** Optional: nothing is missing without it. Text only goes in through textContent. */

import { parseAnchor } from '../site/fixed-urls.ts';

const folds = [...document.querySelectorAll<HTMLDetailsElement>('.turn details')];

if (document.querySelector('.turn') !== null) {
  showTarget();
  addEventListener('hashchange', showTarget);
  document.addEventListener('keydown', onKey);
  addTools();
}

/** A turn that the address names is unfolded around, so that it can be seen. */
function showTarget(): void {
  const target = parseAnchor(location.hash) === undefined ? null : document.getElementById(location.hash.slice(1));
  if (target === null) return;
  for (let at = target.parentElement; at !== null; at = at.parentElement) {
    if (at instanceof HTMLDetailsElement) at.open = true;
  }
  const [only, ...others] = target.querySelectorAll('details');
  if (only !== undefined && others.length === 0) only.open = true;
  target.scrollIntoView({ block: 'start' });
}

const STEPS: Readonly<Record<string, 1 | -1>> = { j: 1, k: -1 };

/** j and k go to the next and the last exchange. */
function onKey(event: KeyboardEvent): void {
  const step = STEPS[event.key];
  if (step === undefined || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const stops = [...document.querySelectorAll('.exchange')];
  const top = Math.max(0, document.querySelector('.site-header')?.getBoundingClientRect().bottom ?? 0);
  const offsets = stops.map((stop) => stop.getBoundingClientRect().top - top - 16);
  const next =
    step === 1
      ? stops[offsets.findIndex((offset) => offset > 1)]
      : stops[offsets.findLastIndex((offset) => offset < -1)];
  if (next === undefined) return;
  event.preventDefault();
  next.scrollIntoView({ block: 'start' });
  next.querySelector<HTMLElement>('.permalink')?.focus({ preventScroll: true });
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

function addTools(): void {
  const first = document.querySelector('.exchange, .turn');
  const place = document.querySelector<HTMLElement>('.page-tools') ?? document.createElement('div');
  place.className = 'page-tools';
  place.hidden = false;
  if (folds.length > 1) place.append(foldButton());
  if (!place.isConnected && place.childElementCount > 0) first?.before(place);
  for (const block of document.querySelectorAll('pre.code, pre.command')) addCopy(block);
  for (const link of document.querySelectorAll<HTMLAnchorElement>('.turn .permalink')) {
    link.addEventListener('click', () => copy(link.href, link));
  }
}

function foldButton(): HTMLButtonElement {
  const button = makeButton('Unfold all');
  let open = false;
  button.addEventListener('click', () => {
    open = !open;
    for (const fold of folds) fold.open = open;
    button.textContent = open ? 'Fold all' : 'Unfold all';
  });
  return button;
}

function addCopy(block: Element): void {
  if (!canCopy()) return;
  const button = makeButton('Copy');
  button.classList.add('copy');
  button.addEventListener('click', () => copy(block.textContent, button));
  const frame = document.createElement('div');
  frame.className = 'copy-frame';
  block.replaceWith(frame);
  frame.append(block, button);
}

function makeButton(label: string): HTMLButtonElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = label;
  return button;
}

/** Browsers have no clipboard on pages without TLS. */
function canCopy(): boolean {
  return 'clipboard' in navigator;
}

/** Copies, and says so for a moment. */
async function copy(text: string, element: Element): Promise<void> {
  if (!canCopy()) return;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // The browser said no: the link still works, and text can be selected.
    return;
  }
  element.classList.add('copied');
  setTimeout(() => element.classList.remove('copied'), 1500);
}
