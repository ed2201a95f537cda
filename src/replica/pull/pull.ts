/** Pulls a replica into an archive of its own: the archive log first, then each conversation that is not held as it says. */
/** Stopped anywhere it goes on from there: what is verified stays, and what is pending is a question to the log's index. */

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type ArchiveWriter, openArchive } from '../../archive/archive.ts';
import { messageOf, TurnpressError } from '../../base/errors.ts';
import { isoTime } from '../../base/time.ts';
import { shortId } from '../../model/ids.ts';
import { LaggingReplicaError, NoReplicaError } from '../errors.ts';
import { ArchiveLog } from '../log/archive-log.ts';
import type { LoggedState } from '../log/log-index.ts';
import { parseVerifierKey } from '../log/verifier-key.ts';
import { conversationFolder } from '../publish/replica-names.ts';
import { begin, FIRST, listHosts, writeInfo } from './begin.ts';
import { Commits } from './commits.ts';
import type { PullOptions, PullReport } from './contract.ts';
import { type Host, Hosts } from './hosts.ts';
import { type ConversationPull, type Pulled, pullConversation } from './pull-conversation.ts';
import { type LogNews, pullLog } from './pull-log.ts';
import { NO_VALIDATORS, type PullState, readPullState, writePullState } from './pull-state.ts';
import { Room } from './room.ts';

/** Conversations under way at once: some are asked for while others are on their way to the disk. */
const WIDTH = 24;
/** Bytes of payloads that wait for the disk. */
const MOST_IN_MEMORY = 32 * 1024 * 1024;
/** What a host did not have is asked for again when the log moves, or after a day: an owner hides it, or a cache is behind. */
const ABSENT_MS = 24 * 60 * 60 * 1000;
/** Problems of one code that are told one by one: a host can fail a million times. The counts are whole. */
const MOST_TOLD = 100;
/** Conversations that are removed together. */
const REMOVED = 1024;

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

function sweepRemoved(dir: string): void {
  rmSync(join(dir, 'private', 'removed'), { recursive: true, force: true });
}

function take<T>(from: Iterator<T>, most: number): readonly T[] {
  const taken: T[] = [];
  while (taken.length < most) {
    const next = from.next();
    if (next.done === true) break;
    taken.push(next.value);
  }
  return taken;
}

class Pull {
  readonly #options: PullOptions;
  readonly #all: readonly Host[];
  /** Those whose archive log was taken: the newest first. */
  #hosts: Hosts;
  readonly #archive: ArchiveWriter;
  readonly #log: ArchiveLog;
  readonly #state: PullState;
  #counts = { pulled: 0, removed: 0, failed: 0, turns: 0, payloadBytes: 0 };
  #lagging = 0;
  /** Problems so far, by code. */
  readonly #told = new Map<string, number>();

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
    this.#removeWithdrawn();
    await this.#pullConversations(found === 'grown');
    // a file of an older state may have made room for one of a newer: once more, after a fresh look
    if (this.#lagging > 0 && (await this.#pullLogs()) === 'grown') {
      found = 'grown';
      this.#counts = { ...this.#counts, failed: 0 };
      this.#removeWithdrawn();
      await this.#pullConversations(true);
    }
    return this.#finish(before, found);
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

