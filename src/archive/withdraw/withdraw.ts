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
import { readBytes, readPayloads } from '../read/read-payloads.ts';
import { findTurn } from '../read/read-turns.ts';
import { startForeignLog } from '../scan/checkpoint-file.ts';
import { type Forget, notePurge, type PurgeEntry, workOff } from './purge.ts';

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
  forget: Forget,
): void {
  checkReason(tombstone.reason);
  if (replacement !== undefined && replacement.conversation !== turn.conversation) {
    throw new InvalidTurnError('a replacement stands in the same conversation', { turn: turn.hash });
  }
  if (replacement?.hash === turn.hash) throw new InvalidTurnError('a turn cannot replace itself', { turn: turn.hash });
  takeTurns(store, [turn], [tombstone], commit, forget);
}

/** The same for several turns of one conversation, without replacements: one commit. */
export function withdrawTurns(
  store: Store,
  turns: readonly LoggedTurn[],
  { reason, timeMs }: Pick<Tombstone, 'reason' | 'timeMs'>,
  commit: Commit,
  forget: Forget,
): void {
  checkReason(reason);
  const tombstones = turns.map(({ hash }) => ({ turn: hash, action: 'withheld', reason, timeMs }) as const);
  takeTurns(store, turns, tombstones, commit, forget);
}

function takeTurns(
  store: Store,
  turns: readonly LoggedTurn[],
  tombstones: readonly Tombstone[],
  commit: Commit,
  forget: Forget,
): void {
  const [first] = turns;
  if (first === undefined) return;
  const row = ownRow(store, first.conversation);
  const said = store.index.listTombstones(row.key);
  const known = new Set(said.map(({ turn }) => turn));
  const withheld = row.state.withheld + turns.filter(({ hash }) => !known.has(hash)).length;
  const fresh = tombstones.filter((tombstone) => !isSaid(said, tombstone));
  const growth = growthOf(row, fresh, { ...row.state, withheld });
  const payloads = readPayloads(store, turns);
  const blobs = turns.flatMap((turn, i) => {
    const payload = payloads[i];
    return listBlobsOf(turn, payload?.status === 'present' ? payload.bytes : undefined);
  });
  const positions = turns.map(({ position }) => position);
  takeBack(
    store,
    growth,
    { conversation: row.id, named: turns.map(({ hash }) => hash), positions, blobs },
    commit,
    forget,
  );
}

function isSaid(said: readonly Tombstone[], tombstone: Tombstone): boolean {
  const known = said.findLast((other) => other.turn === tombstone.turn);
  return (
    known !== undefined &&
    known.action === tombstone.action &&
    known.replacement === tombstone.replacement &&
    known.reason === tombstone.reason
  );
}

export interface MetaWithdrawal {
  readonly conversation: ConversationId;
  readonly reason: number;
  readonly timeMs: number;
  /** Which metas; absent: all. What cannot be read goes as well. */
  readonly says?: (json: Uint8Array) => boolean;
}

/**
 * Takes metas of a conversation back, of now and of before; a turn that says the same bytes keeps them. When the last one is among
 * them its meta is empty until another one is appended. Returns how many different metas were taken back now. Throws as `withdrawTurn`
 * does, and NotFoundError for a conversation that never had a meta.
 */
export function withdrawMetas(store: Store, withdrawal: MetaWithdrawal, commit: Commit, forget: Forget): number {
  const { conversation, reason, timeMs } = withdrawal;
  checkReason(reason);
  const row = ownRow(store, conversation);
  const all = listMetas(store, row);
  if (all.length === 0) throw new NotFoundError('meta of conversation', conversation);
  const said = new Set<PayloadHash>(store.index.listMetaTombstones(row.key).map(({ meta }) => meta));
  const metas = all.filter((meta) => said.has(meta.record.payloadHash) || isMeant(store, row, meta, withdrawal));
  if (metas.length === 0) return 0;
  const hashes = [...new Set(metas.map(({ record }) => record.payloadHash))].filter((hash) => !said.has(hash));
  const tombstones = hashes.map((meta) => ({ meta, action: 'meta withheld', reason, timeMs }) as const);
  const lastGoes = metas.at(-1) === all.at(-1);
  const state = { ...row.state, metaWithheld: true, metaJson: lastGoes ? '' : row.state.metaJson };
  const entry = {
    conversation,
    named: metas.map(({ record }) => record.payloadHash),
    positions: metas.map(({ position }) => position),
    blobs: metas.flatMap(({ record }) => listBlobsOf(record, undefined)),
  };
  takeBack(store, growthOf(row, tombstones, state), entry, commit, forget);
  return hashes.length;
}

function isMeant(store: Store, { id }: ConversationRow, meta: LoggedMeta, { says }: MetaWithdrawal): boolean {
  const { record, position } = meta;
  if (says === undefined) return true;
  const { payloadHash, rawLength } = record;
  const payload = readBytes(store, { conversation: id, position, payloadHash, rawLength });
  return payload.status !== 'present' || says(payload.bytes);
}

/** The list of what is to be removed stands on the disk before the tombstones are committed. */
function takeBack(store: Store, growth: Growth, entry: PurgeEntry, commit: Commit, forget: Forget): void {
  store.write(() => notePurge(store, entry));
  if (growth.records.length > 0) store.write(() => commit(growth));
  workOff(store, [entry], forget);
}

/** Commits what came from elsewhere with tombstones: what these take back of older turns and metas is removed like one's own. */
export function takeExtensions(store: Store, growths: readonly Growth[], commit: Commit, forget: Forget): void {
  const entries = growths.map((growth) => takenBy(store, growth));
  for (const [i, growth] of growths.entries()) {
    const entry = entries[i];
    if (entry !== undefined) store.write(() => notePurge(store, entry));
    store.write(() => {
      startForeign(store, growth);
      commit(growth);
    });
  }
  workOff(store, entries, forget);
}

/** Says whose a new log will be, when it is not this archive's. */
export function startForeign(store: Store, { id, row, origin }: Growth): void {
  if (row === undefined && origin !== undefined) startForeignLog(store, id, origin);
}

function takenBy(store: Store, { id, row, tombstones = [] }: Growth): PurgeEntry {
  const metas = row === undefined ? [] : listMetas(store, row);
  const entry = { conversation: id, named: [] as string[], positions: [] as number[], blobs: [] as string[] };
  for (const tombstone of tombstones) {
    const taken =
      tombstone.action === 'meta withheld' ? metasNamed(metas, tombstone.meta) : turnNamed(store, tombstone.turn);
    entry.named.push(tombstone.action === 'meta withheld' ? tombstone.meta : tombstone.turn);
    entry.positions.push(...taken.positions);
    entry.blobs.push(...taken.blobs);
  }
  return entry;
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
