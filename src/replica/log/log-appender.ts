/** Records on their way into an archive log: written as they come, and counted all at once. */
/** Tiles first, then the checkpoint by rename: what stops in between leaves a tail that the next writer cuts off. */

import {
  type Frontier,
  growFrontier,
  leafHash,
  type ParsedCheckpoint,
  parseCheckpoint,
  TILE_WIDTH,
} from '../../archive/format/format.ts';
import { ArchiveLogError, NotTheNextLogError } from '../errors.ts';
import { beforeOf, checkWhole } from './log-checks.ts';
import type { LogFiles } from './log-files.ts';
import type { LogIndex } from './log-index.ts';
import { decodeLogRecord } from './log-record.ts';
import { findBrokenRule, type LogBefore } from './log-rules.ts';

/** Must be closed; what is not committed then never was. */
export class LogAppender {
  readonly #origin: string;
  readonly #files: LogFiles;
  readonly #index: LogIndex;
  readonly #done: (checkpoint: ParsedCheckpoint, bytes: Uint8Array) => void;
  readonly #before: LogBefore;
  #frontier: Frontier;
  #waiting: Uint8Array[] = [];
  #open = true;

  constructor(
    origin: string,
    files: LogFiles,
    index: LogIndex,
    done: (checkpoint: ParsedCheckpoint, bytes: Uint8Array) => void,
  ) {
    this.#origin = origin;
    this.#files = files;
    this.#index = index;
    this.#done = done;
    this.#before = beforeOf(origin, index);
    this.#frontier = index.frontier;
    index.begin();
  }

  /** Of all records, with those that were added. */
  get frontier(): Frontier {
    return growFrontier(this.#frontier, this.#waiting.map(leafHash));
  }

  /** Throws RecordError and NotTheNextLogError. */
  add(record: Uint8Array): void {
    const position = this.#frontier.size + this.#waiting.length;
    const decoded = decodeLogRecord(record);
    const problem = findBrokenRule(decoded, this.#before);
    if (problem !== undefined) throw new NotTheNextLogError(`record ${position}: ${problem}`);
    this.#index.put(decoded, position);
    this.#waiting.push(record);
    if ((position + 1) % TILE_WIDTH === 0) this.#flush();
  }

  /** Durable when it returns. Throws RecordError and NotTheNextLogError for a checkpoint that is not of these records. */
  commit(bytes: Uint8Array): void {
    this.#flush();
    const checkpoint = parseCheckpoint(bytes);
    try {
      checkWhole(checkpoint, this.#frontier, this.#index.listKeys(), this.#origin);
    } catch (error) {
      throw error instanceof ArchiveLogError ? new NotTheNextLogError(error.problem) : error;
    }
    this.#files.syncConversations();
    this.#files.replaceCheckpoint(bytes);
    this.#index.frontier = this.#frontier;
    this.#index.commit();
    this.#open = false;
    this.#done(checkpoint, bytes);
  }

  close(): void {
    if (this.#open) this.#index.rollback();
    this.#open = false;
  }

  #flush(): void {
    if (this.#waiting.length === 0) return;
    this.#files.writeRecords(this.#frontier.size, this.#waiting);
    this.#frontier = this.frontier;
    this.#waiting = [];
  }
}
