/** A turn with what can be shown of it: its item, or the word that it was taken back or is damaged. */
/** Read in bounded pieces, so a conversation of any length needs the memory of one piece. */

import type { ArchiveReader } from '../../archive/archive.ts';
import { messageOf } from '../../base/errors.ts';
import type { Item } from '../../model/item.ts';
import { projectPayload } from '../../model/payload.ts';
import type { LoggedTurn, Payload } from '../../model/turn.ts';

export interface TurnView {
  readonly turn: LoggedTurn;
  /** Undefined when it was taken back or cannot be read. */
  readonly item?: Item;
  /** Why it was taken back: the tombstone's reason. */
  readonly withheld?: number;
  /** What is wrong with its bytes. */
  readonly damage?: string;
  /** It opens an exchange. */
  readonly prompt: boolean;
}

/** Turns whose payloads are read at once. */
const PIECE = 128;
/** Raw bytes read at once, unless a single turn is larger. */
const PIECE_BYTES = 2 * 1024 * 1024;

/** The views of `turns`, which follow one another on a branch, in their order. `before` is the turn that stands before the first. */
export function* walkViews(
  archive: ArchiveReader,
  turns: readonly LoggedTurn[],
  before?: TurnView,
): Generator<TurnView, void, undefined> {
  let previous = before;
  for (let from = 0; from < turns.length; ) {
    const piece = takePiece(turns, from);
    const payloads = archive.readPayloads(piece);
    for (let i = 0; i < piece.length; i++) {
      const turn = piece[i];
      const payload = payloads[i];
      if (turn === undefined || payload === undefined) continue;
      const view = viewTurn(turn, payload, previous);
      yield view;
      previous = view;
    }
    from += piece.length;
  }
}

/** What can be shown of one turn. `previous` decides whether a turn that was taken back was a prompt. */
export function viewTurn(turn: LoggedTurn, payload: Payload, previous: TurnView | undefined): TurnView {
  if (payload.status === 'withheld') {
    return { turn, withheld: payload.reason, prompt: followsAnswer(previous) };
  }
  if (payload.status === 'damaged') return { turn, damage: payload.problem, prompt: followsAnswer(previous) };
  try {
    const item = projectPayload(turn, payload.bytes);
    return { turn, item, prompt: item.role === 'user' };
  } catch (error) {
    return { turn, damage: messageOf(error), prompt: false };
  }
}

/** Whether it is a result of a tool; of one that was taken back or is damaged it follows from what stands `before`. */
export function isResult({ item, prompt }: TurnView, before: TurnView | undefined): boolean {
  if (item !== undefined) return item.role === 'tool';
  if (prompt || before === undefined) return false;
  return before.item === undefined || before.item.role === 'tool' || before.item.role === 'assistant';
}

function takePiece(turns: readonly LoggedTurn[], from: number): readonly LoggedTurn[] {
  let bytes = 0;
  let to = from;
  while (to < turns.length && to - from < PIECE && (to === from || bytes < PIECE_BYTES)) {
    bytes += turns[to]?.rawLength ?? 0;
    to++;
  }
  return turns.slice(from, to);
}

/** A prompt follows an answer that called no tool, or nothing at all: pages are cut the same after a prompt was taken back. */
function followsAnswer(previous: TurnView | undefined): boolean {
  if (previous === undefined) return true;
  const item = previous.item;
  return item?.role === 'assistant' && !item.parts.some((part) => part.type === 'tool_call');
}
