/** What every part of an open archive works on: its disk, its index, its caches, and bringing the two in step. */
/** The logs are the truth. Whatever the index says is compared with a checkpoint or a hash before it is believed. */

import type { Disk } from '../base/disk.ts';
import type { Log } from '../base/log.ts';
import type { ConversationId } from '../model/ids.ts';
import type { SigningKey } from './checkpoint.ts';
import { writeCheckpoint } from './checkpoint-file.ts';
import type { ArchiveInfo, DamageReport } from './contract.ts';
import { ConversationFiles, checkpointFile } from './conversation-files.ts';
import { DamageError, WriteRefusedError } from './errors.ts';
import { forgetLedgerOf } from './ledger.ts';
import { cutTails, quarantineFile, sweepTemps } from './quarantine.ts';
import { type ScannedConversation, scanConversation } from './scan.ts';
import { sealTile } from './seal.ts';
import type { ConversationRow, TurnIndex } from './turn-index.ts';

export interface StoreParts {
  readonly disk: Disk;
  readonly dir: string;
  readonly info: ArchiveInfo;
  readonly index: TurnIndex;
  readonly log: Log;
  /** The lock is held and the format may be written. */
  readonly writable: boolean;
  readonly signingKey?: SigningKey | undefined;
}

export class Store {
  readonly disk: Disk;
  readonly dir: string;
  readonly info: ArchiveInfo;
  readonly index: TurnIndex;
  readonly files: ConversationFiles;
  readonly writable: boolean;
  readonly signingKey: SigningKey | undefined;
  readonly damage: DamageReport[] = [];
  readonly #log: Log;
  #failure: unknown;

  constructor(parts: StoreParts) {
    this.disk = parts.disk;
    this.dir = parts.dir;
    this.info = parts.info;
    this.index = parts.index;
    this.writable = parts.writable;
    this.signingKey = parts.signingKey;
    this.files = new ConversationFiles(parts.disk, parts.dir);
    this.#log = parts.log;
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

  /** Size, time and identity of a checkpoint file: while they stay, the index's knowledge of the log stands. */
  stampOf(id: ConversationId): string {
    const stat = this.disk.stat(this.path(checkpointFile(id)));
    return stat === undefined ? '' : `${stat.size}:${stat.mtimeNs}:${stat.identity}`;
  }

  /** The row of a conversation that may be appended to. Throws DamageError when it is read-only. */
  requireSound(row: ConversationRow): void {
    if (row.damage !== undefined) throw new DamageError(`conversations/${row.id}`, `it is read-only: ${row.damage}`);
  }

  report(damage: DamageReport): void {
    this.damage.push(damage);
    const note = damage.turns.length === 0 ? '' : ` (${damage.turns.length} turns)`;
    this.#log.problem({
      code: `DAMAGE_${damage.kind.toUpperCase()}`,
      file: damage.file,
      message: damage.message + note,
    });
  }

  /** Reads a conversation from its bytes and replaces what the index says of it. Undefined: nothing in it was ever committed. */
  reindex(id: ConversationId): ConversationRow | undefined {
    this.files.forget(id);
    const known = this.index.findRow(id)?.frontier.size ?? 0;
    const before = this.damage.length;
    let sealable: readonly number[] = [];
    this.index.transaction(() => {
      const key = this.index.startConversation(id);
      const extent = { origin: this.info.origin, size: known };
      const scanned = scanConversation(this.files, id, extent, (hash, position) =>
        this.index.insertTurn(key, hash, position),
      );
      for (const damage of scanned.damage) this.report(damage);
      this.#handleTails(scanned);
      if (scanned.frontier.size < known) forgetLedgerOf(this.index, id);
      if (scanned.frontier.size === 0 && scanned.checkpoint === undefined) {
        this.index.dropConversation(id);
        return;
      }
      const stamp = this.#restoreCheckpoint(scanned);
      const { frontier, entryBytes, payloadBytes, state, chunks, tombstones } = scanned;
      const row = { ...{ key, id, frontier, entryBytes, payloadBytes, state }, stamp, damage: scanned.readOnly };
      const heads = [...state.heads.values()];
      this.index.apply({ row, heads, turns: [], tombstones, chunks, rewrittenTiles: [] });
      if (scanned.readOnly === undefined) sealable = scanned.unsealed;
    });
    this.files.forget(id);
    if (this.writable) this.write(() => this.#sealAll(id, sealable));
    if (this.damage.length > before) this.#log.detail(`${id}: read from its log again`);
    return this.index.findRow(id);
  }

  /** Rewrites full tiles as single chunks and says so to the index. */
  #sealAll(id: ConversationId, tiles: readonly number[]): void {
    const row = tiles.length === 0 ? undefined : this.index.findRow(id);
    if (row === undefined) return;
    const chunks = tiles.map((n) => sealTile(this, row, n));
    this.index.transaction(() =>
      this.index.apply({ row, heads: [], turns: [], tombstones: [], chunks, rewrittenTiles: tiles }),
    );
  }

  #handleTails(scanned: ScannedConversation): void {
    if (this.writable) sweepTemps(this, scanned.id);
    const cut = this.writable && scanned.readOnly === undefined;
    const kept = cut ? this.write(() => cutTails(this, scanned.id, scanned.tails)) : [];
    for (const [i, tail] of scanned.tails.entries()) {
      const what = `${tail.bytes} bytes (${tail.records} whole records) beyond the checkpoint`;
      const done = kept[i] === undefined ? 'left in place' : `moved to ${kept[i]}`;
      const report = {
        kind: 'torn-tail',
        file: tail.file,
        offset: tail.keep,
        conversation: scanned.id,
        turns: [],
      } as const;
      if (tail.bytes > 0) this.report({ ...report, message: `${what}, ${done}` });
    }
  }

  /** Writes a checkpoint where there is none to be read. Returns the stamp under which the row may be trusted. */
  #restoreCheckpoint(scanned: ScannedConversation): string {
    if (scanned.readOnly !== undefined) return '';
    if (scanned.checkpoint !== undefined) return this.stampOf(scanned.id);
    if (!this.writable) return '';
    this.write(() => {
      quarantineFile(this, checkpointFile(scanned.id));
      writeCheckpoint(this, scanned.id, scanned.frontier);
    });
    const message = `it was rebuilt from the log: ${scanned.frontier.size} records`;
    const report = {
      kind: 'checkpoint',
      file: checkpointFile(scanned.id),
      conversation: scanned.id,
      turns: [],
    } as const;
    this.report({ ...report, message });
    return this.stampOf(scanned.id);
  }
}
