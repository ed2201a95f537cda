/** What stands in front of the reader, held against the page's source: what scripts or styles changed after it came. */
/** Buttons, times in another zone and open folds are the reader's own; words, addresses, and whether they can be seen are not. */

import { decodeText, type PageFinding, type ShownTurn } from '../../site/compare/comparing.ts';
import { anchorOf } from '../../site/fixed-urls.ts';

export function findChangedHere(turns: readonly ShownTurn[]): readonly PageFinding[] {
  const findings: PageFinding[] = [];
  const elements: Element[] = [];
  for (const shown of turns) {
    const say = (problem: string): void => void findings.push({ turn: shown.digits, problem });
    const element = document.getElementById(anchorOf(shown.digits));
    if (element === null) {
      say('it came with the page, and is not on it any more');
      continue;
    }
    elements.push(element);
    const here = readHere(element);
    if (squeeze(here.words) !== squeeze(wordsOf(shown.marks))) say('its words were changed after the page came');
    if (here.addresses.join('\n') !== shown.addresses.join('\n'))
      say('a link or a picture in it was changed after the page came');
    if (isUnseen(element)) say('a style hides it, or a part of it');
  }
  const covered = findCovered(elements);
  for (const { id } of covered) findings.push({ turn: id.slice(2), problem: 'something else lies over it' });
  return findings;
}

/** Text and addresses of a turn, without those of a turn inside it. */
function readHere(turn: Element): { readonly words: string; readonly addresses: readonly string[] } {
  const texts: string[] = [];
  const addresses: string[] = [];
  const read = (node: Node): void => {
    if (node instanceof Text) texts.push(node.data);
    if (!(node instanceof Element) || node instanceof HTMLButtonElement || node instanceof HTMLTimeElement) return;
    if (node !== turn && /^t-[0-9a-f]{16}$/.test(node.id)) return;
    for (const name of ['href', 'src']) {
      const value = node.getAttribute(name);
      if (value !== null) addresses.push(value);
    }
    for (const child of node.childNodes) read(child);
  };
  read(turn);
  return { words: texts.join(''), addresses };
}

/** The same of the source. */
function wordsOf(marks: string): string {
  const text = marks.replace(/<time[^<>]*>[^<]*(?:<[^<>]*>[^<]*)*?<\/time>/g, '').replace(/<[^<>]*>/g, '');
  return decodeText(text);
}

function squeeze(text: string): string {
  return text.replace(/\s+/g, '');
}

const BLOCKS = 'p, pre, li, td, th, blockquote, h3, h4, h5, h6, figure, summary';
const FOLD = 'details:not([open])';
const SEEN = { opacityProperty: true, visibilityProperty: true };

/** What is folded is not hidden: its summary says that there is more. */
function isUnseen(turn: Element): boolean {
  const folded = (element: Element): boolean => {
    for (let fold = element.closest(FOLD); fold !== null; fold = fold.parentElement?.closest(FOLD) ?? null)
      if (fold.querySelector(':scope > summary')?.contains(element) !== true) return true;
    return false;
  };
  return [turn, ...turn.querySelectorAll(BLOCKS)].some((element) => {
    if (folded(element) || element.textContent.trim() === '') return false;
    const { width, height } = element.getBoundingClientRect();
    const { color, fontSize } = getComputedStyle(element);
    const tiny = Number.parseFloat(fontSize) < SMALLEST;
    return !element.checkVisibility(SEEN) || width < 2 || height < 2 || tiny || /, 0\)$|\/ 0\)$/.test(color);
  });
}

/** Pixels of letters that somebody can still read. */
const SMALLEST = 5;

/** Turns of which half or more lies under an element that floats over the page. */
function findCovered(turns: readonly Element[]): readonly Element[] {
  const over = [...document.body.querySelectorAll('*')].filter((element) => {
    const { position } = getComputedStyle(element);
    return (position === 'fixed' || position === 'absolute') && element.checkVisibility(SEEN);
  });
  return turns.filter((turn) => {
    const own = turn.getBoundingClientRect();
    return over.some((element) => {
      if (turn.contains(element)) return false;
      const other = element.getBoundingClientRect();
      const width = Math.min(own.right, other.right) - Math.max(own.left, other.left);
      const height = Math.min(own.bottom, other.bottom) - Math.max(own.top, other.top);
      return width > 0 && height > 0 && width * height * 2 >= own.width * own.height;
    });
  });
}
