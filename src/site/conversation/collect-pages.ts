/** Collects the pages of a conversation: the words on them for search, and which turn stands on which. */
/** The resolver, the sitemap, search and links between conversations are made from it. */

import { agentName, projectName } from '../render/names.ts';
import { plainTitle } from '../render/text/plain-title.ts';
import { createSearchCollector } from '../search/search-text.ts';
import type { PageRecord } from '../state/places.ts';
import type { Collecting } from './collector.ts';
import type { ConversationWork } from './conversation-work.ts';

export function openPages(work: ConversationWork): Collecting {
  const { context, conversation } = work;
  const { state, options } = context;
  const { summary, tags } = conversation;
  const pages: PageRecord[] = [];
  let words = createSearchCollector(options.config.search);
  return {
    turn: (view) => words.add(view),
    page(page) {
      const shared = {
        url: page.url,
        title: conversation.title,
        agent: summary.meta.agent === undefined ? '' : agentName(summary.meta.agent),
        project: summary.meta.project === undefined ? '' : projectName(summary.meta.project),
        tags: tags.map((tag) => plainTitle(tag, 60)),
      };
      const days = words.finish().map((day) => ({ ...shared, ...day }));
      state.units.save(summary.id, page.url, days);
      words = createSearchCollector(options.config.search);
      const lastMs = page.turns.reduce((last, { view }) => Math.max(last, view.turn.timeMs), 0);
      pages.push({ url: page.url, lastMs });
    },
    // its words are known
    settledPage: (page) => void pages.push(page),
    finish() {
      savePages(work.context, conversation, pages, work.places);
    },
  };
}

/** Keeps the pages and touches what else is made of them. */
export function savePages(
  { state }: ConversationWork['context'],
  { summary }: ConversationWork['conversation'],
  pages: readonly PageRecord[],
  places: ConversationWork['places'],
): void {
  state.places.save(summary.id, pages, places);
  state.units.keep(
    summary.id,
    pages.map((page) => page.url),
  );
}
