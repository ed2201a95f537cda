/** Bringing the index in step with one conversation's log, and the log's end in order. */
/** The log is the truth. Torn tails go to quarantine; damage below the committed size is only named. */

import { plural } from '../../model/counts.ts';
import type { ConversationId } from '../../model/ids.ts';
import { checkpointFile } from '../files/conversation-files.ts';
import { sweepConversation } from '../files/temps.ts';
import { findArchiveOrigin } from '../format/origin.ts';
import { TILE_WIDTH } from '../format/tile-names.ts';
import { listBlobsOf } from '../index/blob-parts.ts';
import type { ConversationRow } from '../index/conversation-row.ts';
import { forgetLedgerOf } from '../index/ledger.ts';
import { findTrustedLog, forgetLostLog, type KnownLog, noteLostLog } from '../index/lost-logs.ts';
import type { Store } from '../index/store.ts';
import { writeCheckpoint } from './checkpoint-file.ts';
import { findLoss } from './find-loss.ts';
import { cutTails, quarantineFile } from './quarantine.ts';
import { type ScannedConversation, scanConversation } from './scan.ts';
import { sealTile } from './seal.ts';

/**
 * Reads a conversation from its bytes and replaces what the index says of it. Undefined: nothing in it was ever committed.
 * Where the index is open for reading only, the row stays as it is and the damage is named all the same.
 * `many`: the caller calls this for other conversations too, and `dropOrphans` of the index after the last.
 */
export function reindex(store: Store, id: ConversationId, many = false): ConversationRow | undefined {
  store.files.forget(id);
  store.forgetDamage(id);
  if (store.index.readOnly) return inspect(store, id);
  const row = store.index.findRow(id);
  const known = findTrustedLog(store.index, id);
  const before = store.damage.length;
  let sealable: readonly number[] = [];
  store.index.transaction(() => {
    const key = store.index.startConversation(id, true);
    const extent = { origin: knownOrigin(store, row), size: known?.size ?? 0 };
    const scanned = scanConversation(store.files, id, extent, (hash, position, { record, payload, withheld }) => {
      store.index.insertTurn(key, hash, position);
      if (withheld) return;
      for (const blob of listBlobsOf(record, payload)) store.index.insertBlobUse(key, blob);
    });
    for (const damage of scanned.damage) store.report(damage);
    noteLoss(store, known, scanned);
    handleTails(store, scanned);
    if (scanned.frontier.size < (known?.size ?? 0)) forgetLedgerOf(store.index, id);
    if (scanned.frontier.size === 0 && scanned.checkpoint === undefined && scanned.readOnly === undefined) {
      store.index.dropConversation(id);
      return;
    }
    const origin = originOf(store, scanned, row);
    const restored = restoreCheckpoint(store, scanned, origin, known !== undefined);
    if (scanned.readOnly === undefined) sealable = listRewritable(scanned);
    // no stamp while tiles are still to be rewritten: a crash in between leads back here
    const stamp = store.writable && sealable.length > 0 ? '' : restored;
    const { frontier, entryBytes, payloadBytes, state, chunks, tombstones } = scanned;
    const next = { ...{ key, id, origin, frontier, entryBytes, payloadBytes, state }, stamp, damage: scanned.readOnly };
    const heads = [...state.heads.values()];
    const blobs = scanned.metas.flatMap(({ record, withheld }) => (withheld ? [] : listBlobsOf(record, undefined)));
    store.index.apply({ row: next, heads, turns: [], tombstones, blobs, chunks, rewrittenTiles: [] });
  });
  if (!many) store.index.transaction(() => store.index.dropOrphans());
  store.files.forget(id);
  if (store.writable && sealable.length > 0) store.write(() => sealAll(store, id, sealable));
  if (store.damage.length > before) store.detail(`${id}: read from its log again`);
  return store.index.findRow(id);
}

function inspect(store: Store, id: ConversationId): ConversationRow | undefined {
  const row = store.index.findRow(id);
  const known = findTrustedLog(store.index, id);
  const extent = { origin: knownOrigin(store, row), size: known?.size ?? 0 };
  const scanned = scanConversation(store.files, id, extent, () => {});
  const loss = scanned.readOnly === undefined ? findLoss(known, scanned) : undefined;
  for (const damage of loss === undefined ? scanned.damage : [...scanned.damage, loss]) store.report(damage);
  return row;
}

