/** How links call the branches of a conversation, and where each stands. */
/** A branch is called by its own first prompt; a conversation may have ten thousand of them, so each is asked once. */

import type { ConversationId } from '../../model/ids.ts';
import type { LoggedTurn } from '../../model/turn.ts';
import { plainTitle } from '../render/text/plain-title.ts';
import { branchUrl, conversationUrl } from '../urls.ts';
import type { BranchOutline } from '../view/outline.ts';
import type { TurnView } from '../view/turn-view.ts';
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

/** Turns at the beginning of a branch that are asked for its label, and at its end for its ending. */
const ASKED = 3;

/** What the turns say that `labelOf` and `endingOf` ask. */
export function listAskedTurns({ turns }: BranchOutline): readonly LoggedTurn[] {
  return [...new Set([...turns.slice(0, ASKED), ...turns.slice(-ASKED)])];
}

/** `walk`: of turns that follow one another on a branch. */
export function createBranchNames(
  walk: (turns: readonly LoggedTurn[]) => Iterable<TurnView>,
  { id, title }: { readonly id: ConversationId; readonly title: string },
  branches: readonly BranchOutline[],
): BranchNames {
  const labels = new Map<string, string>();
  const labelOf = (branch: BranchOutline): string => {
    const known = labels.get(branch.head.name) ?? readLabel(walk, branch);
    labels.set(branch.head.name, known);
    return known;
  };
  const titleOf = (branch: BranchOutline, page: number): string =>
    numbered(branch.main ? title : `${title} (${labelOf(branch)})`, page);
  const endings = new Map<string, string>();
  const endingOf = (branch: BranchOutline): string => {
    if (branches.length > MOST_ENDINGS) return '';
    const known = endings.get(branch.head.name) ?? readEnding(walk, branch);
    endings.set(branch.head.name, known);
    return known;
  };
  return {
    labelOf,
    endingOf,
    urlOf: (branch, page = 1) => (branch.main ? conversationUrl(id, page) : branchUrl(id, branch.head.name, page)),
    titleOf,
    headingOf: (branch) => (branch.main ? title : labelOf(branch)),
  };
}

function numbered(title: string, page: number): string {
  return page === 1 ? title : `${title}, page ${page}`;
}

type Walk = Parameters<typeof createBranchNames>[0];

/** Its last turns are asked. */
function readEnding(walk: Walk, { turns }: BranchOutline): string {
  let ending = '';
  for (const { item } of walk(turns.slice(-ASKED))) {
    for (const part of item?.role === 'assistant' ? item.parts : []) {
      const line = part.type === 'text' ? firstSentence(plainTitle(part.content, 200)) : '';
      if (line !== '') ending = line;
    }
  }
  return ending;
}

function readLabel(walk: Walk, branch: BranchOutline): string {
  if (branch.main) return branch.head.name;
  for (const view of walk(branch.turns.slice(0, ASKED))) {
    if (!view.prompt || view.item === undefined) continue;
    const said = view.item.parts.flatMap((part) => (part.type === 'text' ? [part.content] : [])).join(' ');
    const title = plainTitle(said, 80);
    if (title !== '') return title;
  }
  return plainTitle(branch.head.name, 60) || 'branch';
}
