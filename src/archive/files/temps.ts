/** Temporary files that a crash left: written beside their file and never renamed over it. */
/** Nothing refers to them, so they can go; they could hold bytes that were taken back since. */

import type { Disk } from '../../base/disk.ts';
import type { ConversationId } from '../../model/ids.ts';
import { conversationPath } from './conversation-files.ts';

interface Place {
  readonly disk: Disk;
  readonly dir: string;
}

/** Those of one conversation: its checkpoint's and its tiles'. */
export function sweepConversation(place: Place, id: ConversationId): void {
  sweepBelow(place, conversationPath(id));
}

/** Those of blobs and of what stands outside conversations. For a writer whose predecessor did not close. */
export function sweepArchive(place: Place): void {
  sweepFolder(place, '.');
  const folders = ['private', 'private/purge', 'private/quarantine', 'private/keys', 'log', 'log/conversations'];
  for (const folder of folders) sweepFolder(place, folder);
  for (const name of place.disk.list(`${place.dir}/blobs`) ?? []) sweepFolder(place, `blobs/${name}`);
}

/** Iterative, and only into what has the name of a folder here. */
function sweepBelow(place: Place, from: string): void {
  const folders = [from];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const name of sweepFolder(place, folder)) if (FOLDER_NAME.test(name)) folders.push(`${folder}/${name}`);
  }
}

/** `x001`: tiles from the thousandth on. The leaf tiles' folder is called `0`. */
const FOLDER_NAME = /^(?:tile|entries|0|payload|x\d{3})$/;

/** Returns the names that stay. */
function sweepFolder({ disk, dir }: Place, folder: string): string[] {
  const path = folder === '.' ? dir : `${dir}/${folder}`;
  const names = disk.list(path) ?? [];
  const temps = names.filter((name) => name.endsWith('.tmp'));
  for (const name of temps) disk.unlink(`${path}/${name}`);
  if (temps.length > 0) disk.fsyncDir(path);
  return names.filter((name) => !name.endsWith('.tmp'));
}
