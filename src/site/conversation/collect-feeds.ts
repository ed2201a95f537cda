/** The feed of each branch: its newest exchanges, and archive documents of the older ones; and the newest entries of all for lists. */
/** Contents are made only for documents that have to be written, and beside the walk. */

import type { TurnHash } from '../../model/ids.ts';
import { MOST_BACK } from '../feeds/back-pages.ts';
import { FEED_ENTRIES, type FeedPlan, type LazyEntry } from '../feeds/feeds.ts';
import { agentName } from '../render/names.ts';
import { plainTitle } from '../render/text/plain-title.ts';
import { RENDERER_VERSION } from '../render/version.ts';
import { keyOf } from '../state/keys.ts';
import { checkpointUrl, turnUrn } from '../urls.ts';
import type { Exchange } from '../view/exchange.ts';
import type { BranchOutline } from '../view/outline.ts';
import type { Collecting } from './collector.ts';
import { addTask, type ConversationWork } from './conversation-work.ts';

/** Raised when entries of the same exchange change. */
const ENTRY = '2';

/** An entry with the turn that names it. */
interface KnownEntry extends LazyEntry {
  readonly turn: TurnHash;
  /** The entry itself; undefined: it was not asked for. */
  readonly json: () => string | undefined;
}

export function openFeeds(work: ConversationWork): Collecting {
  const { context, conversation } = work;
  const id = conversation.summary.id;
  const withheld = new Map<TurnHash, number>();
  const documents: Promise<void>[] = [];
  let newest: readonly KnownEntry[] = [];
  const held: number[] = [];
  let feed: BranchFeed | undefined;
  return {
    openBranch(branch) {
      feed = createBranchFeed(work, branch, (task) => {
        documents.push(task);
        addTask(work, task);
      });
    },
    turn({ turn, withheld: reason }) {
      if (reason !== undefined) withheld.set(turn.hash, work.withheld.get(turn.hash) ?? turn.timeMs);
    },
    async exchange(exchange) {
      // what is under way is told of when it has ended, or when nothing came of it for long
      if (!exchange.ended) held.push(exchange.endMs);
      if (exchange.ended || exchange.endMs <= context.state.conversations.quietBefore()) await feed?.add(exchange);
    },
    async closeBranch() {
      newest = pickNewest([...newest, ...((await feed?.finish()) ?? [])]);
    },
    finish() {
      context.state.entries.saveDeleted(id, withheld);
      context.state.conversations.holdOpen(id, held);
      addTask(work, context.feeds.follow(save(work, newest, documents)));
    },
  };
}

/** Keeps the newest entries once the documents are made: their entries are made with them. */
async function save(
  { context, conversation }: ConversationWork,
  newest: readonly KnownEntry[],
  documents: readonly Promise<void>[],
): Promise<void> {
  const { entries } = context.state;
  const { id } = conversation.summary;
  await Promise.all(documents);
  await context.feeds.make(
    newest.filter(({ turn, key, json }) => json() === undefined && !entries.knows(id, turn, key)),
  );
  const rows = newest.map(({ turn, updatedMs, key, json }) => ({ turn, timeMs: updatedMs, key, json: json() }));
  entries.save(id, rows);
}

function pickNewest(entries: readonly KnownEntry[]): readonly KnownEntry[] {
  return entries.toSorted((a, b) => b.updatedMs - a.updatedMs || (a.turn < b.turn ? -1 : 1)).slice(0, MOST_BACK);
}

interface BranchFeed {
  /** Exchanges as they are closed, oldest first. */
  add(exchange: Exchange): Promise<void>;
  /** Gives its newest entries, oldest first. */
  finish(): Promise<readonly KnownEntry[]>;
}

function createBranchFeed(work: ConversationWork, branch: BranchOutline, defer: FeedPlan['defer']): BranchFeed {
  const { context } = work;
  const plan = planOf(work, branch, defer);
  const all: KnownEntry[] = [];
  let chunk: KnownEntry[] = [];
  let archives = 0;
  return {
    async add(exchange) {
      // Full only when another exchange follows: the newest one may still grow.
      if (chunk.length === FEED_ENTRIES) {
        const before = archives === 0 ? '' : String(archives);
        archives++;
        await context.feeds.buildArchive(plan, { name: String(archives), before }, chunk);
        chunk = [];
      }
      const entry = lazyEntry(work, branch, exchange);
      chunk.push(entry);
      all.push(entry);
      if (all.length > MOST_BACK) all.shift();
    },
    async finish() {
      const newest = all.slice(-FEED_ENTRIES).reverse();
      await context.feeds.build({ ...plan, archive: archives === 0 ? '' : String(archives), entries: newest });
      return all;
    },
  };
}

function planOf(
  { context, conversation, names, owner, deleted }: ConversationWork,
  branch: BranchOutline,
  defer: FeedPlan['defer'],
): FeedPlan {
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
    startedMs: summary.firstMs,
    ...(context.options.replica === undefined ? {} : { checkpointUrl: checkpointUrl(summary.id) }),
    defer,
  };
}

function lazyEntry(work: ConversationWork, branch: BranchOutline, exchange: Exchange): KnownEntry {
  const { context, conversation } = work;
  const { meta, id } = conversation.summary;
  const categories = [...conversation.tags, ...(meta.project === undefined ? [] : [meta.project])];
  const { url: site } = context.options.config;
  const key = keyOf(RENDERER_VERSION, ENTRY, site, exchange.key, conversation.title, categories, branch.head.name);
  const facts = {
    conversation: id,
    branch: branch.head.name,
    site,
    author: agentName(meta.agent ?? 'agent'),
    conversationTitle: conversation.title,
    categories: categories.map((name) => plainTitle(name, 60)),
  };
  let json: string | undefined;
  /** Until the entry is made: a long conversation does not stand in memory. */
  let of: { readonly exchange: Exchange; readonly facts: typeof facts } | undefined = { exchange, facts };
  return {
    turn: exchange.first,
    key,
    updatedMs: exchange.endMs,
    weight: exchange.weight,
    json: () => json,
    source() {
      json ??= context.state.entries.find(exchange.first, key);
      const made = json ?? of;
      if (made === undefined) throw new TypeError(`the entry of turn ${exchange.first} was made and is lost`);
      return { key, of: made };
    },
    made(entry) {
      json = entry;
      of = undefined;
    },
  };
}
