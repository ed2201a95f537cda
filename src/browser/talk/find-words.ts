/** Finds words on the page, in what is folded, too, and unfolds it. */
/** Marks are drawn by the browser beside the text, which stays as it is. */

import { unfold } from './tools.ts';

interface Find {
  readonly control: HTMLElement;
  focus(): void;
}

/** `before`: called before something that may be hidden is shown. */
export function openFind(place: HTMLElement, before: () => void): Find {
  const field = document.createElement('input');
  field.type = 'text';
  field.placeholder = 'Find on this page';
  field.setAttribute('aria-label', 'Find on this page');
  const status = document.createElement('span');
  status.setAttribute('role', 'status');
  let words = '';
  let found: readonly Range[] = [];
  let at = -1;
  const go = (by: 1 | -1): void => {
    if (field.value !== words) {
      words = field.value;
      found = listRanges(place, words);
      at = by === 1 ? -1 : 0;
    }
    at = found.length === 0 ? -1 : (at + by + found.length) % found.length;
    const range = found[at];
    status.textContent = words.trim() === '' ? '' : range === undefined ? 'none' : `${at + 1} of ${found.length}`;
    mark(found, range);
    if (range === undefined) return;
    before();
    unfold(range.startContainer.parentElement);
    range.startContainer.parentElement?.scrollIntoView({ block: 'center' });
  };
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') go(event.shiftKey ? -1 : 1);
    else if (event.key === 'Escape') {
      field.value = '';
      go(1);
      field.blur();
    }
  });
  const control = document.createElement('div');
  control.className = 'find';
  control.append(field, status);
  return { control, focus: () => field.focus() };
}

/** Marks all of these words in an element, as if they were found there. Where they stand, in the order of the page. */
export function markWords(place: Element, words: readonly string[]): readonly Range[] {
  const ranges = words.flatMap((word) => listRanges(place, word));
  mark(ranges, undefined);
  return ranges.sort((a, b) => a.compareBoundaryPoints(Range.START_TO_START, b));
}

/** More are not counted. */
const MOST = 2000;

function listRanges(place: Element, asked: string): readonly Range[] {
  const ranges: Range[] = [];
  const words = asked.trim().toLowerCase();
  if (words === '') return ranges;
  const walker = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null && ranges.length < MOST; node = walker.nextNode()) {
    const text = (node.nodeValue ?? '').toLowerCase();
    for (let i = text.indexOf(words); i !== -1; i = text.indexOf(words, i + words.length)) {
      const range = new Range();
      range.setStart(node, i);
      range.setEnd(node, Math.min(i + words.length, node.nodeValue?.length ?? 0));
      ranges.push(range);
    }
  }
  return ranges;
}

/** Where a browser cannot mark ranges, the place is scrolled to all the same. */
function mark(all: readonly Range[], current: Range | undefined): void {
  if (!('highlights' in CSS)) return;
  CSS.highlights.set('found', new Highlight(...all));
  CSS.highlights.set('found-here', new Highlight(...(current === undefined ? [] : [current])));
}
