/** Taking a turn's payload back: a tombstone in the log, then the bytes removed wherever they are. */
/** Ids, leaf hashes and signatures of everything else stay; a crash at any point is finished at the next start. */

import { limits } from '../../base/limits.ts';
import { listBlobs } from '../../model/payload.ts';
import type { LoggedTurn } from '../../model/turn.ts';
import type { AppendPlan } from '../append/append-plan.ts';
import type { Tombstone } from '../contract.ts';
import { InvalidTurnError, NotFoundError } from '../errors.ts';
import { encodeTombstone } from '../format/record.ts';
import type { Store } from '../index/store.ts';
import { readPayloads } from '../read/read-payloads.ts';
import { notePurge, type PurgeEntry, workOff } from './purge.ts';

/** Reasons 0 to 4, as in a tombstone. */
const REASONS = 4;

/**
 * `commit` writes a plan durably. A second time for the same turn only finishes what may be left. Other turns with an equal payload
 * keep theirs. Throws InvalidTurnError, NotFoundError, and DamageError when the conversation is damaged.
 */
export function withdrawTurn(
  store: Store,
  turn: LoggedTurn,
  tombstone: Tombstone,
  replacement: LoggedTurn | undefined,
  commit: (plan: AppendPlan) => void,
): void {
  const { reason } = tombstone;
  if (!Number.isInteger(reason) || reason < 0 || reason > REASONS)
    throw new InvalidTurnError(`a reason is 0 to ${REASONS}`, { reason });
  if (replacement !== undefined && replacement.conversation !== turn.conversation) {
    throw new InvalidTurnError('a replacement stands in the same conversation', { turn: turn.hash });
  }
  if (replacement?.hash === turn.hash) throw new InvalidTurnError('a turn cannot replace itself', { turn: turn.hash });
  const row = store.index.findRow(turn.conversation);
  if (row === undefined) throw new NotFoundError('conversation', turn.conversation);
  store.requireSound(row);
  const bytes = encodeTombstone(tombstone);
  const entry = entryOf(store, turn);
  const known = store.index.listTombstones(row.key).findLast((other) => other.turn === turn.hash);
  store.write(() => notePurge(store, entry));
  if (
    known === undefined ||
    known.action !== tombstone.action ||
    known.replacement !== tombstone.replacement ||
    known.reason !== reason
  ) {
    const withheld = row.state.withheld + (known === undefined ? 1 : 0);
    const growth = {
      ...{
        id: turn.conversation,
        row,
        records: [{ bytes, turn: undefined }],
        newHeads: new Map(),
      },
      ...{ tombstones: [{ ...tombstone, offset: 0 }], state: { ...row.state, withheld } },
    };
    store.write(() => commit({ growths: [growth], newTurns: 0, knownTurns: 0, newHeads: 0, newMetas: 0 }));
  }
  workOff(store, entry);
}

function entryOf(store: Store, turn: LoggedTurn): PurgeEntry {
  const { hash, conversation, position } = turn;
  const [payload] = readPayloads(store, [turn]);
  const parts = payload?.status === 'present' ? listBlobs(turn, payload.bytes) : [];
  const blobs = turn.rawLength > limits.inlinePayload ? [turn.payloadHash, ...parts] : parts;
  return { turn: hash, conversation, position, blobs: [...new Set<string>(blobs)] };
}
