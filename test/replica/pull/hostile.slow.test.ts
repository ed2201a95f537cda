/** Hosts that are broken or lie: each scenario of the replica, against a real server made for it. */
/** Three things each time: the error names the cause, what is here stays as it was, requests and memory stay within bounds. */

import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeChunk, generateCheckpoint } from '../../../src/archive/format/format.ts';
import { encodeUtf8 } from '../../../src/base/bytes.ts';
import type { ConversationId } from '../../../src/model/ids.ts';
import type { PullOptions } from '../../../src/replica/pull/pulling.ts';
import { at, chain, START } from '../../archive/turns.ts';
import * as modes from '../hostile-server.ts';
import { fixedKey, vkeyOf } from '../test-publisher.ts';
import { filesOf, KEY, ORIGIN, openPullWorld, type PullWorld, said } from './pull-kit.ts';
import { publishMany, publishRaw } from './raw-log.ts';

let world: PullWorld;
let id: ConversationId;
let other: ConversationId;

/** Two conversations were pulled; then one grew, and that was published. */
beforeEach(async () => {
  world = await openPullWorld();
  id = world.grow(300);
  other = world.grow(5, 'other');
  world.publish();
  await world.pull();
  cpSync(world.site, join(world.dir, 'old'), { recursive: true });
  world.more(id, 20);
  world.publish();
});
afterEach(() => world.close());

const CHECKPOINT = '/archive/log/checkpoint';
const tile = (kind: string, name: string, of = id) => `/archive/conversations/${of}/tile/${kind}/${name}`;
const LOG_TILE = '/archive/log/tile/entries/000.p/4';

/** The pull fails as a whole, says so, and changes nothing. */
async function refused(rules: modes.Rule[], words: RegExp, most = 12, options: Partial<PullOptions> = {}) {
  const before = filesOf(world.copy);
  const asked = world.server.asked.length;
  world.server.rules = rules;
  const error = await world.failure(options);
  expect(error.message).toMatch(words);
  expect(filesOf(world.copy)).toEqual(before);
  expect(world.server.asked.length - asked).toBeLessThanOrEqual(most);
  return error;
}

/** The log is taken, the conversation is not, and the others are as they were. */
async function leftOut(rules: modes.Rule[], words: RegExp, most = 25) {
  const before = filesOf(join(world.copy, 'conversations'));
  const asked = world.server.asked.length;
  world.server.rules = rules;
  const report = await world.pull();
  expect(world.problems.map(({ message }) => message).join('\n')).toMatch(words);
  expect(report).toMatchObject({ failed: 1, pending: 1, pulled: 0 });
  expect(filesOf(join(world.copy, 'conversations'))).toEqual(before);
  expect(world.server.asked.length - asked).toBeLessThanOrEqual(most);
  await heals();
}

/** When the host does as it should again, the copy is equal to the origin. */
async function heals() {
  world.server.rules = [];
  expect(await world.pull()).toMatchObject({ failed: 0, pending: 0 });
  expect(world.read(said)).toEqual(world.read(said, world.origin));
}

describe('R1: bodies that are cut off', () => {
  it.each([
    ['the connection ends', modes.cut(100)],
    ['the length fits what came', modes.changed((bytes) => bytes.subarray(0, bytes.length >> 1))],
    ['something follows', modes.changed((bytes) => Buffer.concat([bytes, Buffer.from('more')]))],
    ['the connection is reset', modes.reset],
  ])('%s: a tile of records', async (_, mode) => {
    await leftOut([{ match: tile('entries', '001.p/66'), mode }], /001\.p\/66|no connection|broke off/);
  });

  it('a payload tile', async () => {
    await leftOut(
      [{ match: tile('payload', '001.p/66'), mode: modes.changed((b) => b.subarray(0, 90)) }],
      /payload\/001\.p\/66/,
    );
  });

  it('one that comes whole at the second try is taken', async () => {
    world.server.rules = [{ match: /tile\/(entries|payload)/, to: 1, mode: modes.cut(10) }];
    expect(await world.pull()).toMatchObject({ failed: 0, pending: 0 });
    await heals();
  });
});

