/** How units of text are shared out over parts of the search index. */
/** Ranks come from counters, hashed, so that they spread as real ones do. */

import { expect, it } from 'vitest';
import { planShards, type Shard } from '../../../src/site/search/search-shards.ts';
import { contentHash } from '../../../src/site/state/keys.ts';
import type { UnitMark } from '../../../src/site/state/units.ts';

function marks(count: number): UnitMark[] {
  return Array.from({ length: count }, (_, i) => {
    const hash = contentHash(`unit ${i}`);
    const rank = Number.parseInt(hash.slice(0, 8), 16);
    return {
      startMs: i,
      url: `/c/${hash.slice(0, 16)}/`,
      day: '',
      rank,
      size: 500 + ((i * 7919) % 16_000),
      key: `k${i}`,
    };
  });
}

function plan(all: readonly UnitMark[]): readonly Shard[] {
  const planner = planShards();
  return [...all.flatMap((mark) => planner.add(mark)), ...planner.finish()];
}

function newShards(before: readonly UnitMark[], after: readonly UnitMark[]): readonly Shard[] {
  const known = new Set(plan(before).map((shard) => shard.key));
  return plan(after).filter((shard) => !known.has(shard.key));
}

const all = marks(8000);
const bytes = all.reduce((sum, mark) => sum + mark.size, 0);

it('leaves nothing out: each part begins where the one before ends', () => {
  const shards = plan(all);
  const at = (mark: UnitMark): number => mark.startMs;
  expect(shards.map((shard) => at(shard.first))).toEqual([
    0,
    ...shards.slice(0, -1).map((shard) => at(shard.last) + 1),
  ]);
  expect(shards.at(-1)?.last).toEqual(all.at(-1));
  expect(shards.reduce((sum, shard) => sum + shard.size, 0)).toBe(bytes);
});

it('needs at most five parts besides the largest ones, at any size', () => {
  for (let count = 0; count <= all.length; count += 1000) {
    const shards = plan(all.slice(0, count));
    const large = shards.filter((shard) => shard.size > 0.7 * 8_000_000);
    expect(shards.length - large.length).toBeLessThanOrEqual(5);
    for (const shard of shards) expect(shard.size).toBeLessThanOrEqual(8_600_000);
  }
});

it('indexes a unit six to seven times after it left the newest part', () => {
  let indexed = 0;
  let before = new Set<string>();
  for (let count = 0; count <= 3300; count += 20) {
    const shards = plan(all.slice(0, count));
    for (const shard of shards.slice(0, -1)) if (!before.has(shard.key)) indexed += shard.size;
    before = new Set(shards.map((shard) => shard.key));
  }
  expect(indexed / all.slice(0, 3300).reduce((sum, mark) => sum + mark.size, 0)).toBeLessThan(7);
});

it('makes one small part for words that come', () => {
  for (const count of [700, 4400, 7999]) {
    const more = newShards(all.slice(0, count), all.slice(0, count + 1));
    expect(more.length).toBeLessThanOrEqual(2);
    expect(more.reduce((sum, shard) => sum + shard.size, 0)).toBeLessThan(300_000);
  }
});

it('moves no border when an old unit changes', () => {
  for (const at of [3, 2500, 6000]) {
    const old = all[at];
    if (old === undefined) throw new Error('no such unit');
    expect(newShards(all, all.with(at, { ...old, key: 'withdrawn', size: old.size - 100 }))).toHaveLength(1);
  }
});

it('keeps the parts before units that were put in between', () => {
  const between = marks(8010).slice(8000);
  const added = [...all.slice(0, 4000), ...between, ...all.slice(4000)];
  const at = plan(all).findIndex((shard) => shard.last.startMs >= 4000);
  expect(plan(added).slice(0, at)).toEqual(plan(all).slice(0, at));
});

it('gives a unit that is larger than a part a part of its own', () => {
  const [first, second, third] = marks(3);
  if (first === undefined || second === undefined || third === undefined) throw new Error('three units');
  const shards = plan([first, { ...second, size: 20_000_000 }, third]);
  expect(shards.map((shard) => shard.size)).toEqual([first.size + 20_000_000, third.size]);
});
