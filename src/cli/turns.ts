/** What the turns of a conversation say, one after the other. */
/** Payloads are read in bounded pieces: a conversation of any length needs the memory of one. */

import type { ArchiveReader } from '../archive/archive.ts';
import { BadItemError } from '../model/errors.ts';
import type { Item } from '../model/item.ts';
import { projectPayload } from '../model/payload.ts';
import type { LoggedTurn, Payload } from '../model/turn.ts';

/** What became of a turn's payload. */
export type Said =
  | { readonly status: 'present'; readonly item: Item }
  | { readonly status: 'withheld'; readonly reason: number }
  | { readonly status: 'damaged'; readonly problem: string };

export interface SaidTurn {
  readonly turn: LoggedTurn;
  readonly said: Said;
}

/** In the order given. An item that is not as items must be counts as damaged, and the member is named. */
export function* walkSaid(archive: ArchiveReader, turns: readonly LoggedTurn[]): Generator<SaidTurn, void, undefined> {
  for (let from = 0; from < turns.length; ) {
    const piece = takePiece(turns, from);
    const payloads = archive.readPayloads(piece);
    for (const [i, turn] of piece.entries()) yield { turn, said: readItem(turn, payloads[i] as Payload) };
    from += piece.length;
  }
}

/** Turns whose payloads are read at once, and raw bytes, unless a single turn is larger. */
const PIECE = 128;
const PIECE_BYTES = 2 * 1024 * 1024;

function takePiece(turns: readonly LoggedTurn[], from: number): readonly LoggedTurn[] {
  let bytes = 0;
  let to = from;
  while (to < turns.length && to - from < PIECE && (to === from || bytes < PIECE_BYTES)) {
    bytes += turns[to]?.rawLength ?? 0;
    to++;
  }
  return turns.slice(from, to);
}

function readItem(turn: LoggedTurn, payload: Payload): Said {
  if (payload.status === 'withheld') return { status: 'withheld', reason: payload.reason };
  if (payload.status === 'damaged') return { status: 'damaged', problem: payload.problem };
  try {
    return { status: 'present', item: projectPayload(turn, payload.bytes) };
  } catch (error) {
    if (error instanceof BadItemError) return { status: 'damaged', problem: error.message };
    throw error;
  }
}
