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
import { LaggingReplicaError, NetworkError, NoReplicaError, UntrustedKeyError } from '../errors.ts';
import { ArchiveLog } from '../log/archive-log.ts';
import type { LoggedState } from '../log/log-index.ts';
import { conversationFolder, INFO_NAME } from '../publish/replica-names.ts';
import type { PullOptions, PullReport } from './contract.ts';
import { pullConversation } from './pull-conversation.ts';
import { type LogNews, pullLog } from './pull-log.ts';
import { type PullState, readPullState, writePullState } from './pull-state.ts';
import { generateReplicaInfo, parseReplicaInfo, type ReplicaInfo } from './replica-info.ts';
import { ReplicaSource } from './source.ts';

/** Conversations under way at once; each asks for one thing at a time, more or less. */
const WIDTH = 4;
/** Problems of one code that are told one by one: a host can fail a million times. The counts are whole. */
const MOST_TOLD = 100;
/** Conversations whose being held is noted together. */
const NOTED = 64;

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
    rmSync(join(dir, 'private', 'removed'), { recursive: true, force: true });
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

class Pull {
  readonly #options: PullOptions;
  readonly #source: ReplicaSource;
  readonly #archive: ArchiveWriter;
  readonly #log: ArchiveLog;
  readonly #state: PullState;
  readonly #held: LoggedState[] = [];
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
    await this.#pullConversations();
    if (this.#lagging > 0) {
      // a file of an older state may have made room for one of a newer: once more, after a fresh look
      news = await this.#pullLog(news.validators);
      if (news.found === 'grown') {
        found = 'grown';
        this.#counts = { ...this.#counts, failed: 0 };
        await this.#pullConversations();
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

  /** Many at once, each by itself. */
  async #pullConversations(): Promise<void> {
    const { progress, only = '' } = this.#options;
    const total = this.#log.countPending();
    if (total === 0) return;
    progress.start('conversations', total);
    this.#lagging = 0;
    let done = 0;
    const states = this.#log.walkPending()[Symbol.iterator]();
    const worker = async () => {
      for (let next = states.next(); next.done !== true; next = states.next()) {
        this.#options.signal?.throwIfAborted();
        if (this.#source.isDown) return;
        if (!next.value.conversation.startsWith(only)) continue;
        await this.#pullOne(next.value);
        progress.advance(++done, shortId(next.value.conversation));
      }
    };
    const ended = await Promise.allSettled(Array.from({ length: WIDTH }, worker));
    this.#noteHeld();
    progress.finish();
    this.#tellRest();
    for (const each of ended) if (each.status === 'rejected') throw each.reason;
    if (this.#source.isDown) throw this.#downError();
  }

  async #pullOne(state: LoggedState): Promise<void> {
    const { dir } = this.#options;
    const [source, archive, log] = [this.#source, this.#archive, this.#log];
    try {
      if (state.published) {
        const { turns, bytes } = await pullConversation({ source, archive, log, dir }, state);
        this.#counts.pulled++;
        this.#counts.turns += turns;
        this.#counts.payloadBytes += bytes;
      } else this.#remove(state);
      this.#held.push(state);
      if (this.#held.length >= NOTED) this.#noteHeld();
    } catch (error) {
      if (!(error instanceof TurnpressError)) throw error;
      this.#tell(state, error);
    }
  }

  #remove({ conversation }: LoggedState): void {
    if (this.#archive.findConversation(conversation) !== undefined) this.#counts.removed++;
    this.#archive.removeConversation(conversation);
    this.#log.removeConversation(conversation);
    rmSync(join(this.#options.dir, 'private', 'removed'), { recursive: true, force: true });
  }

  #tell({ conversation }: LoggedState, error: TurnpressError): void {
    this.#counts.failed++;
    if (error instanceof LaggingReplicaError) this.#lagging++;
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

  #noteHeld(): void {
    const held = this.#held.splice(0);
    if (held.length === 0) return;
    this.#log.syncConversations();
    this.#log.noteAll(() => {
      for (const { conversation, position } of held) this.#log.setHeld(conversation, position);
    });
  }

  #downError(): NetworkError {
    const { host } = new URL(this.#source.base);
    return new NetworkError(
      host,
      'connection',
      'it does not answer any more; what came is kept, and the next pull goes on from there',
    );
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
