/** R10: a pull that is stopped before any one of its writes leaves a whole copy, and the next pull goes on from there. */
/** What stands on the disk before each write is kept, as a kill -9 would leave it; then each of those copies is read, and some go on. */

import { cpSync, existsSync, lstatSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ArchiveReader, isDamage } from '../../../src/archive/archive.ts';
import { silentLog } from '../../../src/base/log.ts';
import type { ConversationId } from '../../../src/model/ids.ts';
import { verifyLog } from '../../../src/replica/log/log.ts';
import { at, rawTurn } from '../../archive/turns.ts';
import { findCanary } from '../../archive/withdraw/find-canary.ts';
import { armDisk } from '../../whole/failing-disk.ts';
import { KEY, ORIGIN, openPullWorld, type PullWorld, said } from './pull-kit.ts';

let world: PullWorld;
let snapshots: string;

beforeEach(async () => {
  world = await openPullWorld();
  snapshots = join(world.dir, 'stopped');
});
afterEach(() => world.close());

/** Of so many copies one is pulled; all are read. */
const PULLED = 3;
/** Calls that change what stands on the disk. */
const WRITES = /^(?:write|rename|mkdir|link|ftruncate|writeFile|copyFile|unlink|rm|rmdir) |^sqlite exec$/;

interface Stopped {
  readonly call: string;
  readonly dir: string;
}

/** Pulls, and returns the copy as it was before each write. */
async function pullWatched(): Promise<readonly Stopped[]> {
  const stopped: Stopped[] = [];
  let last = '';
  rmSync(snapshots, { recursive: true, force: true });
  const before = (call: string) => {
    if (!WRITES.test(call) || !existsSync(join(world.copy, 'archive.json'))) return;
    const now = stateOf(world.copy);
    if (now === last) return;
    last = now;
    const dir = join(snapshots, String(stopped.length));
    cpSync(world.copy, dir, { recursive: true });
    leaveLock(dir);
    stopped.push({ call, dir });
  };
  const armed = armDisk({ root: world.copy, at: 0, code: 'EIO', before });
  try {
    expect(await world.pull()).toMatchObject({ failed: 0, pending: 0 });
  } finally {
    armed.disarm();
  }
  return stopped;
}

/** Changes when a file does. */
function stateOf(dir: string): string {
  const names = readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) => !name.endsWith('-shm'));
  return names
    .map((name) => {
      const { size, mtimeNs, ino } = lstatSync(join(dir, name), { bigint: true });
      return `${name} ${size} ${mtimeNs} ${ino}`;
    })
    .join('\n');
}

/** The process that held it is gone. */
function leaveLock(dir: string): void {
  const lock = join(dir, 'private', 'lock');
  if (existsSync(lock)) writeFileSync(lock, readFileSync(lock, 'utf8').replace(/"pid":\d+/, `"pid":${2 ** 30}`));
}

/** Everything that `verify` would call damaged, and all that opening finds. */
function damageIn(dir: string): readonly string[] {
  const found = world.read((archive) => [...archive.damage.filter(isDamage), ...archive.verify().damage], dir);
  const log = verifyLog({ dir, origin: ORIGIN, log: silentLog, pulled: true });
  return [...found, ...log.damage].map(({ kind, file, message }) => `${kind} ${file}: ${message}`);
}

type Contents = ReadonlyMap<string, string | undefined>;

function contentsOf(archive: ArchiveReader): Contents {
  return new Map(said(archive).flatMap(({ turns, payloads }) => turns.map(({ hash }, i) => [hash, payloads[i]])));
}

/** Nothing is shown that the origin did not say, before or now. */
function strangersIn(dir: string, allowed: readonly Contents[]): readonly string[] {
  const shown = world.read(contentsOf, dir);
  return [...shown].flatMap(([hash, payload]) =>
    payload === 'withheld' || allowed.some((each) => each.get(hash) === payload) ? [] : [`${hash}: ${payload}`],
  );
}

interface Expected {
  /** What the origin said, before and now. */
  readonly allowed: readonly Contents[];
  /** Stands in no file afterwards. */
  readonly canary?: string;
  readonly gone?: ConversationId;
}

async function expectHeld(stopped: readonly Stopped[], { allowed, canary, gone }: Expected): Promise<void> {
  expect(stopped.length).toBeGreaterThan(20);
  const wanted = world.read(said, world.origin).filter(({ summary }) => summary.id !== gone);
  const wrong: unknown[] = [];
  for (const [i, { call, dir }] of stopped.entries()) {
    const found = [...damageIn(dir), ...strangersIn(dir, allowed)];
    if (i % PULLED === 0) found.push(...(await pullAfter(dir, wanted, canary)));
    if (found.length > 0) wrong.push({ i, call, found });
    rmSync(dir, { recursive: true });
  }
  expect(wrong).toEqual([]);
}

/** What is not as it should be when the pull has gone on. */
async function pullAfter(dir: string, wanted: unknown, canary: string | undefined): Promise<readonly string[]> {
  const { failed, pending } = await world.pull({ dir });
  const left = canary === undefined ? [] : findCanary(dir, canary);
  const isEqual = isDeepStrictEqual(world.read(said, dir), wanted);
  return [
    ...damageIn(dir),
    ...left.map((file) => `${file} holds what was taken back`),
    ...(failed + pending === 0 ? [] : world.problems.map(({ message }) => message)),
    ...(isEqual ? [] : ['it says something else than its origin']),
  ];
}

/** Takes the payload of the `n`th turn back. */
function withdraw(id: ConversationId, n: number): void {
  world.write((archive) => archive.withdraw(at(archive.listTurns(id), n).hash, 1, 1));
}

it('a first pull', async () => {
  const long = world.grow(300, 'long');
  // in the second tile stands the tombstone of a turn in the first
  withdraw(long, 5);
  world.grow(3, 'short');
  world.write((archive) => archive.append({ turns: [rawTurn(null, Buffer.alloc(70_000, 'large'))] }));
  world.publish();
  await expectHeld(await pullWatched(), { allowed: [world.read(contentsOf, world.origin)] });
});

it('a pull of what grew, was taken back and went out of sight', async () => {
  const canary = 'taken back by its owner';
  const [long, short, gone] = [world.grow(250, 'long'), world.grow(3, canary), world.grow(4, 'gone')];
  const [large] = world.write((archive) => {
    const turns = [rawTurn(null, Buffer.from(`${canary} ${'large'.repeat(20_000)}`))];
    archive.append({ turns });
    return turns.map(({ hash }) => hash);
  });
  world.publish();
  await world.pull();
  const before = world.read(contentsOf, world.origin);
  for (const n of [0, 1, 2]) withdraw(short, n);
  if (large !== undefined) withdraw(large as ConversationId, 0);
  world.more(long, 40);
  world.grow(2, 'new');
  world.publish({ key: KEY, withdraw: [gone] });
  const now = world.read(contentsOf, world.origin);
  await expectHeld(await pullWatched(), { allowed: [before, now], canary, gone });
});
