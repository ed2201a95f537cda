/** The branches of a conversation, drawn: where each left, how far it went; and the same in words beside it. */
/** SVG without styles of its own: the policy allows none. Rows of the drawing and of the list are equally high. */

import { html, joinHtml, type SafeHtml, text, trustHtml } from '../../../base/html.ts';
import { plural } from '../../render/names.ts';

export interface BranchLine {
  readonly label: string;
  readonly url: string;
  /** Its own name, in small print. */
  readonly name: string;
  readonly main: boolean;
  /** Numbers of the prompt after which it left, and of its last one. */
  readonly from: number;
  readonly to: number;
  /** The row of the branch that it left; undefined for the main one. */
  readonly parent: number | undefined;
  /** How it ended, in a sentence; empty: nothing was answered. */
  readonly ending: string;
}

/** Pixels: a row, the drawing's width, its margin. */
const ROW = 56;
const WIDTH = 160;
const MARGIN = 8;
/** Branches that are drawn; the others are only linked. */
export const MOST_DRAWN = 12;

export function renderBranchTree(branches: readonly BranchLine[]): SafeHtml {
  const items = branches.map(renderLine);
  return html`<div class="branch-tree">\n${renderDrawing(branches)}<ol>\n${items}</ol>\n</div>\n`;
}

function renderLine({ label, url, name, main, from, to, ending }: BranchLine): SafeHtml {
  const facts = main
    ? `the way it went on, ${plural(to, 'prompt')}`
    : `after prompt ${from}, ${plural(Math.max(0, to - from), 'prompt')}, ${name}`;
  const end = ending === '' ? joinHtml([]) : html` <span class="ending">${text(ending)}</span>`;
  return html`<li><a href="${text(url)}">${text(label)}</a> <small>${text(facts)}</small>${end}</li>\n`;
}

function renderDrawing(branches: readonly BranchLine[]): SafeHtml {
  const last = Math.max(1, ...branches.map(({ to }) => to));
  const x = (prompt: number): number => Math.round(MARGIN + (prompt / last) * (WIDTH - 2 * MARGIN));
  const y = (row: number): number => row * ROW + 14;
  const height = branches.length * ROW;
  const lines = branches.map(({ from, to, parent, main }, row) => {
    const end = Math.max(x(to), x(from) + 12);
    const path =
      parent === undefined || parent >= branches.length
        ? `M${x(0)} ${y(row)}H${end}`
        : `M${x(from)} ${y(Math.min(parent, row))}V${y(row) - 6}q0 6 6 6H${end}`;
    const dot = `<circle cx="${end}" cy="${y(row)}" r="4"/>`;
    return `<g${main ? ' class="main"' : ''}><path d="${path}"/>${dot}</g>`;
  });
  // Numbers and our own words only.
  const shape = trustHtml(lines.join(''));
  return html`<svg viewBox="0 0 ${text(WIDTH)} ${text(height)}" width="${text(WIDTH)}" height="${text(height)}" aria-hidden="true">${shape}</svg>\n`;
}
