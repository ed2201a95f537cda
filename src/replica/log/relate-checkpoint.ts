/** How a checkpoint of the archive log that stands somewhere else relates to the log that is here. */
/** Who writes over it must know: an older log in place of a newer one looks to everybody like a host that forges. */

import { emptyFrontier, growFrontier, leafHash, parseCheckpoint, rootOf } from '../../archive/format/format.ts';
import { equalBytes } from '../../base/bytes.ts';
import { TurnpressError } from '../../base/errors.ts';
import type { ArchiveLog } from './archive-log.ts';

/** `before`: of a beginning of the log here, or of all of it; `after`: it has more records; `other`: it contradicts, or is none. */
export type CheckpointRelation = 'before' | 'after' | 'other';

/** Signatures are not looked at. Cost: reads as many records as it counts. */
export function relateCheckpoint(log: ArchiveLog, bytes: Uint8Array): CheckpointRelation {
  let there: ReturnType<typeof parseCheckpoint>;
  try {
    there = parseCheckpoint(bytes);
  } catch (error) {
    if (error instanceof TurnpressError) return 'other';
    throw error;
  }
  if (there.origin !== log.origin) return 'other';
  if (there.size > log.size) return 'after';
  let frontier = emptyFrontier;
  if (there.size > 0)
    for (const { bytes: record } of log.walkRecords()) {
      frontier = growFrontier(frontier, [leafHash(record)]);
      if (frontier.size === there.size) break;
    }
  return equalBytes(rootOf(frontier), there.root) ? 'before' : 'other';
}