describe('R2: a page with status 200 for a missing file', () => {
  it('is a missing file', async () => {
    await leftOut([{ match: tile('payload', '001.p/66'), mode: modes.html200 }], /the host does not have it/);
  });

  it('is no checkpoint', async () => {
    await refused([{ match: CHECKPOINT, mode: modes.html200 }], /no checkpoint/);
    await heals();
  });
});

describe('R3: encodings that nobody asked for', () => {
  it.each(['gzip', 'br', 'deflate'] as const)('%s is undone', async (encoding) => {
    world.server.rules = [{ match: /./, mode: modes.encoded(encoding) }];
    expect(await world.pull()).toMatchObject({ failed: 0, pending: 0 });
    await heals();
  });

  it('never asks for a part', async () => {
    const ranges: unknown[] = [];
    const mode: modes.Mode = (asked) => {
      ranges.push(asked.request.headers.range);
      modes.honest(asked);
    };
    world.server.rules = [{ match: /./, mode }];
    await world.pull();
    expect(new Set(ranges)).toEqual(new Set([undefined]));
  });

  it('shifted bytes are refused', async () => {
    await leftOut(
      [{ match: tile('entries', '001.p/66'), mode: modes.changed((b) => b.subarray(4)) }],
      /entries\/001\.p\/66/,
    );
  });
});

describe('R4: a new checkpoint with old tiles', () => {
  it('of the archive log: the mirror is behind', async () => {
    const error = await refused(
      [{ match: LOG_TILE, mode: modes.status(404) }],
      /records that the host does not have.*try again later/,
    );
    expect(error).toMatchObject({ kind: 'network' });
    await heals();
  });

  it('of a conversation: it waits, and the log is looked at once more', async () => {
    await leftOut([{ match: new RegExp(`${id}/tile`), mode: modes.status(404) }], /does not have it/);
  });

  it('a checkpoint between two publishes: what is missing comes with the newer one', async () => {
    // the publisher replaces its files while we are in the middle: the old names are gone, the log has grown
    const stale = join(world.dir, 'between');
    cpSync(world.site, stale, { recursive: true });
    world.more(id, 3);
    world.publish();
    world.server.rules = [
      { match: CHECKPOINT, to: 1, mode: modes.fromFolder(stale) },
      { match: LOG_TILE, to: 1, mode: modes.fromFolder(stale) },
    ];
    expect(await world.pull()).toMatchObject({ failed: 0, pending: 0, found: 'grown' });
    expect(world.read(said)).toEqual(world.read(said, world.origin));
  });
});

describe('R5, R6: older states and other histories', () => {
  it('an older checkpoint is stale: nothing is rolled back, and it says so', async () => {
    await world.pull();
    const before = filesOf(world.copy);
    world.server.rules = [{ match: CHECKPOINT, mode: modes.fromFolder(join(world.dir, 'old')) }];
    expect(await world.pull()).toMatchObject({ found: 'stale', requests: 1 });
    expect(filesOf(world.copy)).toEqual(before);
  });

  it.each([
    ['smaller', 2],
    ['of the same size', 3],
    ['greater', 6],
  ])('a history that contradicts ours is refused, and both checkpoints are kept: %s', async (_, count) => {
    const forger = await openPullWorld();
    for (let i = 0; i < count - 1; i++) forger.grow(2, `forged ${i}`);
    forger.publish();
    world.server.folder = forger.site;
    const error = await refused([], /two ways that contradict each other/, 8);
    expect(error).toMatchObject({ code: 'FORKED', kind: 'damaged' });
    const evidence = join(world.copy, 'private', 'evidence');
    const [folder = ''] = readdirSync(evidence);
    expect(readFileSync(join(evidence, folder, 'held.checkpoint'))).toEqual(
      readFileSync(join(world.copy, 'log/checkpoint')),
    );
    expect(readFileSync(join(evidence, folder, 'shown.checkpoint'))).toEqual(
      readFileSync(join(forger.site, 'archive/log/checkpoint')),
    );
    await forger.close();
    world.server.folder = world.site;
    await heals();
  });
});

