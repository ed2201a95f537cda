/** Mends the archive log from sources that nobody trusts: records by the root of a checkpoint that a known key signed. */
/** What was known is never rolled back: the log that is put in place goes on from it, or is it. */

import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { quarantineFile } from '../../archive/archive.ts';
import {
  type Frontier,
  type ParsedCheckpoint,
  parseCheckpoint,
  rootOf,
  TILE_WIDTH,
  tileCount,
  tileRecords,
  verifyCheckpoint,
} from '../../archive/format/format.ts';
import { equalBytes } from '../../base/bytes.ts';
import { confineDisk } from '../../base/confined-disk.ts';
import { makeFolders, realDisk } from '../../base/disk.ts';
import { TurnpressError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { ArchiveKeyError } from '../errors.ts';
import { ArchiveLog } from '../log/archive-log.ts';
import { readArchiveKeys } from '../log/key-files.ts';
import { LogFiles } from '../log/log-files.ts';
import { LogIndex } from '../log/log-index.ts';
import { parseVerifierKey, type VerifierKey, verifierKeyOf } from '../log/verifier-key.ts';
import { findBadCheckpoint, findCheckpointProblem, verifyLog } from '../log/verify-log.ts';
import { type GoodLog, type GoodSource, orBad } from './good-source.ts';

export interface RepairLogOptions {
  /** The archive's folder, whose lock the caller holds, and its origin. */
  readonly dir: string;
  readonly origin: string;
  /** Asked in this order. */
  readonly sources: readonly GoodSource[];
  /** It was pulled. */
  readonly isCopy: boolean;
  /** Verifier keys that are trusted beside those that were known: pins of a copy. */
  readonly trusted: readonly string[];
  readonly dry?: boolean;
  readonly log: Log;
}

/** `mended`: with `dry`, it could be. `damaged`: it still is. */
export interface RepairLogReport {
  readonly state: 'whole' | 'mended' | 'damaged';
  /** Of the log that was put in place. */
  readonly records: number;
  /** Checkpoints of published conversations that were put back. */
  readonly checkpoints: number;
  readonly asked: readonly string[];
}

/** What is known of the log without its files. */
interface Known {
  readonly keys: readonly VerifierKey[];
  readonly frontier: Frontier;
  /** Its own checkpoint, when it can be read and is right for what is known. */
  readonly checkpoint: Uint8Array | undefined;
}

const SCRATCH = 'private/mending';

/** Throws what writing throws. A source that fails is told and left out. */
export async function repairLog(options: RepairLogOptions): Promise<RepairLogReport> {
  const { dir, origin, log, dry = false } = options;
  const scratch = join(dir, SCRATCH);
  const isDamaged = () => verifyLog({ dir, origin, log }).damage.some(({ file }) => file.startsWith('log/'));
  const offers = new Offers(options);
  try {
    const records = isDamaged() ? await mend(options, offers) : 0;
    if (records === undefined || (records > 0 && dry)) {
      const state = records === undefined ? 'damaged' : 'mended';
      return { state, records: records ?? 0, checkpoints: 0, asked: offers.asked };
    }
    if (records > 0) swapIn(dir);
    const checkpoints = await putBackCheckpoints(options, offers);
    const state = isDamaged() ? 'damaged' : records + checkpoints > 0 ? 'mended' : 'whole';
    return { state, records, checkpoints, asked: offers.asked };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** What sources show of the log, each asked once and only when it is wanted. */
class Offers {
  readonly asked: string[] = [];
  readonly #options: RepairLogOptions;
  readonly #found: GoodLog[] = [];

  constructor(options: RepairLogOptions) {
    this.#options = options;
  }

  async *walk(): AsyncGenerator<GoodLog> {
    yield* this.#found;
    const { sources, log } = this.#options;
    for (let next = sources[this.asked.length]; next !== undefined; next = sources[this.asked.length]) {
      const source = next;
      this.asked.push(source.name);
      const offer = await orTold(log, source.name, () => source.findLog());
      if (offer === undefined) continue;
      this.#found.push(offer);
      yield offer;
    }
  }
}

/** Makes the log anew beside the damaged one. Returns how many records it has; undefined: it cannot be made. */
async function mend(options: RepairLogOptions, offers: Offers): Promise<number | undefined> {
  const known = readKnown(options);
  const own = ownLog(options.dir, known);
  const all: GoodLog[] = own === undefined ? [] : [own];
  const attempt = async (): Promise<number | undefined> => {
    // each tile from the first that has it whole, and then all of it from the last one alone
    for (const { checkpoint } of all)
      for (const from of [all, all.slice(-1)]) {
        const records = await tryMend(options, known, checkpoint, from);
        if (records !== undefined) return records;
      }
    return undefined;
  };
  const alone = await attempt();
  if (alone !== undefined) return alone;
  for await (const offer of offers.walk()) {
    all.push(offer);
    const records = await attempt();
    if (records !== undefined) return records;
  }
  return undefined;
}

/** The checkpoints with which conversations were published: a host without a key needs them to build. */
async function putBackCheckpoints(
  { dir, origin, log, isCopy, dry = false }: RepairLogOptions,
  offers: Offers,
): Promise<number> {
  const archiveLog = ArchiveLog.open({ mode: 'write', dir, origin, log });
  let count = 0;
  try {
    const keys = archiveLog.listKeys().map(({ key }) => parseVerifierKey(key));
    // what a copy does not hold comes with its next pull
    const pending = new Set(isCopy ? [...archiveLog.walkPending()].map(({ conversation }) => conversation) : []);
    for (const state of archiveLog.walkStates()) {
      if (!state.published || pending.has(state.conversation)) continue;
      if (findCheckpointProblem(archiveLog, state, keys) === undefined) continue;
      for await (const offer of offers.walk()) {
        const bytes = await orTold(log, origin, async () => {
          const found = await offer.readConversation(state.conversation);
          return found !== undefined && findBadCheckpoint(found, origin, state, keys) === undefined ? found : undefined;
        });
        if (bytes === undefined) continue;
        if (!dry) archiveLog.writeConversation(state.conversation, bytes);
        count++;
        break;
      }
    }
    if (count > 0) archiveLog.syncConversations();
    return count;
  } finally {
    archiveLog.close();
  }
}

/** Keys and extent from the index, which this machine made; keys that stand here as files; pins. */
function readKnown({ dir, origin, trusted }: RepairLogOptions): Known {
  const index = LogIndex.findReadable(`${dir}/private/log.db`);
  try {
    // only the last one: who has one that was replaced must not decide how the log goes on
    const logged = index?.listKeys().slice(-1) ?? [];
    const keys = [...logged.map(({ key }) => key), ...trusted].map(parseVerifierKey);
    keys.push(...readOwnKeys(dir, origin));
    const frontier = index?.frontier ?? { size: 0, hashes: [] };
    return { keys, frontier, checkpoint: readOwn(dir, origin) };
  } finally {
    index?.close();
  }
}

/** Those that may sign; a file that holds none is for whoever publishes to complain of. */
function readOwnKeys(dir: string, origin: string): readonly VerifierKey[] {
  try {
    const { current, next } = readArchiveKeys(dir, origin);
    return [current, next].flatMap((key) => (key === undefined ? [] : verifierKeyOf(key)));
  } catch (error) {
    if (error instanceof ArchiveKeyError) return [];
    throw error;
  }
}

function readOwn(dir: string, origin: string): Uint8Array | undefined {
  return orBad(() => {
    const bytes = new LogFiles(realDisk, dir).readCheckpoint();
    return bytes !== undefined && parseCheckpoint(bytes).origin === origin ? bytes : undefined;
  });
}

/** What stands here, as one more place to ask. */
function ownLog(dir: string, { checkpoint }: Known): GoodLog | undefined {
  if (checkpoint === undefined) return undefined;
  const files = new LogFiles(realDisk, dir);
  return {
    checkpoint,
    readTile: async (n, size) => orBad(() => files.readTile(n, size).records),
    readConversation: async () => undefined,
  };
}

/** Whether somebody who is known vouches for it: a key, or what was read here before. An unsigned log only by the latter. */
function isVouched(
  { keys, frontier, checkpoint: own }: Known,
  checkpoint: ParsedCheckpoint,
  bytes: Uint8Array,
): boolean {
  if (checkpoint.size < frontier.size) return false;
  if (keys.some(({ name, publicKey }) => verifyCheckpoint(checkpoint, name, publicKey))) return true;
  if (checkpoint.size === frontier.size && frontier.size > 0) return equalBytes(checkpoint.root, rootOf(frontier));
  // nothing is known at all: then what stands here is all there is
  return keys.length === 0 && frontier.size === 0 && own !== undefined && equalBytes(own, bytes);
}

/** Makes the log anew in a folder of its own, under all rules. Undefined: it cannot be made, or is not what was known. */
async function tryMend(
  { dir, origin, log }: RepairLogOptions,
  known: Known,
  bytes: Uint8Array,
  from: readonly GoodLog[],
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
function swapIn(dir: string): void {
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

/** Paths below a folder that was made here. */
function listFiles(folder: string, below = ''): readonly string[] {
  return (realDisk.list(`${folder}/${below}`) ?? []).flatMap((name) => {
    const path = `${below}${name}`;
    return realDisk.stat(`${folder}/${path}`)?.directory === true ? listFiles(folder, `${path}/`) : [path];
  });
}

/** Undefined: it failed, which is told. */
async function orTold<T>(log: Log, name: string, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof TurnpressError)) throw error;
    log.info(`${name}: ${error.message}`);
    return undefined;
  }
}
