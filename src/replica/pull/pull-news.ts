/** A pull in which there may be something new: the archive log first, then each conversation that is not held as it says. */
/** Apart from the door, because most pulls end before: the archive is opened only here. */

import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type ArchiveWriter, isDamage, openArchive } from '../../archive/archive.ts';
import { confineDisk } from '../../base/confined-disk.ts';
import { makeFolders, realDisk, replaceFile } from '../../base/disk.ts';
import { TurnpressError } from '../../base/errors.ts';
import { isoTime } from '../../base/time.ts';
import { NoReplicaError, UntrustedKeyError } from '../errors.ts';
import { ArchiveLog } from '../log/archive-log.ts';
import { conversationFolder, INFO_NAME } from '../publish/replica-names.ts';
import type { PullOptions, PullReport } from './contract.ts';
import { type Host, Hosts } from './hosts.ts';
import { type LogNews, pullLog } from './pull-log.ts';
import { type PendingReport, pullPending, removeWithdrawn, sweepRemoved } from './pull-pending.ts';
import { NO_VALIDATORS, type PullState, writePullState } from './pull-state.ts';
import { generateReplicaInfo, parseReplicaInfo, type ReplicaInfo } from './replica-info.ts';
import { countMissing, isAsLeft, stampOf } from './unchanged.ts';

/** `isNew`: nothing was ever pulled there. Throws as `pull` does. */
export async function pullNews(
  options: PullOptions,
  hosts: readonly Host[],
  state: PullState,
  isNew: boolean,
): Promise<PullReport> {
  const { dir } = options;
  if (isNew || !existsSync(join(dir, 'archive.json'))) await begin(options, hosts, state);
  const archive = openArchive(dir, { mode: 'write', log: options.log });
  let log: ArchiveLog | undefined;
  const release = () => {
    log?.close();
    archive.close();
  };
  const forget = options.hold?.(release);
  try {
    // what a removal left before it was stopped
    sweepRemoved(dir);
    const looks = !isNew && !isAsLeft(dir, state, options.nowMs());
    log = ArchiveLog.open({ mode: 'write', dir, origin: archive.info.origin, log: options.log });
    if (looks) forgetGone(dir, archive, log);
    return await new Pull(options, hosts, archive, log, state, looks).run();
  } finally {
    forget?.();
    release();
  }
}

/** The folder, with whose it is; the address is remembered, so that a first pull that is stopped goes on. */
async function begin({ dir, accept = [] }: PullOptions, hosts: readonly Host[], state: PullState): Promise<void> {
  const info = await new Hosts(hosts).from(0).find(INFO_NAME, 1024 * 1024, parseReplicaInfo);
  if (info === undefined) throw new NoReplicaError(state.address, 'there is no replica of a turnpress archive there');
  const last = info.keys.at(-1);
  if (accept.length > 0 && (last === undefined || !accept.includes(last)))
    throw new UntrustedKeyError(info.origin, `its key is ${last ?? 'none'}, and not the one that was named`);
  writeInfo(dir, info);
  writePullState(dir, state);
}

/** archive.json of the copy: the origin's. Durable when it returns. */
function writeInfo(dir: string, info: ReplicaInfo): void {
  const path = join(dir, 'archive.json');
  // the copy of it that tells damage is made again by the next writer
  rmSync(join(dir, 'private', 'archive.json'), { force: true });
  const touched = makeFolders(realDisk, join(dir, 'conversations'));
  replaceFile(confineDisk(realDisk, dir), path, `${path}.tmp`, generateReplicaInfo(info));
  for (const folder of new Set([...touched, dir])) realDisk.fsyncDir(folder);
}

/** Conversations whose folder somebody took away come as if they had never been here: the archive log says what they have to be. */
function forgetGone(dir: string, archive: ArchiveWriter, log: ArchiveLog): void {
  const named = new Set(archive.damage.flatMap(({ conversation }) => conversation ?? []));
  const gone = [...named].filter((id) => !existsSync(join(dir, conversationFolder(id))));
  archive.removeConversations(gone);
  log.noteAll(() => {
    for (const id of gone) log.forgetHeld(id);
  });
}

class Pull {
  readonly #options: PullOptions;
  readonly #all: readonly Host[];
  /** Those whose archive log was taken: the newest first. */
  #hosts: Hosts;
  readonly #archive: ArchiveWriter;
  readonly #log: ArchiveLog;
  readonly #state: PullState;
  /** Whether the copy is to be looked at more closely than opening it does. */
  readonly #looks: boolean;
  #removed = 0;

  constructor(
    options: PullOptions,
    hosts: readonly Host[],
    archive: ArchiveWriter,
    log: ArchiveLog,
    state: PullState,
    looks: boolean,
  ) {
    this.#options = options;
    this.#all = hosts;
    this.#hosts = new Hosts(hosts);
    this.#archive = archive;
    this.#log = log;
    this.#state = state;
    this.#looks = looks;
  }

