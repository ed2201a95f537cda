/** Opening the archive for a command: the same words and the same reports everywhere. */
/** A torn tail or damage that opening found is said at once, whatever the command came for. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  type ArchiveReader,
  type ArchiveWriter,
  type DamageReport,
  isDamage,
  openArchive,
} from '../archive/archive.ts';
import type { Context } from './context.ts';
import { EXIT, UsageError } from './errors.ts';

export function openToRead(context: Context): ArchiveReader {
  const archive = openQuietly(context);
  reportDamage(context, archive.damage);
  return archive;
}

/** For `verify`, which says everything itself. */
export function openQuietly(context: Context): ArchiveReader {
  requireArchive(context);
  const { log, indexIsBroken } = context;
  return openArchive(context.archiveDir, { mode: 'read', log, indexIsBroken });
}

export function openToWrite(context: Context): ArchiveWriter {
  requireArchive(context);
  context.writes.add(context.archiveDir);
  const archive = openArchive(context.archiveDir, { mode: 'write', log: context.log });
  reportDamage(context, archive.damage);
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

function reportDamage(context: Context, reports: readonly DamageReport[]): void {
  for (const report of reports) {
    const what = isDamage(report) ? 'damage in ' : '';
    context.log.info(`${what}${placeOf(report)}: ${report.message}`);
  }
}

/** File and byte of a finding. */
export function placeOf({ file, offset }: DamageReport): string {
  return offset === undefined ? file : `${file} at byte ${offset}`;
}

/** The exit code of a command that did what it came for, over what opening found and what it showed. */
export function exitFor(archive: ArchiveReader, shownDamaged = false): number {
  return shownDamaged || archive.damage.some(isDamage) ? EXIT.damaged : EXIT.done;
}
