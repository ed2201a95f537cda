/** Builds everything of one conversation: its pages, feeds, images, and what other parts of the site need to know of it. */
/** Walks each branch once, turn by turn but for pages that stand as they are, and holds no more than one page of it. */

import { shortId } from '../../model/ids.ts';
import { NothingReadableError } from '../errors.ts';
import type { ToldExchange } from '../state/pages/told.ts';
import { outputPath } from '../urls.ts';
import { createExchangeCollector, type Exchange } from '../view/exchange.ts';
import type { BranchOutline } from '../view/outline.ts';
import { createPager } from '../view/paging.ts';
import { isResult, type TurnView, walkViews } from '../view/turn-view.ts';
import { buildBranchLists } from './branch-lists.ts';
import type { Collecting } from './collector.ts';
import { openCollectors } from './collectors.ts';
import type { BuildContext, VisibleConversation } from './context.ts';
import { type ConversationWork, createWork, type FilledPage, placeTurn } from './conversation-work.ts';
import { buildPage } from './page/conversation-page.ts';
import { buildMergedBranch } from './page/plain-page.ts';
import { promptLine } from './page/prompt-line.ts';
import { buildPromptPage } from './page/prompt-page.ts';
import { exchangeOf, openSettledPages, type SettledPage, type SettledPages } from './settled.ts';
import { createWorkCollector } from './work/exchange-work.ts';
import { renderWritten } from './work/written.ts';

/** A conversation that was read to its end, or to what could not be read. */
export interface Walk {
  /** Pages and feeds that are still being written. They may wait for those of other conversations. */
  readonly tasks: readonly Promise<void>[];
  /** What the walk ended with before its time. */
  readonly failure?: { readonly error: unknown };
}

/**
 * Reads the conversation, hands its pages to the renderer and keeps what is collected. Damage is a problem of the turn it touches.
 * Throws only before the first page.
 */
export async function walkConversation(context: BuildContext, conversation: VisibleConversation): Promise<Walk> {
  const work = createWork(context, conversation, await renderWritten(context, conversation));
  try {
    const collecting = openCollectors(work);
    if (work.branches.length === 0) throw new NothingReadableError(conversation.summary.damage ?? 'it has no turns');
    let finishMain = async (): Promise<void> => undefined;
    const openSettled = openSettledPages(work);
    for (const branch of work.branches) {
      const buildFirst = await walkBranch(work, branch, openSettled(branch), collecting);
      // The cover tells of all branches, so it waits for them.
      if (branch.main) finishMain = buildFirst;
      else await buildFirst();
    }
    await finishMain();
    buildBranchLists(work);
    collecting.finish?.();
  } catch (error) {
    return { tasks: work.tasks, failure: { error } };
  }
  return { tasks: work.tasks };
}

