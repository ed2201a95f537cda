import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog, silentProgress } from '../../../src/base/log.ts';
import type { ConversationId } from '../../../src/model/ids.ts';
import { verifyLog } from '../../../src/replica/log/log.ts';
import { at, itemTurn, rawTurn, START, textTurn } from '../../archive/turns.ts';
import { status } from '../hostile-server.ts';
import { vkeyOf, writeReplica } from '../test-publisher.ts';
import { filesOf, KEY, ORIGIN, openPullWorld, type PullWorld, said } from './pull-kit.ts';

let world: PullWorld;
beforeEach(async () => {
  world = await openPullWorld();
});
afterEach(() => world.close());

/** The copy says all that the origin published, no more and no less, and is whole. */
function expectEqual(): void {
  const [ours, theirs] = [world.read(said), world.read(said, world.origin)];
  expect(ours).toEqual(theirs);
  const report = world.read((archive) => archive.verify());
  expect({ damage: report.damage, complete: report.complete }).toEqual({ damage: [], complete: true });
}

describe('a pull', () => {
  it('takes everything that was published, and nothing else', async () => {
    const first = world.grow(600);
    const second = world.grow(3, 'second');
    world.write((archive) => {
      const root = at(archive.listTurns(second), 0);
      const side = textTurn({ ...root, payload: new Uint8Array(0) }, 'another way', START);
      const large = rawTurn(side, Buffer.alloc(200_000, 'large'));
      const meta = { title: 'A title', project: '~/dev/x' };
      archive.append({
        turns: [side, large],
        heads: [{ conversation: second, name: 'b-12345678', turn: large.hash }],
        metas: [{ conversation: second, meta, timeMs: START }],
      });
    });
    world.publish();
    const report = await world.pull();
    expect(world.problems).toEqual([]);
    expect(report).toMatchObject({
      found: 'grown',
      pulled: 2,
      failed: 0,
      pending: 0,
      keys: [vkeyOf(KEY)],
      newlyTrusted: true,
    });
    expectEqual();
    expect(first).not.toBe(second);
  });

  it('a copy publishes the same replica, byte for byte', async () => {
    world.grow(300);
    world.grow(2, 'small');
    world.publish();
    await world.pull();
    const mirror = join(world.dir, 'mirror');
    writeReplica(world.copy, mirror);
    expect(filesOf(mirror)).toEqual(filesOf(world.site));
  });

  it('with nothing new is one request without a body', async () => {
    world.grow(3);
    world.publish();
    await world.pull();
    const before = world.server.asked.length;
    const report = await world.pull();
    expect(world.server.asked.slice(before)).toEqual(['/archive/log/checkpoint']);
    expect(report).toMatchObject({ found: 'same', requests: 1, bytes: 0 });
  });

  it('looks at the copy when it is not as the last pull left it, whatever the host says', async () => {
    const [first] = [world.grow(3), world.grow(2, 'later')];
    world.publish();
    await world.pull({ only: first.slice(0, 16) });
    expect(await world.pull()).toMatchObject({ found: 'same', pulled: 1, pending: 0 });
    expectEqual();
    rmSync(join(world.copy, 'log', 'checkpoint'));
    await world.failure();
    expect(existsSync(join(world.copy, 'private', 'lock'))).toBe(false);
  });

  it('ten turns more are few requests and few bytes, also in a long conversation', async () => {
    const id = world.grow(700);
    for (let i = 0; i < 20; i++) world.grow(2, `other ${i}`);
    world.publish();
    await world.pull();
    world.more(id, 10);
    world.publish();
    const report = await world.pull();
    expect(report).toMatchObject({ found: 'grown', pulled: 1, turns: 10 });
    expect(report.requests).toBeLessThan(10);
    expect(report.bytes).toBeLessThan(100_000);
    expectEqual();
  });

  it('is the same at the end whatever the steps were', async () => {
    const id = world.grow(1);
    for (const count of [1, 250, 5, 300]) {
      world.more(id, count);
      world.publish();
      await world.pull();
      expectEqual();
    }
  });

  it('takes tombstones: content goes here, too, and one that was never here is not missed', async () => {
    const id = world.grow(5);
    world.publish();
    await world.pull();
    const blob = world.write((archive) => {
      const turns = archive.listTurns(id);
      archive.withdraw(at(turns, 2).hash, 1, START);
      const large = rawTurn({ ...at(turns, 4), payload: new Uint8Array(0) }, Buffer.alloc(100_000, 'canary'));
      archive.append({ turns: [large] });
      archive.withdraw(large.hash, 1, START);
      return large.payloadHash;
    });
    world.publish();
    const report = await world.pull();
    expect(report.failed).toBe(0);
    expectEqual();
    expect(world.read((archive) => archive.hasBlob(blob))).toBe(false);
    const payloads = world.read((archive) => archive.readPayloads(archive.listTurns(id)).map(({ status }) => status));
    expect(payloads).toEqual(['present', 'present', 'withheld', 'present', 'present', 'withheld']);
  });

  it('takes a withdrawn conversation out, with every byte, and takes it again when it is published again', async () => {
    const [keep, gone] = [world.grow(3, 'keep'), world.grow(3, 'canary')];
    world.publish();
    await world.pull();
    world.read((archive) => expect(archive.search({ text: 'canary' })).not.toEqual([]));
    world.publish({ key: KEY, withdraw: [gone] });
    expect(await world.pull()).toMatchObject({ removed: 1, failed: 0, pending: 0 });
    const left = world.read((archive) => ({
      ids: [...archive.walkConversations()].map(({ id }) => id),
      hits: archive.search({ text: 'canary' }),
      damage: archive.damage,
    }));
    expect(left).toEqual({ ids: [keep], hits: [], damage: [] });
    expect(existsSync(join(world.copy, 'conversations', gone))).toBe(false);
    expect(existsSync(join(world.copy, 'private', 'removed'))).toBe(false);
    world.publish();
    await world.pull();
    expectEqual();
  });

  it('takes pictures that are published, and does not miss those that are not', async () => {
    const id = world.write((archive) => {
      const hash = archive.putBlob(Buffer.from('no picture at all'));
      const blob = { type: 'blob' as const, modality: 'document' as const, mime_type: 'text/plain', hash, size: 17 };
      const turn = itemTurn(null, { role: 'user', parts: [{ type: 'text', content: 'look' }, blob] });
      archive.append({ turns: [turn] });
      return turn.hash as ConversationId;
    });
    world.publish();
    expect(await world.pull()).toMatchObject({ failed: 0, pulled: 1 });
    expect(world.read((archive) => archive.listTurns(id))).toHaveLength(1);
    const { damage } = world.read((archive) => archive.verify());
    expect(damage).toEqual([]);
  });

  it('does without the memory of what is held: it is asked of the archive', async () => {
    const id = world.grow(300);
    world.publish();
    await world.pull();
    rmSync(join(world.copy, 'private', 'log.db'));
    const before = filesOf(world.copy);
    const report = await world.pull();
    expect(report).toMatchObject({ found: 'same', pending: 0, turns: 0 });
    expect(filesOf(world.copy)).toEqual(before);
    expect(id).toHaveLength(64);
  });

  it('does not ask every time for a conversation that the host hides, but when the log moves or a day has passed', async () => {
    const hidden = world.grow(3, 'hidden');
    world.grow(3, 'shown');
    world.publish();
    world.server.rules = [{ match: new RegExp(hidden), mode: status(404) }];
    expect(await world.pull()).toMatchObject({ failed: 1, pending: 1, pulled: 1 });
    expect(await world.pull()).toMatchObject({ failed: 0, pending: 1, requests: 1 });
    const tomorrow = () => START + 25 * 60 * 60 * 1000;
    expect(await world.pull({ nowMs: tomorrow })).toMatchObject({ failed: 1, pending: 1 });
    world.grow(1, 'another');
    world.publish();
    world.server.rules = [];
    expect(await world.pull({ nowMs: tomorrow })).toMatchObject({ failed: 0, pending: 0, pulled: 2 });
    expectEqual();
  });

  it('keeps payload tiles as they were published, and takes many conversations out at once', async () => {
    const ids = Array.from({ length: 5 }, (_, i) => world.grow(i === 0 ? 300 : 2, `chat ${i}`));
    world.publish();
    await world.pull();
    const tileOf = (dir: string, name: string) =>
      readFileSync(join(dir, 'conversations', ids[0] ?? '', 'tile/payload', name));
    expect(tileOf(world.copy, '000')).toEqual(tileOf(join(world.site, 'archive'), '000'));
    expect(tileOf(world.copy, '001')).toEqual(tileOf(join(world.site, 'archive'), '001.p/45'));
    world.publish({ key: KEY, withdraw: ids.slice(1, 4) });
    expect(await world.pull()).toMatchObject({ removed: 3, failed: 0, pending: 0 });
    expect(world.read((archive) => archive.countConversations().conversations)).toBe(2);
    expect(world.read((archive) => archive.verify().damage)).toEqual([]);
  });

  it('an unsigned archive is pulled and said to be unsigned', async () => {
    world.grow(3);
    world.publish({});
    expect(await world.pull()).toMatchObject({ keys: [], newlyTrusted: false, pulled: 1 });
    expectEqual();
  });

  it('remembers where it was, and whose keys it trusts since when', async () => {
    world.grow(3);
    world.publish();
    await world.pull();
    const state = JSON.parse(readFileSync(join(world.copy, 'private', 'pull.json'), 'utf8'));
    expect(state).toMatchObject({
      address: `${world.server.url}/archive/`,
      keys: [{ key: vkeyOf(KEY), since: new Date(START).toISOString() }],
      validators: { size: 2 },
    });
  });
});

