/** Builds everything of one conversation: its pages, feeds, images, and what search and lists need to know of it. */
/** Walks each branch once, turn by turn, and holds no more than one page of it. */

import { shortId, type TurnHash } from '../../model/ids.ts';
import { agentName, projectName } from '../render/names.ts';
import { plainTitle } from '../render/text/plain-title.ts';
import { RENDERER_VERSION } from '../render/version.ts';
import { createSearchCollector } from '../search/search-text.ts';
import { keyOf } from '../state/keys.ts';
import { packTurns } from '../state/turn-places.ts';
import { branchUrl, conversationUrl, turnUrn } from '../urls.ts';
import { createExchangeCollector } from '../view/exchange.ts';
import { type BranchOutline, outlineBranches } from '../view/outline.ts';
import { createPager } from '../view/paging.ts';
import { type TurnView, walkViews } from '../view/turn-view.ts';
import { createBlobUrl } from './blob-urls.ts';
import type { BuildContext, VisibleConversation } from './context.ts';
import { createBranchFeed, saveEntries } from './conversation-feed.ts';
import { buildMergedBranch, buildPage, titleOfPage } from './conversation-page.ts';
import { type ConversationWork, type FilledPage, labelOf, ownerOf, type PageRecord } from './conversation-work.ts';
import { childrenOf, forksAfter } from './kin.ts';

/** Makes what changed and remembers the rest. Damage is a problem of the turn it touches, never an exception. */
export async function buildConversation(
  context: BuildContext,
  conversation: VisibleConversation,
  key: string,
): Promise<readonly PageRecord[]> {
  const { archive, state, output } = context;
  const { summary } = conversation;
  const owner = ownerOf(conversation);
  output.take(owner);
  const turns = archive.listTurns(summary.id);
  const branches = outlineBranches(turns, summary.heads);
  const tombstones = archive.listTombstones(summary.id);
  const withheld = new Set(tombstones.map((tombstone) => tombstone.turn));
  const deleted = tombstones.map((tombstone) => ({ id: turnUrn(tombstone.turn), when: tombstone.timeMs }));
  const work: ConversationWork = {
    context,
    conversation,
    owner,
    places: new Map<TurnHash, { page: string; exchange: number }>(),
    branches,
    labels: new Map(branches.map((branch) => [branch.head.name, labelOf(context, branch)])),
    calls: new Map(),
    blobUrl: createBlobUrl(context, summary.id, owner),
    renderKey: keyOf(RENDERER_VERSION, imagesShown(context), [...withheld]),
    frameKey: keyOf(context.frame.key, RENDERER_VERSION, context.options.config.search, imagesShown(context)),
    reachable: new Set(branches.flatMap((branch) => branch.turns.map((turn) => turn.hash))),
    deleted: deleted.sort((a, b) => b.when - a.when || (a.id < b.id ? -1 : 1)),
    entries: new Map(),
    records: [],
  };
  state.database.statement('DELETE FROM deleted WHERE conversation = ?').run(summary.id);
  for (const branch of branches) await buildBranch(work, branch);
  saveEntries(work);
  state.units.keep(
    summary.id,
    work.records.map((record) => record.url),
  );
  state.database
    .statement('INSERT OR REPLACE INTO conversation (id, key, pages, turns) VALUES (?, ?, ?, ?)')
    .run(summary.id, key, JSON.stringify(work.records), packTurns(work.places, work.records));
  return work.records;
}

async function buildBranch(work: ConversationWork, branch: BranchOutline): Promise<void> {
  const { context, conversation } = work;
  const { summary } = conversation;
  const urlOf = (page: number): string =>
    branch.main ? conversationUrl(summary.id, page) : branchUrl(summary.id, branch.head.name, page);
  if (branch.turns.length === 0) {
    await buildMergedBranch(work, branch, urlOf(1));
    return;
  }
  const pager = createPager();
  const exchanges = createExchangeCollector();
  const feed = createBranchFeed(work, branch, urlOf(1));
  const forkPlace = branch.forkTurn === undefined ? undefined : work.places.get(branch.forkTurn);
  let exchange = forkPlace?.exchange ?? 0;
  let first: FilledPage | undefined;
  let open: FilledPage | undefined;
  let search = createSearchCollector(context.options.config.search);
  const fill = async (last: boolean): Promise<void> => {
    if (open === undefined) return;
    const page = { ...open, search: search.finish() };
    rememberWords(work, page, titleOfPage(work, branch, page.number));
    if (page.number === 1 && !last) first = page;
    else await buildPage(work, branch, page, last ? page.number : page.number + 1, urlOf);
    search = createSearchCollector(context.options.config.search);
    if (last && first !== undefined) await buildPage(work, branch, first, page.number, urlOf);
  };
  for (const view of walkViews(context.archive, branch.turns)) {
    const number = pager.pageOf({ rawLength: view.turn.rawLength, prompt: view.prompt });
    if (view.prompt) exchange++;
    if (open === undefined || open.number !== number) {
      await fill(false);
      const continued = !view.prompt && (open !== undefined || branch.forkTurn !== undefined) && exchange > 0;
      open = { number, url: urlOf(number), continued, turns: [], search: [] };
    }
    remember(work, view, open.url, exchange);
    search.add(view);
    open.turns.push({ view, exchange, forks: forksAfter(work, view), children: childrenOf(work, view) });
    const closed = exchanges.add(view, open.url);
    if (closed !== undefined) await feed.add(closed);
  }
  await fill(true);
  const closed = exchanges.finish();
  if (closed !== undefined) await feed.add(closed);
  await feed.finish();
}

function remember(work: ConversationWork, view: TurnView, page: string, exchange: number): void {
  const { context, conversation } = work;
  work.places.set(view.turn.hash, { page, exchange });
  for (const part of view.item?.parts ?? []) if (part.type === 'tool_call') work.calls.set(part.id, part);
  if (view.withheld !== undefined) {
    const when = work.deleted.find((entry) => entry.id === turnUrn(view.turn.hash))?.when ?? view.turn.timeMs;
    context.state.database
      .statement('INSERT OR REPLACE INTO deleted (turn, conversation, time) VALUES (?, ?, ?)')
      .run(view.turn.hash, conversation.summary.id, when);
  }
  if (view.damage !== undefined) {
    context.problem('DAMAGED_TURN', `turn ${shortId(view.turn.hash)}: ${view.damage}`, conversation.summary.id);
  }
}

/** What search knows of a page, and what a later build needs to know of it without making it. `title`: how results call it. */
function rememberWords(work: ConversationWork, page: FilledPage, title: string): void {
  const { summary, tags } = work.conversation;
  const shared = {
    url: page.url,
    title,
    agent: summary.meta.agent === undefined ? '' : agentName(summary.meta.agent),
    project: summary.meta.project === undefined ? '' : projectName(summary.meta.project),
    tags: tags.map((tag) => plainTitle(tag, 60)),
  };
  work.context.state.units.save(
    summary.id,
    page.url,
    page.search.map((day) => ({ ...shared, ...day })),
  );
  const lastMs = Math.max(...page.turns.map(({ view }) => view.turn.timeMs));
  work.records.push({ url: page.url, lastMs });
}

function imagesShown(context: BuildContext): boolean {
  return context.options.mode === 'local' || context.options.config.images.publish;
}
