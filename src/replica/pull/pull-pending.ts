/** Brings all conversations up to what the archive log says: those that are gone go first, then the others come, many at once. */
/** One that fails leaves the others alone; what is pending is a question to the log's index, so nothing is remembered here. */

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ArchiveWriter } from '../../archive/archive.ts';
import { TurnpressError } from '../../base/errors.ts';
import { shortId } from '../../model/ids.ts';
import type { ArchiveLog } from '../log/archive-log.ts';
import type { LoggedState } from '../log/log-index.ts';
import { parseVerifierKey } from '../log/verifier-key.ts';
import { Commits } from './commits.ts';
import type { PullOptions } from './contract.ts';
import { Failures } from './failures.ts';
import type { Hosts } from './hosts.ts';
import { type ConversationPull, type Pulled, pullConversation } from './pull-conversation.ts';
import { Room } from './room.ts';

/** Conversations under way at once: some are asked for while others are on their way to the disk. */
const WIDTH = 24;
/** Bytes of payloads that wait for the disk. */
const MOST_IN_MEMORY = 32 * 1024 * 1024;
/** What a host did not have is asked for again when the log moves, or after a day: an owner hides it, or a cache is behind. */
const ABSENT_MS = 24 * 60 * 60 * 1000;
/** Conversations that are removed together. */
const REMOVED = 1024;

export interface PendingPull {
  readonly options: PullOptions;
  readonly archive: ArchiveWriter;
  readonly log: ArchiveLog;
}

/** What was withdrawn goes, many at a time. Returns how many were here. */
export function removeWithdrawn({ options, archive, log }: PendingPull): number {
  const states = walkPending(log, options.only, false);
  let removed = 0;
  for (let some = take(states, REMOVED); some.length > 0; some = take(states, REMOVED)) {
    const ids = some.map(({ conversation }) => conversation);
    removed += ids.filter((id) => archive.findConversation(id) !== undefined).length;
    archive.removeConversations(ids);
    for (const id of ids) log.removeConversation(id);
    log.syncConversations();
    sweepRemoved(options.dir);
    log.noteAll(() => {
      for (const { conversation, position } of some) log.setHeld(conversation, position);
    });
  }
  return removed;
}

/** What a removal left before it was stopped. */
export function sweepRemoved(dir: string): void {
  rmSync(join(dir, 'private', 'removed'), { recursive: true, force: true });
}

/** Conversations and what came of them. */
export interface PendingReport {
  readonly pulled: number;
  readonly failed: number;
  /** Of these, such as another look may help. */
  readonly lagging: number;
  readonly turns: number;
  readonly payloadBytes: number;
}

/**
 * Many at once, each by itself. `again`: also those that the host did not have a while ago. Throws what is no conversation's own
 * matter, and NetworkError when all hosts are down.
 */
export async function pullPending(pull: PendingPull, hosts: Hosts, again: boolean): Promise<PendingReport> {
  return new PullPending(pull, hosts).run(again);
}

class PullPending {
  readonly #options: PullOptions;
  readonly #log: ArchiveLog;
  readonly #hosts: Hosts;
  readonly #shared: Omit<ConversationPull, 'source'>;
  readonly #failures: Failures;
  readonly #counts = { pulled: 0, turns: 0, payloadBytes: 0 };
  /** On their way to the disk, while the next are asked for. */
  readonly #settling = new Set<Promise<void>>();
  /** Something failed that concerns all of them. */
  #ended = false;
  #done = 0;

  constructor({ options, archive, log }: PendingPull, hosts: Hosts) {
    this.#options = options;
    this.#log = log;
    this.#hosts = hosts;
    this.#failures = new Failures(options.log, log, options.nowMs);
    const room = new Room(MOST_IN_MEMORY);
    const commits = new Commits(archive, log, room);
    const signers = log.listKeys().map(({ key }) => parseVerifierKey(key));
    this.#shared = { archive, log, signers, commits, room, dir: options.dir };
  }

  async run(again: boolean): Promise<PendingReport> {
    const { progress, nowMs, only } = this.#options;
    const absentSince = again ? undefined : nowMs() - ABSENT_MS;
    const total = this.#log.countPending(absentSince);
    if (total > 0) {
      progress.start('conversations', total);
      const states = walkPending(this.#log, only, true, absentSince);
      const lanes = Array.from({ length: WIDTH }, () => this.#watched(this.#lane(states)));
      const ends = [...(await Promise.allSettled(lanes)), ...(await Promise.allSettled(this.#settling))];
      progress.finish();
      this.#shared.commits.note();
      this.#failures.tellRest();
      for (const end of ends) if (end.status === 'rejected') throw end.reason;
      const down = this.#hosts.findDownError();
      if (down !== undefined) throw down;
    }
    const { count: failed, lagging } = this.#failures;
    return { ...this.#counts, failed, lagging };
  }

  async #lane(states: Iterator<LoggedState>): Promise<void> {
    for (let next = states.next(); next.done !== true && !this.#ended; next = states.next()) {
      this.#options.signal?.throwIfAborted();
      if (this.#hosts.isDown || this.#failures.isHopeless) return;
      const pulled = await this.#pullOne(next.value);
      this.#options.progress.advance(++this.#done, shortId(next.value.conversation));
      if (pulled === undefined) continue;
      const settled = this.#watched(this.#settle(next.value, pulled));
      this.#settling.add(settled);
      // one that fails stays, to be thrown in the end
      void settled.then(
        () => this.#settling.delete(settled),
        () => undefined,
      );
    }
  }

  /** With each host first in turn, until one has it right; those before it are blamed for what they showed. */
  async #pullOne(state: LoggedState): Promise<Pulled | undefined> {
    const errors: TurnpressError[] = [];
    for (let first = 0; first < this.#hosts.count; first++) {
      try {
        const pulled = await pullConversation({ ...this.#shared, source: this.#hosts.from(first) }, state);
        for (const [i, error] of errors.entries()) this.#hosts.blame(i, error);
        return pulled;
      } catch (error) {
        if (!(error instanceof TurnpressError)) throw error;
        errors.push(error);
      }
    }
    if (errors[0] !== undefined) this.#failures.add(state, errors[0]);
    return undefined;
  }

  /** Counts what came, once it is on the disk. */
  async #settle(state: LoggedState, { turns, bytes, durable }: Pulled): Promise<void> {
    try {
      await durable;
    } catch (error) {
      if (!(error instanceof TurnpressError)) throw error;
      this.#failures.add(state, error);
      return;
    }
    this.#failures.notePulled();
    this.#counts.pulled++;
    this.#counts.turns += turns;
    this.#counts.payloadBytes += bytes;
  }

  /** No lane begins with another conversation once one of these has failed. */
  #watched<T>(work: Promise<T>): Promise<T> {
    work.catch(() => {
      this.#ended = true;
    });
    return work;
  }
}

/** A state is in memory at a time. */
function* walkPending(
  log: ArchiveLog,
  only: string | undefined,
  published: boolean,
  absentSince?: number,
): Generator<LoggedState> {
  for (const state of log.walkPending(absentSince))
    if (state.published === published && state.conversation.startsWith(only ?? '')) yield state;
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
