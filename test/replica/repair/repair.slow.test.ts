/** An archive that is damaged on purpose, one file in one way at a time, is made what it was; liars change nothing. */
/** Sources are a backup's folder, and a replica on a real server. */

import { cpSync, existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ArchiveWriter, mendInfo, openArchive } from '../../../src/archive/archive.ts';
import { silentLog } from '../../../src/base/log.ts';
import { Fetcher } from '../../../src/replica/pull/pulling.ts';
import {
  type GoodSource,
  openFolderSource,
  openReplicaSource,
  type RepairReport,
  repair,
} from '../../../src/replica/replica.ts';
import { at, chain, rawTurn, START } from '../../archive/turns.ts';
import { changed } from '../hostile-server.ts';
import { filesOf, KEY, openPullWorld, type PullWorld, said } from '../pull/pull-kit.ts';

let world: PullWorld;
let whole: string;
let fetcher: Fetcher;

beforeAll(async () => {
  world = await openPullWorld();
  const id = world.grow(300, 'long');
  world.grow(5, 'short');
  const big = rawTurn(null, new Uint8Array(100_000).fill(65));
  world.write((archive) => {
    archive.append({ turns: [big], heads: [{ conversation: big.hash, name: 'main', turn: big.hash }] });
    archive.append({ turns: [], metas: [{ conversation: id, meta: { title: 'A long one' }, timeMs: START }] });
    archive.withdraw(at(archive.listTurns(id), 3).hash, 1, START);
  });
  world.publish({ key: KEY });
  whole = join(world.dir, 'whole');
  cpSync(world.origin, whole, { recursive: true });
  fetcher = new Fetcher({ allowHosts: [world.server.host], typed: [world.server.url], userAgent: 'turnpress/test' });
});

afterAll(async () => {
  fetcher.close();
  await world.close();
});

/** The archive as it was, in a folder of its own. */
function fresh(): string {
  const dir = join(world.dir, 'damaged');
  rmSync(dir, { recursive: true, force: true });
  cpSync(whole, dir, { recursive: true, preserveTimestamps: true });
  return dir;
}

async function mend(dir: string, sources: readonly GoodSource[], dry = false): Promise<RepairReport> {
  mendInfo(dir);
  const archive: ArchiveWriter = openArchive(dir, { mode: 'write' });
  try {
    return await repair({ archive, sources, dry, log: silentLog });
  } finally {
    archive.close();
    for (const source of sources) source.close();
  }
}

const backup = () => openFolderSource(whole, 'backup', false);
const replica = () => openReplicaSource(`${world.server.url}/archive/`, fetcher, 1);

const WAYS: Readonly<Record<string, (file: string) => void>> = {
  'a flipped bit': (file) => {
    const bytes = readFileSync(file);
    const place = Math.floor(bytes.length / 2);
    bytes[place] = at([...bytes], place) ^ 1;
    writeFileSync(file, bytes);
  },
  'the file gone': (file) => rmSync(file),
  'half of the file gone': (file) => truncateSync(file, Math.floor(readFileSync(file).length / 2)),
};

function damageable(): readonly string[] {
  return Object.keys(filesOf(whole)).filter((name) => /^(archive\.json$|conversations|blobs)/.test(name));
}

/** Equal but for payload tiles, which are equal in what they say. */
function expectWhole(dir: string): void {
  const plain = (folder: string) =>
    Object.entries(filesOf(folder)).filter(([name]) => !name.includes('/payload/') && !name.startsWith('log'));
  expect(plain(dir)).toEqual(plain(whole));
  expect(world.read(said, dir)).toEqual(world.read(said, whole));
  const archive = openArchive(dir, { mode: 'read' });
  expect(archive.verify().damage).toEqual([]);
  archive.close();
}

describe.each([
  ['a backup', backup],
  ['a replica', replica],
])('from %s', (_, open) => {
  it.each(Object.keys(WAYS))('every file is made what it was: %s', async (way) => {
    for (const name of damageable()) {
      const dir = fresh();
      WAYS[way]?.(join(dir, name));
      const report = await mend(dir, [open()]);
      expect(report.left, name).toEqual([]);
      expectWhole(dir);
    }
  });

  it('a conversation whose folder is gone comes back whole, without what was taken back', async () => {
    const dir = fresh();
    rmSync(join(dir, 'conversations'), { recursive: true });
    rmSync(join(dir, 'blobs'), { recursive: true });
    const report = await mend(dir, [open()]);
    expect(report.left).toEqual([]);
    expect(report.logs).toHaveLength(3);
    expectWhole(dir);
  });

  it('records and their leaf hashes that are gone together come back', async () => {
    const dir = fresh();
    for (const name of damageable()) if (/tile\/(0|entries)\//.test(name)) rmSync(join(dir, name));
    expect((await mend(dir, [open()])).left).toEqual([]);
    expectWhole(dir);
  });

  it('says what it would do, and does nothing', async () => {
    const dir = fresh();
    const name = at(
      damageable().filter((each) => each.endsWith('entries/000')),
      0,
    );
    WAYS['a flipped bit']?.(join(dir, name));
    const before = filesOf(dir);
    const report = await mend(dir, [open()], true);
    expect(report.logs).toHaveLength(1);
    expect(report.left).not.toEqual([]);
    expect(filesOf(dir)).toEqual(before);
  });
});

describe('sources that do not have it', () => {
  const damaged = (dir: string) => {
    for (const name of damageable())
      if (/tile\/(0|entries|payload)\/000$|\.zst$/.test(name)) WAYS['half of the file gone']?.(join(dir, name));
  };

  it('an earlier backup gives what it has, and a later log changes nothing', async () => {
    const dir = fresh();
    const other = join(world.dir, 'later');
    cpSync(whole, other, { recursive: true });
    const later = openArchive(other, { mode: 'write' });
    for (const { id } of [...later.walkConversations()]) {
      const parent = { ...at(later.listTurns(id), -1), payload: new Uint8Array(0) };
      const turns = chain(3, 'later', parent);
      later.append({ turns, heads: [{ conversation: id, name: 'main', turn: at(turns, -1).hash }] });
    }
    later.close();
    damaged(dir);
    expect((await mend(dir, [openFolderSource(other, 'later', false)])).left).toEqual([]);
    expectWhole(dir);
    rmSync(other, { recursive: true });
  });

  it('a host that lies in every file changes nothing', async () => {
    const dir = fresh();
    damaged(dir);
    const before = filesOf(dir);
    const path = /^\/archive\/(conversations|blobs)/;
    const lies = changed((bytes) => bytes.map((byte, i) => (i % 7 === 3 ? byte ^ 4 : byte)));
    world.server.rules.push({ match: path, mode: lies });
    const report = await mend(dir, [replica()]);
    world.server.rules.pop();
    expect(report.left).not.toEqual([]);
    expect(report.away).toEqual([]);
    expect(filesOf(dir)).toEqual(before);
  });

  it('a host that is away is named, and the backup behind it mends', async () => {
    const dir = fresh();
    damaged(dir);
    const away = () => openReplicaSource('http://127.0.0.1:1/archive/', fetcher, 1);
    const report = await mend(dir, [away()]);
    expect(report.left).not.toEqual([]);
    expect(report.away).toEqual(['http://127.0.0.1:1/archive/']);
    expect((await mend(dir, [away(), backup()])).left).toEqual([]);
    expectWhole(dir);
  });

  it('what stood in the way is kept', async () => {
    const dir = fresh();
    damaged(dir);
    await mend(dir, [backup()]);
    expect(existsSync(join(dir, 'private', 'quarantine'))).toBe(true);
  });
});