describe('R7: signatures', () => {
  const signed = (...keys: ReturnType<typeof fixedKey>[]): modes.Mode =>
    modes.changed((bytes) => {
      const [, size = '', root = ''] = bytes.toString().split('\n');
      return encodeUtf8(
        generateCheckpoint({ origin: ORIGIN, size: Number(size), root: Buffer.from(root, 'base64') }, ...keys),
      );
    });

  it.each([
    ['another key of the same name', () => signed(fixedKey(ORIGIN, 9))],
    ['a key of another name', () => signed(fixedKey('example.org/else', 7))],
    ['nobody', () => signed()],
    ['a bit that flipped', () => modes.flipped(-10)],
  ])('a checkpoint that is signed by %s is refused', async (_, mode) => {
    await refused([{ match: CHECKPOINT, mode: mode() }], /another key|not signed|no checkpoint/, 2);
    await heals();
  });

  it('unknown keys beside the known one are nobody’s business, seventeen of them', async () => {
    const others = Array.from({ length: 16 }, (_, i) => fixedKey(`example.org/witness-${i}`, i + 20));
    world.server.rules = [{ match: CHECKPOINT, mode: signed(...others, KEY) }];
    expect(await world.pull()).toMatchObject({ found: 'grown', failed: 0 });
    await heals();
  });

  it('a checkpoint of ten megabytes is not read', async () => {
    const mode = modes.changed((bytes) => Buffer.concat([bytes, Buffer.alloc(10_000_000, '— x AAAA\n')]));
    await refused([{ match: CHECKPOINT, mode }], /longer than the 65536 bytes/, 1);
  });

  it('a conversation’s checkpoint that nobody of this archive signed is not taken', async () => {
    const mode = modes.changed((bytes) =>
      Buffer.from(bytes.toString().replace(/— .*/u, (line) => `${line.slice(0, -8)}AAAAAA==`)),
    );
    await leftOut([{ match: new RegExp(`${id}/checkpoint`), mode }], /signed|signature/);
  });
});

describe('R8: keys that change', () => {
  const NEXT = fixedKey(ORIGIN, 42);

  it('a new key that the old one signed for is taken', async () => {
    await world.pull();
    world.more(id, 2);
    world.publish({ key: NEXT, old: KEY });
    expect(await world.pull()).toMatchObject({ keys: [vkeyOf(KEY), vkeyOf(NEXT)], failed: 0 });
    world.more(id, 2);
    world.publish({ key: NEXT });
    expect(await world.pull()).toMatchObject({ failed: 0, pending: 0 });
    const info = readFileSync(join(world.copy, 'archive.json'), 'utf8');
    expect(JSON.parse(info).keys).toEqual([vkeyOf(KEY), vkeyOf(NEXT)]);
    await heals();
  });

  it('who slept through two of them follows as long as the first key signs on', async () => {
    const third = fixedKey(ORIGIN, 43);
    await world.pull();
    const copy = join(world.dir, 'without');
    cpSync(world.copy, copy, { recursive: true });
    for (const [key, old] of [
      [NEXT, KEY],
      [third, [KEY, NEXT]],
      [third, [KEY, NEXT]],
    ] as const) {
      world.more(id, 2);
      world.publish({ key, old });
    }
    const keys = [KEY, NEXT, third].map(vkeyOf);
    expect(await world.pull()).toMatchObject({ keys, failed: 0, pending: 0 });
    world.more(id, 2);
    world.publish({ key: third, old: NEXT });
    expect(await world.failure({ dir: copy })).toMatchObject({ code: 'UNTRUSTED_KEY' });
    expect(await world.pull()).toMatchObject({ keys, failed: 0, pending: 0 });
  });

  it('one that the old key did not sign for is taken only when a person names it', async () => {
    await world.pull();
    world.more(id, 2);
    world.publish({ key: NEXT });
    await refused([], /another key than the one that is trusted here.*--key/, 2);
    await refused([], /another key/, 2, { accept: [vkeyOf(fixedKey(ORIGIN, 43))] });
    expect(await world.pull({ accept: [vkeyOf(NEXT)] })).toMatchObject({ failed: 0, pending: 0 });
    await heals();
  });

  it('a first pull takes only the key that was named, when one was', async () => {
    const copy = join(world.dir, 'second');
    const error = await world.failure({ dir: copy, accept: [vkeyOf(NEXT)] });
    expect(error).toMatchObject({ code: 'UNTRUSTED_KEY' });
    expect(await world.pull({ dir: copy, accept: [vkeyOf(KEY)] })).toMatchObject({ failed: 0 });
  });
});

