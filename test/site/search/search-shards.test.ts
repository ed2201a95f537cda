/** How pages are shared out over parts of the search index. */
/** Ids are made from counters, hashed, so that they spread as real ones do. */

import { expect, it } from 'vitest';
import { blake3Hex } from '../../../src/base/blake3.ts';
import { encodeUtf8 } from '../../../src/base/bytes.ts';
import { type ConversationId, turnHash } from '../../../src/model/ids.ts';
import { planShards, type Shard, type ShardUnit } from '../../../src/site/search/search-shards.ts';

interface Entry {
  readonly id: ConversationId;
  readonly units: readonly ShardUnit[];
}

function entries(count: number): Entry[] {
  return Array.from({ length: count }, (_, i) => {
    const id = turnHash(blake3Hex(encodeUtf8(`conversation ${i}`)));
    return { id, units: [{ url: `/c/${id.slice(0, 16)}/`, key: `k${i}`, bytes: 15_000 + ((i * 7919) % 20_000) }] };
  });
}

function plan(all: readonly Entry[]): readonly Shard[] {
  const planner = planShards(all.map((entry) => entry.id));
  return [...all.flatMap((entry) => planner.add(entry.id, entry.units)), ...planner.finish()];
}

it('holds every page exactly once, in order', () => {
  const all = entries(1500);
  const urls = plan(all).flatMap((shard) => shard.units.map((unit) => unit.url));
  expect(urls).toEqual(all.flatMap((entry) => entry.units.map((unit) => unit.url)));
});

it('makes one new shard for a page that grew', () => {
  const all = entries(1500);
  const before = new Set(plan(all).map((shard) => shard.key));
  for (const at of [3, 700, 1499]) {
    const grown = all.with(at, {
      ...(all[at] as Entry),
      units: [{ ...(all[at]?.units[0] as ShardUnit), key: 'grown' }],
    });
    expect(plan(grown).filter((shard) => !before.has(shard.key))).toHaveLength(1);
  }
});

it('keeps old shards when conversations come', () => {
  const before = new Set(plan(entries(1500)).map((shard) => shard.key));
  const after = plan(entries(1503)).filter((shard) => !before.has(shard.key));
  expect(after.length).toBeLessThanOrEqual(3);
});

it('keeps shards within what the indexer can hold, and the newest ones small', () => {
  const shards = plan(entries(3000));
  for (const { units } of shards) expect(units.reduce((sum, unit) => sum + unit.bytes, 0)).toBeLessThan(700_000);
  expect(shards.at(-1)?.units.reduce((sum, unit) => sum + unit.bytes, 0)).toBeLessThan(240_000);
  expect(shards.length).toBeLessThan(160);
});
