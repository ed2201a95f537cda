/** Files and folders of an archive that do not belong there: left by a crash, by hand, or by another program. */
/** They harm nothing and no reader looks at them, so they are notes; what stands in place of a file of ours is damage, said elsewhere. */

import { type ConversationId, isHash } from '../../model/ids.ts';
import type { DamageReport } from '../contract.ts';
import { DamageError } from '../errors.ts';
import { listArchiveFolder } from '../files/archive-file.ts';
import { conversationPath } from '../files/conversation-files.ts';
import { blobPath } from '../format/blob-file.ts';
import type { Store } from '../index/store.ts';

/** What stands in the archive itself; the last two are for whoever keeps it in git. */
const TOP: readonly string[] = [
  ...['archive.json', 'conversations', 'blobs', 'log', 'private'],
  ...['.gitignore', '.gitattributes'],
];
const TILE = /^x?\d{3}$/;

/** Beside conversations: in the archive's folder, among conversations, among blobs. */
export function listStrays(store: Store): DamageReport[] {
  const blobs = namesIn(store, 'blobs').flatMap((folder) =>
    /^[0-9a-f]{2}$/.test(folder)
      ? straysIn(store, `blobs/${folder}`, (name) => blobPath(name.slice(0, 64)) === `blobs/${folder}/${name}`)
      : [noteOf(`blobs/${folder}`)],
  );
  return [
    ...straysIn(store, '', (name) => TOP.includes(name)),
    ...straysIn(store, 'conversations', isHash),
    ...blobs,
    ...straysOfLog(store),
  ];
}

/** Among the files of the archive log, whose content is the replica's to read. */
function straysOfLog(store: Store): DamageReport[] {
  return [
    ...straysIn(store, 'log', (name) => ['checkpoint', 'tile', 'conversations'].includes(name)),
    ...straysIn(store, 'log/tile', (name) => name === 'entries' || name === '0'),
    ...['entries', '0'].flatMap((kind) => straysIn(store, `log/tile/${kind}`, (name) => TILE.test(name))),
    ...straysIn(store, 'log/conversations', isHash),
  ];
}

/** In one conversation's folders. */
export function listStraysOf(store: Store, id: ConversationId): DamageReport[] {
  const root = conversationPath(id);
  const tiles = ['entries', '0', 'payload'].flatMap((kind) =>
    straysIn(store, `${root}/tile/${kind}`, (n) => TILE.test(n)),
  );
  const found = [
    ...straysIn(store, root, (name) => name === 'checkpoint' || name === 'tile'),
    ...straysIn(store, `${root}/tile`, (name) => name === 'entries' || name === '0' || name === 'payload'),
    ...tiles,
  ];
  return found.map((report) => ({ ...report, conversation: id }));
}

function straysIn(store: Store, folder: string, belongs: (name: string) => boolean): DamageReport[] {
  const strays = namesIn(store, folder).filter((name) => !belongs(name));
  return strays.map((name) => noteOf(folder === '' ? name : `${folder}/${name}`));
}

function noteOf(file: string): DamageReport {
  const message = file.endsWith('.tmp')
    ? 'a temporary file that a crash left'
    : 'it does not belong here, and is not read';
  return { kind: 'note', file, turns: [], message };
}

/** None for what is no folder: that is damage, and said where it is read. */
function namesIn(store: Store, folder: string): string[] {
  try {
    return folder === '' ? (store.disk.list(store.dir) ?? []) : listArchiveFolder(store.disk, store.dir, folder);
  } catch (error) {
    if (error instanceof DamageError) return [];
    throw error;
  }
}
