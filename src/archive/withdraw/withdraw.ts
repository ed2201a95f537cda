/** Taking a turn's payload or a conversation's meta back: tombstones in the log, then the bytes removed wherever they are. */
/** Ids, leaf hashes and signatures of everything else stay; a crash at any point is finished at the next start. */

import type { ConversationId, PayloadHash, TurnHash } from '../../model/ids.ts';
import type { LoggedTurn } from '../../model/turn.ts';
import { isReason } from '../../model/withdrawal.ts';
import type { Growth } from '../append/append-plan.ts';
import { InvalidTurnError, NotFoundError } from '../errors.ts';
import type { MetaTombstone, Tombstone } from '../format/record.ts';
import { encodeTombstone } from '../format/record.ts';
import { listBlobsOf } from '../index/blob-parts.ts';
import type { ConversationRow } from '../index/conversation-row.ts';
import type { Store } from '../index/store.ts';
import { type LoggedMeta, listMetas } from '../read/read-metas.ts';
import { readPayloads } from '../read/read-payloads.ts';
import { findTurn } from '../read/read-turns.ts';
import { startForeignLog } from '../scan/checkpoint-file.ts';
import { notePurge, type PurgeEntry, workOff } from './purge.ts';

type Commit = (growth: Growth) => void;

/**
 * `commit` writes a growth durably. A second time for the same turn only finishes what may be left. Other turns with an equal payload
 * keep theirs. Throws InvalidTurnError, NotFoundError, and DamageError when the conversation is damaged.
 */
export function withdrawTurn(
  store: Store,
  turn: LoggedTurn,
  tombstone: Tombstone,
  replacement: LoggedTurn | undefined,
  commit: Commit,
): void {
  checkReason(tombstone.reason);
  if (replacement !== undefined && replacement.conversation !== turn.conversation) {
    throw new InvalidTurnError('a replacement stands in the same conversation', { turn: turn.hash });
  }
  if (replacement?.hash === turn.hash) throw new InvalidTurnError('a turn cannot replace itself', { turn: turn.hash });
  const row = ownRow(store, turn.conversation);
  const known = store.index.listTombstones(row.key).findLast((other) => other.turn === turn.hash);
  const isSaid =
    known !== undefined &&
    known.action === tombstone.action &&
    known.replacement === tombstone.replacement &&
    known.reason === tombstone.reason;
  const withheld = row.state.withheld + (known === undefined ? 1 : 0);
  const growth = growthOf(row, isSaid ? [] : [tombstone], { ...row.state, withheld });
  const [payload] = readPayloads(store, [turn]);
  const blobs = listBlobsOf(turn, payload?.status === 'present' ? payload.bytes : undefined);
  const entry = { conversation: row.id, named: [turn.hash], positions: [turn.position], blobs };
  takeBack(store, growth, entry, commit);
}

/**
 * Takes back every meta that the conversation ever had, title and all; a turn that says the same bytes keeps them. From then on its
 * meta is empty until another one is appended. Returns how many different metas were taken back now. Throws as `withdrawTurn` does,
 * and NotFoundError for a conversation that never had a meta.
 */
export function withdrawMetas(
  store: Store,
  conversation: ConversationId,
  reason: number,
  timeMs: number,
  commit: Commit,
): number {
  checkReason(reason);
  const row = ownRow(store, conversation);
  const metas = listMetas(store, row);
  if (metas.length === 0) throw new NotFoundError('meta of conversation', conversation);
  const said = new Set<PayloadHash>(store.index.listMetaTombstones(row.key).map(({ meta }) => meta));
  const hashes = [...new Set(metas.map(({ record }) => record.payloadHash))].filter((hash) => !said.has(hash));
  const tombstones = hashes.map((meta) => ({ meta, action: 'meta withheld', reason, timeMs }) as const);
  const growth = growthOf(row, tombstones, { ...row.state, metaWithheld: true, metaJson: '' });
  const entry = {
    conversation,
    named: metas.map(({ record }) => record.payloadHash),
    positions: metas.map(({ position }) => position),
    blobs: metas.flatMap(({ record }) => listBlobsOf(record, undefined)),
  };
  takeBack(store, growth, entry, commit);
  return hashes.length;
}

/** The list of what is to be removed stands on the disk before the tombstones are committed. */
function takeBack(store: Store, growth: Growth, entry: PurgeEntry, commit: Commit): void {
  store.write(() => notePurge(store, entry));
  if (growth.records.length > 0) store.write(() => commit(growth));
  workOff(store, entry);
}

/** Commits what came from elsewhere; what its tombstones take back of older turns and metas is removed like one's own. */
export function takeExtension(store: Store, growth: Growth, commit: Commit): void {
  const { row, origin, tombstones = [] } = growth;
  if (row === undefined && origin !== undefined) store.write(() => startForeignLog(store, growth.id, origin));
  if (tombstones.length === 0) {
    store.write(() => commit(growth));
    return;
  }
  const metas = row === undefined ? [] : listMetas(store, row);
  const entry = { conversation: growth.id, named: [] as string[], positions: [] as number[], blobs: [] as string[] };
  for (const tombstone of tombstones) {
    const taken =
      tombstone.action === 'meta withheld' ? metasNamed(metas, tombstone.meta) : turnNamed(store, tombstone.turn);
    entry.named.push(tombstone.action === 'meta withheld' ? tombstone.meta : tombstone.turn);
    entry.positions.push(...taken.positions);
    entry.blobs.push(...taken.blobs);
  }
  takeBack(store, growth, entry, commit);
}

function metasNamed(metas: readonly LoggedMeta[], hash: PayloadHash) {
  const found = metas.filter(({ record }) => record.payloadHash === hash);
  return {
    positions: found.map(({ position }) => position),
    blobs: found.flatMap(({ record }) => listBlobsOf(record, undefined)),
  };
}

/** Nothing for a turn that is not here yet: its payload is not written at all. */
function turnNamed(store: Store, hash: TurnHash) {
  const turn = findTurn(store, hash);
  if (turn === undefined) return { positions: [], blobs: [] };
  const [payload] = readPayloads(store, [turn]);
  const blobs = listBlobsOf(turn, payload?.status === 'present' ? payload.bytes : undefined);
  return { positions: [turn.position], blobs };
}

function growthOf(
  row: ConversationRow,
  tombstones: readonly (Tombstone | MetaTombstone)[],
  state: Growth['state'],
): Growth {
  const records = tombstones.map((tombstone) => ({ bytes: encodeTombstone(tombstone) }));
  const logged = tombstones.map((tombstone, i) => ({ ...tombstone, position: row.frontier.size + i }));
  return { id: row.id, row, records, newHeads: new Map(), tombstones: logged, state };
}

function checkReason(reason: number): void {
  if (!isReason(reason)) throw new InvalidTurnError(`there is no reason ${reason}`, { reason });
}

function ownRow(store: Store, id: ConversationId): ConversationRow {
  const row = store.index.findRow(id);
  if (row === undefined) throw new NotFoundError('conversation', id);
  store.requireOwn(row);
  return row;
}
