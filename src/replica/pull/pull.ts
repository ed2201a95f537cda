/** Pulls a replica into an archive of its own: the archive log first, then each conversation that is not held as it says. */
/** Stopped anywhere it goes on from there: what is verified stays, and what is pending is a question to the log's index. */

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type ArchiveWriter, openArchive } from '../../archive/archive.ts';
import { confineDisk } from '../../base/confined-disk.ts';
import { makeFolders, realDisk, replaceFile } from '../../base/disk.ts';
import { messageOf, TurnpressError } from '../../base/errors.ts';
import { isoTime } from '../../base/time.ts';
import { shortId } from '../../model/ids.ts';
import { LaggingReplicaError, NoReplicaError, UntrustedKeyError } from '../errors.ts';
import { ArchiveLog } from '../log/archive-log.ts';
import type { LoggedState } from '../log/log-index.ts';
import { conversationFolder, INFO_NAME } from '../publish/replica-names.ts';
import { Commits } from './commits.ts';
import type { PullOptions, PullReport } from './contract.ts';
import { type ConversationPull, pullConversation } from './pull-conversation.ts';
import { type LogNews, pullLog } from './pull-log.ts';
import { type PullState, readPullState, writePullState } from './pull-state.ts';
import { generateReplicaInfo, parseReplicaInfo, type ReplicaInfo } from './replica-info.ts';
import { Room } from './room.ts';
import { ReplicaSource } from './source.ts';

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
  const { fetcher, signal, patienceMs } = options;
  const source = new ReplicaSource({
    ...{ fetcher, base: address },
    ...(signal === undefined ? {} : { signal }),
    ...(patienceMs === undefined ? {} : { patienceMs }),
  });
  const allowHosts = options.allowHosts ?? known?.allowHosts ?? [];
  const state = { ...(known ?? FIRST), address, allowHosts };
  if (known === undefined) await begin(options, source, state);
  const archive = openArchive(dir, { mode: 'write', log: options.log });
  try {
    // what a removal left before it was stopped
    sweepRemoved(dir);
    const log = ArchiveLog.open({ mode: 'write', dir, origin: archive.info.origin, log: options.log });
    try {
      return await new Pull(options, source, archive, log, state).run();
    } finally {
      log.close();
    }
  } finally {
    archive.close();
  }
}

const FIRST: Omit<PullState, 'address' | 'allowHosts'> = {
  keys: [],
  validators: { size: 0, etag: '', lastModified: '' },
  lastGrowth: '',
  lastAnswer: '',
};

/** The folder, with whose it is; the address is remembered, so that a first pull that is stopped goes on. */
async function begin({ dir, accept = [] }: PullOptions, source: ReplicaSource, state: PullState): Promise<void> {
  const info = await source.find(INFO_NAME, 1024 * 1024, parseReplicaInfo);
  if (info === undefined) throw new NoReplicaError(source.base, 'there is no replica of a turnpress archive there');
  const last = info.keys.at(-1);
  if (accept.length > 0 && (last === undefined || !accept.includes(last)))
    throw new UntrustedKeyError(info.origin, `its key is ${last ?? 'none'}, and not the one that was named`);
  writeInfo(dir, info);
  writePullState(dir, state);
}

