/** Mends the archive log from sources that nobody trusts: records by the root of a checkpoint that a known key signed. */
/** What was known is never rolled back: the log that is put in place goes on from it, or is it. */

import { TurnpressError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { ArchiveLog } from '../log/archive-log.ts';
import { parseVerifierKey } from '../log/verifier-key.ts';
import { findBadCheckpoint, findCheckpointProblem, verifyLog } from '../log/verify-log.ts';
import type { GoodLog, GoodSource } from './good-source.ts';
import type { LogToMend } from './known-log.ts';
import { mendArchiveLog, putInPlace, removeScratch } from './mend-archive-log.ts';

export interface RepairLogOptions extends LogToMend {
  /** Asked in this order. */
  readonly sources: readonly GoodSource[];
  /** It was pulled. */
  readonly isCopy: boolean;
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

/** Throws what writing throws. A source that fails is told and left out. */
export async function repairLog(options: RepairLogOptions): Promise<RepairLogReport> {
  const { dir, origin, log, dry = false } = options;
  const isDamaged = () => verifyLog({ dir, origin, log }).damage.some(({ file }) => file.startsWith('log/'));
  const offers = new Offers(options);
  try {
    const records = isDamaged() ? await mendArchiveLog(options, offers.walk(), log) : 0;
    if (records === undefined || (records > 0 && dry)) {
      const state = records === undefined ? 'damaged' : 'mended';
      return { state, records: records ?? 0, checkpoints: 0, asked: offers.asked };
    }
    if (records > 0) putInPlace(dir);
    const checkpoints = await putBackCheckpoints(options, offers);
    const state = isDamaged() ? 'damaged' : records + checkpoints > 0 ? 'mended' : 'whole';
    return { state, records, checkpoints, asked: offers.asked };
  } finally {
    removeScratch(dir);
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