  async run(): Promise<PullReport> {
    const before = { size: this.#log.size, keys: this.#log.listKeys().length };
    let found = await this.#pullLogs();
    let done = await this.#pullPending(found === 'grown');
    // a file of an older state may have made room for one of a newer: once more, after a fresh look
    if (done.lagging > 0 && (await this.#pullLogs()) === 'grown') {
      found = 'grown';
      const more = await this.#pullPending(true);
      const sum = (name: 'pulled' | 'turns' | 'payloadBytes') => done[name] + more[name];
      done = { ...more, pulled: sum('pulled'), turns: sum('turns'), payloadBytes: sum('payloadBytes') };
    }
    return this.#finish(before, found, done);
  }

  async #pullPending(again: boolean): Promise<PendingReport> {
    const pending = { options: this.#options, archive: this.#archive, log: this.#log };
    this.#removed += removeWithdrawn(pending);
    return pullPending(pending, this.#hosts, again);
  }

  /** From each host what it has more than what was here. Throws when none has a log that can be taken, what the first one did. */
  async #pullLogs(): Promise<LogNews['found']> {
    const found: LogNews['found'][] = [];
    for (const host of this.#all) {
      try {
        host.news = undefined;
        host.news = await this.#pullLog(host);
        host.validators = host.news.validators;
        found.push(host.news.found);
      } catch (error) {
        if (!(error instanceof TurnpressError)) throw error;
        host.note(error);
      }
    }
    const shownBy = ({ news }: Host) => news?.shown ?? 0;
    const taken = this.#all.filter(({ news }) => news !== undefined).sort((a, b) => shownBy(b) - shownBy(a));
    if (taken.length === 0) throw this.#all[0]?.error;
    this.#hosts = new Hosts(taken);
    return (['grown', 'same'] as const).find((each) => found.includes(each)) ?? 'stale';
  }

  async #pullLog(host: Host): Promise<LogNews> {
    const { source, validators } = host;
    const first = host.takeFirst();
    const { progress, dir, accept = [] } = this.#options;
    let shown = false;
    const news = await pullLog({
      ...{ source, log: this.#log, dir, validators, accept, ...(first && { first }) },
      progress: (done, total) => {
        if (!shown) progress.start('archive log', total);
        shown = true;
        progress.advance(done);
      },
    });
    if (shown) progress.finish();
    return news;
  }

  /** The keys in archive.json follow the log, which is signed; then all that is remembered is replaced at once. */
  #finish(
    before: { readonly size: number; readonly keys: number },
    found: LogNews['found'],
    { pulled, failed, turns, payloadBytes }: PendingReport,
  ): PullReport {
    const { dir, nowMs } = this.#options;
    const [first, ...mirrors] = this.#all;
    const keys = this.#log.listKeys().map(({ key }) => key);
    const now = isoTime(nowMs());
    const { origin, created } = this.#archive.info;
    if (keys.length !== this.#state.keys.length) writeInfo(dir, { origin, created, keys });
    const since = new Map(this.#state.keys.map((each) => [each.key, each.since]));
    const lastGrowth = this.#log.size > before.size ? now : this.#state.lastGrowth;
    const damaged = this.#countDamaged();
    writePullState(dir, {
      ...this.#state,
      keys: keys.map((key) => ({ key, since: since.get(key) ?? now })),
      validators: first?.validators ?? NO_VALIDATORS,
      mirrors: mirrors.map(({ source, validators }) => ({ address: source.base, validators })),
      lastGrowth,
      lastAnswer: now,
      isWhole: this.#log.countPending() === 0 && damaged === 0,
      left: { stamp: stampOf(dir), at: this.#looks ? now : (this.#state.left?.at ?? now) },
    });
    return {
      ...{ address: this.#state.address, hosts: this.#all.map((host) => host.report(this.#log.size)) },
      ...{ origin, found, logBefore: before.size, logSize: this.#log.size, keys },
      newlyTrusted: before.keys === 0 && keys.length > 0,
      ...{ pulled, removed: this.#removed, failed, turns, payloadBytes },
      pending: this.#log.countPending(),
      damaged,
      requests: this.#all.reduce((sum, { source }) => sum + source.requests, 0),
      bytes: this.#all.reduce((sum, { source }) => sum + source.bytes, 0),
      lastGrowth,
    };
  }

  #countDamaged(): number {
    const archive = this.#archive;
    const known = archive.damage.filter(isDamage).length;
    if (!this.#looks) return known;
    return known + archive.listLost().length + countMissing(this.#options.dir, archive, this.#log.size);
  }
}
