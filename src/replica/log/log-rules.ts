/** Where a record may stand in an archive log: what must stand before it. */
/** The rules that no single record can show; who writes, who reads and who pulls a log ask the same ones. */

import type { ConversationId } from '../../model/ids.ts';
import type { ArchiveLogRecord, StateRecord } from './log-record.ts';
import { generateVerifierKey } from './verifier-key.ts';

/** What the log says of a conversation: its last published state, also behind a withdrawal. */
export interface LastState {
  readonly published: boolean;
  readonly size: number;
  readonly root: string;
}

export interface LogBefore {
  /** The archive's. */
  readonly origin: string;
  /** The key that signs, as text; undefined: none yet. */
  readonly key: string | undefined;
  readonly findLast: (conversation: ConversationId) => LastState | undefined;
}

/** Why a record has no place behind `before`, in words; undefined: it has. */
export function findBrokenRule(record: ArchiveLogRecord, before: LogBefore): string | undefined {
  if (record.kind === 'state') return findBrokenState(record, before.findLast(record.conversation));
  if (record.key.name !== before.origin) return `a key of ${record.key.name} in the log of ${before.origin}`;
  return generateVerifierKey(record.key) === before.key ? 'it names the key that signs already' : undefined;
}

function findBrokenState(state: StateRecord, last: LastState | undefined): string | undefined {
  const id = `conversation ${state.conversation}`;
  if (state.action === 'withdrawn')
    return last?.published === true ? undefined : `${id} is withdrawn, and was not published`;
  if (last === undefined) return undefined;
  if (state.size < last.size) return `${id} shrinks from ${last.size} records to ${state.size}`;
  if (state.size > last.size) return undefined;
  if (state.root !== last.root) return `${id} has another root at the same size of ${state.size}`;
  return last.published ? `${id} is published so already` : undefined;
}
