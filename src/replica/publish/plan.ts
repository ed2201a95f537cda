/** What a publish would do: which conversations newly go out, which go on, which are withdrawn, and what stays in although a rule lets it out. */
/** Selection by rule, without what another conversation took over, without what the gate stops. Writes nothing. */

import { type ArchiveReader, cutArchive } from '../../archive/archive.ts';
import type { ConversationSummary } from '../../model/conversation.ts';
import { tellingTitle } from '../../model/facts/title.ts';
import type { ConversationId } from '../../model/ids.ts';
import { visibilityOf } from '../../model/visibility.ts';
import type { ArchiveLog } from '../log/archive-log.ts';
import type { LoggedState } from '../log/log-index.ts';
import { findBlocked, type GateOptions } from './gate.ts';

/** A conversation whose state changes. */
export interface PlannedState {
  readonly conversation: ConversationId;
  readonly title: string;
  /** Records that will be published; 0: none any more. */
  readonly size: number;
  readonly root: string;
  /** Turns in them. */
  readonly turns: number;
  /** Records that were published until now. */
  readonly before: number;
}

export interface PlannedWithdrawal extends PlannedState {
  /** In words. */
  readonly because: string;
}

/** A rule lets it out, and it stays as it is. Without its title: that may be what was found. */
export interface HeldBack {
  readonly conversation: ConversationId;
  /** Turn and rule, never the secret. */
  readonly reason: string;
  /** An earlier part of it is published, and stays so. */
  readonly published: boolean;
}

/** Each list in the order of the conversations' ids. */
export interface PublishPlan {
  readonly newly: readonly PlannedState[];
  readonly grown: readonly PlannedState[];
  readonly withdrawn: readonly PlannedWithdrawal[];
  readonly blocked: readonly HeldBack[];
  /** Published, and not in the archive any more: damage, which nobody withdraws by accident. */
  readonly missing: readonly ConversationId[];
  readonly unchanged: number;
}

/** Looks into everything that would go out. */
export async function planPublish(archive: ArchiveReader, log: ArchiveLog, gate: GateOptions): Promise<PublishPlan> {
  const found = await findBlocked(archive, gate);
  const stays = await findStillFine(archive, log, gate, found);
  const [newly, grown]: [PlannedState[], PlannedState[]] = [[], []];
  const [withdrawn, blocked, missing]: [PlannedWithdrawal[], HeldBack[], ConversationId[]] = [[], [], []];
  let unchanged = 0;
  for (const state of log.walkStates()) {
    if (!state.published) continue;
    const summary = archive.findConversation(state.conversation);
    if (summary === undefined) {
      missing.push(state.conversation);
      continue;
    }
    const because = findReason(summary, gate, stays.has(summary.id) ? undefined : found.get(summary.id));
    if (because === undefined) continue;
    // a title may be what was found
    const title = found.has(summary.id) ? '' : tellingTitle(summary);
    withdrawn.push({ ...plannedOf(summary, state), title, size: 0, root: '', because });
  }
  const gone = new Set(withdrawn.map(({ conversation }) => conversation));
  for (const summary of archive.walkConversations({ order: 'oldest', joined: false })) {
    if (gone.has(summary.id) || visibilityOf(summary, gate.config) !== 'public') continue;
    const state = log.findState(summary.id);
    const before = state?.published === true ? state.size : 0;
    const rollback = findRollback(summary, state);
    const reason = found.get(summary.id) ?? summary.damage ?? rollback;
    if (reason !== undefined && (before !== summary.size || rollback !== undefined))
      blocked.push({ conversation: summary.id, reason, published: before > 0 });
    else if (before === summary.size) unchanged++;
    else (before === 0 ? newly : grown).push(plannedOf(summary, state));
  }
  const sorted = <T extends { readonly conversation: ConversationId }>(list: T[]): T[] =>
    list.sort((a, b) => (a.conversation < b.conversation ? -1 : 1));
  return { newly: sorted(newly), grown: sorted(grown), withdrawn, blocked: sorted(blocked), missing, unchanged };
}

/** Published conversations that the gate stops as they are now, and would not as they were published. */
async function findStillFine(
  archive: ArchiveReader,
  log: ArchiveLog,
  gate: GateOptions,
  blocked: ReadonlyMap<ConversationId, string>,
): Promise<ReadonlySet<ConversationId>> {
  const asked = [...blocked.keys()].filter((id) => log.sizeOf(id) !== undefined);
  if (asked.length === 0) return new Set();
  const sizeOf = (id: ConversationId): number | undefined => (blocked.has(id) ? log.sizeOf(id) : undefined);
  const still = await findBlocked(cutArchive(archive, { sizeOf, key: 'blocked' }), { ...gate, scope: 'blocked' });
  return new Set(asked.filter((id) => !still.has(id)));
}

/** Why a published conversation goes; undefined: it stays. */
function findReason(
  summary: ConversationSummary,
  { config }: GateOptions,
  found: string | undefined,
): string | undefined {
  if (summary.meta.joined !== undefined) return `conversation ${summary.meta.joined.slice(0, 16)} took it over`;
  if (visibilityOf(summary, config) !== 'public') return 'no rule makes it public any more';
  return found;
}

/** A log that has fewer records than were published, or others, is damaged, and nothing of it is published anew. */
function findRollback(summary: ConversationSummary, state: LoggedState | undefined): string | undefined {
  if (state === undefined || summary.size > state.size) return undefined;
  if (summary.size === state.size && summary.rootHash === state.root) return undefined;
  return `${state.size} records of it were published, and it has ${summary.size}, or others`;
}

function plannedOf(summary: ConversationSummary, state: LoggedState | undefined): PlannedState {
  return {
    conversation: summary.id,
    title: tellingTitle(summary),
    size: summary.size,
    root: summary.rootHash,
    turns: summary.turns,
    before: state?.published === true ? state.size : 0,
  };
}
