/** Where a record may stand in its log: what must stand before it. */
/** The rules that no single record can show; a scan and an extension from elsewhere ask the same ones. */

import type { ConversationId, PayloadHash, TurnHash } from '../../model/ids.ts';
import type { LogRecord } from './record.ts';

/** What stands before a record in the same log. */
export interface LogBefore {
  /** Undefined: no such turn stands there. */
  readonly depthOf: (turn: TurnHash) => number | undefined;
  readonly hasMeta: (payload: PayloadHash) => boolean;
}

/**
 * Why a record has no place at `position`, in words; undefined: it has. `lost`: records before it are known to be damaged, so that
 * what it names may have been among them.
 */
export function findMisplaced(
  record: LogRecord,
  position: number,
  id: ConversationId,
  before: LogBefore,
  lost = false,
): string | undefined {
  if (record.kind === 'turn') {
    if (before.depthOf(record.hash) !== undefined) return 'the turn stands here a second time';
    if (record.parent === null)
      return position === 0 && record.hash === id ? undefined : 'a first turn of another conversation';
    const depth = before.depthOf(record.parent);
    if (depth === undefined) return lost ? undefined : 'its parent does not stand before it';
    return record.depth === depth + 1 ? undefined : `depth ${record.depth} after a parent of depth ${depth}`;
  }
  if (position === 0) return 'the log does not start with its first turn';
  if (record.kind === 'meta' || lost) return undefined;
  if (record.kind === 'tombstone' && record.action === 'meta withheld')
    return before.hasMeta(record.meta) ? undefined : 'it names a meta that does not stand before it';
  const named = [record.turn, ...(record.kind === 'tombstone' && record.replacement ? [record.replacement] : [])];
  return named.every((turn) => before.depthOf(turn) !== undefined)
    ? undefined
    : 'it names a turn that does not stand before it';
}
