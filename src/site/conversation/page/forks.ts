/** Where a conversation went several ways: the ways side by side, and on a branch what it shares with the one that it left. */
/** A branch is called by its first prompt; its own name is small print. */

import { html, joinHtml, type SafeHtml, text } from '../../../base/html.ts';
import type { TurnHash } from '../../../model/ids.ts';
import { formatCount } from '../../render/names.ts';
import type { LinkModel } from '../../shell/page-model.ts';
import { conversationUrl, turnAnchor } from '../../urls.ts';
import type { BranchOutline } from '../../view/outline.ts';
import type { ConversationWork } from '../conversation-work.ts';
import type { ForkLink } from '../fork-ways.ts';

const NOTHING = joinHtml([]);

/** `next`: the prompt with which this page goes on, where it is known. */
export function renderFork(forks: readonly ForkLink[], next: LinkModel | undefined): SafeHtml {
  const here = next === undefined ? html`Goes on below` : html`<a href="${text(next.url)}">${text(next.label)}</a>`;
  const ways = forks.map(({ label, url, name, ending }) => {
    const print = name === '' ? NOTHING : html` <small>${text(name)}</small>`;
    const end = ending === '' ? NOTHING : html`<p class="ending">${text(ending)}</p>\n`;
    return html`<li><p><a href="${text(url)}">${text(label)}</a>${print}</p>\n${end}</li>\n`;
  });
  return html`<aside class="fork" role="note" aria-label="Fork">\n<p>Here the conversation went ${text(forks.length === 1 ? 'two ways' : 'several ways')}</p>\n<ul>\n<li class="here"><p>${here} <small>this way</small></p>\n</li>\n${ways}</ul>\n</aside>\n`;
}

/** On the page of a branch whose head stands on another one. `end`: where it does. */
export function renderMerged(end: string): SafeHtml {
  return html`<p class="notice">Every turn of this branch also stands on another one. <a href="${text(end)}">It ends at this turn.</a></p>\n`;
}

/** Where a branch comes from. */
export interface Origin {
  /** Prompts that it shares with the one that it left. */
  readonly shared: number;
  /** The turn after which it left. */
  readonly url: string;
  /** The last prompt that both have, and the next of the other way; undefined: there is none. */
  readonly last: string | undefined;
  readonly other: LinkModel | undefined;
  readonly name: string;
}

export function originOf(work: ConversationWork, branch: BranchOutline, fork: TurnHash): Origin {
  const place = work.places.get(fork);
  const page = place?.page ?? conversationUrl(work.conversation.summary.id);
  const told = work.told.get(branch.forkedFrom ?? '') ?? [];
  const next = told.find(({ number }) => number === (place?.exchange ?? 0) + 1);
  return {
    shared: place?.exchange ?? 0,
    url: `${page}#${turnAnchor(fork)}`,
    last: told.find(({ number }) => number === place?.exchange)?.line,
    other: next === undefined ? undefined : { label: next.line, url: `${next.page}#${turnAnchor(next.first)}` },
    name: branch.head.name,
  };
}

export function renderOrigin({ shared, url, last, other, name }: Origin): SafeHtml {
  const prompts = shared === 1 ? 'Its first prompt is' : `Its first ${formatCount(shared)} prompts are`;
  const common = shared === 0 ? NOTHING : html`<p>${text(prompts)} told on the branch that it left.</p>\n`;
  const left = html`<p>It left <a href="${text(url)}">at this turn</a>${last === undefined ? NOTHING : html`, after <span class="said-line">“${text(last)}”</span>`}. <small>${text(name)}</small></p>\n`;
  const way =
    other === undefined
      ? NOTHING
      : html`<p>The other way went on with <a href="${text(other.url)}">${text(other.label)}</a></p>\n`;
  return html`<aside class="fork origin" role="note" aria-label="Where this branch comes from">\n${common}${left}${way}</aside>\n`;
}
