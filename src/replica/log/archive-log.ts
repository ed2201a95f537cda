/** The archive log: what was published of which conversation, and the keys that sign. Our own, or one that was pulled. */
/** Opening proves it: records, leaf hashes, rules, root and signature fit each other, or ArchiveLogError says what does not. */

import { AmbiguousPrefixError, carryOutBeside, type TornTail } from '../../archive/archive.ts';
import { type Frontier, growFrontier, type ParsedCheckpoint, TILE_WIDTH } from '../../archive/format/format.ts';
import { equalBytes } from '../../base/bytes.ts';
import { type Disk, realDisk } from '../../base/disk.ts';
import type { Log } from '../../base/log.ts';
import type { ConversationId } from '../../model/ids.ts';
import { ArchiveLogError } from '../errors.ts';
import { LogAppender } from './log-appender.ts';
import { beforeOf, checkWhole, LOG_CHECKPOINT, parseOwn, readRecord } from './log-checks.ts';
import { LogFiles } from './log-files.ts';
import { type LoggedKey, type LoggedState, LogIndex } from './log-index.ts';

export interface ArchiveLogOptions {
  /** `write`: under the archive's lock, which the caller holds. */
  readonly mode: 'read' | 'write';
  /** The archive's folder, and its origin. */
  readonly dir: string;
  readonly origin: string;
  /** File of the index; empty: none is kept, and the log is read from its first record. Default: private/log.db of the archive. */
  readonly indexPath?: string;
  readonly log: Log;
  /** For tests: another disk. */
  readonly disk?: Disk;
}

/** An open archive log. Must be closed. */
export class ArchiveLog {
  readonly origin: string;
  readonly #files: LogFiles;
  readonly #index: LogIndex;
  readonly #writable: boolean;
  readonly #log: Log;
  #checkpoint: ParsedCheckpoint | undefined;
  #bytes: Uint8Array | undefined;

  /** Throws ArchiveLogError. */
  static open(options: ArchiveLogOptions): ArchiveLog {
    const files = new LogFiles(options.disk ?? realDisk, options.dir);
    const bytes = files.readCheckpoint();
    const checkpoint = bytes === undefined ? undefined : parseOwn(bytes, options.origin);
    const index = openIndex(options, checkpoint?.size ?? 0);
    const opened = new ArchiveLog(options, files, index);
    try {
      opened.#catchUp(checkpoint);
      opened.#checkpoint = checkpoint;
      opened.#bytes = bytes;
      return opened;
    } catch (error) {
      index.close();
      throw error;
    }
  }

  private constructor({ origin, mode, log }: ArchiveLogOptions, files: LogFiles, index: LogIndex) {
    this.origin = origin;
    this.#files = files;
    this.#index = index;
    this.#writable = mode === 'write';
    this.#log = log;
  }

  /** How many records count. 0: nothing was ever published. */
  get size(): number {
    return this.#checkpoint?.size ?? 0;
  }

  get frontier(): Frontier {
    return this.#index.frontier;
  }

  /** Undefined: nothing was ever published. */
  get checkpoint(): ParsedCheckpoint | undefined {
    return this.#checkpoint;
  }

  /** Exact bytes of the checkpoint. */
  get checkpointBytes(): Uint8Array | undefined {
    return this.#bytes;
  }

  /** Every key that ever signed, in their order; the last one signs. None: the log is unsigned. */
  listKeys(): readonly LoggedKey[] {
    return this.#index.listKeys();
  }

  /** The last state of a conversation. Undefined: it was never published. */
  findState(conversation: ConversationId): LoggedState | undefined {
    return this.#index.findState(conversation);
  }

  /** A conversation that has a state, by full id or unique prefix. Undefined: none. Throws AmbiguousPrefixError for several. */
  findConversation(prefix: string): ConversationId | undefined {
    const ids = this.#index.listByPrefix(prefix);
    if (ids.length > 1) throw new AmbiguousPrefixError(prefix, ids);
    return ids[0];
  }

  /** How many records of a conversation are published. Undefined: none. */
  sizeOf(conversation: ConversationId): number | undefined {
    const state = this.#index.findState(conversation);
    return state?.published === true ? state.size : undefined;
  }

  /** Last states by conversation, withdrawn ones too. A page of them is in memory at a time. */
  walkStates(): Iterable<LoggedState> {
    return this.#index.walkStates();
  }

  countPublished(): number {
    return this.#index.countPublished();
  }

  /**
   * Last states that are not held here, in the order of the log, without those that the host did not have at `absentSince` or later.
   * For a log that was pulled.
   */
  walkPending(absentSince?: number): Iterable<LoggedState> {
    return this.#index.walkPending(absentSince);
  }

  countPending(absentSince?: number): number {
    return this.#index.countPending(absentSince);
  }

  /** Whether the last state is held here. For a log that was pulled. */
  isHeld(conversation: ConversationId): boolean {
    return this.#index.isHeld(conversation);
  }

  /** Notes that the host did not have anything of the conversation at this time. */
  noteAbsent(conversation: ConversationId, nowMs: number): void {
    this.#index.noteAbsent(conversation, nowMs);
  }

  /** Runs `work` with many of `setHeld` as one change of the index. */
  noteAll<T>(work: () => T): T {
    return this.#index.transaction(work);
  }

  /** Notes that the state at `position` is what the archive holds of the conversation. */
  setHeld(conversation: ConversationId, position: number): void {
    this.#index.setHeld(conversation, position);
  }

