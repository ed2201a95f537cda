/** Builds everything of one conversation: its pages, feeds, images, and what other parts of the site need to know of it. */
/** Walks each branch once, turn by turn, and holds no more than one page of it. */

import { shortId } from '../../model/ids.ts';
import { NothingReadableError } from '../errors.ts';
import { createExchangeCollector } from '../view/exchange.ts';
import type { BranchOutline } from '../view/outline.ts';
import { createPager } from '../view/paging.ts';
import { type TurnView, walkViews } from '../view/turn-view.ts';
import { buildBranchLists } from './branch-lists.ts';
import type { Collecting } from './collector.ts';
import { openCollectors } from './collectors.ts';
import type { BuildContext, VisibleConversation } from './context.ts';
import { buildMergedBranch, buildPage } from './conversation-page.ts';
import { type ConversationWork, createWork, type FilledPage, placeTurn } from './conversation-work.ts';

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
  const work = createWork(context, conversation);
  try {
    const collecting = openCollectors(work);
    if (work.branches.length === 0) throw new NothingReadableError(conversation.summary.damage ?? 'it has no turns');
    for (const branch of work.branches) await walkBranch(work, branch, collecting);
    buildBranchLists(work);
    collecting.finish?.();
  } catch (error) {
    return { tasks: work.tasks, failure: { error } };
  }
  return { tasks: work.tasks };
}

async function walkBranch(work: ConversationWork, branch: BranchOutline, collecting: Collecting): Promise<void> {
  const { context } = work;
  if (branch.turns.length === 0) {
    buildMergedBranch(work, branch);
    return;
  }
  const pager = createPager();
  const exchanges = createExchangeCollector();
  const forkPlace = branch.forkTurn === undefined ? undefined : work.places.get(branch.forkTurn);
  let exchange = forkPlace?.exchange ?? 0;
  let first: FilledPage | undefined;
  let open: FilledPage | undefined;
  const fill = async (last: boolean): Promise<void> => {
    if (open === undefined) return;
    collecting.page?.(open);
    // The first page shows how many there are, so it waits for the last.
    if (open.number === 1 && !last) first = open;
    else await buildPage(work, branch, open, last ? open.number : open.number + 1);
    if (last && first !== undefined) await buildPage(work, branch, first, open.number);
  };
  collecting.openBranch?.(branch);
  for (const view of walkViews(context.archive, branch.turns)) {
    const number = pager.pageOf({ rawLength: view.turn.rawLength, prompt: view.prompt });
    if (view.prompt) exchange++;
    if (open === undefined || open.number !== number) {
      await fill(false);
      const continued = !view.prompt && (open !== undefined || branch.forkTurn !== undefined) && exchange > 0;
      open = { number, url: work.names.urlOf(branch, number), continued, turns: [] };
    }
    open.turns.push(placeTurn(work, view, open.url, exchange));
    reportDamage(work, view);
    collecting.turn?.(view, open.url);
    const closed = exchanges.add(view, open.url);
    if (closed !== undefined) await collecting.exchange?.(closed);
  }
  await fill(true);
  const closed = exchanges.finish();
  if (closed !== undefined) await collecting.exchange?.(closed);
  await collecting.closeBranch?.();
}

function reportDamage({ context, conversation }: ConversationWork, { turn, damage }: TurnView): void {
  if (damage === undefined) return;
  context.problem('DAMAGED_TURN', `turn ${shortId(turn.hash)}: ${damage}`, conversation.summary.id);
}
