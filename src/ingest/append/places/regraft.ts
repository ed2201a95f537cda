/** Puts turns elsewhere: a slice behind its beginning, an answer behind the whole of the message that it was read after. */
/** Nothing stored is edited: the turns are said again where they belong, and who names one of them is led there. */

import { prepareTurn } from '../../../archive/archive.ts';
import type { TurnHash } from '../../../model/ids.ts';
import type { Turn } from '../../../model/turn.ts';
import type { Placed } from '../commit.ts';

/** A turn as the archive or the batch has it. */
export type KnownTurn = Omit<Turn, 'rawLength'>;

export interface Grafting {
  /** All turns of a conversation, parents first, those that are not committed too. */
  readonly listTurns: (conversation: Placed['conversation']) => readonly KnownTurn[];
  /** Undefined: it was taken back. */
  readonly payloadOf: (turn: TurnHash) => Uint8Array | undefined;
  readonly add: (turn: ReturnType<typeof prepareTurn>, conversation: Placed['conversation']) => void;
  readonly move: (turn: TurnHash, into: Placed) => void;
  /** Another turn has taken its place, and what stood below it is below that one. */
  readonly isMoved: (turn: TurnHash) => boolean;
}

/**
 * Says a turn again behind `parent` (null: as the first of a conversation), then all that stands below it. Returns the new
 * turn; `parent` itself for one whose words were taken back: it says nothing, so it is not said again.
 */
export function moveTurn(turn: KnownTurn & Placed, parent: Placed | null, grafting: Grafting): Placed | null {
  const into = sayAgain(turn, parent, grafting);
  if (into === null || into.hash === turn.hash) return into;
  grafting.move(turn.hash, into);
  moveBelow(turn, into, grafting);
  return into;
}

/** Everything below `from` behind `into`, in the order in which it stands. */
export function moveBelow(from: Placed, into: Placed, grafting: Grafting): void {
  const places = new Map<TurnHash, Placed>([[from.hash, into]]);
  for (const turn of grafting.listTurns(from.conversation)) {
    const parent = turn.parent === null ? undefined : places.get(turn.parent);
    if (parent === undefined || places.has(turn.hash) || grafting.isMoved(turn.hash)) continue;
    const again = sayAgain(turn, parent, grafting);
    if (again === null) continue;
    places.set(turn.hash, again);
    if (again.hash !== turn.hash) grafting.move(turn.hash, again);
  }
}

/** One turn behind `parent`; `parent` itself for one whose words were taken back. */
export function sayAgain(turn: KnownTurn, parent: Placed | null, grafting: Grafting): Placed | null {
  const payload = grafting.payloadOf(turn.hash);
  if (payload === undefined) return parent;
  const { timeMs, encoding, typeId, typeVersion, payloadHash } = turn;
  const prepared = prepareTurn({ parent, timeMs, encoding, typeId, typeVersion, payload, payloadHash });
  const { hash, depth } = prepared;
  const conversation = parent?.conversation ?? (hash as string as Placed['conversation']);
  grafting.add(prepared, conversation);
  return { hash, depth, timeMs, conversation };
}
