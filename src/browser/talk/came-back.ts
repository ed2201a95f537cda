/** Brings a reader back to where he was: what was unfolded, which work was shown, and what stood at the top of the window. */
/** Browsers know how far a page was scrolled, which is another place once its folds are shut again. */

import { afterLoad } from './tools.ts';

/** What `history.state` holds of a page that was left. */
interface Left {
  readonly depth: string;
  readonly only: string;
  /** Numbers of the folds that were open. */
  readonly open: readonly number[];
  /** Number of the mark that stood at the top, how far below it, and of how many: another page has others. */
  readonly at: number;
  readonly top: number;
  readonly marks: number;
}

/** Pixels below the edge of the window where a reader reads: what the page's bar leaves free. */
const EDGE = 120;

/** The kind of work that was shown when the page was left; empty: all of it. */
export function readKind(): string {
  return readLeft()?.only ?? '';
}

/** Called when the page stands as somebody sees it who comes to it for the first time. */
export function comeBack(place: HTMLElement): void {
  const folds = [...place.querySelectorAll('details')];
  const marks = [...place.querySelectorAll('[id], details')];
  addEventListener('pagehide', () => {
    const at = marks.findLastIndex((mark) => mark.checkVisibility() && mark.getBoundingClientRect().top <= EDGE);
    const { depth = '', only = '' } = place.dataset;
    const open = folds.flatMap((fold, i) => (fold.open ? [i] : []));
    const top = marks[at]?.getBoundingClientRect().top ?? 0;
    history.replaceState({ depth, only, open, at, top, marks: marks.length } satisfies Left, '');
  });
  const left = readLeft();
  if (left === undefined || left.marks !== marks.length || left.depth !== place.dataset.depth) return;
  const open = new Set(left.open);
  for (const [i, fold] of folds.entries()) fold.open = open.has(i);
  const mark = marks[left.at];
  if (mark === undefined) return;
  afterLoad(() => scrollBy({ top: mark.getBoundingClientRect().top - left.top, behavior: 'instant' }));
}

function readLeft(): Left | undefined {
  const state: unknown = history.state;
  // written above, by a page of this site
  return typeof state === 'object' && state !== null && 'marks' in state ? (state as Left) : undefined;
}