describe('R9: files of others', () => {
  it('records of another conversation have another root', async () => {
    const path = `/archive/conversations/${other}/tile/entries/000.p/6`;
    await leftOut([{ match: tile('entries', '001.p/66'), mode: modes.swapped(path) }], /entries\/001\.p\/66|root/);
  });

  it('records in another order, too', async () => {
    const turns = tile('entries', '001.p/66');
    const mode = modes.changed((bytes) => {
      const [a, b] = [bytes.readUInt16BE(0) + 2, bytes.readUInt16BE(bytes.readUInt16BE(0) + 2) + 2];
      return Buffer.concat([bytes.subarray(a, a + b), bytes.subarray(0, a), bytes.subarray(a + b)]);
    });
    await leftOut([{ match: turns, mode }], /root/);
  });

  it('payloads of another tile are not those of these records', async () => {
    await leftOut([{ match: tile('payload', '001.p/66'), mode: modes.swapped(tile('payload', '000')) }], /payload/);
  });

  it('the archive log of somebody else is not followed', async () => {
    const mode = modes.given(generateCheckpoint({ origin: 'example.org/else', size: 9, root: Buffer.alloc(32) }, KEY));
    await refused([{ match: CHECKPOINT, mode }], /that of example\.org\/else/, 1);
  });

  it('one bit in any file it asks for leaves everything as it was', async () => {
    for (const path of [LOG_TILE, tile('entries', '001.p/66'), tile('payload', '001.p/66')]) {
      const before = filesOf(join(world.copy, 'conversations'));
      world.server.rules = [{ match: path, mode: modes.flipped(200) }];
      await world.pull().catch((error: unknown) => expect(error).toMatchObject({ kind: 'damaged' }));
      expect(filesOf(join(world.copy, 'conversations'))).toEqual(before);
    }
    await heals();
  });
});

describe('R11: a publisher that stopped in the middle', () => {
  it('new files without their checkpoint are not looked at', async () => {
    world.server.rules = [{ match: CHECKPOINT, mode: modes.fromFolder(join(world.dir, 'old')) }];
    expect(await world.pull()).toMatchObject({ found: 'same', pulled: 0 });
    await heals();
  });
});

describe('R13 to R15: content that was taken back', () => {
  beforeEach(async () => {
    await world.pull();
    world.write((archive) => archive.withdraw(at(archive.listTurns(id), 310).hash, 1, START));
  });

  it('goes here although a cache still has the old tile', async () => {
    const copy = join(world.dir, 'fresh');
    const old = readFileSync(join(world.site, tile('payload', '001.p/66')));
    world.publish();
    const name = tile('payload', '001.p/67.r1');
    // the old tile, one record longer, so that only its content is of yesterday
    expect(decodeChunk(old, 0).slots).toHaveLength(66);
    expect(await world.pull()).toMatchObject({ failed: 0 });
    const { status } = world.read((archive) => archive.readPayload(at(archive.listTurns(id), 310)));
    expect(status).toBe('withheld');
    expect(await world.pull({ dir: copy })).toMatchObject({ failed: 0 });
    expect(world.server.asked).toContain(name);
    expect(world.read(said, copy)).toEqual(world.read(said, world.origin));
  });

  it('what a host leaves out without a tombstone is an error, and not taken for withdrawn', async () => {
    world.publish();
    const copy = join(world.dir, 'fresh');
    // the tile without the payload, under a log that never took it back
    world.server.rules = [{ match: tile('payload', '000', other), mode: modes.honest }];
    const bytes = readFileSync(join(world.site, tile('payload', '000.p/6', other)));
    const bad = Buffer.from(bytes);
    bad[24] = 3;
    bad.fill(0, 25, 29);
    world.server.rules = [{ match: tile('payload', '000.p/6', other), mode: modes.given(bad) }];
    const report = await world.pull({ dir: copy });
    expect(report.failed).toBe(1);
    expect(world.problems.map(({ message }) => message).join()).toMatch(/no tombstone|chunk|frame|zstd/i);
    expect(world.read((archive) => archive.findConversation(other), copy)).toBeUndefined();
  });
});

