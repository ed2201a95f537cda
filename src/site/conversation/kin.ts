/** Links between conversations and branches: forks, sub-agents, and who started whom. */
/** Only to what this site shows; the other end is named by its title. */

import type { LinkModel } from '../shell/page-model.ts';
import { findTurnUrl } from '../state/turn-places.ts';
import { branchUrl, conversationUrl, turnUrl } from '../urls.ts';
import type { TurnView } from '../view/turn-view.ts';
import type { VisibleConversation } from './context.ts';
import type { ConversationWork } from './conversation-work.ts';

export function forksAfter(work: ConversationWork, view: TurnView): readonly LinkModel[] {
  return work.branches
    .filter((branch) => branch.forkTurn === view.turn.hash && branch.turns.length > 0)
    .map((branch) => ({
      label: work.labels.get(branch.head.name) ?? branch.head.name,
      url: branchUrl(work.conversation.summary.id, branch.head.name),
    }));
}

export function childrenOf(work: ConversationWork, view: TurnView): readonly LinkModel[] {
  const calls = (view.item?.parts ?? []).flatMap((part) => (part.type === 'tool_call' ? [part.id] : []));
  return work.context.relations
    .listChildren(work.conversation.summary.id)
    .filter(({ summary }) => {
      const parent = summary.meta.parent;
      if (parent?.turn !== undefined) return parent.turn === view.turn.hash;
      return parent?.tool_call !== undefined && calls.includes(parent.tool_call);
    })
    .map(childLink);
}

export function childLink(child: VisibleConversation): LinkModel {
  return { label: child.title, url: conversationUrl(child.summary.id) };
}

export function parentLink(work: ConversationWork): LinkModel | undefined {
  const { conversation: id, turn } = work.conversation.summary.meta.parent ?? {};
  const parent = id === undefined ? undefined : work.context.relations.find(id);
  if (parent === undefined) return undefined;
  const page = turn === undefined ? undefined : findTurnUrl(work.context.state, parent.summary.id, turn);
  return {
    label: parent.title,
    url: page ?? (turn === undefined ? conversationUrl(parent.summary.id) : turnUrl(turn)),
  };
}
