/** One page of a conversation: its model for the shell, its body, and what search knows of it. */
/** Declared first, rendered only when something on it changed. */

import { html, joinHtml, type SafeHtml, text, trustHtml } from '../../base/html.ts';
import type { BlobHash } from '../../model/ids.ts';
import type { ToolCallPart } from '../../model/item.ts';
import type { RenderJob } from '../render/render-job.ts';
import { plainTitle } from '../render/text/plain-title.ts';
import type { LinkModel, PageModel, PagerModel } from '../shell/page-model.ts';
import { keyOf } from '../state/keys.ts';
import { findPack, savePack } from '../state/turn-pack.ts';
import { branchUrl, conversationUrl, outputPath, pages as sitePages, turnAnchor } from '../urls.ts';
import type { BranchOutline } from '../view/outline.ts';
import type { VisibleConversation } from './context.ts';
import { renderBody, renderCard, renderGap } from './conversation-body.ts';
import { badgesOf, factsOf, tagLinks } from './conversation-facts.ts';
import type { ConversationWork, FilledPage } from './conversation-work.ts';
import { childLink, parentLink } from './kin.ts';

export async function buildPage(
  work: ConversationWork,
  branch: BranchOutline,
  page: FilledPage,
  /** The highest page number that is known to exist. */
  known: number,
  urlOf: (page: number) => string,
): Promise<void> {
  const { context } = work;
  const blobs = new Map<BlobHash, string>();
  for (const { view } of page.turns) {
    for (const part of view.item?.parts ?? []) {
      const url = part.type === 'blob' ? work.blobUrl(part.hash, part.mime_type) : undefined;
      if (part.type === 'blob' && url !== undefined) blobs.set(part.hash, url);
    }
  }
  const model = modelOf(work, branch, page, known, urlOf);
  const around = page.turns.map(({ view, exchange, forks, children }) => [
    view.turn.hash,
    view.withheld ?? view.damage ?? null,
    exchange,
    forks,
    children,
  ]);
  const before = page.number === 1 ? beforeFirst(work, branch) : joinHtml([]);
  const key = keyOf(work.frameKey, work.renderKey, model, around, before, [...blobs]);
  if (!context.output.declare(outputPath(page.url), work.owner, key)) return;
  // Not awaited: the next pages are read while this one is rendered. The build waits for all at its end.
  context.defer(
    renderTurns(work, page, blobs).then((turns) =>
      context.addPage(model, joinHtml([before, renderBody(page.turns, turns, page.continued)])),
    ),
  );
}

/** Rendered turns, those from an earlier build taken over. What was taken back or is damaged is never kept. */
async function renderTurns(
  work: ConversationWork,
  page: FilledPage,
  blobs: ReadonlyMap<BlobHash, string>,
): Promise<readonly SafeHtml[]> {
  const { state, pool } = work.context;
  const first = page.turns[0]?.view.turn.hash;
  if (first === undefined) return [];
  const key = keyOf(work.renderKey, [...blobs]);
  const shown = page.turns.flatMap(({ view: { turn, item } }) =>
    item === undefined
      ? []
      : [{ hash: turn.hash, timeMs: turn.timeMs, typeId: turn.typeId, rawLength: turn.rawLength, item }],
  );
  const weight = page.turns.reduce((sum, { view }) => sum + view.turn.rawLength, 0);
  const known = findPack(state, first, key);
  const job: RenderJob = { turns: shown, calls: earlierCalls(work, shown), blobs, known };
  const rendered = await pool.render(job, weight);
  savePack(state, work.owner, first, key, rendered.pack);
  let at = 0;
  // Rendered by runRenderJob from the renderer's safe HTML; a thread hands it back as plain strings.
  return page.turns.map(({ view }) =>
    view.item === undefined ? renderGap(view) : trustHtml(rendered.turns[at++] ?? ''),
  );
}

/** The calls that these turns answer: they may stand on an earlier page, or on the branch this one left. */
function earlierCalls(work: ConversationWork, turns: RenderJob['turns']): readonly ToolCallPart[] {
  return turns.flatMap(({ item }) =>
    item.parts.flatMap((part) => {
      const call = part.type === 'tool_call_response' ? work.calls.get(part.id) : undefined;
      return call === undefined ? [] : [call];
    }),
  );
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
  const firstPage = page.number === 1;
  return frame.page({
    url: page.url,
    template: 'conversation.njk',
    title: titleOfPage(work, branch, page.number),
    heading: headingOf(work, branch, page.number),
    description: plainTitle(summary.firstPrompt, 160) || title,
    crumbs: crumbsOf(conversation, branch, page, urlOf),
    feeds: frame.feedsOf(urlOf(1), titleOfPage(work, branch, 1)),
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

/** Page 1 has the conversation's title, with the branch's label where it is not the main one. */
export function titleOfPage(work: ConversationWork, branch: BranchOutline, page: number): string {
  const { title } = work.conversation;
  const own = branch.main ? title : `${title} (${work.labels.get(branch.head.name) ?? branch.head.name})`;
  return page === 1 ? own : `${own}, page ${page}`;
}

/** A branch is called by its own first prompt: the path above leads to the conversation and its title. */
function headingOf(work: ConversationWork, branch: BranchOutline, page: number): string {
  const own = work.labels.get(branch.head.name) ?? branch.head.name;
  if (branch.main) return titleOfPage(work, branch, page);
  return page === 1 ? own : `${own}, page ${page}`;
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
    pages: numbers.flatMap((page, i) => {
      const current = page === number;
      const link = { label: String(page), url: current ? '' : urlOf(page), current };
      return page - (numbers[i - 1] ?? page) > 1 ? [{ label: '…', url: '', current: false }, link] : [link];
    }),
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
export async function buildMergedBranch(work: ConversationWork, branch: BranchOutline, url: string): Promise<void> {
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
