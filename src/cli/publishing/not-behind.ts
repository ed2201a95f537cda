/** What stands at a host is a beginning of the archive log that is here, or nothing goes there. */
/** An older log in place of a newer one, or another one, looks to everybody who follows it like a host that forges. */

import { type ArchiveLog, relateCheckpoint } from '../../replica/log/log.ts';
import { UsageError } from '../errors.ts';

/** Path of what speaks for all of the site's replica. */
export const LOG_CHECKPOINT = 'archive/log/checkpoint';

/** `there`: the checkpoint that stands there; undefined: none. `place`: for people. Throws UsageError. */
export function checkNotBehind(there: Uint8Array | undefined, log: ArchiveLog, place: string): void {
  const relation = there === undefined ? 'before' : relateCheckpoint(log, there);
  if (relation === 'after')
    throw new UsageError(
      `${place} shows a later publish of this archive than this folder knows; nothing was sent. Bring the archive from where that was published, then publish again`,
    );
  if (relation === 'other')
    throw new UsageError(
      `${place} shows an archive log that contradicts this one; nothing was sent, because whoever follows it would take the host for a forger. Name another place`,
    );
}
