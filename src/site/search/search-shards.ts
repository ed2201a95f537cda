/** Which units of text share a part (shard) of the search index: a few shards at any size, the old ones large, the new ones small. */
/** A pure function of the units, oldest first, so that a change touches few small shards and every machine cuts alike. */

import { keyOf } from '../state/keys.ts';
import type { UnitMark } from '../state/units.ts';

/** Units that follow one another and are indexed together. */
export interface Shard {
  readonly first: UnitMark;
  readonly last: UnitMark;
  readonly size: number;
  /** Changes when anything in it does. */
  readonly key: string;
}

/**
 * Sizes at which a piece is closed, each near three and a half times the one before. Pieces of one size are cut from whole pieces of the
 * one below. What is not yet in a piece of the next size is one shard for each size, so there are five shards besides the
 * largest, and a unit is indexed six to seven times after it left the newest shard, which is indexed with every turn: it is small.
 * The largest is bounded by the indexer, which needs 53 times a shard's size as memory: 424 MB, 456 MB where no border fits.
 */
const SIZES: readonly number[] = [60_000, 200_000, 700_000, 2_400_000, 8_000_000];
/** A piece ends, between this share of its size and the whole, where the rank is least: one change moves no other border. */
const LEAST = 0.7;

export interface ShardPlanner {
  /** Adds the next unit. Gives the shards of the largest size that are complete with it. */
  add(unit: UnitMark): readonly Shard[];
  /** The shards of what is left, oldest first. */
  finish(): readonly Shard[];
}

export function planShards(sizes: readonly number[] = SIZES): ShardPlanner {
  const levels = sizes.map(createLevel);
  const push = (at: number, piece: Shard): readonly Shard[] => {
    const level = levels[at];
    if (level === undefined) return [piece];
    return level.add(piece).flatMap((closed) => push(at + 1, closed));
  };
  return {
    add: (unit) => push(0, { first: unit, last: unit, size: unit.size, key: unit.key }),
    finish: () => levels.toReversed().flatMap((level) => level.finish()),
  };
}

interface Level {
  /** Pieces of this level that are closed now. */
  add(child: Shard): readonly Shard[];
  finish(): readonly Shard[];
}

function createLevel(most: number): Level {
  let open: Shard[] = [];
  let size = 0;
  const cut = (): readonly Shard[] => {
    const closed: Shard[] = [];
    while (size >= most) {
      const children = open.slice(0, borderOf(open, most));
      open = open.slice(children.length);
      size -= sizeOf(children);
      closed.push(...joined(children));
    }
    return closed;
  };
  return {
    add(child) {
      open.push(child);
      size += child.size;
      return cut();
    },
    finish: () => joined(open),
  };
}

/** How many children the next piece takes. One that is too large for the window ends the piece by itself. */
function borderOf(children: readonly Shard[], most: number): number {
  let size = 0;
  let best: { readonly count: number; readonly rank: number } | undefined;
  for (const [i, { size: own, last }] of children.entries()) {
    size += own;
    if (size > most && best !== undefined) break;
    if (size >= most * LEAST && (best === undefined || last.rank < best.rank)) best = { count: i + 1, rank: last.rank };
  }
  return best?.count ?? children.length;
}

/** None of nothing. */
function joined(children: readonly Shard[]): readonly Shard[] {
  const [first, last] = [children[0], children.at(-1)];
  if (first === undefined || last === undefined) return [];
  if (children.length === 1) return [first];
  return [{ first: first.first, last: last.last, size: sizeOf(children), key: keyOf(children.map((one) => one.key)) }];
}

function sizeOf(children: readonly Shard[]): number {
  return children.reduce((sum, child) => sum + child.size, 0);
}
