/** One page of a conversation: its model for the shell, its body, and what search knows of it. */
/** Declared first, rendered only when something on it changed. */

import { type EncodedHtml, encodeHtml, html, joinHtml, type SafeHtml, text, trustHtml } from '../../../base/html.ts';
import type { BlobHash } from '../../../model/ids.ts';
import type { ToolCallPart } from '../../../model/item.ts';
import type { BlobPlace } from '../../render/blob-address.ts';
import { formatCount, projectName } from '../../render/names.ts';
import type { RenderJob } from '../../render/render-job.ts';
import { findLanguageOf } from '../../render/text/language.ts';
import { plainTitle } from '../../render/text/plain-title.ts';
import type { LinkModel, PageModel, PagerModel } from '../../shell/page-model.ts';
import { keyOf } from '../../state/keys.ts';
import type { ToldExchange } from '../../state/pages/told.ts';
import { conversationUrl, outputPath, projectUrl, promptsUrl, pages as sitePages } from '../../urls.ts';
import type { BranchOutline } from '../../view/outline.ts';
import { viewTurn } from '../../view/turn-view.ts';
import { addTask, type ConversationWork, type FilledPage } from '../conversation-work.ts';
import { parentLink } from '../kin.ts';
import { renderAround } from './conversation-body.ts';
import { badgesOf, factsOf, tagLinks } from './conversation-facts.ts';
import { renderCover } from './cover.ts';
import { coverOf } from './cover-facts.ts';
import { endingOf, renderBranchEnding, renderEnding } from './ending.ts';
import { originOf, renderOrigin } from './forks.ts';
import { markdownAround } from './page-markdown.ts';
import { listRows } from './page-rows.ts';
import { type PromptIndex, renderIndex } from './prompt-index.ts';
import { renderTakeAlong } from './take-along.ts';

/** How far the branch is known to go where a page of it is made. */
export interface Extent {
  /** The highest page number that is known to exist. */
  readonly pages: number;
  /** All its exchanges; undefined: more may come without this page being made again. */
  readonly whole?: readonly ToldExchange[];
}

/** Prompts in an index beside a page; where there are more, a page of its own has all. */
const MOST_INDEXED = 150;
const NOTHING = joinHtml([]);
const TALK_END = trustHtml('</div>\n');

/** Declares the page; when something on it changed, its rendering and writing become a task of the conversation. Gives its key. */
export async function buildPage(
  work: ConversationWork,
  branch: BranchOutline,
  page: FilledPage,
  extent: Extent,
): Promise<string> {
  const { context } = work;
  const blobs = placeBlobs(work, page);
  const model = modelOf(work, branch, page, extent);
  const around = page.turns.map(({ view, exchange, forks, children }) => [
    view.turn.hash,
    view.withheld ?? view.damage ?? null,
    exchange,
    forks,
    children,
  ]);
  const before = joinHtml([
    renderIndex(indexOf(work, branch, page, extent)),
    page.number === 1 ? beforeFirst(work, branch) : NOTHING,
    page.number === 1 && branch.main ? work.written.cover : NOTHING,
    renderTalkStart(page.told, context.options.config.language),
  ]);
  const isEnd = extent.whole !== undefined && page.number === extent.pages;
  const after = isEnd ? joinHtml([TALK_END, endOf(work, branch)]) : TALK_END;
  const shown = [page.told, [...page.headings], before, after, [...blobs]];
  const key = keyOf(work.frameKey, work.renderKey, model, around, shown);
  if (!context.output.declare(outputPath(page.url), work.owner, key)) return key;
  const weight = page.turns.reduce((sum, { view }) => sum + view.turn.rawLength, 4096);
  await context.gate.enter(weight);
  const write = async (): Promise<void> => {
    try {
      await context.writePage(model, await renderPage(work, page, { before, after }, blobs, weight));
    } finally {
      context.gate.leave(weight);
    }
  };
  // Not awaited: the next pages are read while this one is rendered.
  addTask(work, write());
  context.check();
  return key;
}

/** Says the language that is spoken there, where it is another one than the site's. */
function renderTalkStart(told: readonly ToldExchange[], site: string): SafeHtml {
  const language = findLanguageOf(told.flatMap(({ line, closing }) => [line, closing]));
  const other = language === undefined || language === site.slice(0, 2) ? NOTHING : html` lang="${text(language)}"`;
  return html`<div class="talk"${other}>\n<div class="tools"></div>\n`;
}

/** Addresses of the images on the page. A blob that is not there is reported. */
function placeBlobs(work: ConversationWork, page: FilledPage): ReadonlyMap<BlobHash, BlobPlace> {
  const blobs = new Map<BlobHash, BlobPlace>();
  for (const { view } of page.turns) {
    for (const part of view.item?.parts ?? []) {
      const place = part.type === 'blob' ? work.placeBlob(part.hash, part.mime_type, view.turn.hash) : undefined;
      if (part.type === 'blob' && place !== undefined) blobs.set(part.hash, place);
    }
  }
  return blobs;
}

/** The page's body; turns from an earlier build are taken over. What was taken back or is damaged is never kept. */
async function renderPage(
  work: ConversationWork,
  page: FilledPage,
  { before, after }: { readonly before: SafeHtml; readonly after: SafeHtml },
  blobs: ReadonlyMap<BlobHash, BlobPlace>,
  weight: number,
): Promise<EncodedHtml> {
  const { state, pool } = work.context;
  const rows = listRows(page.turns);
  const around = renderAround(rows, before, page, after);
  const first = page.turns[0]?.view.turn.hash;
  if (first === undefined) return encodeHtml(joinHtml(around));
  const beside = markdownAround(rows, page);
  const key = keyOf(work.renderKey, [...blobs]);
  const known = state.packs.find(first, key);
  const job: RenderJob = {
    rows: rows.flatMap(({ row }) => row ?? []),
    ...{ around, beside, calls: earlierCalls(work, page), blobs, folders: work.folders, known },
  };
  const { body, pack, markdown } = await pool.run('page', job, weight);
  state.packs.save(work.owner, first, key, pack);
  state.packs.saveMarkdown(work.owner, page.url, markdown);
  return body;
}

