/** Links between conversations and branches: forks, sub-agents, and who started whom. */
/** Only to what this site shows; the other end is named by its title. */

import type { ConversationId } from '../../model/ids.ts';
import type { LinkModel } from '../shell/page-model.ts';
import type { ChildConversation } from '../state/conversations.ts';
import { conversationUrl, turnAnchor, turnUrl } from '../urls.ts';
import type { BranchOutline } from '../view/outline.ts';
import type { TurnView } from '../view/turn-view.ts';
import type { BranchNames } from './branch-names.ts';
import type { BuildContext, VisibleConversation } from './context.ts';
import { createForkWays, type ForkWays } from './fork-ways.ts';

export interface Kin extends ForkWays {
  /** Conversations of sub-agents that this turn started. */
  childrenOf(view: TurnView): readonly LinkModel[];
  /** All branches but the main one. */
  readonly branches: readonly LinkModel[];
  /** Conversations of all its sub-agents. */
  readonly children: readonly LinkModel[];
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
  const ways = createForkWays(id, outlines, names);
  return {
    ...ways,
    childrenOf({ turn, item }) {
      if (children.length === 0) return [];
      const found = new Set(byTurn.get(turn.hash));
      for (const part of item?.parts ?? []) {
        if (part.type === 'tool_call') for (const child of byCall.get(part.id) ?? []) found.add(child);
      }
      return [...found].sort((a, b) => order(a) - order(b)).map(childLink);
    },
    branches: outlines
      .filter((branch) => !branch.main)
      .map((branch) => ({ label: names.labelOf(branch), url: names.urlOf(branch) })),
    children: children.map(childLink),
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
