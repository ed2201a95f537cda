/** Opening the archive for a command: the same words and the same reports everywhere. */
/** A torn tail or damage that opening found is said at once, whatever the command came for. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type ArchiveReader, type ArchiveWriter, openArchive } from '../archive/archive.ts';
import type { Context } from './context.ts';
import { UsageError } from './errors.ts';

export function openToRead(context: Context): ArchiveReader {
  requireArchive(context);
  const archive = openArchive(context.archiveDir, { mode: 'read', log: context.log });
  reportDamage(context, archive);
  return archive;
}

export function openToWrite(context: Context): ArchiveWriter {
  requireArchive(context);
  const archive = openArchive(context.archiveDir, { mode: 'write', log: context.log });
  reportDamage(context, archive);
  return archive;
}

export function hasArchive(context: Context): boolean {
  return existsSync(join(context.archiveDir, 'archive.json'));
}

/** Turns and conversations are named by their first digits; this is what to say when there is none. */
export function noSuch(what: 'turn' | 'conversation' | 'turn or conversation', typed: string): UsageError {
  return new UsageError(
    `no ${what} begins with "${typed}"; "turnpress log" lists conversations, "turnpress log <conversation>" their turns`,
    { typed },
  );
}

function requireArchive(context: Context): void {
  if (hasArchive(context)) return;
  throw new UsageError(
    `there is no archive in ${context.shown(context.archiveDir)}; "turnpress init" makes one, --archive names another`,
  );
}

function reportDamage(context: Context, archive: ArchiveReader): void {
  for (const damage of archive.damage) {
    const at = damage.offset === undefined ? '' : ` at byte ${damage.offset}`;
    context.log.info(`damage in ${damage.file}${at}: ${damage.message}`);
  }
}
