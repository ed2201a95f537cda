/** Which turns a conversation's heads point to: `main`, and one for each branch that was left behind. */
/** A pure function of the set of turns and of what the sources call current, so no order of ingest shows in it. */

import { type Head, MAIN_HEAD } from '../../../model/conversation.ts';
import type { ConversationId, TurnHash } from '../../../model/ids.ts';

/** What deciding needs to know of a turn. */
export interface TreeTurn {
  readonly hash: TurnHash;
  readonly parent: TurnHash | null;
  readonly timeMs: number;
}

export interface HeadPointer {
  readonly name: string;
  readonly turn: TurnHash;
}

/**
 * Heads of one conversation, `main` first, then branches by their first turn. `turns` stand parents first, one root.
 * `current` is where its agent says it is; without it, or when it is not among the turns, the newest leaf is taken.
 * `superseded` turns (unfinished copies of a message that is whole beside it, repetitions under new times) get no head.
 */
export function computeHeads(
  turns: readonly TreeTurn[],
  current: TurnHash | undefined,
  superseded: ReadonlySet<TurnHash>,
): readonly HeadPointer[] {
  const live = turns.filter((turn) => !superseded.has(turn.hash));
  const byHash = new Map(live.map((turn) => [turn.hash, turn]));
  const newest = newestLeaves(live, byHash);
  const root = live[0];
  if (root === undefined) return [];
  const named = current === undefined ? undefined : byHash.get(current);
  const main = named ?? leafOf(root, newest);
  const heads: HeadPointer[] = [{ name: MAIN_HEAD, turn: main.hash }];
  const children = Map.groupBy(live, (turn) => turn.parent);
  const starts: HeadPointer[] = [];
  const paths = [pathTo(main, byHash)];
  const covered = new Set<TurnHash>();
  for (let path = paths.pop(); path !== undefined; path = paths.pop()) {
    for (const turn of path) covered.add(turn.hash);
    for (const turn of path) {
      for (const child of children.get(turn.hash) ?? []) {
        if (covered.has(child.hash)) continue;
        const tip = leafOf(child, newest);
        starts.push({ name: child.hash, turn: tip.hash });
        paths.push(pathTo(tip, byHash, turn.hash));
      }
    }
  }
  return [...heads, ...nameBranches(starts)];
}

/** A turn that shares parent and time with another. */
export interface Rival<T> {
  readonly turn: T;
  readonly leaf: boolean;
}

/**
 * Groups among which a superseded turn could be: same parent, same time, more than one. Their payloads decide; everybody
 * else's need not be read.
 */
export function listRivals<T extends TreeTurn>(turns: readonly T[]): readonly (readonly Rival<T>[])[] {
  const parents = new Set(turns.map((turn) => turn.parent));
  const children = Map.groupBy(turns, (turn) => turn.parent);
  return [...children]
    .filter(([parent, group]) => parent !== null && group.length > 1)
    .flatMap(([, group]) => [...Map.groupBy(group, (turn) => turn.timeMs).values()])
    .filter((group) => group.length > 1)
    .map((group) => group.map((turn) => ({ turn, leaf: !parents.has(turn.hash) })));
}

/**
 * The turn that a retired branch name points to: the root. A name cannot be taken out of a log; when its branch has become
 * part of `main` (the agent went on there), its head is put where no branch can begin.
 */
function retiredTurn(conversation: ConversationId): TurnHash {
  return conversation;
}

/** What has to be appended so that `stored` becomes `wanted`: changed heads, and names that are no branch any more. */
export function changedHeads(
  conversation: ConversationId,
  stored: readonly Pick<Head, 'name' | 'turn'>[],
  wanted: readonly HeadPointer[],
): readonly HeadPointer[] {
  const now = new Map(stored.map((head) => [head.name, head.turn]));
  const kept = new Set(wanted.map((head) => head.name));
  const changed = wanted.filter((head) => now.get(head.name) !== head.turn);
  const retired = [...now]
    .filter(([name, turn]) => /^b-[0-9a-f]+$/.test(name) && !kept.has(name) && turn !== retiredTurn(conversation))
    .map(([name]) => ({ name, turn: retiredTurn(conversation) }));
  return [...changed, ...retired];
}

type Newest = ReadonlyMap<TurnHash, TreeTurn>;

/** For each turn the newest leaf at or below it: later time, then greater hash. */
function newestLeaves(turns: readonly TreeTurn[], byHash: ReadonlyMap<TurnHash, TreeTurn>): Newest {
  const newest = new Map<TurnHash, TreeTurn>();
  for (let i = turns.length - 1; i >= 0; i--) {
    const turn = turns[i];
    if (turn === undefined) continue;
    const leaf = newest.get(turn.hash) ?? turn;
    newest.set(turn.hash, leaf);
    if (turn.parent === null || !byHash.has(turn.parent)) continue;
    const best = newest.get(turn.parent);
    if (best === undefined || isNewer(leaf, best)) newest.set(turn.parent, leaf);
  }
  return newest;
}

function isNewer(a: TreeTurn, b: TreeTurn): boolean {
  return a.timeMs === b.timeMs ? a.hash > b.hash : a.timeMs > b.timeMs;
}

function leafOf(turn: TreeTurn, newest: Newest): TreeTurn {
  return newest.get(turn.hash) ?? turn;
}

/** From the root, or from below `after`, to `turn`. */
function pathTo(turn: TreeTurn, byHash: ReadonlyMap<TurnHash, TreeTurn>, after?: TurnHash): TreeTurn[] {
  const path: TreeTurn[] = [];
  let at: TreeTurn | undefined = turn;
  while (at !== undefined && at.hash !== after) {
    path.push(at);
    at = at.parent === null ? undefined : byHash.get(at.parent);
  }
  return path.reverse();
}

/** `b-<8 digits>`; branches whose first turns share these take 16, so that no name means two branches. */
function nameBranches(starts: readonly HeadPointer[]): HeadPointer[] {
  const sorted = starts.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const uses = Map.groupBy(sorted, (start) => start.name.slice(0, 8));
  return sorted.map(({ name, turn }) => {
    const digits = (uses.get(name.slice(0, 8))?.length ?? 0) > 1 ? 16 : 8;
    return { name: `b-${name.slice(0, digits)}`, turn };
  });
}
