/** Whether anything is followed here, without opening it: most archives are their owner's only. */
/** Apart from what opens it, so that commands load that only when there is something. */

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ReadingSource } from '../../model/reading/entries.ts';
import type { Context } from '../context.ts';
import { hasArchive, isForeign } from '../machine/private.ts';

export function subscriptionsFile({ contentDir }: Context): string {
  return join(contentDir, 'subscriptions.opml');
}

/** The reader's memory. */
export function storeFile({ archiveDir }: Context): string {
  return join(archiveDir, 'private', 'reader.db');
}

export function replicasFolder({ archiveDir }: Context): string {
  return join(archiveDir, 'private', 'replicas');
}

/** By name. */
export function listReplicas(context: Context): readonly string[] {
  const folder = replicasFolder(context);
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { withFileTypes: true }).filter((each) => each.isDirectory());
  return names
    .map(({ name }) => name)
    .filter((name) => existsSync(join(folder, name, 'private', 'pull.json')))
    .sort();
}

/** False also where `private/` is not ours, so that nothing of it is believed. */
export function isFollowing(context: Context): boolean {
  if (!hasArchive(context) || isForeign(context)) return false;
  return existsSync(storeFile(context)) || existsSync(subscriptionsFile(context)) || listReplicas(context).length > 0;
}

export const NOTHING_FOLLOWED: ReadingSource = {
  key: '',
  listFeeds: () => [],
  listEntries: () => [],
  countEntries: () => 0,
  findEntry: () => undefined,
  wordsOf: () => '',
};
