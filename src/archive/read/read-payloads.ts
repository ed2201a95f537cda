/** Reading payloads: the chunk that holds one is decompressed once, and every payload is hashed before it is handed out. */
/** A payload that is taken back, missing or wrong is said to be so; it never stops the others. */

import { blake3Hex } from '../../base/blake3.ts';
import { messageOf, TurnpressError } from '../../base/errors.ts';
import type { ConversationId, TurnHash } from '../../model/ids.ts';
import type { LoggedTurn, Payload } from '../../model/turn.ts';
import { readBlobFile } from '../files/blobs.ts';
import { type PayloadTile, tileFile } from '../files/conversation-files.ts';
import { blobPath } from '../format/blob-file.ts';
import type { PayloadChunk, PayloadSlot } from '../format/payload-tile.ts';
import type { Tombstone } from '../format/record.ts';
import { TILE_WIDTH } from '../format/tile-names.ts';
import type { Store } from '../index/store.ts';

/** In the order given. */
export function readPayloads(store: Store, turns: readonly LoggedTurn[]): Payload[] {
  const tombstones = new Map<ConversationId, ReadonlyMap<TurnHash, Tombstone>>();
  return turns.map((turn) => {
    let taken = tombstones.get(turn.conversation);
    if (taken === undefined) {
      taken = tombstonesOf(store, turn.conversation);
      tombstones.set(turn.conversation, taken);
    }
    return readPayload(store, turn, taken.get(turn.hash));
  });
}

/** The chunk and slot of a log position. Undefined: no chunk covers it. */
function findSlot(tile: PayloadTile, position: number): { chunk: PayloadChunk; slot: PayloadSlot } | undefined {
  const chunk = tile.chunks.findLast((candidate) => candidate.first <= position);
  const slot = chunk?.slots[position - chunk.first];
  return chunk === undefined || slot === undefined ? undefined : { chunk, slot };
}

function tombstonesOf(store: Store, id: ConversationId): ReadonlyMap<TurnHash, Tombstone> {
  const row = store.index.findRow(id);
  if (row === undefined || row.state.withheld === 0) return new Map();
  return new Map(store.index.listTombstones(row.key).map((tombstone) => [tombstone.turn, tombstone]));
}

/** What stands in a log under a payload's name: a turn's item, or a meta. */
export type StoredPayload = Pick<LoggedTurn, 'conversation' | 'position' | 'payloadHash' | 'rawLength'>;

function readPayload(store: Store, turn: LoggedTurn, tombstone: Tombstone | undefined): Payload {
  if (tombstone !== undefined) {
    const { reason, replacement } = tombstone;
    return { status: 'withheld', reason, ...(replacement === undefined ? {} : { replacement }) };
  }
  return readBytes(store, turn);
}

/** The bytes of a payload that nobody took back. */
export function readBytes(store: Store, stored: StoredPayload): Payload {
  const file = tileFile(stored.conversation, 'payload', Math.floor(stored.position / TILE_WIDTH));
  try {
    return readStored(store, stored, file);
  } catch (error) {
    if (!(error instanceof TurnpressError)) throw error;
    const where = typeof error.fields.file === 'string' ? error.fields.file : file;
    return { status: 'damaged', file: where, problem: messageOf(error) };
  }
}

function readStored(store: Store, turn: StoredPayload, file: string): Payload {
  const found = locate(store, turn.conversation, turn.position);
  if (found === undefined)
    return { status: 'damaged', file, problem: store.files.problemOf(file) ?? 'its payload is missing from the tile' };
  let { tile, chunk, slot } = found;
  if (slot.tag === 'blob') {
    const bytes = readBlobFile(store.disk, store.dir, turn.payloadHash);
    if (bytes !== undefined) return { status: 'present', bytes };
    return { status: 'damaged', file: blobPath(turn.payloadHash), problem: 'the blob is missing' };
  }
  if (slot.tag === 'same') {
    const original = locate(store, turn.conversation, slot.index);
    if (original === undefined) return { status: 'damaged', file, problem: 'the payload it repeats is missing' };
    ({ tile, chunk, slot } = original);
  }
  if (slot.tag !== 'inline') return { status: 'damaged', file, problem: 'its payload is withheld without a tombstone' };
  if (slot.rawLength !== turn.rawLength) return { status: 'damaged', file, problem: 'its payload has another length' };
  const raw = store.files.decompress(tile, chunk);
  // a copy of its own: the caller may keep it, and the chunk must not live as long
  const bytes = new Uint8Array(raw.subarray(slot.offset, slot.offset + slot.rawLength));
  if (blake3Hex(bytes) === turn.payloadHash) return { status: 'present', bytes };
  return { status: 'damaged', file, problem: 'its payload does not hash to its name' };
}

/** Reads the tile again when what was kept of it ends before the position: it has grown since. */
function locate(store: Store, id: ConversationId, position: number) {
  const n = Math.floor(position / TILE_WIDTH);
  for (const again of [false, true]) {
    if (again) store.files.forgetTile(id, n);
    const tile = store.files.readPayloadTile(id, n);
    const found = tile === undefined ? undefined : findSlot(tile, position);
    if (tile !== undefined && found !== undefined) return { tile, ...found };
  }
  return undefined;
}