/** The calls that these turns answer and that stand elsewhere: on an earlier page, or on the branch this one left. */
function earlierCalls(work: ConversationWork, page: FilledPage): readonly ToolCallPart[] {
  const here = new Set(page.turns.map(({ view }) => view.turn.hash));
  return page.turns.flatMap(({ view: { item } }) =>
    (item?.parts ?? []).flatMap((part) => {
      const turn = part.type === 'tool_call_response' ? work.calls.get(part.id) : undefined;
      if (turn === undefined || part.type !== 'tool_call_response' || here.has(turn.hash)) return [];
      const said = viewTurn(turn, work.context.archive.readPayload(turn), undefined).item?.parts ?? [];
      return said.filter((call): call is ToolCallPart => call.type === 'tool_call' && call.id === part.id).slice(-1);
    }),
  );
}

function indexOf(
  { names }: ConversationWork,
  branch: BranchOutline,
  page: FilledPage,
  { pages, whole }: Extent,
): PromptIndex {
  const all = whole ?? page.told;
  const rows = page.number === 1 ? all.slice(0, MOST_INDEXED) : all.slice(-MOST_INDEXED);
  return {
    rows,
    total: whole?.filter(({ number }) => number > 0).length,
    page: page.url,
    more:
      pages === 1 || (whole !== undefined && rows.length === all.length) ? undefined : promptsUrl(names.urlOf(branch)),
  };
}

function modelOf(work: ConversationWork, branch: BranchOutline, page: FilledPage, extent: Extent): PageModel {
  const { context, conversation, names } = work;
  const { summary, title } = conversation;
  const urlOf = (number: number): string => names.urlOf(branch, number);
  const { frame } = context;
  const firstPage = page.number === 1;
  return frame.page({
    url: page.url,
    template: 'conversation.njk',
    kind: 'turns',
    width: 'wide',
    title: names.titleOf(branch, page.number),
    heading: names.headingOf(branch),
    description: plainTitle(summary.firstPrompt, 160) || title,
    crumbs: crumbsOf(work, branch, page, urlOf),
    feeds: frame.feedsOf(urlOf(1), names.titleOf(branch, 1)),
    badges: firstPage ? badgesOf(conversation) : [],
    tags: firstPage ? tagLinks(conversation.tags) : [],
    facts: firstPage && branch.main ? factsOf(conversation, parentLink(context, conversation)) : [],
    position: positionOf(page, extent),
    pager: pagerOf(page.number, extent.pages, urlOf),
  });
}

function crumbsOf(
  { context, conversation, names }: ConversationWork,
  branch: BranchOutline,
  page: FilledPage,
  urlOf: (page: number) => string,
): readonly LinkModel[] {
  const parent = parentLink(context, conversation);
  const { project } = conversation.summary.meta;
  const crumbs: LinkModel[] = [
    { label: 'Conversations', url: sitePages.home },
    ...(project === undefined ? [] : [{ label: projectName(project), url: projectUrl(project) }]),
    ...(parent === undefined ? [] : [parent]),
  ];
  if (!branch.main || page.number > 1)
    crumbs.push({ label: conversation.title, url: conversationUrl(conversation.summary.id) });
  if (!branch.main && page.number > 1) crumbs.push({ label: names.labelOf(branch), url: urlOf(1) });
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
  const ends = [1, 2, 3, 4, 5, last - 2, last - 1, last].filter((page) => page >= 1 && page <= last);
  return [...new Set(ends)].sort((a, b) => a - b);
}

/** `Prompts 17–24 of 40 · page 3 of 5`; of what may grow without this page only the beginning is said. */
function positionOf({ number, headings }: FilledPage, { pages, whole }: Extent): string {
  if (pages === 1) return '';
  const prompts = [...headings.keys()].filter((each) => each > 0);
  const [from = 0, to = 0] = [prompts[0], prompts.at(-1)];
  const total = whole?.at(-1)?.number;
  const of = (n: number | undefined): string => (n === undefined ? '' : ` of ${formatCount(n)}`);
  const range = from === to ? `Prompt ${formatCount(from)}` : `Prompts ${formatCount(from)}\u2013${formatCount(to)}`;
  const page = `page ${number}${whole === undefined ? '' : of(pages)}`;
  return prompts.length === 0 ? `Page ${page.slice(5)}` : `${range}${of(total)} · ${page}`;
}

/** What stands above the first page: where a branch comes from, and sub-agents whose place is not known. */
function beforeFirst(work: ConversationWork, branch: BranchOutline): SafeHtml {
  if (branch.forkTurn !== undefined) return renderOrigin(originOf(work, branch, branch.forkTurn));
  return branch.main ? joinHtml([renderCover(coverOf(work)), renderTakeAlong(work)]) : NOTHING;
}

/** What stands behind the last turn. */
function endOf(work: ConversationWork, branch: BranchOutline): SafeHtml {
  if (branch.main) return renderEnding(endingOf(work));
  return branch.forkTurn === undefined ? NOTHING : renderBranchEnding(work, branch, branch.forkTurn);
}
