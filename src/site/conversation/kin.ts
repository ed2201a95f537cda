/** Links between conversations and branches: forks, sub-agents, and who started whom. */
/** Only to what this site shows; the other end is named by its title. Long rows of links are cut, with a way to the rest. */

import type { ConversationId, TurnHash } from '../../model/ids.ts';
import { formatCount } from '../render/names.ts';
import type { LinkModel } from '../shell/page-model.ts';
import type { ChildConversation } from '../state/conversations.ts';
import { branchListUrl, conversationUrl, turnAnchor, turnUrl } from '../urls.ts';
import type { BranchOutline } from '../view/outline.ts';
import type { TurnView } from '../view/turn-view.ts';
import type { BranchNames } from './branch-names.ts';
import type { BuildContext, VisibleConversation } from './context.ts';

/** Links to branches or sub-agents in one place. */
const MOST_LINKS = 50;

/** A way that leaves here. */
export interface ForkLink extends LinkModel {
  /** The branch's own name; empty: the link leads to a list. */
  readonly name: string;
  /** How it ended, in a sentence; empty: nothing was answered. */
  readonly ending: string;
}

export interface Kin {
  /** Branches that go another way after this turn. */
  forksAfter(turn: TurnHash): readonly ForkLink[];
  /** Branches that left the one of this name. */
  forksFrom(branch: string): readonly ForkLink[];
  /** Conversations of sub-agents that this turn started. */
  childrenOf(view: TurnView): readonly LinkModel[];
  /** All branches but the main one. */
  readonly branches: readonly LinkModel[];
  /** Conversations of all its sub-agents. */
  readonly children: readonly LinkModel[];
  /** Links with those that are too many cut off. */
  cutBranches(links: readonly LinkModel[]): readonly LinkModel[];
}

export function createKin(
  context: BuildContext,
  id: ConversationId,
  outlines: readonly BranchOutline[],
  names: BranchNames,
): Kin {
  const children = context.state.conversations.listChildren(id);
  const byTurn = Map.groupBy(children, (child) => child.turn);
  const byCall = Map.groupBy(children, (child) => (child.turn === undefined ? child.call : undefined));
  const positions = new Map(children.map((child, i) => [child, i]));
  const order = (child: ChildConversation): number => positions.get(child) ?? 0;
  const linkTo = (branch: BranchOutline): LinkModel => ({ label: names.labelOf(branch), url: names.urlOf(branch) });
  const leaving = outlines.filter(({ forkTurn, turns }) => forkTurn !== undefined && turns.length > 0);
  const byFork = Map.groupBy(leaving, ({ forkTurn }) => forkTurn);
  const byOrigin = Map.groupBy(leaving, ({ forkedFrom }) => forkedFrom);
  const all: LinkModel = { label: `All ${formatCount(outlines.length - 1)} branches`, url: branchListUrl(id) };
  const cutBranches = (links: readonly LinkModel[]): readonly LinkModel[] =>
    links.length <= MOST_LINKS ? links : [...links.slice(0, MOST_LINKS), all];
  const forkLink = (branch: BranchOutline): ForkLink => ({
    ...linkTo(branch),
    name: branch.head.name,
    ending: names.endingOf(branch),
  });
  const listWays = (ways: readonly BranchOutline[] = []): readonly ForkLink[] => {
    const links = ways.slice(0, MOST_LINKS).map(forkLink);
    return ways.length <= MOST_LINKS ? links : [...links, { ...all, name: '', ending: '' }];
  };
  return {
    forksAfter: (turn) => listWays(byFork.get(turn)),
    forksFrom: (branch) => listWays(byOrigin.get(branch)),
    childrenOf({ turn, item }) {
      if (children.length === 0) return [];
      const found = new Set(byTurn.get(turn.hash));
      for (const part of item?.parts ?? []) {
        if (part.type === 'tool_call') for (const child of byCall.get(part.id) ?? []) found.add(child);
      }
      return [...found].sort((a, b) => order(a) - order(b)).map(childLink);
    },
    branches: outlines.filter((branch) => !branch.main).map(linkTo),
    children: children.map(childLink),
    cutBranches,
  };
}

function childLink({ id, title }: ChildConversation): LinkModel {
  return { label: title, url: conversationUrl(id) };
}

/** The conversation that started this one, at the turn that did. */
export function parentLink({ state }: BuildContext, { summary }: VisibleConversation): LinkModel | undefined {
  const { conversation: id, turn } = summary.meta.parent ?? {};
  const parent = id === undefined ? undefined : state.conversations.find(id);
  if (parent === undefined) return undefined;
  const page = turn === undefined ? undefined : state.places.findPage(parent.id, turn);
  if (turn === undefined) return { label: parent.title, url: conversationUrl(parent.id) };
  return { label: parent.title, url: page === undefined ? turnUrl(turn) : `${page}#${turnAnchor(turn)}` };
}
