/** Builds everything of one conversation: its pages, feeds, images, and what search and lists need to know of it. */
/** Walks each branch once, turn by turn, and holds no more than one page of it. */

import { decodeUtf8, encodeUtf8 } from '../base/bytes.ts';
import { html, joinHtml, type SafeHtml, text } from '../base/html.ts';
import { compressZstd, declaredSize, decompressZstd } from '../base/zstd.ts';
import type { DeletedEntry, FeedEntry } from '../model/entry.ts';
import { shortId, type TurnHash } from '../model/ids.ts';
import type { ToolCallPart } from '../model/item.ts';
import { createBlobUrl } from './blob-urls.ts';
import type { BuildContext, VisibleConversation } from './context.ts';
import { type PlacedTurn, renderBody, renderCard, renderView } from './conversation-body.ts';
import { badgesOf, factsOf, tagLinks } from './conversation-facts.ts';
import { createExchangeCollector, type Exchange, entryOf } from './exchange.ts';
import { FEED_ENTRIES, type FeedPlan, type LazyEntry } from './feeds.ts';
import { keyOf } from './keys.ts';
import { agentName, projectName } from './names.ts';
import { type BranchOutline, outlineBranches } from './outline.ts';
import type { LinkModel, PageModel, PagerModel } from './page-model.ts';
import { createPager } from './paging.ts';
import { plainTitle, RENDERER_VERSION, renderFeedContent } from './render/turn.ts';
import { findTurnUrl, packTurns } from './resolver.ts';
import { createSearchCollector, type SearchRecord, type SearchUnit } from './search-text.ts';
import { findPack, savePack } from './turn-pack.ts';
import { type TurnView, walkViews } from './turn-view.ts';
import { branchUrl, conversationUrl, outputPath, pages as sitePages, turnAnchor, turnUrl, turnUrn } from './urls.ts';

/** What a later build needs to know of a page without making it. */
export interface PageRecord {
  readonly url: string;
  /** Time of its newest turn. */
  readonly lastMs: number;
  readonly searchKey: string;
  readonly searchBytes: number;
}

/** Name under which the files of a conversation are kept. */
export function ownerOf(conversation: VisibleConversation): string {
  return `c:${conversation.summary.id}`;
}

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
  const build = new Map<TurnHash, { page: string; exchange: number }>();
  const turns = archive.listTurns(summary.id);
  const branches = outlineBranches(turns, summary.heads);
  const tombstones = archive.listTombstones(summary.id);
  const withheld = new Set(tombstones.map((tombstone) => tombstone.turn));
  const deleted = tombstones.map((tombstone) => ({ id: turnUrn(tombstone.turn), when: tombstone.timeMs }));
  const work: ConversationWork = {
    context,
    conversation,
    owner,
    places: build,
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
  const urls = JSON.stringify(work.records.map((record) => record.url));
  state.database
    .statement('DELETE FROM unit WHERE conversation = ? AND url NOT IN (SELECT value FROM json_each(?))')
    .run(summary.id, urls);
  state.database
    .statement('INSERT OR REPLACE INTO conversation (id, key, pages, turns) VALUES (?, ?, ?, ?)')
    .run(summary.id, key, JSON.stringify(work.records), packTurns(work.places, work.records));
  return work.records;
}

interface ConversationWork {
  readonly context: BuildContext;
  readonly conversation: VisibleConversation;
  readonly owner: string;
  readonly branches: readonly BranchOutline[];
  /** Branch name → how links call it. */
  readonly labels: ReadonlyMap<string, string>;
  /** Every turn that was placed: its page and its exchange's number. */
  readonly places: Map<TurnHash, { page: string; exchange: number }>;
  /** Tool calls so far, by id. */
  readonly calls: Map<string, ToolCallPart>;
  readonly blobUrl: ReturnType<typeof createBlobUrl>;
  readonly renderKey: string;
  readonly frameKey: string;
  readonly reachable: ReadonlySet<TurnHash>;
  readonly deleted: readonly DeletedEntry[];
  /** Newest entries of all branches, for the feeds of lists. */
  readonly entries: Map<string, { timeMs: number; entry: LazyEntry }>;
  readonly records: PageRecord[];
}

