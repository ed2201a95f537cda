/** What is known of each conversation of a source: where it begins, and what its records tell of it. */
/** Replaced when it grows, never changed, so that what it was at a safe point costs nothing to remember. */

import type { Item } from '../../../model/item.ts';
import { type AgentRecord, type Draft, type Facts, MAIN } from '../record.ts';
import { addName, newNames } from '../tree/history.ts';
import { BEFORE, branchOf, hash48, openBranch } from '../tree/tree.ts';
import type { Building, Conversation } from './building.ts';

/** A draft that comes into the tree, and the key of its turn. */
interface Begun {
  readonly record: AgentRecord;
  readonly draft: Draft;
  readonly key: string;
}

export function sessionOf(building: Building, conversation: number): string | undefined {
  return building.conversations.get(conversation)?.session;
}

/** Where a turn goes that is the first of a conversation in this source. `outside`: what it stands behind elsewhere. */
export function startConversation<T>(
  building: Building,
  { record, draft, key }: Begun,
  outside: T,
  forkOf?: string,
): T & { readonly branch: number; readonly conversation: number } {
  const index = building.conversations.length;
  building.conversations.push({
    chain: record.chain,
    first: key,
    sessions: newNames(),
    models: newNames(),
    folders: newNames(),
    asked: record.chain === MAIN ? 0 : hashOfPrompt(draft.item),
    ...(forkOf === undefined ? {} : { forkOf }),
  });
  building.chains.set(record.chain, index);
  return { branch: openBranch(building.tree, -1, BEFORE, index), conversation: index, ...outside };
}

/** Hash of the first text of an item: what a sub-agent was asked. */
function hashOfPrompt(item: Item): number {
  const text = item.parts.find((part) => part.type === 'text')?.content ?? '';
  return hash48(text.trim());
}

/** What a placed record tells of its conversation. */
export function learn(building: Building, index: number, { record, draft }: Begun): void {
  building.touched.add(index);
  const before = building.conversations.get(index);
  if (before === undefined) return;
  const { timeMs } = record;
  const { session, version, cwd, gitBranch }: Facts = record.facts ?? {};
  const next: { -readonly [K in keyof Conversation]: Conversation[K] } = { ...before };
  if (session !== undefined) {
    next.session = session;
    next.sessions = addName(before.sessions, session);
  }
  for (const model of [record.facts?.model, draft.item.model]) {
    if (model !== undefined) next.models = addName(next.models, model);
  }
  if (version !== undefined) next.version = version.slice(0, 64);
  if (cwd !== undefined && before.cwd === undefined) next.cwd = cwd;
  if (cwd !== undefined) next.folders = addName(before.folders, cwd.toWellFormed());
  if (gitBranch !== undefined && gitBranch !== '') next.gitBranch = gitBranch;
  building.conversations.set(index, timeMs === null ? next : { ...next, ...spanOf(before, timeMs) });
}

/** A further record of a turn is an event of its conversation as well. */
export function learnTime(building: Building, turn: number, timeMs: number | null): void {
  const index = building.tree.branches.get(branchOf(building.tree, turn))?.conversation;
  const before = index === undefined ? undefined : building.conversations.get(index);
  if (index !== undefined && before !== undefined && timeMs !== null)
    building.conversations.set(index, { ...before, ...spanOf(before, timeMs) });
}

function spanOf({ startedMs, updatedMs }: Conversation, timeMs: number) {
  return { startedMs: Math.min(startedMs ?? timeMs, timeMs), updatedMs: Math.max(updatedMs ?? timeMs, timeMs) };
}
