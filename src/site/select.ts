/** Brings the state's conversations in step with the archive: which ones the site shows, and which have to be built. */
/** Asks only for what changed since the last build, unless the archive's index, the rules or the frame are others. */

import type { ArchiveReader } from '../archive/archive.ts';
import { isoTime } from '../base/time.ts';
import type { ConversationSummary } from '../model/conversation.ts';
import type { ConversationId } from '../model/ids.ts';
import { tagsOf, visibilityOf } from '../model/visibility.ts';
import type { VisibleConversation } from './conversation/context.ts';
import type { Curation } from './curation.ts';
import type { BuildOptions } from './options.ts';
import { titleOf } from './render/names.ts';
import { plainTitle } from './render/text/plain-title.ts';
import { keyOf } from './state/keys.ts';
import type { SiteState } from './state/state.ts';

/** `key`: of everything that all conversations share. */
export function selectConversations(
  archive: ArchiveReader,
  options: BuildOptions,
  state: SiteState,
  key: string,
  curation: Curation,
): void {
  const now = { ...archive.revision(), key: keyOf(key, options.mode, options.config, curation.key) };
  const { notes } = curation;
  const seen = JSON.parse(state.findMeta('seen') ?? '{}') as Partial<typeof now>;
  const since = seen.generation === now.generation && seen.key === now.key ? seen.revision : undefined;
  const { conversations } = state;
  if (since === undefined) {
    conversations.beginCompare();
    state.joined.clear();
  }
  // who took one over that changed: what the rules say of a part, they say of the whole
  const wholes = new Set<ConversationId>();
  for (const summary of archive.walkConversations({ order: 'changed', since: since ?? 0 })) {
    if (since !== undefined) for (const id of wholesOf(state, summary)) wholes.add(id);
    offer(state, describe(summary, options, notes), options, key);
  }
  if (since === undefined) conversations.endCompare();
  else
    for (const id of archive.walkGone(since)) {
      for (const whole of wholesOf(state, { id, meta: {} })) wholes.add(whole);
      conversations.withdraw(id);
      state.joined.forget(id);
    }
  for (const id of wholes) {
    const summary = archive.findConversation(id);
    if (summary === undefined) continue;
    if (summary.meta.joined !== undefined) wholes.add(summary.meta.joined);
    offer(state, describe(summary, options, notes), options, key);
  }
  conversations.retryFailed();
  conversations.markHeld();
  state.setMeta('seen', JSON.stringify(now));
}

/** What the rules say of a conversation. */
export function describe(
  summary: ConversationSummary,
  { config, mode }: BuildOptions,
  notes: Curation['notes'],
): VisibleConversation {
  const note = notes.get(summary.id);
  const tags = [...tagsOf(summary, config), ...(note?.tags ?? [])];
  const hidden = visibilityOf(summary, config) !== 'public';
  return {
    summary,
    note,
    title: plainTitle(note?.title ?? '', 120) || titleOf(summary),
    tags: [...new Set(tags)].filter((tag) => tag !== ''),
    private: hidden,
    open: mode === 'local' && !hidden,
  };
}

/** Those that this one was part of, and is. */
function wholesOf(state: SiteState, { id, meta }: Pick<ConversationSummary, 'id' | 'meta'>): readonly ConversationId[] {
  const [before, now] = [state.joined.find(id), meta.joined];
  return [before, now].filter((each) => each !== undefined);
}

function offer(state: SiteState, conversation: VisibleConversation, options: BuildOptions, key: string): void {
  const { summary, title, tags } = conversation;
  const hidden = options.mode === 'public' && (conversation.private || conversation.note?.hidden === true);
  const { joined } = summary.meta;
  // its turns stand in the one that took it over
  if (joined !== undefined) state.joined.put(summary.id, joined, summary.lastMs, !hidden);
  else state.joined.forget(summary.id);
  if (joined !== undefined || hidden) {
    state.conversations.withdraw(summary.id);
    return;
  }
  const { parent } = summary.meta;
  state.conversations.offer({
    id: summary.id,
    input: keyOf(
      key,
      summary.rootHash,
      summary.withheld,
      summary.metaWithheld,
      summary.damage ?? '',
      title,
      tags,
      conversation.private,
      ...(conversation.note === undefined ? [] : [{ ...conversation.note, turns: [...conversation.note.turns] }]),
    ),
    private: conversation.private,
    title,
    firstMs: summary.firstMs,
    lastMs: summary.lastMs,
    month: isoTime(summary.firstMs).slice(0, 7),
    turns: summary.turns,
    project: summary.meta.project ?? '',
    gitBranch: summary.meta.git?.branch ?? '',
    ...(parent?.conversation === undefined ? {} : { parent: parent.conversation }),
    ...(parent?.turn === undefined ? {} : { parentTurn: parent.turn }),
    ...(parent?.tool_call === undefined ? {} : { parentCall: parent.tool_call }),
  });
}
