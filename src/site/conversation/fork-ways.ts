/** The ways that leave a turn or a branch, as boxes and links call them. */
/** Follows from heads and turns alone, so that a page can be held against it; long rows are cut, with a way to the rest. */

import type { ConversationId, TurnHash } from '../../model/ids.ts';
import { formatCount } from '../render/names.ts';
import type { LinkModel } from '../shell/page-model.ts';
import { branchListUrl } from '../urls.ts';
import type { BranchOutline } from '../view/outline.ts';
import type { BranchNames } from './branch-names.ts';

/** Links to branches in one place. */
const MOST_LINKS = 50;

/** A way that leaves here. */
export interface ForkLink extends LinkModel {
  /** The branch's own name; empty: the link leads to a list. */
  readonly name: string;
  /** How it ended, in a sentence; empty: nothing was answered. */
  readonly ending: string;
}

export interface ForkWays {
  /** Branches that go another way after this turn. */
  forksAfter(turn: TurnHash): readonly ForkLink[];
  /** Branches that left the one of this name. */
  forksFrom(branch: string): readonly ForkLink[];
  /** Links with those that are too many cut off. */
  cutBranches(links: readonly LinkModel[]): readonly LinkModel[];
}

export function createForkWays(
  id: ConversationId,
  outlines: readonly BranchOutline[],
  names: Pick<BranchNames, 'labelOf' | 'endingOf' | 'urlOf'>,
): ForkWays {
  const leaving = listLeaving(outlines);
  const byFork = Map.groupBy(leaving, ({ forkTurn }) => forkTurn);
  const byOrigin = Map.groupBy(leaving, ({ forkedFrom }) => forkedFrom);
  const all: LinkModel = { label: `All ${formatCount(outlines.length - 1)} branches`, url: branchListUrl(id) };
  const linkTo = (branch: BranchOutline): ForkLink => ({
    ...{ label: names.labelOf(branch), url: names.urlOf(branch) },
    ...{ name: branch.head.name, ending: names.endingOf(branch) },
  });
  const listWays = (ways: readonly BranchOutline[] = []): readonly ForkLink[] => {
    const links = ways.slice(0, MOST_LINKS).map(linkTo);
    return ways.length <= MOST_LINKS ? links : [...links, { ...all, name: '', ending: '' }];
  };
  return {
    forksAfter: (turn) => listWays(byFork.get(turn)),
    forksFrom: (branch) => listWays(byOrigin.get(branch)),
    cutBranches: (links) => (links.length <= MOST_LINKS ? links : [...links.slice(0, MOST_LINKS), all]),
  };
}

/** Branches that left another one and have turns of their own. */
export function listLeaving(outlines: readonly BranchOutline[]): readonly BranchOutline[] {
  return outlines.filter(({ forkTurn, turns }) => forkTurn !== undefined && turns.length > 0);
}