/** A page that is full, or the branch's last. */
interface FilledPage {
  readonly number: number;
  readonly url: string;
  readonly continued: boolean;
  readonly turns: PlacedTurn[];
  readonly search: readonly SearchRecord[];
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

async function buildPage(
  work: ConversationWork,
  branch: BranchOutline,
  page: FilledPage,
  /** The highest page number that is known to exist. */
  known: number,
  urlOf: (page: number) => string,
): Promise<void> {
  const { context } = work;
  const images = page.turns.flatMap(({ view }) => (view.item?.parts ?? []).filter((part) => part.type === 'blob'));
  for (const image of images) work.blobUrl(image.hash, image.mime_type);
  const model = modelOf(work, branch, page, known, urlOf);
  const around = page.turns.map(({ view, exchange, forks, children }) => [
    view.turn.hash,
    view.withheld ?? view.damage ?? null,
    exchange,
    forks,
    children,
  ]);
  const before = page.number === 1 ? beforeFirst(work, branch) : joinHtml([]);
  const key = keyOf(work.frameKey, work.renderKey, model, around, before);
  saveUnit(work, page, model);
  if (!context.output.declare(outputPath(page.url), work.owner, key)) return;
  const body = renderBody(page.turns, renderTurns(work, page.turns), page.continued);
  await context.addPage(model, joinHtml([before, body]));
}

/** Rendered turns, those from an earlier build taken over. What was taken back or is damaged is never kept. */
function renderTurns(work: ConversationWork, turns: readonly PlacedTurn[]): readonly SafeHtml[] {
  const first = turns[0]?.view.turn.hash;
  if (first === undefined) return [];
  const known = findPack(work.context.state, first, work.renderKey);
  const keep = new Map<string, SafeHtml>();
  const rendered = turns.map(({ view }) => {
    const old = view.item === undefined ? undefined : known.get(view.turn.hash);
    const made = old ?? renderView(view, work.calls, work.blobUrl);
    if (view.item !== undefined) keep.set(view.turn.hash, made);
    return made;
  });
  savePack(work.context.state, work.owner, first, work.renderKey, keep);
  return rendered;
}

function modelOf(
  work: ConversationWork,
  branch: BranchOutline,
  page: FilledPage,
  known: number,
  urlOf: (page: number) => string,
): PageModel {
  const { context, conversation } = work;
  const { summary, title } = conversation;
  const { frame } = context;
  const own = branch.main ? title : `${title} (${work.labels.get(branch.head.name) ?? branch.head.name})`;
  const firstPage = page.number === 1;
  return frame.page({
    url: page.url,
    template: 'conversation.njk',
    title: firstPage ? own : `${own}, page ${page.number}`,
    heading: firstPage ? own : `${own}, page ${page.number}`,
    description: plainTitle(summary.firstPrompt, 160) || title,
    crumbs: crumbsOf(conversation, branch, page, urlOf),
    feeds: frame.feedsOf(urlOf(1), own),
    badges: badgesOf(conversation),
    tags: firstPage ? tagLinks(conversation.tags) : [],
    facts: firstPage && branch.main ? factsOf(conversation, parentLink(work)) : [],
    links: firstPage && branch.main ? branchLinks(work) : [],
    pager: pagerOf(page.number, known, urlOf),
    scripts: [...frame.page({ url: page.url, template: '', title: '' }).scripts, frame.asset('jump.js')].filter(
      (url) => url !== '',
    ),
  });
}

function crumbsOf(
  conversation: VisibleConversation,
  branch: BranchOutline,
  page: FilledPage,
  urlOf: (page: number) => string,
): readonly LinkModel[] {
  const crumbs: LinkModel[] = [{ label: 'Conversations', url: sitePages.home }];
  if (!branch.main || page.number > 1)
    crumbs.push({ label: conversation.title, url: conversationUrl(conversation.summary.id) });
  if (!branch.main && page.number > 1) crumbs.push({ label: branch.head.name, url: urlOf(1) });
  return crumbs;
}

/** Neighbours on every page; all numbers only on the first, which changes anyway when the conversation grows. */
function pagerOf(number: number, known: number, urlOf: (page: number) => string): PagerModel {
  const numbers = number === 1 && known > 1 ? pageNumbers(known) : [];
  return {
    newer: number > 1 ? { label: 'Previous page', url: urlOf(number - 1) } : null,
    older: number < known ? { label: 'Next page', url: urlOf(number + 1) } : null,
    pages: numbers.map((page) => ({ label: String(page), url: page === number ? '' : urlOf(page) })),
  };
}

/** The first five and the last three: enough to enter at both ends. */
function pageNumbers(last: number): readonly number[] {
  const all = Array.from({ length: last }, (_, i) => i + 1);
  return all.filter((page) => page <= 5 || page > last - 3);
}

function branchLinks(work: ConversationWork): PageModel['links'] {
  const others = work.branches.filter((branch) => !branch.main);
  if (others.length === 0) return [];
  const items = others.map((branch) => ({
    label: work.labels.get(branch.head.name) ?? branch.head.name,
    url: branchUrl(work.conversation.summary.id, branch.head.name),
  }));
  return [{ heading: 'Other branches', className: 'branches', items }];
}

/** What stands above the first page: where a branch comes from, and sub-agents whose place is not known. */
function beforeFirst(work: ConversationWork, branch: BranchOutline): SafeHtml {
  if (branch.forkTurn !== undefined) {
    const page = work.places.get(branch.forkTurn)?.page ?? conversationUrl(work.conversation.summary.id);
    const url = `${page}#${turnAnchor(branch.forkTurn)}`;
    return renderCard('fork', 'This branch begins after a turn of another one', [
      { label: 'The turn where it went another way', url },
    ]);
  }
  if (!branch.main) return joinHtml([]);
  const lost = work.context.relations.listChildren(work.conversation.summary.id).filter((child) => {
    const parent = child.summary.meta.parent;
    return parent?.turn === undefined ? !work.calls.has(parent?.tool_call ?? '') : !work.reachable.has(parent.turn);
  });
  return lost.length === 0
    ? joinHtml([])
    : renderCard('subagent', 'Sub-agents of this conversation', lost.map(childLink));
}

/** A branch whose head stands on another one: its address stays and says where it ended. */
async function buildMergedBranch(work: ConversationWork, branch: BranchOutline, url: string): Promise<void> {
  const { context, conversation } = work;
  const page = work.places.get(branch.head.turn)?.page ?? conversationUrl(conversation.summary.id);
  const label = work.labels.get(branch.head.name) ?? branch.head.name;
  const model = context.frame.page({
    url,
    template: 'conversation.njk',
    title: `${conversation.title} (${label})`,
    crumbs: [{ label: conversation.title, url: conversationUrl(conversation.summary.id) }],
    badges: badgesOf(conversation),
  });
  const end = `${page}#${turnAnchor(branch.head.turn)}`;
  const body = html`<p class="notice">Every turn of this branch also stands on another one. <a href="${text(end)}">It ends at this turn.</a></p>\n`;
  if (!context.output.declare(outputPath(url), work.owner, keyOf(work.frameKey, model, body))) return;
  await context.addPage(model, body);
}

function forksAfter(work: ConversationWork, view: TurnView): readonly LinkModel[] {
  return work.branches
    .filter((branch) => branch.forkTurn === view.turn.hash && branch.turns.length > 0)
    .map((branch) => ({
      label: work.labels.get(branch.head.name) ?? branch.head.name,
      url: branchUrl(work.conversation.summary.id, branch.head.name),
    }));
}

function childrenOf(work: ConversationWork, view: TurnView): readonly LinkModel[] {
  const calls = (view.item?.parts ?? []).flatMap((part) => (part.type === 'tool_call' ? [part.id] : []));
  return work.context.relations
    .listChildren(work.conversation.summary.id)
    .filter(({ summary }) => {
      const parent = summary.meta.parent;
      if (parent?.turn !== undefined) return parent.turn === view.turn.hash;
      return parent?.tool_call !== undefined && calls.includes(parent.tool_call);
    })
    .map(childLink);
}

function childLink(child: VisibleConversation): LinkModel {
  return { label: child.title, url: conversationUrl(child.summary.id) };
}

function parentLink(work: ConversationWork): LinkModel | undefined {
  const { conversation: id, turn } = work.conversation.summary.meta.parent ?? {};
  const parent = id === undefined ? undefined : work.context.relations.find(id);
  if (parent === undefined) return undefined;
  const page = turn === undefined ? undefined : findTurnUrl(work.context.state, parent.summary.id, turn);
  return {
    label: parent.title,
    url: page ?? (turn === undefined ? conversationUrl(parent.summary.id) : turnUrl(turn)),
  };
}

/** How links call a branch: by its own first prompt. */
function labelOf(context: BuildContext, branch: BranchOutline): string {
  if (branch.main) return branch.head.name;
  for (const view of walkViews(context.archive, branch.turns.slice(0, 3))) {
    if (!view.prompt || view.item === undefined) continue;
    const said = view.item.parts.flatMap((part) => (part.type === 'text' ? [part.content] : [])).join(' ');
    const title = plainTitle(said, 80);
    if (title !== '') return `${plainTitle(branch.head.name, 60)}: ${title}`;
  }
  return plainTitle(branch.head.name, 60) || 'branch';
}

function saveUnit(work: ConversationWork, page: FilledPage, model: PageModel): void {
  const { summary, title, tags } = work.conversation;
  const unit: SearchUnit = {
    url: page.url,
    title: page.number === 1 ? title : model.title,
    agent: summary.meta.agent === undefined ? '' : agentName(summary.meta.agent),
    project: summary.meta.project === undefined ? '' : projectName(summary.meta.project),
    tags: tags.map((tag) => plainTitle(tag, 60)),
    records: page.search,
  };
  const json = encodeUtf8(JSON.stringify(unit));
  const key = keyOf(decodeUtf8(json));
  work.records.push({
    url: page.url,
    lastMs: Math.max(...page.turns.map(({ view }) => view.turn.timeMs)),
    searchKey: key,
    searchBytes: page.search.length === 0 ? 0 : json.length,
  });
  work.context.state.database
    .statement('INSERT OR REPLACE INTO unit (url, conversation, key, data) VALUES (?, ?, ?, ?)')
    .run(page.url, summary.id, key, compressZstd(json, 1));
}

/** The text of a page for the index, as saveUnit left it. */
export function decodeUnit(data: Uint8Array): SearchUnit {
  return JSON.parse(decodeUtf8(decompressZstd(data, declaredSize(data), 256 * 1024 * 1024))) as SearchUnit;
}

/** Collects a branch's exchanges: the newest for its feed, full archive documents as they come. */
function createBranchFeed(work: ConversationWork, branch: BranchOutline, pageUrl: string) {
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
function saveEntries(work: ConversationWork): void {
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

function imagesShown(context: BuildContext): boolean {
  return context.options.mode === 'local' || context.options.config.images.publish;
}
