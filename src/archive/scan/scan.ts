/** Reads one conversation from its bytes alone: what counts, what is torn, what is damaged. */
/** Nothing is written here. Damage below the committed size makes the conversation read-only; only what lies beyond may be cut. */

import { decodeUtf8 } from '../../base/bytes.ts';
import { messageOf } from '../../base/errors.ts';
import type { Head } from '../../model/conversation.ts';
import { plural } from '../../model/counts.ts';
import { BadMetaError } from '../../model/errors.ts';
import type { ConversationId, PayloadHash, TurnHash } from '../../model/ids.ts';
import { decodeMeta } from '../../model/meta.ts';
import type { DamageReport } from '../contract.ts';
import { type ConversationFiles, checkpointFile, findRecord, tileFile } from '../files/conversation-files.ts';
import { type Checkpoint, parseCheckpoint } from '../format/checkpoint.ts';
import { findMisplaced } from '../format/log-rules.ts';
import type { Frontier } from '../format/merkle.ts';
import { findArchiveOrigin } from '../format/origin.ts';
import type { PayloadSlot } from '../format/payload-tile.ts';
import type { LogRecord, MetaRecord } from '../format/record.ts';
import { TILE_WIDTH, tileCount, tileRecords } from '../format/tile-names.ts';
import type { ChunkRow, LoggedTombstone } from '../index/conversation-row.ts';
import { addTurn, emptySummary, type SummaryState } from '../index/summary.ts';
import { boundedSize } from './scan-extent.ts';
import { Findings } from './scan-findings.ts';
import { type OpenPayloads, openPayloads, payloadOf, payloadProblem } from './scan-payloads.ts';
import { findTails, type TornTail } from './scan-tails.ts';
import { viewTile } from './scan-tile.ts';
import { checkTree, longestPrefix } from './scan-tree.ts';

export interface ScannedConversation {
  readonly id: ConversationId;
  /** Undefined: the file is absent or unreadable, and `frontier` was recomputed from the tiles. */
  readonly checkpoint: Checkpoint | undefined;
  readonly frontier: Frontier;
  /** Root of the first `size` records, by the size that was known before. Undefined: there are not as many. */
  readonly knownRoot: Uint8Array | undefined;
  readonly entryBytes: number;
  readonly payloadBytes: number;
  readonly state: SummaryState;
  readonly tombstones: readonly LoggedTombstone[];
  readonly metas: readonly SeenMeta[];
  readonly chunks: readonly ChunkRow[];
  /** Full tiles that still have more than one chunk. */
  readonly unsealed: readonly number[];
  /** The last tile's payloads go on beyond the committed size: see OpenPayloads. */
  readonly overlong: boolean;
  readonly tails: readonly TornTail[];
  readonly damage: readonly DamageReport[];
  /** What a log of ours does not say, though every record is whole and in its place: for `verify`. */
  readonly oddities: readonly DamageReport[];
  /** First damage below the committed size, in words. */
  readonly readOnly: string | undefined;
}

/** What is known from elsewhere about how far the log once reached: a recomputed checkpoint never falls below it. */
export interface KnownExtent {
  /** The archive that the log belongs to; undefined: nobody knows, and the checkpoint says. */
  readonly origin: string | undefined;
  readonly size: number;
}

/** What a scan saw of one turn, for `verify`. */
export interface SeenTurn {
  readonly record: LogRecord & { readonly kind: 'turn' };
  /** Undefined: no chunk covers it. */
  readonly slot: PayloadSlot | undefined;
  /** Undefined: taken back, missing or damaged. */
  readonly payload: Uint8Array | undefined;
  readonly withheld: boolean;
}

/** What a scan saw of one meta record. */
export interface SeenMeta {
  readonly record: MetaRecord;
  readonly position: number;
  readonly slot: PayloadSlot | undefined;
  readonly withheld: boolean;
}

export type OnTurn = (hash: TurnHash, position: number, seen: SeenTurn) => void;

/** `onTurn` is told of every readable turn, in log order. Never throws for bad bytes. */
export function scanConversation(
  files: ConversationFiles,
  id: ConversationId,
  known: KnownExtent,
  onTurn: OnTurn,
): ScannedConversation {
  return new Scan(files, id, known).run(onTurn);
}

class Scan {
  readonly #files: ConversationFiles;
  readonly #known: KnownExtent;
  readonly #findings: Findings;

