/** Collects what lists show of a conversation, and which lists it stands in. */
/** Sub-agents are found through the conversation that started them; without it they are listed like any other. */

import { plainTitle } from '../render/text/plain-title.ts';
import type { ListItemModel } from '../shell/page-model.ts';
import type { ListKind, Membership } from '../state/lists.ts';
import { agentUrl, modelUrl, pages, projectUrl, tagUrl } from '../urls.ts';
import type { Collecting } from './collector.ts';
import type { BuildContext, VisibleConversation } from './context.ts';
import type { ConversationWork } from './conversation-work.ts';
import { listItemOf } from './page/conversation-facts.ts';
import { firstSentence } from './page/work-words.ts';

export function openLists(work: ConversationWork): Collecting {
  return {
    finish() {
      const { context, conversation } = work;
      const children = context.state.conversations.listChildren(conversation.summary.id).length;
      saveListed(context, conversation, listItemOf(conversation, children, outcomeOf(work)));
    },
  };
}

/** Of its main branch. Empty: nothing was answered. */
function outcomeOf({ branches, told }: ConversationWork): string {
  const main = branches.find((branch) => branch.main);
  const answered = told.get(main?.head.name ?? '')?.findLast(({ closing }) => closing !== '');
  return firstSentence(plainTitle(answered?.closing ?? '', 300));
}

/** Keeps the item and touches the lists that show it. */
export function saveListed(context: BuildContext, conversation: VisibleConversation, item: ListItemModel): void {
  const { state } = context;
  const { id, firstMs, lastMs } = conversation.summary;
  state.conversations.saveItem(id, JSON.stringify(item));
  state.lists.place({ id, firstMs, lastMs }, membershipsOf(context, conversation));
}

function membershipsOf({ state }: BuildContext, { summary, tags }: VisibleConversation): readonly Membership[] {
  const every: Membership = { url: pages.search, kind: 'every', name: '' };
  const { agent, project, parent, models = [] } = summary.meta;
  if (parent?.conversation !== undefined && state.conversations.find(parent.conversation) !== undefined) return [every];
  const named = (kind: ListKind, names: readonly (string | undefined)[], urlOf: (name: string) => string) =>
    names.flatMap((name) => (name === undefined || name === '' ? [] : [{ kind, name, url: urlOf(name) }]));
  return [
    every,
    { url: pages.home, kind: 'home', name: '' },
    ...named('project', [project], projectUrl),
    ...named('agent', [agent], agentUrl),
    ...named('model', models, modelUrl),
    ...named('tag', tags, tagUrl),
  ];
}

export function titleOfTag(tag: string): string {
  return plainTitle(tag, 60) || 'tag';
}
