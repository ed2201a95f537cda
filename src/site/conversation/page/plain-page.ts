/** Pages of a conversation without turns: lists, and branches whose turns all stand on another one. */
/** The same shell as its other pages, and the way back to it. */

import { joinHtml, type SafeHtml } from '../../../base/html.ts';
import type { OwnPage } from '../../shell/frame.ts';
import { keyOf } from '../../state/keys.ts';
import { conversationUrl, outputPath, turnAnchor } from '../../urls.ts';
import type { BranchOutline } from '../../view/outline.ts';
import { addTask, type ConversationWork } from '../conversation-work.ts';
import { badgesOf } from './conversation-facts.ts';
import { renderWaysOn } from './ending.ts';
import { renderMerged } from './forks.ts';

/** A branch whose head stands on another one: its address stays and says where it ended. */
export function buildMergedBranch(work: ConversationWork, branch: BranchOutline): void {
  const { conversation, names } = work;
  const url = names.urlOf(branch);
  const page = work.places.get(branch.head.turn)?.page ?? conversationUrl(conversation.summary.id);
  const body = joinHtml([
    renderMerged(`${page}#${turnAnchor(branch.head.turn)}`),
    renderWaysOn(work, branch.head.turn),
  ]);
  addPlainPage(work, body, { url, kind: 'turns', title: names.titleOf(branch, 1), badges: badgesOf(conversation) });
}

/** A page of the conversation without turns. */
export function addPlainPage(work: ConversationWork, body: SafeHtml, own: Omit<OwnPage, 'template'>): void {
  const { context, conversation } = work;
  const crumbs = [{ label: conversation.title, url: conversationUrl(conversation.summary.id) }];
  const model = context.frame.page({ template: 'conversation.njk', width: 'wide', crumbs, ...own });
  if (!context.output.declare(outputPath(own.url), work.owner, keyOf(work.frameKey, model, body))) return;
  addTask(work, context.writePage(model, body));
}
