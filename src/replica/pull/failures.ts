/** The conversations of one pull that could not be taken: counted all, told one by one so often and no oftener. */
/** A host can fail a million times; what it did not have at all is noted, so that it is left alone for a while. */

import { messageOf, type TurnpressError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { LaggingReplicaError } from '../errors.ts';
import type { ArchiveLog } from '../log/archive-log.ts';
import type { LoggedState } from '../log/log-index.ts';
import { conversationFolder } from '../publish/replica-names.ts';

/** Problems of one code that are told. */
const MOST_TOLD = 100;
/** Conversations in a row that nobody missed before and the hosts have nothing of: then the others are asked for with the next pull. */
const MOST_ABSENT = 1024;

export class Failures {
  readonly #log: Log;
  readonly #archiveLog: ArchiveLog;
  readonly #nowMs: () => number;
  readonly #told = new Map<string, number>();
  #count = 0;
  #lagging = 0;
  #absentInARow = 0;

  constructor(log: Log, archiveLog: ArchiveLog, nowMs: () => number) {
    this.#log = log;
    this.#archiveLog = archiveLog;
    this.#nowMs = nowMs;
  }

  get count(): number {
    return this.#count;
  }

  /** Those of a host that is between two publishes: another look may help. */
  get lagging(): number {
    return this.#lagging;
  }

  /** Whoever announces so much that is not there gets no more questions for now. */
  get isHopeless(): boolean {
    return this.#absentInARow >= MOST_ABSENT;
  }

  /** One was taken. */
  notePulled(): void {
    this.#absentInARow = 0;
  }

  add({ conversation, wasAbsent }: LoggedState, error: TurnpressError): void {
    this.#count++;
    if (error instanceof LaggingReplicaError) {
      this.#lagging++;
      if (error.isAbsent) {
        if (wasAbsent !== true) this.#absentInARow++;
        this.#archiveLog.noteAbsent(conversation, this.#nowMs());
      }
    }
    const { code } = error;
    const told = this.#told.get(code) ?? 0;
    this.#told.set(code, told + 1);
    if (told < MOST_TOLD)
      this.#log.problem({ code, message: messageOf(error), file: conversationFolder(conversation) });
  }

  /** After the last one. */
  tellRest(): void {
    const hopeless = 'so many conversations in a row are announced and not there; the rest is left for the next pull';
    if (this.isHopeless) this.#log.problem({ code: 'LAGGING_REPLICA', message: hopeless, count: this.#absentInARow });
    for (const [code, told] of this.#told) {
      const count = told - MOST_TOLD;
      const message = 'more conversations could not be taken for the same reason';
      if (count > 0) this.#log.problem({ code, message, count });
    }
  }
}
