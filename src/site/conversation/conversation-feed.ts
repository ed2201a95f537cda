/** The feed of one branch: its newest exchanges, and archive documents of the older ones. */
/** Contents are made only for documents that have to be written. */

import type { FeedEntry } from '../../model/entry.ts';
import type { TurnHash } from '../../model/ids.ts';
import { FEED_ENTRIES, type FeedPlan, type LazyEntry } from '../feeds/feeds.ts';
import { agentName } from '../render/names.ts';
import { plainTitle, RENDERER_VERSION, renderFeedContent } from '../render/turn.ts';
import { keyOf } from '../state/keys.ts';
import { turnUrn } from '../urls.ts';
import { type Exchange, entryOf } from '../view/exchange.ts';
import type { BranchOutline } from '../view/outline.ts';
import type { ConversationWork } from './conversation-work.ts';

export interface BranchFeed {
  /** Exchanges as they are closed, oldest first. */
  add(exchange: Exchange): Promise<void>;
  finish(): Promise<void>;
}

/** Collects a branch's exchanges: the newest for its feed, full archive documents as they come. */
export function createBranchFeed(work: ConversationWork, branch: BranchOutline, pageUrl: string): BranchFeed {
  const { context, conversation } = work;
  const { config } = context.options;
  const own = branch.main ? conversation.title : `${conversation.title} (${work.labels.get(branch.head.name) ?? ''})`;
  const plan: FeedPlan = {
    owner: work.owner,
    id: branch.main
      ? turnUrn(conversation.summary.id)
      : `${turnUrn(conversation.summary.id)}:${encodeURIComponent(branch.head.name)}`,
    pageUrl,
    title: own,
    description: plainTitle(conversation.summary.firstPrompt, 200) || own,
    entries: [],
    deleted: work.deleted,
    archives: 0,
  };
  const categories = [
    ...conversation.tags,
    ...(conversation.summary.meta.project === undefined ? [] : [conversation.summary.meta.project]),
  ];
  const lazy = (exchange: Exchange): LazyEntry => {
    const key = keyOf(RENDERER_VERSION, exchange.key, conversation.title, categories, branch.head.name);
    let made: FeedEntry | undefined;
    const make = (): FeedEntry => {
      made ??= findEntry(work, exchange.first, key);
      made ??= entryOf(exchange, {
        conversation: conversation.summary.id,
        branch: branch.head.name,
        site: config.url,
        author: agentName(conversation.summary.meta.agent ?? 'agent'),
        conversationTitle: conversation.title,
        categories: categories.map((name) => plainTitle(name, 60)),
        plainTitle,
        renderFeedContent,
      });
      return made;
    };
    return { key, updatedMs: exchange.endMs, make };
  };
  let newest: { exchange: Exchange; entry: LazyEntry }[] = [];
  let chunk: LazyEntry[] = [];
  let archives = 0;
  return {
    async add(exchange: Exchange): Promise<void> {
      // Full only when another exchange follows: the newest one may still grow.
      if (chunk.length === FEED_ENTRIES) {
        archives++;
        await context.feeds.buildArchive(plan, archives, chunk);
        chunk = [];
      }
      const entry = lazy(exchange);
      chunk.push(entry);
      newest.push({ exchange, entry });
      if (newest.length > FEED_ENTRIES) newest = newest.slice(1);
    },
    async finish(): Promise<void> {
      for (const { exchange, entry } of newest) work.entries.set(exchange.first, { timeMs: exchange.endMs, entry });
      await context.feeds.build({ ...plan, archives, entries: newest.map(({ entry }) => entry).reverse() });
    },
  };
}

function findEntry(work: ConversationWork, turn: TurnHash, key: string): FeedEntry | undefined {
  const row = work.context.state.database.statement('SELECT data FROM entry WHERE turn = ? AND key = ?').get(turn, key);
  return typeof row?.data === 'string' ? (JSON.parse(row.data) as FeedEntry) : undefined;
}

/** Keeps the newest entries of the conversation, so that lists' feeds need not read its log. */
export function saveEntries(work: ConversationWork): void {
  const { database } = work.context.state;
  const id = work.conversation.summary.id;
  const newest = [...work.entries]
    .sort(([a, x], [b, y]) => y.timeMs - x.timeMs || (a < b ? -1 : 1))
    .slice(0, FEED_ENTRIES);
  const rows = newest.map(
    ([turn, { timeMs, entry }]) => [turn, id, timeMs, entry.key, JSON.stringify(entry.make())] as const,
  );
  database.statement('DELETE FROM entry WHERE conversation = ?').run(id);
  const insert = database.statement(
    'INSERT OR REPLACE INTO entry (turn, conversation, time, key, data) VALUES (?, ?, ?, ?, ?)',
  );
  for (const row of rows) insert.run(...row);
}
