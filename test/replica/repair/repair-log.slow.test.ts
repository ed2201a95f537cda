/** The archive log damaged on purpose, one file in one way at a time, is made what it was; it never goes back, and liars change nothing. */
/** Sources are a backup's folder, and a replica on a real server. */

import { cpSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLog } from '../../../src/base/log.ts';
import { Fetcher } from '../../../src/replica/pull/pulling.ts';
import { type GoodSource, openFolderSource, openReplicaSource, repairLog } from '../../../src/replica/replica.ts';
import { changed, serveHostile } from '../hostile-server.ts';
import { filesOf, KEY, ORIGIN, openPullWorld, type PullWorld } from '../pull/pull-kit.ts';
import { fixedKey, publish, vkeyOf, writeReplica } from '../test-publisher.ts';

let world: PullWorld;
let whole: string;
let fetcher: Fetcher;

beforeAll(async () => {
  world = await openPullWorld();
  for (let i = 0; i < 3; i++) world.grow(2, `talk ${i}`);
  world.publish({ key: KEY });
  cpSync(world.origin, join(world.dir, 'older'), { recursive: true });
  for (let i = 0; i < 4; i++) world.grow(1, `later ${i}`);
  world.publish({ key: KEY });
  whole = join(world.dir, 'whole');
  cpSync(world.origin, whole, { recursive: true });
  fetcher = new Fetcher({ allowHosts: ['127.0.0.1'], typed: [world.server.url], userAgent: 'turnpress/test' });
});

afterAll(async () => {
  fetcher.close();
  await world.close();
});

function fresh(): string {
  const dir = join(world.dir, 'damaged');
  rmSync(dir, { recursive: true, force: true });
  cpSync(whole, dir, { recursive: true, preserveTimestamps: true });
  return dir;
}

async function mend(dir: string, sources: readonly GoodSource[], options: { dry?: boolean; trusted?: string[] } = {}) {
  try {
    const shared = { dir, origin: ORIGIN, sources, isCopy: false, log: silentLog };
    return await repairLog({ ...shared, trusted: [], ...options });
  } finally {
    for (const source of sources) source.close();
  }
}

const logOf = (dir: string) => filesOf(join(dir, 'log'));
const backup = (dir = whole) => openFolderSource(dir, 'backup', false);
const replica = (url = world.server.url) => openReplicaSource(`${url}/archive/`, fetcher, 1);

const WAYS: Readonly<Record<string, (file: string) => void>> = {
  'a flipped bit': (file) => {
    const bytes = readFileSync(file);
    const place = bytes.length >> 1;
    bytes[place] = (bytes[place] ?? 0) ^ 1;
    writeFileSync(file, bytes);
  },
  'the file gone': (file) => rmSync(file),
  'half of the file gone': (file) => truncateSync(file, readFileSync(file).length >> 1),
};

describe.each([
  ['a backup', () => backup()],
  ['a replica', () => replica()],
])('from %s', (_, open) => {
  it.each(Object.keys(WAYS))('every file of the archive log is made what it was: %s', async (way) => {
    for (const name of Object.keys(logOf(whole))) {
      const dir = fresh();
      WAYS[way]?.(join(dir, 'log', name));
      expect(await mend(dir, [open()]), name).toMatchObject({ state: 'mended' });
      expect(logOf(dir), name).toEqual(logOf(whole));
    }
  });

  it('all of it, also when nothing remembers it but the key that a person trusts', async () => {
    const dir = fresh();
    rmSync(join(dir, 'log'), { recursive: true });
    expect(await mend(dir, [open()], { dry: true })).toMatchObject({ state: 'mended', records: 8 });
    expect(logOf(dir)).toEqual({});
    expect(await mend(dir, [open()])).toMatchObject({ state: 'mended', records: 8, checkpoints: 7 });
    expect(logOf(dir)).toEqual(logOf(whole));
    rmSync(join(dir, 'private', 'log.db'));
    writeFileSync(join(dir, 'log', 'checkpoint'), 'nothing');
    expect(await mend(dir, [open()])).toMatchObject({ state: 'damaged' });
    expect(await mend(dir, [open()], { trusted: [vkeyOf(KEY)] })).toMatchObject({ state: 'mended' });
    expect(logOf(dir)).toEqual(logOf(whole));
  });
});

describe('a source that does not fit', () => {
  it('of an earlier moment never takes anything back', async () => {
    const dir = fresh();
    rmSync(join(dir, 'log', 'tile', 'entries', '000'));
    const before = logOf(dir);
    expect(await mend(dir, [backup(join(world.dir, 'older'))])).toMatchObject({ state: 'damaged', asked: ['backup'] });
    expect(logOf(dir)).toEqual(before);
    expect(await mend(dir, [backup(join(world.dir, 'older')), replica()])).toMatchObject({ state: 'mended' });
    expect(logOf(dir)).toEqual(logOf(whole));
  });

  it('of another history, or signed by a stranger, is not taken', async () => {
    for (const [word, key] of [
      ['another history', KEY],
      ['a stranger', fixedKey(ORIGIN, 66)],
    ] as const) {
      const other = join(world.dir, 'other');
      rmSync(other, { recursive: true, force: true });
      cpSync(whole, other, { recursive: true });
      rmSync(join(other, 'log'), { recursive: true });
      rmSync(join(other, 'private', 'log.db'));
      publish(other, { key, timeMs: 1 });
      publish(other, { key: fixedKey(ORIGIN, 9), old: key, timeMs: 2 });
      const site = join(world.dir, 'other-site');
      writeReplica(other, site);
      const server = await serveHostile(site);
      const dir = fresh();
      WAYS['a flipped bit']?.(join(dir, 'log', 'tile', '0', '000'));
      rmSync(join(dir, 'log', 'checkpoint'));
      const before = logOf(dir);
      const report = await mend(dir, [replica(server.url), backup(other)]);
      expect(report, word).toMatchObject({ state: 'damaged' });
      expect(logOf(dir)).toEqual(before);
      await server.close();
    }
  });

  it('that lies in every file changes nothing', async () => {
    const dir = fresh();
    rmSync(join(dir, 'log', 'checkpoint'));
    world.server.rules = [{ match: /\/log\//, mode: changed((bytes) => bytes.reverse()) }];
    expect(await mend(dir, [replica()])).toMatchObject({ state: 'damaged' });
    world.server.rules = [];
    expect(await mend(dir, [replica()])).toMatchObject({ state: 'mended' });
  });
});
