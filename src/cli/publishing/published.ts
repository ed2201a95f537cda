/** What was published of the archive, for every command that has to know: its log, and the gate with this machine's values. */
/** The gate brings all rules about secrets with it: only who looks into content loads it. */

import { join } from 'node:path';
import type { ArchiveReader, ArchiveWriter } from '../../archive/archive.ts';
import type { SiteConfig } from '../../model/site-config.ts';
import { ArchiveLog, ArchiveLogError } from '../../replica/log/log.ts';
import type { GateOptions } from '../../replica/replica.ts';
import { holdOpen, openToWrite } from '../archive.ts';
import type { Context } from '../context.ts';
import { knownSecrets } from '../known-secrets.ts';
import { findGateKey } from '../machine/gate-key.ts';
import { isForeign } from '../machine/private.ts';

/** Must be closed. `write`: while the archive is open to write. Throws ArchiveLogError. */
export function openLog(context: Context, { info }: ArchiveReader, mode: 'read' | 'write'): ArchiveLog {
  const { archiveDir, log } = context;
  const index = mode === 'read' && isForeign(context) ? { indexPath: '' } : {};
  return ArchiveLog.open({ mode, dir: archiveDir, origin: info.origin, log, ...index });
}

/** The archive and its log, both to write, for as long as `work` takes. */
export async function withWritableLog(
  context: Context,
  work: (archive: ArchiveWriter, log: ArchiveLog) => Promise<number>,
): Promise<number> {
  const archive = openToWrite(context);
  const close = holdOpen(context, archive);
  let log: ArchiveLog | undefined;
  try {
    log = openLog(context, archive, 'write');
    return await work(archive, log);
  } finally {
    log?.close();
    close();
  }
}

/** The log for who only marks what is published. Undefined: nothing was, or the log is damaged, which is said. Must be closed. */
export function findLog(context: Context, archive: ArchiveReader): ArchiveLog | undefined {
  try {
    const log = openLog(context, archive, 'read');
    if (log.size > 0) return log;
    log.close();
    return undefined;
  } catch (error) {
    if (!(error instanceof ArchiveLogError)) throw error;
    context.log.info(`${error.message}; "turnpress verify" says more`);
    return undefined;
  }
}

export function gateOptionsOf({ world, archiveDir, log, progress }: Context, config: SiteConfig): GateOptions {
  const key = findGateKey(world);
  const cacheDir = join(archiveDir, 'private', 'cache');
  const knownValues = knownSecrets(world.env);
  return { config, cacheDir, knownValues, ...(key !== undefined && { key }), log, progress };
}
