/** The keys that this machine has reason to know: those of the archive itself, and those pinned with each copy. */
/** An archive that is not there, or that cannot be read, knows none; that is no reason not to check something else. */

import { join } from 'node:path';
import { messageOf, TurnpressError } from '../../base/errors.ts';
import { isoTime } from '../../base/time.ts';
import { readPullState } from '../../replica/pull/pulling.ts';
import { openQuietly } from '../archive.ts';
import type { Context } from '../context.ts';
import { hasArchive } from '../machine/private.ts';
import { findLog } from '../publishing/published.ts';
import { listReplicas, replicasFolder } from './followed.ts';

export interface KnownKey {
  readonly key: string;
  /** In words. */
  readonly where: string;
  /** ISO time. */
  readonly since: string;
}

export function listKnownKeys(context: Context): readonly KnownKey[] {
  if (!hasArchive(context)) return [];
  const own = tried(context, () => listOwn(context));
  const pinned = listReplicas(context).flatMap((name) =>
    tried(context, () => {
      const { keys } = readPullState(join(replicasFolder(context), name)) ?? { keys: [] };
      return keys.map(({ key, since }) => ({ key, since, where: `trusted with the copy ${name}` }));
    }),
  );
  return [...own, ...pinned];
}

function listOwn(context: Context): readonly KnownKey[] {
  const archive = openQuietly(context);
  try {
    const log = findLog(context, archive);
    const keys = log?.listKeys() ?? [];
    log?.close();
    return keys.map(({ key, timeMs }) => ({ key, since: isoTime(timeMs), where: 'a key of this archive’s own log' }));
  } finally {
    archive.close();
  }
}

function tried(context: Context, work: () => readonly KnownKey[]): readonly KnownKey[] {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof TurnpressError)) throw error;
    context.log.info(`its keys cannot be asked: ${messageOf(error)}`);
    return [];
  }
}
