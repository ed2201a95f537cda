/** A thread that plans extensions for `plan-beside.ts`: tiles in, in turn what they say. */
/** Hashing and reading every payload leaves the main thread free to fetch and to write. Loaded by path, never imported. */

import { parentPort, workerData } from 'node:worker_threads';
import { confineDisk } from '../../base/confined-disk.ts';
import { realDisk } from '../../base/disk.ts';
import { messageOf } from '../../base/errors.ts';
import type { Head } from '../../model/conversation.ts';
import type { ConversationId, TurnHash } from '../../model/ids.ts';
import type { PlannedExtension } from '../contract.ts';
import type { Frontier } from '../format/merkle.ts';
import { TilePayloads, TileRecords } from '../format/published-tile.ts';
import type { SummaryState } from '../index/summary.ts';
import type { PlannedPayload } from './append-plan.ts';
import { type Plan, planNewExtension } from './extend-plan.ts';

/** Of the archive. */
export interface PlanThreadData {
  readonly dir: string;
  readonly origin: string;
}

export interface SentTile {
  readonly start: Frontier;
  readonly entries: Uint8Array;
  readonly count: number;
  readonly leaves: Uint8Array;
  readonly n: number;
  readonly size: number;
  readonly payloads: Uint8Array;
  readonly raw: Uint8Array;
}

export interface SentExtension {
  readonly conversation: ConversationId;
  readonly checkpoint: Uint8Array;
  readonly tiles: readonly SentTile[];
}

/** A plan without the bytes, which who asked has. */
export interface SentPlan {
  readonly planned: PlannedExtension;
  readonly origin: string | undefined;
  readonly state: SummaryState;
  readonly heads: ReadonlyMap<string, Head>;
  /** By record; empty: it is no turn. */
  readonly turns: readonly (TurnHash | '')[];
  /** Of records whose payload says more than that it stands in its tile. */
  readonly payloads: ReadonlyMap<number, PlannedPayload>;
}

/** `refused`: why, for who looks for it; the main thread finds out the same by itself. */
export type PlanAnswer = SentPlan | { readonly refused: string };

const { dir, origin } = workerData as PlanThreadData;
const place = { dir, disk: confineDisk(realDisk, dir), info: { origin } };

parentPort?.on('message', (sent: SentExtension) => parentPort?.postMessage(answer(sent)));

function answer(sent: SentExtension): PlanAnswer {
  try {
    return sendable(planNewExtension(place, { ...sent, tiles: sent.tiles.map(receive) }));
  } catch (error) {
    return { refused: messageOf(error) };
  }
}

function receive({ start, entries, count, leaves, n, size, payloads, raw }: SentTile) {
  return {
    records: new TileRecords(start, entries, count, leaves),
    payloads: new TilePayloads(payloads, n, size, raw),
  };
}

/** Only what is as simple as nearly all are: nothing is taken back, and every tile is kept as it came. */
function sendable({ growth, planned }: Plan): PlanAnswer {
  const { origin, state, newHeads: heads, records, tombstones = [], tiles = new Map() } = growth;
  if (tombstones.length > 0) return { refused: 'something is taken back' };
  if ([...tiles.values()].some(({ payloads }) => payloads === undefined)) return { refused: 'a tile is made anew' };
  const payloads = new Map<number, PlannedPayload>();
  for (const [i, { payload }] of records.entries())
    if (payload !== undefined && (payload.tag !== 'kept' || payload.blobs.length > 0)) payloads.set(i, payload);
  return { planned, origin, state, heads, turns: records.map(({ turn }) => turn ?? ''), payloads };
}