function writeInfo(dir: string, info: ReplicaInfo): void {
  const path = join(dir, 'archive.json');
  // the copy of it that tells damage is made again by the next writer
  rmSync(join(dir, 'private', 'archive.json'), { force: true });
  const touched = makeFolders(realDisk, join(dir, 'conversations'));
  replaceFile(confineDisk(realDisk, dir), path, `${path}.tmp`, generateReplicaInfo(info));
  for (const folder of new Set([...touched, dir])) realDisk.fsyncDir(folder);
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
  readonly #source: ReplicaSource;
  readonly #archive: ArchiveWriter;
  readonly #log: ArchiveLog;
  readonly #state: PullState;
  #counts = { pulled: 0, removed: 0, failed: 0, turns: 0, payloadBytes: 0 };
  #lagging = 0;
  /** Problems so far, by code. */
  readonly #told = new Map<string, number>();

  constructor(options: PullOptions, source: ReplicaSource, archive: ArchiveWriter, log: ArchiveLog, state: PullState) {
    this.#options = options;
    this.#source = source;
    this.#archive = archive;
    this.#log = log;
    this.#state = state;
  }

  async run(): Promise<PullReport> {
    const before = { size: this.#log.size, keys: this.#log.listKeys().length };
    let news = await this.#pullLog(this.#state.validators);
    let found = news.found;
    this.#removeWithdrawn();
    await this.#pullConversations(found === 'grown');
    if (this.#lagging > 0) {
      // a file of an older state may have made room for one of a newer: once more, after a fresh look
      news = await this.#pullLog(news.validators);
      if (news.found === 'grown') {
        found = 'grown';
        this.#counts = { ...this.#counts, failed: 0 };
        this.#removeWithdrawn();
        await this.#pullConversations(true);
      }
    }
    return this.#finish(before, found, news);
  }

  async #pullLog(validators: PullState['validators']): Promise<LogNews> {
    const { progress, dir, accept = [] } = this.#options;
    let shown = false;
    const news = await pullLog({
      ...{ source: this.#source, log: this.#log, dir, validators, accept },
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
    const commits = new Commits(this.#archive, this.#log);
    const [{ dir }, source, archive, log] = [this.#options, this.#source, this.#archive, this.#log];
    const shared = { source, archive, log, commits, room: new Room(MOST_IN_MEMORY), dir };
    let done = 0;
    let failed = false;
    const worker = async () => {
      for (let next = states.next(); next.done !== true && !failed; next = states.next()) {
        this.#options.signal?.throwIfAborted();
        if (this.#source.isDown) return;
        await this.#pullOne(shared, next.value);
        progress.advance(++done, shortId(next.value.conversation));
      }
    };
    const ended = await Promise.allSettled(
      Array.from({ length: WIDTH }, () =>
        worker().catch((error: unknown) => {
          failed = true;
          throw error;
        }),
      ),
    );
    progress.finish();
    this.#tellRest();
    for (const each of ended) if (each.status === 'rejected') throw each.reason;
    if (this.#source.isDown) throw this.#source.downError();
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

  async #pullOne(shared: ConversationPull, state: LoggedState): Promise<void> {
    try {
      const { turns, bytes } = await pullConversation(shared, state);
      this.#counts.pulled++;
      this.#counts.turns += turns;
      this.#counts.payloadBytes += bytes;
    } catch (error) {
      if (!(error instanceof TurnpressError)) throw error;
      this.#tell(state, error);
    }
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
  #finish(
    before: { readonly size: number; readonly keys: number },
    found: LogNews['found'],
    news: LogNews,
  ): PullReport {
    const { dir, nowMs } = this.#options;
    const keys = this.#log.listKeys().map(({ key }) => key);
    const now = isoTime(nowMs());
    const { origin, created } = this.#archive.info;
    if (keys.length !== this.#state.keys.length) writeInfo(dir, { origin, created, keys });
    const since = new Map(this.#state.keys.map((each) => [each.key, each.since]));
    const lastGrowth = this.#log.size > before.size ? now : this.#state.lastGrowth;
    writePullState(dir, {
      ...this.#state,
      keys: keys.map((key) => ({ key, since: since.get(key) ?? now })),
      validators: news.validators,
      lastGrowth,
      lastAnswer: now,
    });
    return {
      ...{ address: this.#source.base, origin, found, logBefore: before.size, logSize: this.#log.size, keys },
      newlyTrusted: before.keys === 0 && keys.length > 0,
      ...this.#counts,
      pending: this.#log.countPending(),
      ...{ requests: this.#source.requests, bytes: this.#source.bytes, lastGrowth },
    };
  }
}