describe('R16: frames that lie', () => {
  /** The payload tile with another frame for the same slots. */
  const framed = (change: (frame: Buffer, raw: number) => Uint8Array): modes.Mode =>
    modes.changed((bytes) => {
      const { frameOffset, frameLength, rawLength } = decodeChunk(bytes, 0);
      const frame = Buffer.from(change(bytes.subarray(frameOffset, frameOffset + frameLength), rawLength));
      const head = Buffer.from(bytes.subarray(0, frameOffset));
      head.writeUInt32LE(frame.length, 20);
      return Buffer.concat([head, frame]);
    });
  const SKIPPABLE = Buffer.from('502a4d1804000000deadbeef', 'hex');

  it.each([
    ['a gigabyte of nothing', () => framed(() => zstdCompressSync(Buffer.alloc(2 ** 28)))],
    [
      'no content size',
      () => framed((frame) => Buffer.concat([frame.subarray(0, 4), Buffer.of(0, 0x58), frame.subarray(8)])),
    ],
    [
      'a window of two gigabytes',
      () =>
        framed((frame, raw) => {
          const size = Buffer.alloc(4);
          size.writeUInt32LE(raw);
          return Buffer.concat([frame.subarray(0, 4), Buffer.of(0x80, 0xa8), size, frame.subarray(8)]);
        }),
    ],
    ['bytes behind it', () => framed((frame) => Buffer.concat([frame, Buffer.from('behind')]))],
    ['a second frame', () => framed((frame) => Buffer.concat([frame, frame]))],
    ['a skippable frame', () => framed((frame) => Buffer.concat([SKIPPABLE, frame]))],
    [
      'another size than it has',
      () =>
        framed((frame) => {
          const bad = Buffer.from(frame);
          bad[6] = (bad[6] ?? 0) ^ 0xff;
          return bad;
        }),
    ],
  ])('%s is refused', async (_, mode) => {
    const before = process.memoryUsage().rss;
    await leftOut(
      [{ match: tile('payload', '001.p/66'), mode: mode() }],
      /payload\/001\.p\/66: .*(zstd|frame|declares|window|bytes)/i,
    );
    expect(process.memoryUsage().rss - before).toBeLessThan(400_000_000);
  });

  it('a size that the slots lie about is refused before anything is decoded', async () => {
    const mode = modes.changed((bytes) => {
      bytes.writeUInt32LE(65_536, 25);
      return bytes;
    });
    await leftOut([{ match: tile('payload', '001.p/66'), mode }], /payload\/001\.p\/66/);
  });
});

