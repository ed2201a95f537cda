/** Makes a damaged archive log anew beside itself, from tiles that anybody has, and puts it in place once it is whole. */
/** Every rule of a log holds while it is made: what does not have the root that a known key signed never stands there. */

import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { quarantineFile } from '../../archive/archive.ts';
import { parseCheckpoint, rootOf, TILE_WIDTH, tileCount, tileRecords } from '../../archive/format/format.ts';
import { equalBytes } from '../../base/bytes.ts';
import { confineDisk } from '../../base/confined-disk.ts';
import { makeFolders, realDisk } from '../../base/disk.ts';
import { TurnpressError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { ArchiveLog } from '../log/archive-log.ts';
import type { GoodLog } from './good-source.ts';
import { isVouched, type KnownLog, type LogToMend, ownLog, readKnown } from './known-log.ts';

const SCRATCH = 'private/mending';

interface Attempt {
  /** Exact bytes. */
  readonly checkpoint: Uint8Array;
  readonly from: readonly GoodLog[];
  readonly log: Log;
}

/** Makes the log anew beside the damaged one. Returns how many records it has; undefined: it cannot be made. */
export async function mendArchiveLog(
  place: LogToMend,
  offers: AsyncIterable<GoodLog>,
  log: Log,
): Promise<number | undefined> {
  const known = readKnown(place);
  const own = ownLog(place.dir, known);
  const all: GoodLog[] = own === undefined ? [] : [own];
  const attempt = async (): Promise<number | undefined> => {
    // each tile from the first that has it whole, and then all of it from the last one alone
    for (const { checkpoint } of all)
      for (const from of [all, all.slice(-1)]) {
        const records = await tryMend(place, known, { checkpoint, from, log });
        if (records !== undefined) return records;
      }
    return undefined;
  };
  const alone = await attempt();
  if (alone !== undefined) return alone;
  for await (const offer of offers) {
    all.push(offer);
    const records = await attempt();
    if (records !== undefined) return records;
  }
  return undefined;
}

/** Makes the log anew in a folder of its own, under all rules. Undefined: it cannot be made, or is not what was known. */
async function tryMend(
  { dir, origin }: LogToMend,
  known: KnownLog,
  { checkpoint: bytes, from, log }: Attempt,
): Promise<number | undefined> {
  const scratch = join(dir, SCRATCH);
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch, { recursive: true });
  let mended: ArchiveLog | undefined;
  try {
    const checkpoint = parseCheckpoint(bytes);
    if (checkpoint.origin !== origin || !isVouched(known, checkpoint, bytes)) return undefined;
    mended = ArchiveLog.open({ mode: 'write', dir: scratch, origin, indexPath: '', log });
    const appender = mended.startAppend();
    try {
      for (let n = 0; n < tileCount(checkpoint.size); n++) {
        const records = await firstTile(from, n, checkpoint.size);
        if (records?.length !== tileRecords(checkpoint.size, n)) return undefined;
        for (const [i, record] of records.entries()) {
          appender.add(record);
          const size = n * TILE_WIDTH + i + 1;
          // what was known must be how it begins
          if (size === known.frontier.size && !equalBytes(rootOf(appender.frontier), rootOf(known.frontier)))
            return undefined;
        }
      }
      appender.commit(bytes);
      return checkpoint.size;
    } finally {
      appender.close();
    }
  } catch (error) {
    if (!(error instanceof TurnpressError)) throw error;
    log.detail(`the archive log cannot be made so: ${error.message}`);
    return undefined;
  } finally {
    mended?.close();
  }
}

async function firstTile(
  from: readonly GoodLog[],
  n: number,
  size: number,
): Promise<readonly Uint8Array[] | undefined> {
  for (const each of from) {
    const records = await each.readTile(n, size);
    if (records !== undefined) return records;
  }
  return undefined;
}

/** Tiles first, the checkpoint last; what stood there is in quarantine. Stopped anywhere, the log is damaged still and can be mended again. */
export function putInPlace(dir: string): void {
  const disk = confineDisk(realDisk, dir);
  const from = `${dir}/${SCRATCH}/log`;
  const files = [...listFiles(from).filter((file) => file !== 'checkpoint'), 'checkpoint'];
  const folders = new Set<string>();
  for (const file of files) {
    const path = `${dir}/log/${file}`;
    const folder = path.slice(0, path.lastIndexOf('/'));
    for (const touched of [...makeFolders(disk, folder), folder]) folders.add(touched);
    if (file === 'checkpoint') for (const each of folders) disk.fsyncDir(each);
    quarantineFile({ disk, dir }, `log/${file}`);
    disk.rename(`${from}/${file}`, path);
  }
  disk.fsyncDir(`${dir}/log`);
}

/** What was begun and not put in place. */
export function removeScratch(dir: string): void {
  rmSync(join(dir, SCRATCH), { recursive: true, force: true });
}

/** Paths below a folder that was made here. */
function listFiles(folder: string, below = ''): readonly string[] {
  return (realDisk.list(`${folder}/${below}`) ?? []).flatMap((name) => {
    const path = `${below}${name}`;
    return realDisk.stat(`${folder}/${path}`)?.directory === true ? listFiles(folder, `${path}/`) : [path];
  });
}
