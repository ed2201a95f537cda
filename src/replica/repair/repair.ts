/** Mends an archive from sources that nobody trusts: records by the root that is known here, contents by their hash. */
/** Records come first, because they say which contents there are; what a tombstone took back is never asked for. */

import type { ArchiveWriter, DamageReport, LogState } from '../../archive/archive.ts';
import { TurnpressError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { ConversationId } from '../../model/ids.ts';
import { NetworkError, NoReplicaError } from '../errors.ts';
import type { GoodSource } from './good-source.ts';

export interface RepairOptions {
  readonly archive: ArchiveWriter;
  /** In the order in which they are asked. */
  readonly sources: readonly GoodSource[];
  /** Absent: all. */
  readonly conversations?: readonly ConversationId[];
  /** What the archive log says of a conversation. */
  readonly statesOf?: (id: ConversationId) => readonly LogState[];
  /** Looks and asks, and writes nothing. */
  readonly dry?: boolean;
  readonly log: Log;
}

export interface RepairReport {
  /** Places that were damaged. */
  readonly damaged: number;
  /** Conversations whose records were mended, or with `dry` could be. */
  readonly logs: readonly ConversationId[];
  /** Contents that were put back; with `dry` all that were found stand under payloads. */
  readonly payloads: number;
  readonly blobs: number;
  /** Damage that is there now. */
  readonly left: readonly DamageReport[];
  /** Sources that were asked, and those of them that gave no answer. */
  readonly asked: readonly string[];
  readonly away: readonly string[];
}

/** Throws only what writing to the archive throws; a source that fails is told and left out. */
export async function repair(options: RepairOptions): Promise<RepairReport> {
  return new Repair(options).run();
}

class Repair {
  readonly #options: RepairOptions;
  readonly #asked = new Set<string>();
  readonly #away = new Set<string>();
  /** Asked no more. */
  readonly #failed = new Set<string>();

  constructor(options: RepairOptions) {
    this.#options = options;
  }

  async run(): Promise<RepairReport> {
    const { archive, dry = false } = this.#options;
    const before = this.#verify();
    const logs: ConversationId[] = [];
    for (const id of brokenLogs(before)) if (await this.#mendLog(id)) logs.push(id);
    if (!dry && logs.length === 0 && before.length === 0) return this.#report(before, before, logs);
    // what the logs say now is what may be missing
    archive.noteLost(dry || logs.length === 0 ? before : this.#verify());
    const { payloads, blobs } = await this.#putBack();
    const isIndexOff = !dry && before.some(({ kind }) => kind === 'index');
    // over a log that is still damaged it would take the damage for what was known
    if (isIndexOff && brokenLogs(this.#verify()).length === 0) archive.rebuildIndex();
    const left = dry || before.length === 0 ? before : this.#verify();
    return { ...this.#report(before, left, logs), payloads, blobs };
  }

  #report(before: readonly DamageReport[], left: readonly DamageReport[], logs: readonly ConversationId[]) {
    const [asked, away] = [[...this.#asked], [...this.#away]];
    return { damaged: before.length, logs, payloads: 0, blobs: 0, left, asked, away };
  }

  /** A conversation that is gone is named without being read. */
  #verify(): readonly DamageReport[] {
    const { archive, conversations } = this.#options;
    const { damage } = archive.verify(conversations === undefined ? {} : { conversations });
    if (conversations === undefined) return damage;
    return damage.filter(({ conversation }) => conversation === undefined || conversations.includes(conversation));
  }

  /** With what is here alone, then with each source, then with all of them. */
  async #mendLog(id: ConversationId): Promise<boolean> {
    const { archive, sources, statesOf, dry = false } = this.#options;
    const states = statesOf?.(id) ?? [];
    const size = archive.knownSize(id, states);
    const isMended = () => !brokenLogs(archive.verify({ conversations: [id] }).damage).includes(id);
    const mend = (offers: Parameters<ArchiveWriter['mendLog']>[1]) =>
      archive.mendLog(id, offers, { states, dry }) && (dry ? offers.length > 0 : isMended());
    if (mend([])) return true;
    const offers: Awaited<ReturnType<GoodSource['listRecords']>>[] = [];
    for (const source of size === 0 ? [] : sources) {
      const offer = await this.#ask(source, () => source.listRecords(id, size));
      if (offer === undefined || offer.length === 0) continue;
      offers.push(offer);
      if (mend(offers)) return true;
    }
    return false;
  }

  async #putBack(): Promise<{ readonly payloads: number; readonly blobs: number }> {
    const { archive, sources, conversations, dry = false } = this.#options;
    let [payloads, blobs] = [0, 0];
    // tiles that lost only what their records say need nobody
    const own = archive.damage.flatMap(({ kind, conversation }) => (kind === 'payload' ? (conversation ?? []) : []));
    for (const id of dry ? [] : new Set(own)) archive.putBack(id, new Map());
    for (const { conversation, hashes } of archive.listLost()) {
      if (conversations !== undefined && !conversations.includes(conversation)) continue;
      const missing = new Set<string>(hashes);
      for (const source of sources) {
        if (missing.size === 0) break;
        const found = await this.#ask(source, () => source.findContents(conversation, missing));
        if (found === undefined || found.size === 0) continue;
        const back = dry ? { payloads: found.size, blobs: 0 } : archive.putBack(conversation, found);
        payloads += back.payloads;
        blobs += back.blobs;
        for (const hash of found.keys()) missing.delete(hash);
      }
    }
    return { payloads, blobs };
  }

  /** Undefined: it failed, which is told once. */
  async #ask<T>(source: GoodSource, work: () => Promise<T>): Promise<T | undefined> {
    if (this.#failed.has(source.name)) return undefined;
    this.#asked.add(source.name);
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof TurnpressError)) throw error;
      if (error instanceof NetworkError || error instanceof NoReplicaError) this.#failed.add(source.name);
      if (error instanceof NetworkError) this.#away.add(source.name);
      this.#options.log.info(`${source.name}: ${error.message}`);
      return undefined;
    }
  }
}

/** Each once, in the order in which they were found. */
function brokenLogs(damage: readonly DamageReport[]): readonly ConversationId[] {
  const own = damage.filter(({ kind }) => kind === 'log' || kind === 'leaf' || kind === 'checkpoint');
  return [...new Set(own.flatMap(({ conversation }) => conversation ?? []))];
}