/** Gives what builds the branch's first page, which tells of all others. */
async function walkBranch(
  work: ConversationWork,
  branch: BranchOutline,
  settled: SettledPages,
  collecting: Collecting,
): Promise<() => Promise<void>> {
  const { context } = work;
  if (branch.turns.length === 0) return async () => buildMergedBranch(work, branch);
  let pager = createPager();
  const exchanges = createExchangeCollector();
  const facts = createWorkCollector(work.folders);
  const told = work.told.get(branch.head.name) ?? [];
  work.told.set(branch.head.name, told);
  const forkPlace = branch.forkTurn === undefined ? undefined : work.places.get(branch.forkTurn);
  let exchange = forkPlace?.exchange ?? 0;
  let heading = exchange === 0 ? 'Before the first prompt' : 'After the fork';
  let first: FilledPage | undefined;
  let open: FilledPage | undefined;
  let before: TurnView | undefined;
  const fill = async (last: boolean, prompt: boolean): Promise<void> => {
    if (open === undefined) return;
    const page = { ...open, told: toldOn(open, told.slice(-MOST_ON_PAGE).concat(facts.peek() ?? [])) };
    collecting.page?.(page);
    if (page.number === 1) first = page;
    else if (last) await buildPage(work, branch, page, { pages: page.number, whole: told });
    else settled.note(page, await buildPage(work, branch, page, { pages: page.number + 1 }), prompt);
  };
  const tell = (one: ToldExchange | undefined): void => {
    if (one === undefined) return;
    told.push(one);
    settled.tell(one);
  };
  const close = async (closed: Exchange | undefined): Promise<void> => {
    if (closed === undefined) return;
    settled.close(closed);
    await collecting.exchange?.(closed);
  };
  collecting.openBranch?.(branch);
  for (let at = 0; at < branch.turns.length; ) {
    for (const view of walkViews(context.archive, branch.turns.slice(at))) {
      const number = pager.pageOf({
        rawLength: view.turn.rawLength,
        prompt: view.prompt,
        result: isResult(view, before),
      });
      before = view;
      if (open === undefined || open.number !== number) {
        await fill(false, view.prompt);
        const continued = !view.prompt && (open !== undefined || branch.forkTurn !== undefined) && exchange > 0;
        const known = view.prompt ? settled.find(number, at) : [];
        const end = known.at(-1);
        if (end !== undefined) {
          await close(exchanges.finish());
          tell(facts.finish());
          for (const { sketch } of known) told.push(...sketch.told);
          exchange = await passSettled(work, branch, known, exchange, collecting);
          pager = createPager(number + known.length);
          at = end.from + end.sketch.turns;
          open = undefined;
          break;
        }
        open = { number, url: work.names.urlOf(branch, number), continued, turns: [], headings: new Map(), told: [] };
      }
      at++;
      if (view.prompt) {
        exchange++;
        heading = promptLine(view);
      }
      open.headings.set(exchange, heading);
      open.turns.push(placeTurn(work, view, open.url, exchange));
      reportDamage(work, view);
      collecting.turn?.(view, open.url);
      await close(exchanges.add(view, open.url));
      tell(facts.add(view, { number: exchange, line: heading, page: open.url }));
    }
  }
  await close(exchanges.finish());
  tell(facts.finish());
  await fill(true, false);
  const pages = open?.number ?? 1;
  settled.save();
  await collecting.closeBranch?.();
  return async () => {
    if (first !== undefined) await buildPage(work, branch, first, { pages, whole: told });
    if (pages > 1) buildPromptPage(work, branch, told);
  };
}

/** Exchanges that a page can have at most. */
const MOST_ON_PAGE = 400;

/** Of these, the exchanges that a page shows. */
function toldOn({ headings }: FilledPage, told: readonly ToldExchange[]): readonly ToldExchange[] {
  return told.filter(({ number }) => headings.has(number));
}

/** Tells what the walk over these pages would have told. Gives the number of the last exchange on them. */
async function passSettled(
  work: ConversationWork,
  branch: BranchOutline,
  pages: readonly SettledPage[],
  before: number,
  collecting: Collecting,
): Promise<number> {
  let exchange = before;
  for (const page of pages) {
    const { url, from, sketch } = page;
    const turns = branch.turns.slice(from, from + sketch.turns);
    const prompts = new Set(sketch.prompts);
    for (const [i, { hash }] of turns.entries()) {
      if (prompts.has(i)) exchange++;
      work.places.set(hash, { page: url, exchange });
    }
    for (const [id, i] of sketch.calls) {
      const turn = turns[i];
      if (turn !== undefined) work.calls.set(id, turn);
    }
    work.context.output.declare(outputPath(url), work.owner, sketch.file);
    collecting.settledPage?.({ url, lastMs: sketch.lastMs });
    for (const one of sketch.exchanges) await collecting.exchange?.(exchangeOf(work, branch, page, one));
  }
  return exchange;
}

function reportDamage({ context, conversation }: ConversationWork, { turn, damage }: TurnView): void {
  if (damage === undefined) return;
  context.problem('DAMAGED_TURN', `turn ${shortId(turn.hash)}: ${damage}`, conversation.summary.id);
}
