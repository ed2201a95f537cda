/** Parents that stand after their children, or name each other. */
/** Looked for once, at the end: what is put out is always a tree with parents first. */

import type { Building, OutTurn } from './building.ts';

/**
 * A source may name a parent that stands after its child, or two records each other. Such a turn starts a conversation,
 * so that what is put out is always a tree with parents first.
 */
export function breakCycles(building: Building): void {
  const { turns } = building;
  const firsts = new Set([...building.conversations].map((conversation) => conversation.first));
  const suspects = turns.flatMap((turn, i) =>
    turn.parent !== null && (firsts.has(turn.key) || turn.place !== undefined) ? [i] : [],
  );
  if (suspects.length === 0) return;
  const places = new Map<string, number>();
  for (const [i, turn] of turns.entries()) for (const id of [turn.key, ...turn.aliases]) places.set(id, i);
  for (const i of suspects) {
    const turn = turns[i];
    if (turn === undefined || turn.parent === null || (places.get(turn.parent) ?? -1) < i) continue;
    const { otherwise } = turn;
    turns[i] = withoutPlace(turn, otherwise ?? null);
    if (otherwise !== undefined) continue;
    building.problems.push({
      code: 'PARENT_AFTER_CHILD',
      file: building.path,
      message: `the record ${turn.key.toWellFormed()} names a parent that follows it; it starts a conversation instead`,
    });
  }
}

function withoutPlace(turn: OutTurn, parent: string | null): OutTurn {
  const { place: _place, otherwise: _otherwise, ...rest } = turn;
  return { ...rest, parent };
}
