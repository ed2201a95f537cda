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

export interface Kin {
  /** Branches that go another way after this turn. */
  forksAfter(turn: TurnHash): readonly LinkModel[];
  /** Conversations of sub-agents that this turn started. */
  childrenOf(view: TurnView): readonly LinkModel[];
  /** All branches but the main one. */
  readonly branches: readonly LinkModel[];
  /** Sub-agents whose place on the pages is not known. `calls`: ids of all calls that were seen. */
  lostChildren(calls: { has(id: string): boolean }): readonly LinkModel[];
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
  const forks = new Map<TurnHash, LinkModel[]>();
  for (const branch of outlines) {
    if (branch.forkTurn === undefined || branch.turns.length === 0) continue;
    const links = forks.get(branch.forkTurn) ?? [];
    forks.set(branch.forkTurn, links);
    links.push(linkTo(branch));
  }
  const cutBranches = (links: readonly LinkModel[]): readonly LinkModel[] =>
    links.length <= MOST_LINKS
      ? links
      : [
          ...links.slice(0, MOST_LINKS),
          { label: `All ${formatCount(outlines.length - 1)} branches`, url: branchListUrl(id) },
        ];
  const reachable = new Set(
    children.length === 0 ? [] : outlines.flatMap(({ turns }) => turns.map(({ hash }) => hash)),
  );
  return {
    forksAfter: (turn) => cutBranches(forks.get(turn) ?? []),
    childrenOf({ turn, item }) {
      if (children.length === 0) return [];
      const found = new Set(byTurn.get(turn.hash));
      for (const part of item?.parts ?? []) {
        if (part.type === 'tool_call') for (const child of byCall.get(part.id) ?? []) found.add(child);
      }
      return [...found].sort((a, b) => order(a) - order(b)).map(childLink);
    },
    branches: outlines.filter((branch) => !branch.main).map(linkTo),
    lostChildren: (calls) =>
      children
        .filter(({ turn, call }) => (turn === undefined ? !calls.has(call ?? '') : !reachable.has(turn)))
        .map(childLink),
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
