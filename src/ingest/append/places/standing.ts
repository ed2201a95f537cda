/** How things stand: the archive and its ledger, with what was taken since and is not committed. */
/** Everything that places turns asks here, so that a turn means the same before its commit and after it. */

import type { ConversationId, PayloadHash, TurnHash } from '../../../model/ids.ts';
import type { ReadTurn } from '../../read/read-part.ts';
import { Batch, type Placed } from '../commit.ts';
import { listRedacted, noteRedacted, sumRedacted } from '../redacted.ts';
import type { IngestStore } from '../store.ts';
import type { KnownTurn } from './regraft.ts';

export interface Standing {
  /** What was taken since the last commit; replaced by an empty one when it is committed. */
  batch: Batch;
  /** Where the turn of a key stands now. `null`: it was left out and had no parent; undefined: the key is not known. */
  readonly find: (key: string) => Placed | null | undefined;
  /** Where a turn stands now. */
  readonly current: (placed: Placed) => Placed;
  /** A turn that was taken, whether or not it was committed. */
  readonly turnOf: (hash: TurnHash) => (KnownTurn & Placed) | undefined;
  /** What a turn stands behind; null for a conversation's first. */
  readonly parentOf: (turn: Placed) => Placed | null;
  /** Undefined: it was taken back, or is damaged. */
  readonly payloadOf: (hash: TurnHash) => Uint8Array | undefined;
  /** All turns of a conversation, parents first. */
  readonly listTurns: (id: ConversationId) => readonly KnownTurn[];
  /** Another turn has taken its place, and what stood below it is below that one. */
  readonly isMoved: (turn: TurnHash) => boolean;
  /** Whether a turn stands somewhere below another one of its conversation. */
  readonly isBelow: (turn: Placed, above: Placed) => boolean;
  /** Whether a source that says this of a turn knows of others between it and what it stands behind. */
  readonly tellsBetween: (said: Pick<ReadTurn, 'parent' | 'place'>, known: Placed) => boolean;
  readonly saysSame: (a: Placed, b: Placed) => boolean;
  /** What redaction did to the payload of a turn that was made of these. */
  readonly sumRedacted: (pieces: readonly PayloadHash[], whole: Placed) => void;
  /** Whether the turn of a key was taken before its end was seen. */
  readonly isProvisional: (key: string) => boolean;
}

export function createStanding(store: IngestStore): Standing {
  const current = (placed: Placed): Placed => {
    let at = placed;
    for (let into = standing.batch.moved.get(at.hash); into !== undefined && into.hash !== at.hash; ) {
      at = into;
      into = standing.batch.moved.get(at.hash);
    }
    return at;
  };

  /** The turn that stands for this one in the end. */
  const endOf = (turn: TurnHash): TurnHash => {
    const before = store.ledger.findMoved(turn) ?? turn;
    return standing.batch.movedFrom(before) ?? before;
  };

  const find = (key: string): Placed | null | undefined => {
    const here = standing.batch.keys.get(key);
    if (here === null) return null;
    if (here !== undefined) return current(here);
    const hash = store.ledger.findKey(key);
    const turn = hash === undefined ? undefined : turnOf(hash);
    return turn === undefined ? undefined : current(turn);
  };

  const turnOf = (hash: TurnHash): (KnownTurn & Placed) | undefined => {
    const waiting = standing.batch.turns.get(hash);
    return waiting === undefined ? store.findTurn(hash) : { ...waiting.prepared, conversation: waiting.conversation };
  };

  const payloadOf = (hash: TurnHash): Uint8Array | undefined => {
    const waiting = standing.batch.turns.get(hash);
    if (waiting !== undefined) return waiting.prepared.payload;
    const turn = store.findTurn(hash);
    const [payload] = turn === undefined ? [] : store.readPayloads([turn]);
    return payload?.status === 'present' ? payload.bytes : undefined;
  };

  const listTurns = (id: ConversationId): readonly KnownTurn[] => {
    const stored = store.findConversation(id) === undefined ? [] : store.listTurns(id);
    const fresh = [...standing.batch.turns.values()].flatMap((each) =>
      each.conversation === id ? [each.prepared] : [],
    );
    return [...stored, ...fresh];
  };

  const parentOf = ({ hash }: Placed): Placed | null => {
    const parent = turnOf(hash)?.parent ?? null;
    return parent === null ? null : (turnOf(parent) ?? null);
  };

  /** The turn on the way up from another one that stands as far from the first. */
  const aboveAt = (turn: Placed, depth: number): Placed | null => {
    let at: Placed | null = turn;
    while (at !== null && at.depth > depth) at = parentOf(at);
    return at;
  };
  const isBelow = (turn: Placed, above: Placed): boolean =>
    turn.conversation === above.conversation &&
    turn.depth > above.depth &&
    aboveAt(turn, above.depth)?.hash === above.hash;

  const tellsBetween: Standing['tellsBetween'] = ({ parent, place }, known) => {
    const said = parent === null || place !== undefined ? null : find(parent);
    if (said === null || said === undefined || said.depth < known.depth || said.conversation !== known.conversation)
      return false;
    const beside = aboveAt(said, known.depth);
    return beside !== null && beside.hash !== known.hash && parentOf(beside)?.hash === parentOf(known)?.hash;
  };

  const saysSame = (a: Placed, b: Placed): boolean => turnOf(a.hash)?.payloadHash === turnOf(b.hash)?.payloadHash;

  const isProvisional = (key: string): boolean =>
    standing.batch.keys.has(key) ? standing.batch.provisional.has(key) : store.ledger.isProvisional(key);

  const isMoved = (turn: TurnHash): boolean => {
    const into = endOf(turn);
    // two that were moved to each other's places are none of them gone
    return into !== turn && endOf(into) === into;
  };

  const reading = {
    find,
    current,
    turnOf,
    parentOf,
    payloadOf,
    listTurns,
    isMoved,
    isBelow,
    tellsBetween,
    saysSame,
    isProvisional,
    sumRedacted: (pieces: readonly PayloadHash[], whole: Placed) => {
      const ledger = {
        listRedacted: (of: readonly PayloadHash[]) => listRedacted(store.ledger, standing.batch.redacted, of),
      };
      const payload = turnOf(whole.hash)?.payloadHash;
      if (payload !== undefined) noteRedacted(standing.batch.redacted, { payload, ...sumRedacted(ledger, pieces) });
    },
  };
  const standing: Standing = { batch: new Batch(), ...reading };
  return standing;
}
