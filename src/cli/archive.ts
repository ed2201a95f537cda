/** Opening the archive for a command: the same words and the same reports everywhere. */
/** A torn tail or damage that opening found is said at once, whatever the command came for. */

import { join } from 'node:path';
import {
  type ArchiveReader,
  type ArchiveWriter,
  type DamageReport,
  isDamage,
  LockedError,
  openArchive,
} from '../archive/archive.ts';
import { TurnpressError } from '../base/errors.ts';
import type { SiteConfig } from '../model/site-config.ts';
import { readConfig } from './config.ts';
import type { Context } from './context.ts';
import { EXIT, isSystemError, UsageError } from './errors.ts';
import { claimPrivate } from './machine/owner.ts';
import { claimUnlessForeign, hasArchive, isCopy, isForeign } from './machine/private.ts';

export function openToRead(context: Context): ArchiveReader {
  const archive = openQuietly(context);
  reportDamage(context, archive.damage);
  return archive;
}

/** For `verify`, which says everything itself. */
export function openQuietly(context: Context): ArchiveReader {
  requireArchive(context);
  const { log, indexIsBroken } = context;
  const privateIsForeign = isForeign(context);
  if (privateIsForeign) log.detail('archive/private was not made on this machine, and nothing of it is used');
  return openArchive(context.archiveDir, { mode: 'read', log, indexIsBroken, privateIsForeign });
}

/**
 * For a command that came to read and has something to note: the writer, where that is possible at once. Undefined: somebody else
 * writes, nothing can be written here, or `private/` was not made on this machine.
 */
export function findWriter(context: Context): ArchiveWriter | undefined {
  if (isForeign(context)) return undefined;
  try {
    return openArchive(context.archiveDir, { mode: 'write' });
  } catch (error) {
    if (error instanceof TurnpressError || isSystemError(error)) return undefined;
    throw error;
  }
}

/** Waits for another writer, with a word. `copies`: also what was pulled, for what changes nothing of it. Throws UsageError. */
export function openToWrite(context: Context, copies = false): ArchiveWriter {
  requireArchive(context);
  if (!copies) refuseCopy(context);
  ownPrivate(context);
  context.writes.add(context.archiveDir);
  const archive = withLock(context, () => openArchive(context.archiveDir, { mode: 'write', log: context.log }));
  reportDamage(context, archive.damage);
  return archive;
}

/** Returns what closes the archive; a signal that ends the process closes it as well, and its lock is free. */
export function holdOpen({ world }: Context, archive: ArchiveWriter): () => void {
  const close = (): void => archive.close();
  const forget = world.hold?.(close);
  return () => {
    forget?.();
    close();
  };
}

/**
 * Makes `private/` one that this machine made, before anything is kept in it. One that was made elsewhere is moved aside, and with
 * `--trust` believed. Throws UsageError when the machine cannot remember that.
 */
export function ownPrivate(context: Context): void {
  if (claimUnlessForeign(context)) return;
  const { archiveDir, world, log } = context;
  withLock(context, () => openArchive(archiveDir, { mode: 'write', log, privateIsForeign: true }).close());
  claimPrivate(world, join(archiveDir, 'private'));
}

/** Milliseconds: how long a writer waits for another one, and how often it looks. */
const MOST_WAIT = 60_000;
const LOOK = 200;

/** Whoever reads or writes meanwhile is soon done; only one that goes on and on is an error. */
function withLock<T>(context: Context, open: () => T): T {
  for (let waited = 0; ; waited += LOOK) {
    try {
      return open();
    } catch (error) {
      if (!(error instanceof LockedError) || waited >= MOST_WAIT) throw error;
      if (waited === 0) context.log.info(`${error.message}; waiting for it, a minute at most`);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK);
    }
  }
}

/** Turns and conversations are named by their first digits; this is what to say when there is none. */
export function noSuch(what: 'turn' | 'conversation' | 'turn or conversation', typed: string): UsageError {
  return new UsageError(
    `no ${what} begins with "${typed}"; "turnpress log" lists conversations, "turnpress log <conversation>" their turns`,
    { typed },
  );
}

/**
 * The configuration as it holds for this archive. What was pulled is public already: where no rule speaks of it, it is shown as its
 * origin shows it.
 */
export function readRules(context: Context): SiteConfig {
  const config = readConfig(context.configFile, context.configNamed);
  if (!isCopy(context) || isForeign(context)) return config;
  return { ...config, publish: [{ conversation: '*', visibility: 'public' }, ...config.publish] };
}

/** What was pulled is as its origin published it: only a pull changes it. */
function refuseCopy(context: Context): void {
  if (!isCopy(context)) return;
  throw new UsageError(
    `${context.shown(context.archiveDir)} is a copy of another archive: only "turnpress pull" writes to it, and only its owner takes anything back`,
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
