/** The body of a conversation page: exchanges, turns, fork points and sub-agents' cards. */
/** Typed code yields safe HTML here; everything around it is a template. */

import { html, joinHtml, type SafeHtml, text, trustHtml } from '../../../base/html.ts';
import { reasonWords } from '../../../model/withdrawal.ts';
import { plural } from '../../render/names.ts';
import { spanOf } from '../../render/text/spans.ts';
import { callWords } from '../../render/tools/call-words.ts';
import { renderDamagedTurn, renderWithheldTurn } from '../../render/turn-frame.ts';
import type { LinkModel } from '../../shell/page-model.ts';
import type { ToldExchange } from '../../state/pages/told.ts';
import { turnAnchor } from '../../urls.ts';
import type { TurnView } from '../../view/turn-view.ts';
import { renderFork } from './forks.ts';
import { findRuns, type PlacedRow, type Run } from './page-rows.ts';
import { resultWords } from './work-words.ts';

/** In the place of a turn that has no item to show. */
export function renderGap(view: TurnView): SafeHtml {
  if (view.withheld !== undefined) return renderWithheldTurn(view.turn, reasonWords(view.withheld));
  return renderDamagedTurn(view.turn, view.damage ?? 'it cannot be read');
}

/** What stands above the exchanges of a page. */
export interface Headed {
  readonly url: string;
  /** The first turn continues an exchange of the page before. */
  readonly continued: boolean;
  /** By number. */
  readonly headings: ReadonlyMap<number, string>;
  readonly told: readonly ToldExchange[];
}

/**
 * Sections of exchanges around their rows: what stands before each row that has an item to show, and behind the last of them.
 * Turns that have none are in it. `before` stands above all, `after` below.
 */
export function renderAround(
  rows: readonly PlacedRow[],
  before: SafeHtml,
  { url, continued, headings, told }: Headed,
  after: SafeHtml,
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
      const heading = headings.get(exchange) ?? '';
      const begun = told.find(({ number, page }) => number === placed.exchange && page !== url);
      pieces.push(goesOn ? renderGoingOn(heading, begun) : renderSectionStart(heading));
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
    if (placed.view.prompt) pieces.push(renderWorkLine(told.find(({ first }) => first === placed.view.turn.hash)));
    if (placed.note !== '') pieces.push(placed.note);
    if (placed.children.length > 0) pieces.push(renderChildren(placed.children));
    if (placed.forks.length > 0) pieces.push(renderFork(placed.forks, findNext(rows, i, headings)));
  }
  if (exchange !== undefined) pieces.push(SECTION_END);
  around.push(joinHtml([...pieces, after]));
  return around;
}

const SECTION_END = trustHtml('</section>\n');
const RUN_END = trustHtml('</details>\n');

function renderSectionStart(heading: string): SafeHtml {
  return html`<section class="exchange">\n<h2 class="visually-hidden">${text(heading)}</h2>\n`;
}

/** The prompt of what began on a page before leads back to it. */
function renderGoingOn(heading: string, begun: ToldExchange | undefined): SafeHtml {
  const url = begun === undefined ? '' : `${begun.page}#${turnAnchor(begun.first)}`;
  const label = url === '' ? text(heading) : html`<a href="${text(url)}">${text(heading)}</a>`;
  return html`<section class="exchange continued">\n<h2>${label}</h2>\n`;
}

/** What followed on a prompt, as far as this page goes. */
export function renderWorkLine(told: ToldExchange | undefined): SafeHtml {
  if (told === undefined) return NOTHING;
  const { work, startMs, endMs } = told;
  const done = [...callWords(work), ...resultWords(work)];
  const failed = work.failed === 0 ? NOTHING : html` · <b class="failed">${text(work.failed)} failed</b>`;
  if (done.length === 0) return NOTHING;
  return html`<p class="work">${text([spanOf(endMs - startMs), ...done].filter((each) => each !== '').join(' · '))}${failed}</p>\n`;
}

const NOTHING = joinHtml([]);

function renderRunStart({ reads, searches }: Run): SafeHtml {
  const done = [
    reads === 0 ? '' : plural(reads, 'read'),
    searches === 0 ? '' : plural(searches, 'search', 'searches'),
  ].filter((each) => each !== '');
  return html`<details class="run"><summary>${text(done.join(', '))}</summary>\n`;
}

/** The prompt with which this branch went on, where it stands on the same page. */
function findNext(rows: readonly PlacedRow[], from: number, headings: Headed['headings']): LinkModel | undefined {
  const next = rows.slice(from + 1).find(({ placed }) => placed.view.prompt)?.placed;
  const label = next === undefined ? undefined : headings.get(next.exchange);
  if (next === undefined || label === undefined) return undefined;
  return { label, url: `#${turnAnchor(next.view.turn.hash)}` };
}

/** Sub-agents that the turn above started. */
function renderChildren(children: readonly LinkModel[]): SafeHtml {
  const label = children.length === 1 ? 'Sub-agent' : 'Sub-agents';
  const items = children.map(({ label: name, url }) => html`<li><a href="${text(url)}">${text(name)}</a></li>\n`);
  return html`<aside class="subagent" role="note" aria-label="${text(label)}">\n<p>${text(label)}</p>\n<ul>\n${items}</ul>\n</aside>\n`;
}