  /** Notes that the archive holds nothing of the conversation any more. */
  forgetHeld(conversation: ConversationId): void {
    this.#index.forgetHeld(conversation);
  }

  /** Exact bytes of the records from `from` on, in their order; a tile is in memory at a time. */
  *walkRecords(from = 0): Generator<{ readonly position: number; readonly bytes: Uint8Array }> {
    for (let n = Math.floor(from / TILE_WIDTH); n * TILE_WIDTH < this.size; n++) {
      const first = n * TILE_WIDTH;
      const { records } = this.#files.readTile(n, this.size);
      for (const [i, bytes] of records.entries()) if (first + i >= from) yield { position: first + i, bytes };
    }
  }

  /** What lies beyond the checkpoint, which the next `append` cuts off. */
  listTails(): readonly TornTail[] {
    return this.#files.findTails(this.size);
  }

  /** The checkpoint of a conversation's last published state, byte for byte. Undefined: there is none. */
  readConversation(conversation: ConversationId): Uint8Array | undefined {
    return this.#files.readConversation(conversation);
  }

  /** Keeps such a checkpoint, durable with the next `append` or `syncConversations`. Equal bytes are not written again. */
  writeConversation(conversation: ConversationId, bytes: Uint8Array): void {
    const held = this.#files.readConversation(conversation);
    if (held === undefined || !equalBytes(held, bytes)) this.#files.writeConversation(conversation, bytes);
  }

  /** Many of them, durable when it resolves; other work goes on meanwhile. */
  async keepConversations(checkpoints: readonly (readonly [ConversationId, Uint8Array])[]): Promise<void> {
    await carryOutBeside(this.#files.keepConversations(checkpoints));
  }

  removeConversation(conversation: ConversationId): void {
    this.#files.removeConversation(conversation);
  }

  /** Whether checkpoints that are kept for conversations may be those of a publish that stopped. */
  get isUnsure(): boolean {
    return this.#index.unsure;
  }

  /** To be said before the first of them is written, and taken back when all stand. */
  setUnsure(unsure: boolean): void {
    this.#index.unsure = unsure;
  }

  syncConversations(): void {
    this.#files.syncConversations();
  }

  /**
   * Adds exact records under an exact checkpoint, which counts all records, old and new: one durable commit. `records` may be as many
   * as they like, a tile of them is in memory. Throws RecordError and NotTheNextLogError for what breaks a rule, and for a checkpoint
   * that is not of these records or lacks the signature of the key that signs; the log is then as it was. Whether that key is to be
   * trusted is the caller's to say.
   */
  append(records: Iterable<Uint8Array>, checkpoint: Uint8Array): void {
    const appender = this.startAppend();
    try {
      for (const record of records) appender.add(record);
      appender.commit(checkpoint);
    } finally {
      appender.close();
    }
  }

  /** The same in steps, for records that arrive one after the other. Must be closed; what is not committed then never was. */
  startAppend(): LogAppender {
    if (!this.#writable) throw new TypeError('the archive log is open for reading');
    for (const copy of this.#files.cut(this.size))
      this.#log.info(`records of a publish that did not end were cut off; a copy is in ${copy}`);
    return new LogAppender(this.origin, this.#files, this.#index, (parsed, bytes) => {
      this.#checkpoint = parsed;
      this.#bytes = bytes;
    });
  }

  close(): void {
    this.#index.close();
  }

  /** Reads into the index what it has not read, and holds all of it against the checkpoint. */
  #catchUp(checkpoint: ParsedCheckpoint | undefined): void {
    const size = checkpoint?.size ?? 0;
    let frontier = this.#index.frontier;
    if (frontier.size > size)
      throw new ArchiveLogError(LOG_CHECKPOINT, `it counts ${size} records, and there were ${frontier.size} before`);
    if (frontier.size < size) {
      this.#index.begin();
      try {
        frontier = this.#readNew(frontier, size);
        if (checkpoint !== undefined) checkWhole(checkpoint, frontier, this.#index.listKeys(), this.origin);
        this.#index.frontier = frontier;
        this.#index.commit();
      } catch (error) {
        this.#index.rollback();
        throw error;
      }
    } else if (checkpoint !== undefined) checkWhole(checkpoint, frontier, this.#index.listKeys(), this.origin);
  }

  #readNew(from: Frontier, size: number): Frontier {
    let frontier = from;
    const before = beforeOf(this.origin, this.#index);
    for (let n = Math.floor(from.size / TILE_WIDTH); n * TILE_WIDTH < size; n++) {
      const { records, leaves } = this.#files.readTile(n, size);
      const skip = frontier.size - n * TILE_WIDTH;
      for (const bytes of records.slice(skip)) {
        const position = frontier.size;
        this.#index.put(readRecord(bytes, position, before), position);
        frontier = growFrontier(frontier, leaves.slice(position % TILE_WIDTH, (position % TILE_WIDTH) + 1));
      }
    }
    return frontier;
  }
}

/** To read, an index that is not in step is left alone: the log is read again, for this once. */
function openIndex({ mode, dir, log, ...options }: ArchiveLogOptions, size: number): LogIndex {
  const path = options.indexPath ?? `${dir}/private/log.db`;
  if (path === '') return LogIndex.scratch();
  if (mode === 'write') return LogIndex.open(path, log);
  const index = LogIndex.findReadable(path);
  // one that knows more than is here is no older one: that the log has shrunk has to be said
  if (index !== undefined && index.frontier.size >= size) return index;
  index?.close();
  return LogIndex.scratch();
}
