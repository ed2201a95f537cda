/** What every part of an open archive works on: its disk, its index, its caches, what is known to be damaged. */
/** It also guards writing: after the first error nothing more is written, because what is on disk is no longer known. */

import type { Disk, FileStat } from '../../base/disk.ts';
import type { Log } from '../../base/log.ts';
import { plural } from '../../model/counts.ts';
import type { ConversationId } from '../../model/ids.ts';
import type { ArchiveInfo, DamageReport } from '../contract.ts';
import { DamageError, ForeignLogError, WriteRefusedError } from '../errors.ts';
import { fileProblem } from '../files/archive-file.ts';
import { ConversationFiles, checkpointFile, conversationPath, tileFile } from '../files/conversation-files.ts';
import { LEAF_LENGTH } from '../format/merkle.ts';
import type { SigningKey } from '../format/signing-key.ts';
import { TILE_WIDTH, type TileKind } from '../format/tile-names.ts';
import type { ConversationRow } from './conversation-row.ts';
import type { TurnIndex } from './turn-index.ts';

export interface StoreParts {
  readonly disk: Disk;
  readonly dir: string;
  readonly info: ArchiveInfo;
  readonly index: TurnIndex;
  readonly log: Log;
  /** The lock is held and the format may be written. */
  readonly writable: boolean;
  readonly signingKey?: SigningKey | undefined;
  /** Keys that signed before it. */
  readonly formerKeys?: readonly SigningKey[];
  /** File of the search index, or `:memory:`. */
  readonly searchPath: string;
}

export class Store {
  readonly disk: Disk;
  readonly dir: string;
  readonly info: ArchiveInfo;
  readonly index: TurnIndex;
  readonly files: ConversationFiles;
  readonly writable: boolean;
  readonly signingKey: SigningKey | undefined;
  readonly formerKeys: readonly SigningKey[];
  readonly searchPath: string;
  #damage: DamageReport[] = [];
  /** Conversations of which there are reports. */
  readonly #damaged = new Set<ConversationId>();
  readonly log: Log;
  #failure: unknown;
  /** A write is on its way to the disk, and other work goes on. */
  #beside = false;

  constructor(parts: StoreParts) {
    this.disk = parts.disk;
    this.dir = parts.dir;
    this.info = parts.info;
    this.index = parts.index;
    this.writable = parts.writable;
    this.signingKey = parts.signingKey;
    this.formerKeys = parts.formerKeys ?? [];
    this.searchPath = parts.searchPath;
    this.files = new ConversationFiles(parts.disk, parts.dir);
    this.log = parts.log;
  }

  /** What was found so far, in the order in which it was found. */
  get damage(): readonly DamageReport[] {
    return this.#damage;
  }

  /** `/`-joined path on the disk of a path inside the archive. */
  path(file: string): string {
    return `${this.dir}/${file}`;
  }

  /** Throws WriteRefusedError when this archive is not to be written (any more). */
  assertWritable(): void {
    if (!this.writable) throw new WriteRefusedError('the archive is open for reading');
    if (this.#failure !== undefined)
      throw new WriteRefusedError('an earlier write failed; open the archive again', this.#failure);
    if (this.#beside) throw new WriteRefusedError('another write has not ended yet');
  }

  /** Runs the writing part of an operation. The first error is final: what is on disk is known again only after reopening. */
  write<T>(work: () => T): T {
    this.assertWritable();
    try {
      return work();
    } catch (error) {
      this.#failure = error;
      throw error;
    }
  }

  /** The same for writing that lets other work go on; what would write meanwhile is refused. */
  async writeBeside<T>(work: () => Promise<T>): Promise<T> {
    this.assertWritable();
    this.#beside = true;
    try {
      return await work();
    } catch (error) {
      this.#failure = error;
      throw error;
    } finally {
      this.#beside = false;
    }
  }

  /** Size, time and identity of a checkpoint file: while they stay, the index's knowledge of the log stands. */
  stampOf(id: ConversationId): string {
    const stat = this.#look(checkpointFile(id));
    return stat === undefined ? '' : `${stat.size}:${stat.mtimeNs}:${stat.identity}`;
  }

  /** The row of a conversation that may be appended to. Throws DamageError when it is read-only. */
  requireSound(row: ConversationRow): void {
    if (row.damage !== undefined) throw new DamageError(`conversations/${row.id}`, `it is read-only: ${row.damage}`);
  }

  /** The row of a conversation that this archive itself may add to. Throws DamageError, and ForeignLogError when it is another's. */
  requireOwn(row: ConversationRow): void {
    this.requireSound(row);
    if (row.origin !== undefined) throw new ForeignLogError(row.id, row.origin);
  }

  detail(message: string): void {
    this.log.detail(message);
  }

  /** Before a conversation is looked at again. What was done about its torn tails stays said. */
  forgetDamage(id: ConversationId): void {
    if (!this.#damaged.has(id)) return;
    this.#damaged.delete(id);
    this.#damage = this.#damage.filter((known) => known.conversation !== id || known.kind === 'torn-tail');
  }

  /** Before everything is looked at again: conversations that are gone are named anew, if they still are. */
  forgetLosses(): void {
    this.#damage = this.#damage.filter(({ file, conversation }) => file !== `conversations/${conversation}`);
  }

  report(damage: DamageReport): void {
    this.#damage.push(damage);
    if (damage.conversation !== undefined) this.#damaged.add(damage.conversation);
    const note = damage.turns.length === 0 ? '' : ` (${plural(damage.turns.length, 'turn')})`;
    this.log.problem({
      code: `DAMAGE_${damage.kind.toUpperCase()}`,
      file: damage.file,
      message: damage.message + note,
    });
  }

  /** Whether the open tiles are as long as the index says: nobody else wrote to them, and nothing lies beyond. */
  fitsFiles(
    id: ConversationId,
    known: { readonly size: number; readonly entryBytes: number; readonly payloadBytes: number },
  ): boolean {
    const n = Math.floor(known.size / TILE_WIDTH);
    const lengthOf = (kind: TileKind) => this.#look(tileFile(id, kind, n))?.size ?? 0;
    const leafBytes = (known.size % TILE_WIDTH) * LEAF_LENGTH;
    return (
      lengthOf('entries') === known.entryBytes &&
      lengthOf('0') === leafBytes &&
      lengthOf('payload') === known.payloadBytes
    );
  }

  /** Whether a conversation's folder is there at all. */
  hasFolder(id: ConversationId): boolean {
    return this.disk.stat(this.path(conversationPath(id))) !== undefined;
  }

  /** Undefined also for what the disk refuses to show: whoever then reads the file learns why. */
  #look(file: string): FileStat | undefined {
    try {
      return this.disk.stat(this.path(file));
    } catch (error) {
      if (fileProblem(error) === undefined) throw error;
      return undefined;
    }
  }
}
