/** Carries a plan out: checkpoints of conversations, states in the archive log, one signed checkpoint over all of it. */
/** The rename of that checkpoint is the publish: whatever stops before leaves the log as it was, and the next publish goes on. */

import { generateCheckpoint, rootOf, type SigningKey } from '../../archive/format/format.ts';
import { decodeHex, encodeUtf8 } from '../../base/bytes.ts';
import type { ConversationId } from '../../model/ids.ts';
import type { ArchiveLog } from '../log/archive-log.ts';
import { encodeKey, encodeState } from '../log/log-record.ts';
import { parseVerifierKey, verifierKeyOf } from '../log/verifier-key.ts';
import { findCheckpointProblem } from '../log/verify-log.ts';
import type { PlannedState, PublishPlan } from './plan.ts';
import type { Signers } from './signing.ts';

export interface CommitOptions {
  /** The publisher's clock. */
  readonly nowMs: number;
  readonly signers: Signers;
}

/** Whether a plan changes the log. */
export function isEmptyPlan({ newly, grown, withdrawn }: PublishPlan): boolean {
  return newly.length + grown.length + withdrawn.length === 0;
}

/** Appends nothing when nothing changes and no key is added. Returns how many records were appended. */
export function commitPublish(log: ArchiveLog, plan: PublishPlan, { nowMs, signers }: CommitOptions): number {
  const { added, key } = signers;
  if (log.isUnsure) healCheckpoints(log, key);
  if (isEmptyPlan(plan) && added === undefined) return 0;
  log.setUnsure(true);
  for (const state of [...plan.newly, ...plan.grown]) writeCheckpoint(log, state, key);
  log.syncConversations();
  const appender = log.startAppend();
  let records = 0;
  const add = (record: Uint8Array): void => {
    appender.add(record);
    records++;
  };
  try {
    if (added !== undefined) add(encodeKey({ timeMs: nowMs, key: verifierKeyOf(added) }));
    for (const state of statesOf(plan)) add(encodeState({ kind: 'state', timeMs: nowMs, ...state }));
    const { frontier } = appender;
    const checkpoint = { origin: log.origin, size: frontier.size, root: rootOf(frontier) };
    appender.commit(encodeUtf8(generateCheckpoint(checkpoint, ...signers.signers)));
  } finally {
    appender.close();
  }
  for (const { conversation } of plan.withdrawn) log.removeConversation(conversation);
  log.syncConversations();
  log.setUnsure(false);
  return records;
}

type NewState =
  | {
      readonly action: 'published';
      readonly conversation: ConversationId;
      readonly size: number;
      readonly root: string;
    }
  | { readonly action: 'withdrawn'; readonly conversation: ConversationId };

/** In the order of their conversations' ids. */
function statesOf({ newly, grown, withdrawn }: PublishPlan): readonly NewState[] {
  const published = [...newly, ...grown].map(
    ({ conversation, size, root }) => ({ action: 'published', conversation, size, root }) as const,
  );
  const gone = withdrawn.map(({ conversation }) => ({ action: 'withdrawn', conversation }) as const);
  return [...published, ...gone].sort((a, b) => (a.conversation < b.conversation ? -1 : 1));
}

function writeCheckpoint(
  log: ArchiveLog,
  { conversation, size, root }: Pick<PlannedState, 'conversation' | 'size' | 'root'>,
  key: SigningKey | undefined,
): void {
  const checkpoint = { origin: `${log.origin}/${conversation}`, size, root: decodeHex(root) };
  log.writeConversation(conversation, encodeUtf8(generateCheckpoint(checkpoint, key)));
}

/** After a publish that stopped: each published conversation's checkpoint is that of its state again, and no other stands there. */
function healCheckpoints(log: ArchiveLog, key: SigningKey | undefined): void {
  const keys = log.listKeys().map((logged) => parseVerifierKey(logged.key));
  for (const state of log.walkStates()) {
    if (!state.published) log.removeConversation(state.conversation);
    else if (findCheckpointProblem(log, state, keys) !== undefined) writeCheckpoint(log, state, key);
  }
  log.syncConversations();
  log.setUnsure(false);
}