  constructor(files: ConversationFiles, id: ConversationId, known: KnownExtent) {
    this.#files = files;
    this.#findings = new Findings(id, (file) => files.problemOf(file));
    this.#known = known;
  }

  run(onTurn: OnTurn): ScannedConversation {
    const stated = this.#readCheckpoint();
    const size =
      stated === undefined
        ? longestPrefix(this.#files, this.#findings.id)
        : boundedSize(this.#files, this.#findings.id, stated.size);
    const checkpoint = stated?.size === size ? stated : undefined;
    if (checkpoint !== stated) {
      const message = `it counts ${plural(stated?.size ?? 0, 'record')}, of which the tiles can hold ${size} at most`;
      this.#findings.report('checkpoint', checkpointFile(this.#findings.id), message, true);
    }
    // with nothing there at all it is the log that is gone, see find-loss.ts
    if (
      stated === undefined &&
      size > 0 &&
      this.#known.size > 0 &&
      this.#findings.damage.length === 0 &&
      this.#files.problemOf(checkpointFile(this.#findings.id)) === undefined
    )
      this.#findings.report('checkpoint', checkpointFile(this.#findings.id), 'it is missing', false);
    if (stated === undefined && size > 0 && size < this.#known.size) {
      this.#findings.report(
        'checkpoint',
        checkpointFile(this.#findings.id),
        `only ${size} of ${plural(this.#known.size, 'record')} can be read`,
        true,
      );
    }
    const { frontier, knownRoot } = checkTree(this.#files, this.#findings, size, checkpoint, this.#known.size);
    const content = this.#readContent(size, onTurn);
    const tails = findTails(this.#files, this.#findings.id, { ...content, size });
    const unread = this.#reportUnread();
    return {
      // with a file unread nobody knows where the log ends, so nothing is to be cut
      ...{ id: this.#findings.id, checkpoint, frontier, knownRoot, tails: unread ? [] : tails, ...content },
      tombstones: this.#findings.listTombstones(),
      damage: this.#findings.damage,
      oddities: this.#findings.oddities,
      readOnly: this.#findings.readOnly,
    };
  }

  #readCheckpoint(): Checkpoint | undefined {
    const file = checkpointFile(this.#findings.id);
    const bytes = this.#files.readCheckpointBytes(this.#findings.id);
    if (bytes === undefined) return undefined;
    try {
      const checkpoint = parseCheckpoint(bytes);
      const origin = findArchiveOrigin(checkpoint.origin, this.#findings.id);
      const expected = this.#known.origin ?? origin;
      if (origin === undefined || origin !== expected)
        this.#findings.report('checkpoint', file, `its origin is not that of ${expected ?? 'this conversation'}`, true);
      return checkpoint;
    } catch (error) {
      this.#findings.report('checkpoint', file, `it cannot be read (${messageOf(error)})`, false);
      return undefined;
    }
  }

  /** Decodes every good record in order, checks that it fits the ones before, and reads the payloads for the summary. */
  #readContent(size: number, onTurn: OnTurn) {
    const depths = new Map<TurnHash, number>();
    const metas: SeenMeta[] = [];
    const written = new Set<PayloadHash>();
    const before = { depthOf: (turn: TurnHash) => depths.get(turn), hasMeta: (hash: PayloadHash) => written.has(hash) };
    const heads = new Map<string, Head>();
    const times = new Map<TurnHash, number>();
    let lastMeta: PayloadHash | undefined;
    const chunks: ChunkRow[] = [];
    const unsealed: number[] = [];
    let state = emptySummary;
    let entryBytes = 0;
    let payloadBytes = 0;
    let overlong = false;
    const unverified = new Set<TurnHash>();
    for (let n = 0; n < Math.max(1, tileCount(size)); n++) {
      const count = tileRecords(size, n);
      const view = viewTile(this.#files, this.#findings.id, n, count);
      const payloads = openPayloads(this.#files, this.#findings, n, count);
      chunks.push(...payloads.rows);
      overlong = payloads.overlong;
      if (count === TILE_WIDTH && payloads.rows.length > 1) unsealed.push(n);
      entryBytes = count === TILE_WIDTH ? 0 : view.entryLength;
      payloadBytes = count === TILE_WIDTH ? 0 : payloads.length;
      for (let i = 0; i < count; i++) {
        const position = n * TILE_WIDTH + i;
        const bytes = view.records[i];
        if (bytes === undefined || this.#findings.bad.has(position)) continue;
        const record = findRecord(bytes);
        const problem =
          record === undefined
            ? 'the record cannot be decoded'
            : findMisplaced(record, position, this.#findings.id, before, this.#findings.bad.size > 0);
        if (record === undefined || problem !== undefined) {
          const turns = record?.kind === 'turn' ? [record.hash] : [];
          const message = `record ${position}: ${problem}`;
          this.#findings.report('log', tileFile(this.#findings.id, 'entries', n), message, true, {
            turns,
            positions: [position],
          });
          continue;
        }
        if (record.kind === 'turn') {
          if (record.parent !== null && (!depths.has(record.parent) || unverified.has(record.parent)))
            unverified.add(record.hash);
          depths.set(record.hash, record.depth);
          times.set(record.hash, record.timeMs);
          const payload = payloadOf(this.#files, this.#findings, record, position, payloads);
          const withheld = this.#findings.isWithheld(record);
          onTurn(record.hash, position, { record, slot: payloads.slot(position), payload, withheld });
          state = addTurn(state, record, payload);
        } else if (record.kind === 'meta') {
          written.add(record.payloadHash);
          if (lastMeta === record.payloadHash) this.#findings.noteOddity(position, 'the meta says what it said before');
          lastMeta = record.payloadHash;
          const json = this.#readMeta(record, position, payloads);
          state = { ...state, metaJson: json };
          const withheld = this.#findings.isWithheld(record);
          metas.push({ record, position, slot: payloads.slot(position), withheld });
        } else {
          if (payloads.slot(position)?.tag !== 'none')
            payloadProblem(this.#findings, n, [], [position], 'a record without payload has one');
          if (record.kind === 'head') {
            if (heads.get(record.name)?.turn === record.turn)
              this.#findings.noteOddity(position, 'the head says what it said before');
            if ((times.get(record.turn) ?? record.timeMs) !== record.timeMs)
              this.#findings.noteOddity(position, 'the time of the head is not that of its turn');
            heads.set(record.name, { name: record.name, turn: record.turn, timeMs: record.timeMs });
          }
        }
      }
    }
    if (unverified.size > 0) {
      const message = `the ancestry of ${plural(unverified.size, 'turn')} runs through a damaged record`;
      this.#findings.report('log', this.#firstBadFile(), message, true, { unverifiedDescendants: unverified.size });
    }
    return {
      state: {
        ...{ ...state, heads, withheld: this.#findings.withheld.size },
        metaWithheld: this.#findings.withheldMetas.size > 0,
      },
      metas,
      chunks,
      unsealed,
      overlong,
      entryBytes,
      payloadBytes,
    };
  }

  /** Its JCS text; empty when it was taken back or cannot be read, which is said. */
  #readMeta(record: MetaRecord, position: number, payloads: OpenPayloads): string {
    const payload = payloadOf(this.#files, this.#findings, record, position, payloads);
    if (payload === undefined) return '';
    try {
      decodeMeta(payload);
      return decodeUtf8(payload);
    } catch (error) {
      if (!(error instanceof BadMetaError)) throw error;
      // the bytes are those that were written, so the log stays open: another meta, or a tombstone, mends it
      const file = tileFile(this.#findings.id, 'payload', Math.floor(position / TILE_WIDTH));
      this.#findings.report('payload', file, `meta: ${error.message}`, false, { positions: [position] });
      return '';
    }
  }

  /**
   * Names everything that could not be read and was not named yet. True: there is such a thing. It is never replaced: it may be
   * whole, and only out of reach.
   */
  #reportUnread(): boolean {
    const problems = this.#files.listProblems(this.#findings.id);
    const said = new Set(this.#findings.damage.map(({ file }) => file));
    for (const { place, problem } of problems) {
      const kind = place === checkpointFile(this.#findings.id) ? 'checkpoint' : 'log';
      if (!said.has(place)) this.#findings.report(kind, place, problem, true);
    }
    return problems.length > 0;
  }

  #firstBadFile(): string {
    const first = this.#findings.damage.find((damage) => damage.kind === 'log');
    return first?.file ?? tileFile(this.#findings.id, 'entries', 0);
  }
}