/** What was known of a log that does not begin with it, or is damaged, is remembered until it is whole and does. Damage is said already. */
function noteLoss(store: Store, known: KnownLog | undefined, scanned: ScannedConversation): void {
  const loss = findLoss(known, scanned);
  if (known === undefined) return;
  if (loss === undefined && scanned.readOnly === undefined) forgetLostLog(store.index, known.id);
  else noteLostLog(store.index, known);
  if (loss !== undefined && scanned.readOnly === undefined) store.report(loss);
}

/** What the index remembers of whose log it is. Undefined: it does not know the conversation. */
export function knownOrigin(store: Store, row: ConversationRow | undefined): string | undefined {
  return row === undefined ? undefined : (row.origin ?? store.info.origin);
}

/** Whose log it is from now on: undefined for this archive. What was known stands against what a checkpoint says. */
function originOf(store: Store, scanned: ScannedConversation, row: ConversationRow | undefined): string | undefined {
  if (row !== undefined || scanned.checkpoint === undefined) return row?.origin;
  const origin = findArchiveOrigin(scanned.checkpoint.origin, scanned.id);
  return origin === store.info.origin ? undefined : origin;
}

/** Full tiles of several chunks, and an open one with more than counts: what is appended next has to follow what counts. */
function listRewritable({ unsealed, overlong, frontier }: ScannedConversation): readonly number[] {
  return overlong ? [...unsealed, Math.floor(frontier.size / TILE_WIDTH)] : unsealed;
}

/** Rewrites tiles as single chunks and says so to the index. */
function sealAll(store: Store, id: ConversationId, tiles: readonly number[]): void {
  const found = store.index.findRow(id);
  if (found === undefined) return;
  const chunks = tiles.map((n) => sealTile(store, found, n));
  const open = chunks.find((chunk) => chunk.tile === Math.floor(found.frontier.size / TILE_WIDTH));
  const payloadBytes = open?.length ?? found.payloadBytes;
  const row = { ...found, payloadBytes, stamp: store.stampOf(id) };
  store.index.transaction(() =>
    store.index.apply({ row, heads: [], turns: [], tombstones: [], blobs: [], chunks, rewrittenTiles: tiles }),
  );
}

function handleTails(store: Store, scanned: ScannedConversation): void {
  const cut = store.writable && scanned.readOnly === undefined;
  if (cut) sweepConversation(store, scanned.id);
  const kept = cut && scanned.tails.length > 0 ? store.write(() => cutTails(store, scanned.tails)) : [];
  for (const [i, tail] of scanned.tails.entries()) {
    const what = `${plural(tail.bytes, 'byte')} (${plural(tail.records, 'whole record')}) beyond the checkpoint`;
    const done = kept[i] === undefined ? 'left in place' : `moved to ${kept[i]}`;
    const report = {
      kind: 'torn-tail',
      file: tail.file,
      offset: tail.keep,
      conversation: scanned.id,
      turns: [],
    } as const;
    if (tail.bytes > 0) store.report({ ...report, message: `${what}, ${done}` });
  }
}

/**
 * Writes a checkpoint where there is none to be read. Returns the stamp under which the row may be trusted. A whole log that nobody
 * knew is that of a writer who was stopped before its first checkpoint: nothing was lost.
 */
function restoreCheckpoint(
  store: Store,
  scanned: ScannedConversation,
  origin: string | undefined,
  isKnown: boolean,
): string {
  if (scanned.readOnly !== undefined) return '';
  if (scanned.checkpoint !== undefined) return store.stampOf(scanned.id);
  // an index that was there would know it, had it ever been committed
  const isNote = !isKnown && !store.index.isNew && scanned.damage.length === 0;
  const file = checkpointFile(scanned.id);
  const report = { kind: isNote ? 'note' : 'checkpoint', file, conversation: scanned.id, turns: [] } as const;
  if (!store.writable) {
    if (isNote) store.report({ ...report, message: 'none was written yet' });
    return '';
  }
  store.write(() => {
    quarantineFile(store, file);
    writeCheckpoint(store, scanned.id, scanned.frontier, origin);
  });
  store.report({ ...report, message: `it was rebuilt from the log: ${plural(scanned.frontier.size, 'record')}` });
  return store.stampOf(scanned.id);
}
