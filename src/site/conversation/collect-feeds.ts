/** The feed of each branch: its newest exchanges, and archive documents of the older ones; and the newest entries of all for lists. */
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
import type { Collecting } from './collector.ts';
import type { ConversationWork } from './conversation-work.ts';

/** An entry with the turn that names it. */
interface KnownEntry extends LazyEntry {
  readonly turn: TurnHash;
}

export function openFeeds(work: ConversationWork): Collecting {
  const { context, conversation } = work;
  const id = conversation.summary.id;
  const withheld = new Map<TurnHash, number>();
  let newest: readonly KnownEntry[] = [];
  let feed: BranchFeed | undefined;
  return {
    openBranch(branch) {
      feed = createBranchFeed(work, branch);
    },
    turn({ turn, withheld: reason }) {
      if (reason !== undefined) withheld.set(turn.hash, work.withheld.get(turn.hash) ?? turn.timeMs);
    },
    exchange: async (exchange) => feed?.add(exchange),
    async closeBranch() {
      newest = pickNewest([...newest, ...((await feed?.finish()) ?? [])]);
    },
    finish() {
      const { entries } = context.state;
      const rows = newest.map((one) => ({ turn: one.turn, timeMs: one.updatedMs, key: one.key, entry: one.make() }));
      entries.save(id, rows);
      entries.saveDeleted(id, withheld);
    },
  };
}

function pickNewest(entries: readonly KnownEntry[]): readonly KnownEntry[] {
  return entries.toSorted((a, b) => b.updatedMs - a.updatedMs || (a.turn < b.turn ? -1 : 1)).slice(0, FEED_ENTRIES);
}

interface BranchFeed {
  /** Exchanges as they are closed, oldest first. */
  add(exchange: Exchange): Promise<void>;
  /** Gives its newest entries, oldest first. */
  finish(): Promise<readonly KnownEntry[]>;
}

function createBranchFeed(work: ConversationWork, branch: BranchOutline): BranchFeed {
  const { context } = work;
  const plan = planOf(work, branch);
  let newest: KnownEntry[] = [];
  let chunk: KnownEntry[] = [];
  let archives = 0;
  return {
    async add(exchange) {
      // Full only when another exchange follows: the newest one may still grow.
      if (chunk.length === FEED_ENTRIES) {
        archives++;
        await context.feeds.buildArchive(plan, archives, chunk);
        chunk = [];
      }
      const entry = lazyEntry(work, branch, exchange);
      chunk.push(entry);
      newest.push(entry);
      if (newest.length > FEED_ENTRIES) newest = newest.slice(1);
    },
    async finish() {
      await context.feeds.build({ ...plan, archives, entries: newest.toReversed() });
      return newest;
    },
  };
}

function planOf({ conversation, names, owner, deleted }: ConversationWork, branch: BranchOutline): FeedPlan {
  const { summary } = conversation;
  const title = names.titleOf(branch, 1);
  const urn = turnUrn(summary.id);
  return {
    owner,
    id: branch.main ? urn : `${urn}:${encodeURIComponent(branch.head.name)}`,
    pageUrl: names.urlOf(branch),
    title,
    description: plainTitle(summary.firstPrompt, 200) || title,
    entries: [],
    deleted,
    archives: 0,
  };
}

function lazyEntry(work: ConversationWork, branch: BranchOutline, exchange: Exchange): KnownEntry {
  const { context, conversation } = work;
  const { meta, id } = conversation.summary;
  const categories = [...conversation.tags, ...(meta.project === undefined ? [] : [meta.project])];
  const key = keyOf(RENDERER_VERSION, exchange.key, conversation.title, categories, branch.head.name);
  let made: FeedEntry | undefined;
  const make = (): FeedEntry => {
    made ??= context.state.entries.find(exchange.first, key);
    made ??= entryOf(exchange, {
      conversation: id,
      branch: branch.head.name,
      site: context.options.config.url,
      author: agentName(meta.agent ?? 'agent'),
      conversationTitle: conversation.title,
      categories: categories.map((name) => plainTitle(name, 60)),
      plainTitle,
      renderFeedContent,
    });
    return made;
  };
  return { turn: exchange.first, key, updatedMs: exchange.endMs, make };
}