it('what did not come yet is no damage, and what was held and is gone is', async () => {
  const [here, later] = [world.grow(3, 'here'), world.grow(2, 'later')];
  world.publish();
  await world.pull({ only: here.slice(0, 16) });
  const verify = () => verifyLog({ dir: world.copy, origin: ORIGIN, log: silentLog, pulled: true });
  expect(verify()).toMatchObject({ published: 2, pending: 1, damage: [], notes: [] });
  await world.pull();
  expect(verify()).toMatchObject({ pending: 0, damage: [], notes: [] });
  rmSync(join(world.copy, 'conversations', later), { recursive: true });
  expect(verify()).toMatchObject({ pending: 0, damage: [{ conversation: later }] });
});

it('hands out what lets go of the copy, for as long as it holds it', async () => {
  world.grow(3);
  world.publish();
  const lock = join(world.copy, 'private', 'lock');
  const held: (() => void)[] = [];
  const hold = (release: () => void) => {
    held.push(release);
    return () => void held.pop();
  };
  const seen: boolean[] = [];
  const progress = { ...silentProgress, advance: () => void seen.push(held.length === 1 && existsSync(lock)) };
  await world.pull({ hold, progress });
  expect(new Set(seen)).toEqual(new Set([true]));
  expect([held.length, existsSync(lock)]).toEqual([0, false]);
});
