/** What was published held against what a host shows: equal, older, newer, forked, signed by others, incomplete, wrong. */
/** Against a real server; nothing here changes by it. */

import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { ConversationId } from '../../../src/model/ids.ts';
import { compareMirror } from '../../../src/replica/pull/looking.ts';
import { Fetcher, ReplicaSource } from '../../../src/replica/pull/pulling.ts';
import { at, rawTurn } from '../../archive/turns.ts';
import { changed, html200, status } from '../hostile-server.ts';
import { fixedKey, openLog, publish, writeReplica } from '../test-publisher.ts';
import { filesOf, KEY, ORIGIN, openPullWorld, type PullWorld } from './pull-kit.ts';

let world: PullWorld;
let id: ConversationId;
let fetcher: Fetcher;

beforeAll(async () => {
  world = await openPullWorld();
  id = world.grow(300);
  const big = rawTurn(null, new Uint8Array(100_000).fill(66));
  world.write((archive) => {
    archive.append({ turns: [big] });
    archive.withdraw(at(archive.listTurns(id), 3).hash, 1, 1);
  });
  world.publish();
  cpSync(world.site, join(world.dir, 'old'), { recursive: true });
  cpSync(world.origin, join(world.dir, 'old-origin'), { recursive: true });
  world.grow(3, 'new');
  world.publish();
  fetcher = new Fetcher({ allowHosts: [world.server.host], typed: [world.server.url], userAgent: 'turnpress/test' });
});
afterAll(async () => {
  fetcher.close();
  await world.close();
});
beforeEach(() => {
  world.server.rules = [];
  world.server.folder = world.site;
});

async function compare(bytes = false, dir = world.origin) {
  const before = filesOf(dir);
  const source = new ReplicaSource({ fetcher, base: `${world.server.url}/archive/`, patienceMs: 1 });
  const log = openLog(dir, ORIGIN);
  try {
    return await compareMirror({ source, log, bytes, onProgress: () => undefined });
  } finally {
    log.close();
    expect(filesOf(dir)).toEqual(before);
  }
}

it('finds an equal host equal: a request for each conversation, or every byte', async () => {
  const asked = world.server.asked.length;
  expect(await compare()).toMatchObject({ found: 'same', conversations: 3, payloads: 0, differences: [] });
  expect(world.server.asked.length - asked).toBe(4);
  expect(await compare(true)).toMatchObject({ found: 'same', payloads: 303, differences: [] });
});

it('tells an older host from a newer one', async () => {
  world.server.folder = join(world.dir, 'old');
  const older = await compare();
  expect(older).toMatchObject({ found: 'stale', conversations: 3 });
  expect(older.differences.map(({ kind }) => kind)).toEqual(['missing']);
  world.server.folder = world.site;
  expect(await compare(false, join(world.dir, 'old-origin'))).toMatchObject({ found: 'ahead', differences: [] });
});

it('tells a fork from what strangers signed, and asks neither for more', async () => {
  for (const [name, key, found] of [
    ['fork', KEY, 'forked'],
    ['stranger', fixedKey(ORIGIN, 66), 'lies'],
  ] as const) {
    const dir = join(world.dir, name);
    cpSync(world.origin, dir, { recursive: true, filter: (path) => !/\/log(\/|$)|log\.db/.test(path) });
    publish(dir, { key, timeMs: 9 });
    writeReplica(dir, join(world.dir, `${name}-site`));
    world.server.folder = join(world.dir, `${name}-site`);
    const asked = world.server.asked.length;
    expect(await compare(true)).toMatchObject({ found, conversations: 0 });
    expect(world.server.asked.length - asked).toBe(1);
  }
});

it('names the conversation of which something is missing or wrong', async () => {
  const path = `/archive/conversations/${id}`;
  for (const [match, mode, kind, onlyBytes] of [
    [new RegExp(`${path}/checkpoint`), status(404), 'missing', false],
    [new RegExp(`${path}/checkpoint`), html200, 'missing', false],
    [new RegExp(`${path}/tile/entries/000`), changed((bytes) => bytes.reverse()), 'wrong', true],
    [new RegExp(`${path}/tile/payload/001`), status(404), 'missing', true],
    [new RegExp(`${path}/tile/payload/000`), changed((bytes) => bytes.fill(0, bytes.length >> 1)), 'wrong', true],
  ] as const) {
    world.server.rules = [{ match, mode }];
    const { differences } = await compare(true);
    expect(differences.map((each) => [each.conversation, each.kind])).toEqual([[id, kind]]);
    expect((await compare()).differences).toHaveLength(onlyBytes ? 0 : 1);
  }
  world.server.rules = [{ match: /\/blobs\//, mode: status(404) }];
  expect((await compare(true)).differences.map(({ kind }) => kind)).toEqual(['missing']);
});
