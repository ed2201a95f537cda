/** Pulls a replica into an archive of its own: the archive log first, then each conversation that is not held as it says. */
/** Stopped anywhere it goes on from there: what is verified stays, and what is pending is a question to the log's index. */

import { type ArchiveWriter, openArchive } from '../../archive/archive.ts';
import { TurnpressError } from '../../base/errors.ts';
import { isoTime } from '../../base/time.ts';
import { NoReplicaError } from '../errors.ts';
import { ArchiveLog } from '../log/archive-log.ts';
import { begin, FIRST, listHosts, writeInfo } from './begin.ts';
import type { PullOptions, PullReport } from './contract.ts';
import { type Host, Hosts } from './hosts.ts';
import { type LogNews, pullLog } from './pull-log.ts';
import { type PendingReport, pullPending, removeWithdrawn, sweepRemoved } from './pull-pending.ts';
import { NO_VALIDATORS, type PullState, readPullState, writePullState } from './pull-state.ts';

/**
 * Throws NetworkError, BadReplicaError, LaggingReplicaError, ForkedLogError and UntrustedKeyError when the archive log cannot be had, NoReplicaError,
 * and what opening an archive throws. What concerns one conversation is told as a problem, and leaves the others alone.
 */
export async function pull(options: PullOptions): Promise<PullReport> {
  const { dir } = options;
  const known = readPullState(dir);
  const address = options.address ?? known?.address;
  if (address === undefined) throw new NoReplicaError(dir, 'nothing was ever pulled there');
  const allowHosts = options.allowHosts ?? known?.allowHosts ?? [];
  const state = { ...(known ?? FIRST), address, allowHosts };
  const hosts = listHosts(options, state);
  if (known === undefined) await begin(options, hosts, state);
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
    log = ArchiveLog.open({ mode: 'write', dir, origin: archive.info.origin, log: options.log });
    return await new Pull(options, hosts, archive, log, state).run();
  } finally {
    forget?.();
    release();
  }
}

class Pull {
  readonly #options: PullOptions;
  readonly #all: readonly Host[];
  /** Those whose archive log was taken: the newest first. */
  #hosts: Hosts;
  readonly #archive: ArchiveWriter;
  readonly #log: ArchiveLog;
  readonly #state: PullState;
  #removed = 0;

  constructor(options: PullOptions, hosts: readonly Host[], archive: ArchiveWriter, log: ArchiveLog, state: PullState) {
    this.#options = options;
    this.#all = hosts;
    this.#hosts = new Hosts(hosts);
    this.#archive = archive;
    this.#log = log;
    this.#state = state;
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

  async #pullLog({ source, validators }: Host): Promise<LogNews> {
    const { progress, dir, accept = [] } = this.#options;
    let shown = false;
    const news = await pullLog({
      ...{ source, log: this.#log, dir, validators, accept },
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
    writePullState(dir, {
      ...this.#state,
      keys: keys.map((key) => ({ key, since: since.get(key) ?? now })),
      validators: first?.validators ?? NO_VALIDATORS,
      mirrors: mirrors.map(({ source, validators }) => ({ address: source.base, validators })),
      lastGrowth,
      lastAnswer: now,
    });
    return {
      ...{ address: this.#state.address, hosts: this.#all.map((host) => host.report(this.#log.size)) },
      ...{ origin, found, logBefore: before.size, logSize: this.#log.size, keys },
      newlyTrusted: before.keys === 0 && keys.length > 0,
      ...{ pulled, removed: this.#removed, failed, turns, payloadBytes },
      pending: this.#log.countPending(),
      requests: this.#all.reduce((sum, { source }) => sum + source.requests, 0),
      bytes: this.#all.reduce((sum, { source }) => sum + source.bytes, 0),
      lastGrowth,
    };
  }
}
