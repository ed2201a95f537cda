/** The body of a conversation page: exchanges, turns, fork points and sub-agents' cards. */
/** Typed code yields safe HTML here; everything around it is a template. */

import { html, joinHtml, type SafeHtml, text, trustHtml } from '../../../base/html.ts';
import { reasonWords } from '../../../model/withdrawal.ts';
import { plural } from '../../render/names.ts';
import { renderDamagedTurn, renderWithheldTurn } from '../../render/turn-frame.ts';
import type { LinkModel } from '../../shell/page-model.ts';
import type { TurnView } from '../../view/turn-view.ts';
import { findRuns, type PlacedRow, type Run } from './page-rows.ts';

/** In the place of a turn that has no item to show. */
export function renderGap(view: TurnView): SafeHtml {
  if (view.withheld !== undefined) return renderWithheldTurn(view.turn, reasonWords(view.withheld));
  return renderDamagedTurn(view.turn, view.damage ?? 'it cannot be read');
}

/** What stands above an exchange: its prompt in one line, and whether it began on the page before. */
export type HeadingOf = (exchange: number, continued: boolean) => string;

/**
 * Sections of exchanges around their rows: what stands before each row that has an item to show, and behind the last of them.
 * Turns that have none are in it. `before`: what stands above all.
 */
export function renderAround(
  rows: readonly PlacedRow[],
  before: SafeHtml,
  /** The first turn continues an exchange of the page before. */
  continued: boolean,
  headingOf: HeadingOf,
): readonly SafeHtml[] {
  const around: SafeHtml[] = [];
  const runs = findRuns(rows);
  let pieces: SafeHtml[] = [before];
  let exchange: number | undefined;
  let run: Run | undefined;
  for (const [i, { placed, row, inside }] of rows.entries()) {
    if (placed.exchange !== exchange) {
      if (exchange !== undefined) pieces.push(SECTION_END);
      const goesOn = exchange === undefined && continued;
      exchange = placed.exchange;
      pieces.push(renderSectionStart(headingOf(exchange, goesOn), goesOn));
    }
    const begun = runs.get(i);
    if (begun !== undefined) {
      run = begun;
      pieces.push(renderRunStart(run));
    }
    if (row !== undefined) {
      around.push(joinHtml(pieces));
      pieces = [];
    } else if (!inside) pieces.push(renderGap(placed.view));
    if (run?.to === i) {
      run = undefined;
      pieces.push(RUN_END);
    }
    if (placed.children.length > 0) pieces.push(renderCard('subagent', 'Sub-agent', placed.children));
    if (placed.forks.length > 0)
      pieces.push(renderCard('fork', 'Here the conversation also went another way', placed.forks));
  }
  if (exchange !== undefined) pieces.push(SECTION_END);
  around.push(joinHtml(pieces));
  return around;
}

const SECTION_END = trustHtml('</section>\n');
const RUN_END = trustHtml('</details>\n');

function renderSectionStart(heading: string, continued: boolean): SafeHtml {
  if (!continued) return html`<section class="exchange">\n<h2 class="visually-hidden">${text(heading)}</h2>\n`;
  return html`<section class="exchange continued">\n<h2>${text(heading)}</h2>\n`;
}

function renderRunStart({ reads, searches }: Run): SafeHtml {
  const done = [
    reads === 0 ? '' : plural(reads, 'read'),
    searches === 0 ? '' : plural(searches, 'search').replace(/searchs$/, 'searches'),
  ].filter((each) => each !== '');
  return html`<details class="run"><summary>${text(done.join(', '))}</summary>\n`;
}

/** A boxed list of links with a name. */
export function renderCard(kind: 'subagent' | 'fork', label: string, links: readonly LinkModel[]): SafeHtml {
  const items = links.map((link) => html`<li><a href="${text(link.url)}">${text(link.label)}</a></li>\n`);
  const role = trustHtml(kind);
  return html`<aside class="${role}" aria-label="${text(label)}">\n<p>${text(label)}</p>\n<ul>\n${items}</ul>\n</aside>\n`;
}
