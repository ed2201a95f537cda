/** How links call the branches of a conversation, and where each stands. */
/** A branch is called by its own first prompt; a conversation may have ten thousand of them, so each is asked once. */

import { plainTitle } from '../render/text/plain-title.ts';
import { branchUrl, conversationUrl } from '../urls.ts';
import type { BranchOutline } from '../view/outline.ts';
import { walkViews } from '../view/turn-view.ts';
import type { BuildContext, VisibleConversation } from './context.ts';

export interface BranchNames {
  /** Plain text. */
  labelOf(branch: BranchOutline): string;
  /** `page` counts from 1. */
  urlOf(branch: BranchOutline, page?: number): string;
  /** Title of a page: page 1 has the conversation's title, with the branch's label where it is not the main one. */
  titleOf(branch: BranchOutline, page: number): string;
  /** Heading of a page: the path above leads to the conversation and its title, so a branch is called by its label alone. */
  headingOf(branch: BranchOutline, page: number): string;
}

export function createBranchNames(
  context: BuildContext,
  { summary, title }: VisibleConversation,
  branches: readonly BranchOutline[],
): BranchNames {
  const labels = new Map(branches.map((branch) => [branch.head.name, readLabel(context, branch)]));
  const labelOf = (branch: BranchOutline): string => labels.get(branch.head.name) ?? branch.head.name;
  const titleOf = (branch: BranchOutline, page: number): string =>
    numbered(branch.main ? title : `${title} (${labelOf(branch)})`, page);
  return {
    labelOf,
    urlOf: (branch, page = 1) =>
      branch.main ? conversationUrl(summary.id, page) : branchUrl(summary.id, branch.head.name, page),
    titleOf,
    headingOf: (branch, page) => (branch.main ? titleOf(branch, page) : numbered(labelOf(branch), page)),
  };
}

function numbered(title: string, page: number): string {
  return page === 1 ? title : `${title}, page ${page}`;
}

function readLabel(context: BuildContext, branch: BranchOutline): string {
  if (branch.main) return branch.head.name;
  for (const view of walkViews(context.archive, branch.turns.slice(0, 3))) {
    if (!view.prompt || view.item === undefined) continue;
    const said = view.item.parts.flatMap((part) => (part.type === 'text' ? [part.content] : [])).join(' ');
    const title = plainTitle(said, 80);
    if (title !== '') return `${plainTitle(branch.head.name, 60)}: ${title}`;
  }
  return plainTitle(branch.head.name, 60) || 'branch';
}
