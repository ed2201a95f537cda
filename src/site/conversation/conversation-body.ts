/** The body of a conversation page: exchanges, turns, fork points and sub-agents' cards. */
/** Typed code yields safe HTML here; everything around it is a template. */

import { html, joinHtml, type SafeHtml, text, trustHtml } from '../../base/html.ts';
import { reasonWords } from '../../model/withdrawal.ts';
import { renderDamagedTurn, renderWithheldTurn } from '../render/turn-frame.ts';
import type { LinkModel } from '../shell/page-model.ts';
import type { TurnView } from '../view/turn-view.ts';

/** A turn on its page, with what stands around it. */
export interface PlacedTurn {
  readonly view: TurnView;
  /** Number of its exchange on the way from the root, from 1; 0 before the first prompt. */
  readonly exchange: number;
  /** Branches that go another way after it. */
  readonly forks: readonly LinkModel[];
  /** Conversations of sub-agents that it started. */
  readonly children: readonly LinkModel[];
}

/** In the place of a turn that has no item to show. */
export function renderGap(view: TurnView): SafeHtml {
  if (view.withheld !== undefined) return renderWithheldTurn(view.turn, reasonWords(view.withheld));
  return renderDamagedTurn(view.turn, view.damage ?? 'it cannot be read');
}

/**
 * Sections of exchanges around their turns: what stands before each turn that has an item to show, and behind the last of them.
 * Turns that have none are in it. `before`: what stands above all.
 */
export function renderAround(
  turns: readonly PlacedTurn[],
  before: SafeHtml,
  /** The first turn continues an exchange of the page before. */
  continued: boolean,
): readonly SafeHtml[] {
  const around: SafeHtml[] = [];
  let pieces: SafeHtml[] = [before];
  let exchange: number | undefined;
  for (const placed of turns) {
    if (placed.exchange !== exchange) {
      if (exchange !== undefined) pieces.push(html`</section>\n`);
      const name = placed.exchange === 0 ? 'Before the first prompt' : `Exchange ${placed.exchange}`;
      const label = exchange === undefined && continued ? `${name}, continued` : name;
      pieces.push(html`<section class="exchange">\n<h2>${text(label)}</h2>\n`);
      exchange = placed.exchange;
    }
    if (placed.view.item === undefined) pieces.push(renderGap(placed.view));
    else {
      around.push(joinHtml(pieces));
      pieces = [];
    }
    if (placed.children.length > 0) pieces.push(renderCard('subagent', 'Sub-agent', placed.children));
    if (placed.forks.length > 0)
      pieces.push(renderCard('fork', 'Here the conversation also went another way', placed.forks));
  }
  if (exchange !== undefined) pieces.push(html`</section>\n`);
  around.push(joinHtml(pieces));
  return around;
}

/** A boxed list of links with a name. */
export function renderCard(kind: 'subagent' | 'fork', label: string, links: readonly LinkModel[]): SafeHtml {
  const items = links.map((link) => html`<li><a href="${text(link.url)}">${text(link.label)}</a></li>\n`);
  const role = trustHtml(kind);
  return html`<aside class="${role}" aria-label="${text(label)}">\n<p>${text(label)}</p>\n<ul>\n${items}</ul>\n</aside>\n`;
}