  /** Many at once, each by itself. `again`: also those that the host did not have a while ago. */
  async #pullConversations(again: boolean): Promise<void> {
    const { progress, nowMs } = this.#options;
    const absentSince = again ? undefined : nowMs() - ABSENT_MS;
    const total = this.#log.countPending(absentSince);
    if (total === 0) return;
    progress.start('conversations', total);
    this.#lagging = 0;
    const states = this.#walkPending(true, absentSince);
    const room = new Room(MOST_IN_MEMORY);
    const commits = new Commits(this.#archive, this.#log, room);
    const [{ dir }, archive, log] = [this.#options, this.#archive, this.#log];
    const signers = log.listKeys().map(({ key }) => parseVerifierKey(key));
    const shared = { archive, log, signers, commits, room, dir };
    let done = 0;
    let failed = false;
    const told = <T>(work: Promise<T>): Promise<T> => {
      work.catch(() => {
        failed = true;
      });
      return work;
    };
    /** On their way to the disk, while the next are asked for. */
    const settling = new Set<Promise<void>>();
    const worker = async () => {
      for (let next = states.next(); next.done !== true && !failed; next = states.next()) {
        this.#options.signal?.throwIfAborted();
        if (this.#hosts.isDown) return;
        const pulled = await this.#pullOne(shared, next.value);
        progress.advance(++done, shortId(next.value.conversation));
        if (pulled === undefined) continue;
        const settled = told(this.#settle(next.value, pulled));
        settling.add(settled);
        void settled.then(
          () => settling.delete(settled),
          () => undefined,
        );
      }
    };
    const asked = await Promise.allSettled(Array.from({ length: WIDTH }, () => told(worker())));
    const ended = [...asked, ...(await Promise.allSettled(settling))];
    progress.finish();
    this.#tellRest();
    for (const each of ended) if (each.status === 'rejected') throw each.reason;
    if (this.#hosts.isDown) throw this.#all[0]?.source.downError();
  }

  /** A state is in memory at a time. */
  *#walkPending(published: boolean, absentSince?: number): Generator<LoggedState> {
    const { only = '' } = this.#options;
    for (const state of this.#log.walkPending(absentSince))
      if (state.published === published && state.conversation.startsWith(only)) yield state;
  }

  /** What was withdrawn goes before anything comes, many at a time. */
  #removeWithdrawn(): void {
    const states = this.#walkPending(false);
    for (let some = take(states, REMOVED); some.length > 0; some = take(states, REMOVED)) {
      const ids = some.map(({ conversation }) => conversation);
      this.#counts.removed += ids.filter((id) => this.#archive.findConversation(id) !== undefined).length;
      this.#archive.removeConversations(ids);
      for (const id of ids) this.#log.removeConversation(id);
      this.#log.syncConversations();
      sweepRemoved(this.#options.dir);
      this.#log.noteAll(() => {
        for (const { conversation, position } of some) this.#log.setHeld(conversation, position);
      });
    }
  }

  /** With each host first in turn, until one has it right; those before it are blamed for what they showed. */
  async #pullOne(shared: Omit<ConversationPull, 'source'>, state: LoggedState): Promise<Pulled | undefined> {
    const errors: TurnpressError[] = [];
    for (let first = 0; first < this.#hosts.count; first++) {
      try {
        const pulled = await pullConversation({ ...shared, source: this.#hosts.from(first) }, state);
        for (const [i, error] of errors.entries()) this.#hosts.blame(i, error);
        return pulled;
      } catch (error) {
        if (!(error instanceof TurnpressError)) throw error;
        errors.push(error);
      }
    }
    if (errors[0] !== undefined) this.#tell(state, errors[0]);
    return undefined;
  }

  /** Counts what came, once it is on the disk. */
  async #settle(state: LoggedState, { turns, bytes, durable }: Pulled): Promise<void> {
    try {
      await durable;
    } catch (error) {
      if (!(error instanceof TurnpressError)) throw error;
      this.#tell(state, error);
      return;
    }
    this.#counts.pulled++;
    this.#counts.turns += turns;
    this.#counts.payloadBytes += bytes;
  }

  #tell({ conversation }: LoggedState, error: TurnpressError): void {
    this.#counts.failed++;
    if (error instanceof LaggingReplicaError) {
      this.#lagging++;
      if (error.isAbsent) this.#log.noteAbsent(conversation, this.#options.nowMs());
    }
    const { code } = error;
    const told = this.#told.get(code) ?? 0;
    this.#told.set(code, told + 1);
    if (told < MOST_TOLD)
      this.#options.log.problem({ code, message: messageOf(error), file: conversationFolder(conversation) });
  }

  #tellRest(): void {
    for (const [code, told] of this.#told) {
      const count = told - MOST_TOLD;
      const message = 'more conversations could not be taken for the same reason';
      if (count > 0) this.#options.log.problem({ code, message, count });
    }
    this.#told.clear();
  }

  /** The keys in archive.json follow the log, which is signed; then all that is remembered is replaced at once. */
  #finish(before: { readonly size: number; readonly keys: number }, found: LogNews['found']): PullReport {
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
      ...this.#counts,
      pending: this.#log.countPending(),
      requests: this.#all.reduce((sum, { source }) => sum + source.requests, 0),
      bytes: this.#all.reduce((sum, { source }) => sum + source.bytes, 0),
      lastGrowth,
    };
  }
}
