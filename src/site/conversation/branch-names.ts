/** How links call the branches of a conversation, and where each stands. */
/** A branch is called by its own first prompt; a conversation may have ten thousand of them, so each is asked once. */

import { plainTitle } from '../render/text/plain-title.ts';
import { branchUrl, conversationUrl } from '../urls.ts';
import type { BranchOutline } from '../view/outline.ts';
import { walkViews } from '../view/turn-view.ts';
import type { BuildContext, VisibleConversation } from './context.ts';
import { firstSentence } from './page/work-words.ts';

export interface BranchNames {
  /** Its first prompt in one line; plain text. */
  labelOf(branch: BranchOutline): string;
  /** How it ended, in a sentence; empty where nothing was answered, and where there are too many branches to ask. */
  endingOf(branch: BranchOutline): string;
  /** `page` counts from 1. */
  urlOf(branch: BranchOutline, page?: number): string;
  /** Title of a page: page 1 has the conversation's title, with the branch's label where it is not the main one. */
  titleOf(branch: BranchOutline, page: number): string;
  /** Heading of its pages: the path above leads to the conversation and its title, so a branch is called by its label alone. */
  headingOf(branch: BranchOutline): string;
}

/** Branches of a conversation that are asked how they ended. */
const MOST_ENDINGS = 100;

export function createBranchNames(
  context: BuildContext,
  { summary, title }: VisibleConversation,
  branches: readonly BranchOutline[],
): BranchNames {
  const labels = new Map(branches.map((branch) => [branch.head.name, readLabel(context, branch)]));
  const labelOf = (branch: BranchOutline): string => labels.get(branch.head.name) ?? branch.head.name;
  const titleOf = (branch: BranchOutline, page: number): string =>
    numbered(branch.main ? title : `${title} (${labelOf(branch)})`, page);
  const endings = new Map<string, string>();
  const endingOf = (branch: BranchOutline): string => {
    if (branches.length > MOST_ENDINGS) return '';
    const known = endings.get(branch.head.name) ?? readEnding(context, branch);
    endings.set(branch.head.name, known);
    return known;
  };
  return {
    labelOf,
    endingOf,
    urlOf: (branch, page = 1) =>
      branch.main ? conversationUrl(summary.id, page) : branchUrl(summary.id, branch.head.name, page),
    titleOf,
    headingOf: (branch) => (branch.main ? title : labelOf(branch)),
  };
}

function numbered(title: string, page: number): string {
  return page === 1 ? title : `${title}, page ${page}`;
}

/** Its last turns are asked. */
function readEnding(context: BuildContext, { turns }: BranchOutline): string {
  let ending = '';
  for (const { item } of walkViews(context.archive, turns.slice(-3))) {
    for (const part of item?.role === 'assistant' ? item.parts : []) {
      const line = part.type === 'text' ? firstSentence(plainTitle(part.content, 200)) : '';
      if (line !== '') ending = line;
    }
  }
  return ending;
}

function readLabel(context: BuildContext, branch: BranchOutline): string {
  if (branch.main) return branch.head.name;
  for (const view of walkViews(context.archive, branch.turns.slice(0, 3))) {
    if (!view.prompt || view.item === undefined) continue;
    const said = view.item.parts.flatMap((part) => (part.type === 'text' ? [part.content] : [])).join(' ');
    const title = plainTitle(said, 80);
    if (title !== '') return title;
  }
  return plainTitle(branch.head.name, 60) || 'branch';
}
