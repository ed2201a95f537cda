/** Taking a turn's payload or a conversation's meta back: tombstones in the log, then the bytes removed wherever they are. */
/** Ids, leaf hashes and signatures of everything else stay; a crash at any point is finished at the next start. */

import type { ConversationId, PayloadHash } from '../../model/ids.ts';
import type { LoggedTurn } from '../../model/turn.ts';
import type { AppendPlan, Growth } from '../append/append-plan.ts';
import type { MetaTombstone, Tombstone } from '../contract.ts';
import { InvalidTurnError, NotFoundError } from '../errors.ts';
import { encodeTombstone, type MetaRecord } from '../format/record.ts';
import { tileCount } from '../format/tile-names.ts';
import { listBlobsOf } from '../index/blob-parts.ts';
import type { ConversationRow } from '../index/conversation-row.ts';
import type { Store } from '../index/store.ts';
import { readPayloads } from '../read/read-payloads.ts';
import { readTile } from '../read/read-turns.ts';
import { notePurge, type PurgeEntry, workOff } from './purge.ts';

/** Reasons 0 to 4, as in a tombstone. */
const REASONS = 4;

type Commit = (plan: AppendPlan) => void;

/**
 * `commit` writes a plan durably. A second time for the same turn only finishes what may be left. Other turns with an equal payload
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
  const row = soundRow(store, turn.conversation);
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
  const row = soundRow(store, conversation);
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
  if (growth.records.length > 0)
    store.write(() => commit({ growths: [growth], newTurns: 0, knownTurns: 0, newHeads: 0, newMetas: 0 }));
  workOff(store, entry);
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

function listMetas(store: Store, row: ConversationRow): { readonly record: MetaRecord; readonly position: number }[] {
  const metas: { readonly record: MetaRecord; readonly position: number }[] = [];
  let position = 0;
  for (let n = 0; n < tileCount(row.frontier.size); n++) {
    for (const record of readTile(store, row, n)) {
      if (record?.kind === 'meta') metas.push({ record, position });
      position++;
    }
  }
  return metas;
}

function checkReason(reason: number): void {
  if (!Number.isInteger(reason) || reason < 0 || reason > REASONS)
    throw new InvalidTurnError(`a reason is 0 to ${REASONS}`, { reason });
}

function soundRow(store: Store, id: ConversationId): ConversationRow {
  const row = store.index.findRow(id);
  if (row === undefined) throw new NotFoundError('conversation', id);
  store.requireSound(row);
  return row;
}
