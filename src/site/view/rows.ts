/** The rows of a page: each turn, and inside the turns that called tools the results of their calls. */
/** Pure: build, check and feeds pair the same turns, whatever stood between a call and its result. */

import type { TurnHash } from '../../model/ids.ts';
import type { Item, Part, ToolCallResponsePart } from '../../model/item.ts';

/** What pairing has to know of a turn. */
export interface PairedTurn {
  readonly hash: TurnHash;
  readonly timeMs: number;
  readonly item: Item;
}

/** A turn, and the results that stand inside it: by id of the call. */
export interface Row<Turn> {
  readonly turn: Turn;
  readonly answers: ReadonlyMap<string, Turn>;
  /** The row before it shows the same hour and minute. */
  readonly sameMinute: boolean;
}

/**
 * In the order of the turns, without those that stand inside another one: a turn that is one result, of a call that stands before it
 * among these turns and has none yet. What answers a call of another page, or several calls at once, keeps a row of its own.
 */
export function pairRows<Turn extends PairedTurn>(turns: readonly Turn[]): readonly Row<Turn>[] {
  const rows: (Row<Turn> & { readonly answers: Map<string, Turn> })[] = [];
  const open = new Map<string, Map<string, Turn>>();
  for (const turn of turns) {
    const answered = onlyResponse(turn.item)?.id;
    const place = answered === undefined ? undefined : open.get(answered);
    if (answered !== undefined && place !== undefined) {
      place.set(answered, turn);
      open.delete(answered);
      continue;
    }
    const answers = new Map<string, Turn>();
    const last = rows.at(-1)?.turn.timeMs;
    rows.push({ turn, answers, sameMinute: last !== undefined && minuteOf(last) === minuteOf(turn.timeMs) });
    for (const part of turn.item.parts) if (part.type === 'tool_call') open.set(part.id, answers);
  }
  return rows;
}

/** The result that a turn is; undefined for a turn that is none, or several. */
export function onlyResponse({ role, parts }: Item): ToolCallResponsePart | undefined {
  if (role !== 'tool') return undefined;
  const [first, second] = parts.filter(isResponse);
  return second === undefined ? first : undefined;
}

function minuteOf(ms: number): number {
  return Math.floor(ms / 60_000);
}

function isResponse(part: Part): part is ToolCallResponsePart {
  return part.type === 'tool_call_response';
}
