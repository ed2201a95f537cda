/** The turns of a conversation as a comparison asks for them: by digits, by branch, by what follows. */
/** Pure, made of records that are verified: the terminal has them from an archive, a page from the replica. */

import type { Head } from '../../model/conversation.ts';
import type { TurnHash } from '../../model/ids.ts';
import type { LoggedTurn } from '../../model/turn.ts';
import type { TurnView } from '../view/turn-view.ts';

export interface KnownTurns {
  /** Of all branches together, in the order of the log. */
  readonly turns: readonly LoggedTurn[];
  /** Without retired ones. */
  readonly heads: readonly Head[];
  /** By the first 16 digits of its hash. Undefined: what is published has no such turn. */
  readonly findTurn: (digits: string) => LoggedTurn | undefined;
  /** From the first turn of the conversation on. */
  readonly listBranch: (turn: TurnHash) => readonly LoggedTurn[];
  readonly hasChildren: (turn: TurnHash) => boolean;
}

/** A conversation of which all records are verified. */
export interface KnownConversation extends KnownTurns {
  /** In their order, those of `shown` and all whose calls they answer; also those that boxes on the page tell of. */
  readonly walkViews: (path: readonly LoggedTurn[], shown: ReadonlySet<TurnHash>) => Iterable<TurnView>;
}

export function knowTurns(turns: readonly LoggedTurn[], heads: readonly Head[]): KnownTurns {
  const byDigits = new Map(turns.map((turn) => [turn.hash.slice(0, 16), turn]));
  const byHash = new Map(turns.map((turn) => [turn.hash, turn]));
  const parents = new Set(turns.map(({ parent }) => parent));
  return {
    ...{ turns, heads },
    findTurn: (digits) => byDigits.get(digits),
    listBranch(hash) {
      const path: LoggedTurn[] = [];
      for (let turn = byHash.get(hash); turn !== undefined; ) {
        path.push(turn);
        turn = turn.parent === null ? undefined : byHash.get(turn.parent);
      }
      return path.reverse();
    },
    hasChildren: (turn) => parents.has(turn),
  };
}
