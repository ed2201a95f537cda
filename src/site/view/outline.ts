/** The branches of a conversation as pages show them: each turn that a head reaches stands on exactly one. */
/** Pure, and linear in turns and heads: a session that was rewound ten thousand times has as many branches. */

import { findMainHead, type Head } from '../../model/conversation.ts';
import type { TurnHash } from '../../model/ids.ts';
import type { LoggedTurn } from '../../model/turn.ts';

/** A branch, from its fork on. */
export interface BranchOutline {
  readonly head: Head;
  readonly main: boolean;
  /** Its own turns, oldest first. Empty when its head stands on another branch. */
  readonly turns: readonly LoggedTurn[];
  /** The last turn it shares with the branch `forkedFrom`; undefined for the main branch. */
  readonly forkTurn?: TurnHash;
  readonly forkedFrom?: string;
}

/**
 * Main branch first, then by the place in the log where each became its own. Turns that no head reaches are left out. The shared
 * part of two branches belongs to the one whose own turns came first; the others link to it. `turns`: parents before children.
 */
export function outlineBranches(turns: readonly LoggedTurn[], heads: readonly Head[]): readonly BranchOutline[] {
  const byHash = new Map(turns.map((turn) => [turn.hash, turn]));
  const main = findMainHead(heads);
  if (main === undefined) return [];
  const others = heads.filter((head) => head !== main && byHash.has(head.turn));
  const order = [main, ...sortByOwnStart(others, turns)];
  const ownerOf = new Map<TurnHash, string>();
  return order.map((head) => {
    const own: LoggedTurn[] = [];
    let turn = byHash.get(head.turn);
    while (turn !== undefined && !ownerOf.has(turn.hash)) {
      own.push(turn);
      turn = turn.parent === null ? undefined : byHash.get(turn.parent);
    }
    for (const mine of own) ownerOf.set(mine.hash, head.name);
    const forkedFrom = turn === undefined ? undefined : ownerOf.get(turn.hash);
    return {
      head,
      main: head === main,
      turns: own.reverse(),
      ...(turn === undefined || forkedFrom === undefined ? {} : { forkTurn: turn.hash, forkedFrom }),
    };
  });
}

/** By the log position of the first turn that only this head reaches; heads inside another branch come last, by name. */
function sortByOwnStart(heads: readonly Head[], turns: readonly LoggedTurn[]): readonly Head[] {
  const reached = new Map<TurnHash, number>();
  const reach = (turn: TurnHash, count: number): void => void reached.set(turn, (reached.get(turn) ?? 0) + count);
  for (const head of heads) reach(head.turn, 1);
  for (const turn of turns.toReversed()) {
    if (turn.parent !== null) reach(turn.parent, reached.get(turn.hash) ?? 0);
  }
  const starts = new Map<TurnHash, number>();
  for (const { hash, parent, position } of turns) {
    if (reached.get(hash) !== 1) continue;
    starts.set(hash, (parent === null ? undefined : starts.get(parent)) ?? position);
  }
  const startOf = (head: Head): number => starts.get(head.turn) ?? Number.MAX_SAFE_INTEGER;
  return heads.toSorted((a, b) => startOf(a) - startOf(b) || (a.name < b.name ? -1 : 1));
}
