/** What a page can do beyond being read: fold all, copy, jump to a folded turn, j and k. */
/** Optional: nothing is missing without it. Text only goes in through textContent. */

const turns = [...document.querySelectorAll('.turn')];
const folds = [...document.querySelectorAll('.turn details')];

if (turns.length > 0) {
  showTarget();
  addEventListener('hashchange', showTarget);
  document.addEventListener('keydown', onKey);
  addTools();
}

/** A turn that the address names is unfolded around, so that it can be seen. */
function showTarget() {
  const target = /^#t-[0-9a-f]{16}$/.test(location.hash) ? document.getElementById(location.hash.slice(1)) : null;
  if (target === null) return;
  for (let at = target.parentElement; at !== null; at = at.parentElement) {
    if (at instanceof HTMLDetailsElement) at.open = true;
  }
  const own = target.querySelectorAll('details');
  if (own.length === 1) own[0].open = true;
  target.scrollIntoView({ block: 'start' });
}

/** j and k go to the next and the last exchange. */
function onKey(event) {
  const step = { j: 1, k: -1 }[event.key];
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
  const link = next.querySelector('.permalink');
  link?.focus({ preventScroll: true });
}

function isTyping(target) {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

function addTools() {
  const first = document.querySelector('.exchange, .turn');
  const place = document.querySelector('.page-tools') ?? document.createElement('div');
  place.className = 'page-tools';
  place.hidden = false;
  if (folds.length > 1) place.append(foldButton());
  if (!place.isConnected && place.childElementCount > 0) first?.before(place);
  for (const block of document.querySelectorAll('pre.code, pre.command')) addCopy(block);
  for (const link of document.querySelectorAll('.turn .permalink')) {
    link.addEventListener('click', () => copy(new URL(link.getAttribute('href'), location.href).href, link));
  }
}

function foldButton() {
  const button = makeButton('Unfold all');
  let open = false;
  button.addEventListener('click', () => {
    open = !open;
    for (const fold of folds) fold.open = open;
    button.textContent = open ? 'Fold all' : 'Unfold all';
  });
  return button;
}

function addCopy(block) {
  if (navigator.clipboard === undefined) return;
  const button = makeButton('Copy');
  button.classList.add('copy');
  button.addEventListener('click', () => copy(block.textContent, button));
  const frame = document.createElement('div');
  frame.className = 'copy-frame';
  block.replaceWith(frame);
  frame.append(block, button);
}

function makeButton(label) {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = label;
  return button;
}

/** Copies, and says so for a moment. */
async function copy(text, element) {
  if (navigator.clipboard === undefined) return;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // The browser said no: the link still works, and text can be selected.
    return;
  }
  element.classList.add('copied');
  setTimeout(() => element.classList.remove('copied'), 1500);
}
