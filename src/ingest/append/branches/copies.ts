/** Turns that say nothing new: a resumed or forked file can repeat its past with new times, which gives it new hashes. */
/** They stay in the log, because nothing is ever edited, and are no branch: nobody went another way. */

import type { PayloadHash, TurnHash } from '../../../model/ids.ts';
import type { TreeTurn } from './heads.ts';

export interface CopyTurn extends TreeTurn {
  readonly payloadHash: PayloadHash;
  readonly depth: number;
}

/**
 * Turns of which another turn says the same behind the same past, and whose descendants are all such turns. Of turns that are
 * alike to the end the newest is kept. `turns` stand parents first; `wholes`: what an unfinished one says when it is whole.
 * A pure function of the set of turns.
 */
export function findCopies(
  turns: readonly CopyTurn[],
  wholes: ReadonlyMap<TurnHash, PayloadHash> = new Map(),
): ReadonlySet<TurnHash> {
  if (wholes.size === 0 && !hasTwins(turns)) return new Set();
  const words = wordsOf(turns, wholes);
  const groups = Map.groupBy(turns, (turn) => words.get(turn.hash));
  const goesOn = new Set<TurnHash>();
  const kept = new Map<number | undefined, TurnHash>();
  const copies = new Set<TurnHash>();
  // Deepest first: when a turn is judged, it is known of all that are alike whether they lead somewhere.
  for (const turn of turns.toSorted((a, b) => b.depth - a.depth)) {
    const word = words.get(turn.hash);
    if (!kept.has(word)) kept.set(word, keptOf(groups.get(word) ?? [turn], turn, goesOn, wholes).hash);
    if (kept.get(word) !== turn.hash && !goesOn.has(turn.hash)) copies.add(turn.hash);
    else if (turn.parent !== null) goesOn.add(turn.parent);
  }
  return copies;
}

/** Of turns that are alike one that leads somewhere, or the newest of those that do not: compared once, however many there are. */
function keptOf(
  alike: readonly CopyTurn[],
  first: CopyTurn,
  goesOn: ReadonlySet<TurnHash>,
  wholes: ReadonlyMap<TurnHash, PayloadHash>,
): CopyTurn {
  return alike.reduce((best, turn) => (precedes(turn, best, goesOn, wholes) ? turn : best), first);
}

/** Whether `turn` is rather to be kept than `other`. */
function precedes(
  turn: CopyTurn,
  other: CopyTurn,
  goesOn: ReadonlySet<TurnHash>,
  wholes: ReadonlyMap<TurnHash, PayloadHash>,
): boolean {
  if (goesOn.has(turn.hash) !== goesOn.has(other.hash)) return goesOn.has(turn.hash);
  if (wholes.has(turn.hash) !== wholes.has(other.hash)) return wholes.has(other.hash);
  return turn.timeMs === other.timeMs ? turn.hash > other.hash : turn.timeMs > other.timeMs;
}

function hasTwins(turns: readonly CopyTurn[]): boolean {
  const seen = new Set<string>();
  for (const { parent, payloadHash } of turns) {
    const key = `${parent} ${payloadHash}`;
    if (seen.has(key)) return true;
    seen.add(key);
  }
  return false;
}

/** For each turn a number that equal words behind an equal past share. */
function wordsOf(
  turns: readonly CopyTurn[],
  wholes: ReadonlyMap<TurnHash, PayloadHash>,
): ReadonlyMap<TurnHash, number> {
  const numbers = new Map<string, number>();
  const words = new Map<TurnHash, number>();
  for (const { hash, parent, payloadHash } of turns) {
    const key = `${parent === null ? '' : words.get(parent)} ${wholes.get(hash) ?? payloadHash}`;
    const number = numbers.get(key) ?? numbers.size;
    numbers.set(key, number);
    words.set(hash, number);
  }
  return words;
}