describe('time and place', () => {
  it('an endless body ends where it may', async () => {
    await leftOut([{ match: tile('entries', '001.p/66'), mode: modes.endless }], /longer than the/);
  });

  it('a redirect within the host is followed, one to a private address is not', async () => {
    world.server.rules = [{ match: LOG_TILE, mode: modes.redirect('http://169.254.169.254/latest/') }];
    await refused(world.server.rules, /169\.254\.169\.254/);
    await refused([{ match: CHECKPOINT, mode: modes.redirect(CHECKPOINT) }], /circle/);
    await refused([{ match: CHECKPOINT, mode: modes.redirect('file:///etc/passwd') }], /only http/);
    await heals();
  });

  it('a host that asks for patience gets some, and no more', async () => {
    world.server.rules = [{ match: CHECKPOINT, to: 2, mode: modes.status(503) }];
    expect(await world.pull()).toMatchObject({ failed: 0 });
    await refused([{ match: CHECKPOINT, mode: modes.status(503) }], /status 503/, 3);
    await refused([{ match: CHECKPOINT, mode: modes.status(403) }], /status 403/, 1);
  });

  it('a host that goes down is left alone after some tries, and what came stays', async () => {
    for (let i = 0; i < 40; i++) world.grow(1, `many ${i}`);
    world.publish();
    const rules = [{ match: /conversations\/.*/, from: 12, mode: modes.reset }];
    world.server.rules = rules;
    const asked = world.server.asked.length;
    const error = await world.failure();
    expect(error.message).toContain('does not answer any more');
    expect(world.server.asked.length - asked).toBeLessThan(80);
    await heals();
  });

  it('a 304 that nobody asked for is asked again', async () => {
    rmSync(join(world.copy, 'private', 'pull.json'));
    world.server.rules = [{ match: CHECKPOINT, to: 1, mode: modes.status(304) }];
    expect(await world.pull()).toMatchObject({ found: 'grown', failed: 0 });
  });

  it('a size beyond all measure is refused before anything is asked for', async () => {
    const mode = modes.given(generateCheckpoint({ origin: ORIGIN, size: 2 ** 50, root: Buffer.alloc(32) }, KEY));
    await refused([{ match: CHECKPOINT, mode }], /at most 16777216/, 1);
  });

  it('a size that shrinks in a log that is signed is refused', async () => {
    const site = join(world.dir, 'shrunk');
    publishRaw(world.origin, site, id, 100);
    world.server.folder = site;
    await refused([], /shrinks from/, 12);
  });

  it('no name but digits and fixed words is ever asked for', async () => {
    expect(chain(1, 'x')).toHaveLength(1);
    await world.pull();
    for (const path of world.server.asked)
      expect(path).toMatch(
        /^\/archive\/(archive\.json|(log|conversations\/[0-9a-f]{64})\/(checkpoint|tile\/(entries|payload)\/(x\d{3}\/)*\d{3}(\.p\/\d+)?(\.r\d+)?)|blobs\/[0-9a-f]{2}\/[0-9a-f]{64}\.zst)$/,
      );
  });
});

it('a thousand conversations that are announced and not there are counted, and told a hundred times', async () => {
  const count = 1000;
  const announced = join(world.dir, 'announced');
  publishMany(announced, count);
  world.server.folder = announced;
  const report = await world.pull({ dir: join(world.dir, 'second') });
  expect(report).toMatchObject({ failed: count, pending: count, pulled: 0 });
  expect(world.problems).toHaveLength(101);
  expect(world.problems.at(-1)).toMatchObject({ code: 'LAGGING_REPLICA', count: count - 100 });
  expect(report.requests).toBeLessThan(count + 20);
});

it('of a host that has nothing of what it announces some are asked for, and the next pull goes on there', async () => {
  const count = 2500;
  const announced = join(world.dir, 'empty');
  publishMany(announced, count);
  world.server.folder = announced;
  const dir = join(world.dir, 'third');
  const first = await world.pull({ dir });
  expect(first).toMatchObject({ pending: count, pulled: 0 });
  expect(first.failed).toBeLessThan(1100);
  expect(first.requests).toBeLessThan(1100);
  expect(world.problems.map(({ message }) => message)).toContainEqual(
    expect.stringContaining('left for the next pull'),
  );
  const second = await world.pull({ dir });
  expect(first.failed + second.failed).toBeGreaterThan(2000);
  const third = await world.pull({ dir });
  expect(first.failed + second.failed + third.failed).toBe(count);
});
