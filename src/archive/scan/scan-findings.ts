/** What a scan of one conversation has found so far: damage, bad positions, what was taken back. */
/** Shared by the steps of a scan: a later one leaves alone what an earlier one has named. */

import type { ConversationId, PayloadHash, TurnHash } from '../../model/ids.ts';
import type { DamageReport } from '../contract.ts';
import { findRecord, tileFile } from '../files/conversation-files.ts';
import type { PayloadRecord } from '../format/record.ts';
import { TILE_WIDTH, type TileKind } from '../format/tile-names.ts';
import type { LoggedTombstone } from '../index/conversation-row.ts';

export class Findings {
  readonly id: ConversationId;
  readonly damage: DamageReport[] = [];
  /** See ScannedConversation. */
  readonly oddities: DamageReport[] = [];
  /** Positions whose record is not the one under the root, or is missing. */
  readonly bad = new Set<number>();
  readonly withheld = new Map<TurnHash, LoggedTombstone>();
  readonly withheldMetas = new Map<PayloadHash, LoggedTombstone>();
  /** The first damage below the committed size, in words. */
  readOnly: string | undefined;

  readonly #problemOf: (file: string) => string | undefined;

  /** `problemOf`: why a file cannot be read at all. */
  constructor(id: ConversationId, problemOf: (file: string) => string | undefined) {
    this.id = id;
    this.#problemOf = problemOf;
  }

  /** `fatal`: it lies below the committed size, so nothing may be written. */
  report(
    kind: DamageReport['kind'],
    file: string,
    message: string,
    fatal: boolean,
    extra: Partial<DamageReport> = {},
  ): void {
    this.damage.push({ kind, file, conversation: this.id, turns: [], message, ...extra });
    if (fatal) this.readOnly ??= `${file}: ${message}`;
  }

  /** One report for each tile that the positions stand in. */
  reportByTile(kind: 'log' | 'leaf', tile: TileKind, positions: readonly number[], message: string): void {
    for (const [n, group] of Map.groupBy(positions, (position) => Math.floor(position / TILE_WIDTH))) {
      const file = tileFile(this.id, tile, n);
      this.report(kind, file, this.#problemOf(file) ?? message, true, { positions: group });
    }
  }

  noteOddity(position: number, problem: string): void {
    const file = tileFile(this.id, 'entries', Math.floor(position / TILE_WIDTH));
    const message = `record ${position}: ${problem}`;
    this.oddities.push({ kind: 'log', file, conversation: this.id, turns: [], positions: [position], message });
  }

  noteTombstone(bytes: Uint8Array | undefined, position: number): void {
    const record = bytes === undefined ? undefined : findRecord(bytes);
    if (record?.kind !== 'tombstone') return;
    const { kind: _, ...tombstone } = record;
    if (tombstone.action === 'meta withheld') this.withheldMetas.set(tombstone.meta, { ...tombstone, position });
    else this.withheld.set(tombstone.turn, { ...tombstone, position });
  }

  /** Whether a tombstone took back what the record says. */
  isWithheld(record: PayloadRecord): boolean {
    return record.kind === 'turn' ? this.withheld.has(record.hash) : this.withheldMetas.has(record.payloadHash);
  }

  /** Of both kinds, in log order. */
  listTombstones(): LoggedTombstone[] {
    return [...this.withheld.values(), ...this.withheldMetas.values()].sort((a, b) => a.position - b.position);
  }
}
