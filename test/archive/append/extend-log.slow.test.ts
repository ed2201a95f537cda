/** A log pulled from another archive: the same bytes in the end, nothing that does not fit, and finished or not begun after a crash. */
/** The origin is an archive of its own, with a key, a fork, metas, blobs and tombstones. */

import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  type ArchiveWriter,
  createArchive,
  ForeignLogError,
  NotAnExtensionError,
  NotFoundError,
  openArchive,
  RecordError,
  WriteRefusedError,
} from '../../../src/archive/archive.ts';
import {
  emptyFrontier,
  encodeChunk,
  encodeHead,
  encodeTombstone,
  generateCheckpoint,
  leafHash,
  type PayloadEntry,
  parseCheckpoint,
  rootOfLeaves,
  TilePayloads,
} from '../../../src/archive/format/format.ts';
import { type Disk, makeFolders, readFile, realDisk, replaceFile } from '../../../src/base/disk.ts';
import { createMemoryDisk } from '../../../src/base/memory-disk.ts';
import { PowerCut, SimulatedDisk, seeded } from '../simulated-disk.ts';
import { at, chain, rawTurn } from '../turns.ts';
import { extend, extensionOf, type PulledLog, pull } from './pull.ts';

const FAR = 'far.example.org/archive';
const turns = chain(270, 'far');
const fork = chain(3, 'fork', at(turns, 5));
const large = rawTurn(at(fork, -1), Buffer.alloc(70_000, 'far away '));
const id = at(turns, 0).hash;

/** The origin after each of its commits. */
interface Origin {
  readonly disk: Disk;
  readonly archive: ArchiveWriter;
}

function makeOrigin(): Origin {
  const disk = createMemoryDisk();
  createArchive('/far', { origin: FAR, nowMs: 0, disk });
  makeFolders(disk, '/far/private/keys');
  const key = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
  replaceFile(disk, '/far/private/keys/archive.ed25519', '/far/private/k.tmp', Buffer.from(key));
  return { disk, archive: openArchive('/far', { mode: 'write', disk, indexPath: ':memory:' }) };
}

/** Three states: a beginning; more than a tile, with a fork, a blob and metas; and with things taken back. */
const steps: readonly ((archive: ArchiveWriter) => void)[] = [
  (archive) =>
    archive.append({
      turns: turns.slice(0, 20),
      heads: [{ conversation: id, name: 'main', turn: at(turns, 19).hash }],
      metas: [{ conversation: id, meta: { title: 'a title to be taken back' }, timeMs: 1 }],
    }),
  (archive) =>
    archive.append({
      turns: [...turns, ...fork, large],
      heads: [{ conversation: id, name: 'main', turn: at(turns, -1).hash }],
      metas: [{ conversation: id, meta: { title: 'another title', agent: 'x' }, timeMs: 2 }],
    }),
  (archive) => {
    archive.withdraw(at(turns, 3).hash, 1, 99);
    archive.withdraw(large.hash, 2, 99);
    archive.withdrawMeta(id, 2, 99);
    archive.append({ turns: [], metas: [{ conversation: id, meta: { agent: 'x' }, timeMs: 3 }] });
  },
];

/** Pulls what is new, as far as the origin is now. */
async function follow({ disk }: Origin, into: ArchiveWriter) {
  const from = into.findConversation(id)?.size ?? 0;
  const news = pull(disk, '/far', id, from, into);
  return news.records.length === 0 ? { turns: 0 } : await extend(into, extensionOf(news));
}

/** What a reader sees of the conversation. */
function view(archive: ArchiveWriter) {
  const { origin: _, ...summary } = archive.getConversation(id);
  const logged = archive.listTurns(id);
  const payloads = archive.readPayloads(logged).map((payload) => ({ ...payload, bytes: textOf(payload) }));
  return { summary, logged, payloads, heads: archive.listHeads(id), tombstones: archive.listTombstones(id) };
}

function textOf(payload: object): string {
  return 'bytes' in payload && payload.bytes instanceof Uint8Array ? Buffer.from(payload.bytes).toString('latin1') : '';
}

const folder = mkdtempSync(join(tmpdir(), 'turnpress-extend-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let number = 0;

interface Harness {
  readonly disk: Disk;
  readonly dir: string;
  readonly open: () => ArchiveWriter;
}

const harnesses: readonly { readonly name: string; readonly make: () => Harness }[] = [
  {
    name: 'on disk',
    make: () => {
      const dir = join(folder, String(number++));
      createArchive(dir, { origin: 'near.example.org/archive', nowMs: 0 });
      return { disk: realDisk, dir, open: () => openArchive(dir, { mode: 'write' }) };
    },
  },
  {
    name: 'in memory, where reopening rebuilds the index',
    make: () => {
      const disk = createMemoryDisk();
      createArchive('/near', { origin: 'near.example.org/archive', nowMs: 0, disk });
      return { disk, dir: '/near', open: () => openArchive('/near', { mode: 'write', disk, indexPath: ':memory:' }) };
    },
  },
];

describe.each(harnesses)('a pulled log $name', ({ make }) => {
  it('is the same conversation after each step, also when opened again, with the checkpoint byte for byte', async () => {
    const origin = makeOrigin();
    const harness = make();
    let near = harness.open();
    for (const step of steps) {
      step(origin.archive);
      await follow(origin, near);
      for (const reopened of [false, true]) {
        if (reopened) {
          near.close();
          near = harness.open();
        }
        expect(view(near)).toEqual(view(origin.archive));
        expect(near.getConversation(id).origin).toBe(FAR);
        expect(near.verify().damage).toEqual([]);
      }
      const file = `conversations/${id}/checkpoint`;
      expect(readFile(harness.disk, `${harness.dir}/${file}`)).toEqual(readFile(origin.disk, `/far/${file}`));
    }
    expect(near.hasBlob(large.payloadHash)).toBe(false);
    near.close();
  });

  it('that is pulled at once, or again, ends the same', async () => {
    const origin = makeOrigin();
    for (const step of steps) step(origin.archive);
    const near = make().open();
    expect(await follow(origin, near)).toMatchObject({ turns: 274 });
    expect(view(near)).toEqual(view(origin.archive));
    expect(await follow(origin, near)).toMatchObject({ turns: 0 });
    expect(near.verify().damage).toEqual([]);
    near.close();
  });

  it('is added to by its own archive alone', async () => {
    const origin = makeOrigin();
    at(steps, 0)(origin.archive);
    const harness = make();
    let near = harness.open();
    await follow(origin, near);
    for (const reopened of [false, true]) {
      if (reopened) {
        near.close();
        near = harness.open();
      }
      expect(() => near.append({ turns })).toThrow(ForeignLogError);
      expect(() => near.append({ turns: [], metas: [{ conversation: id, meta: {}, timeMs: 1 }] })).toThrow(FAR);
      expect(() => near.withdraw(at(turns, 1).hash, 0, 1)).toThrow(ForeignLogError);
      expect(() => near.withdrawMeta(id, 0, 1)).toThrow(ForeignLogError);
      expect(near.append({ turns: chain(2, `own ${reopened}`) }).newTurns).toBe(2);
      expect(view(near)).toEqual(view(origin.archive));
    }
    near.close();
  });
});

describe('an extension that does not fit', () => {
  const origin = makeOrigin();
  at(steps, 0)(origin.archive);
  const first = pull(origin.disk, '/far', id, 0);
  at(steps, 1)(origin.archive);
  const more = pull(origin.disk, '/far', id, first.records.length);
  const sizeNow = first.records.length + more.records.length;

  /** With other records after those of `first`, and a checkpoint that counts them rightly. */
  function forged(records: readonly Uint8Array[], payloads: readonly PayloadEntry[]): PulledLog {
    const all = [...first.records, ...records];
    const root = rootOfLeaves(all.map(leafHash));
    const text = generateCheckpoint({ origin: `${FAR}/${id}`, size: all.length, root });
    return { ...more, records, payloads: [...first.payloads, ...payloads], checkpoint: Buffer.from(text) };
  }
  const nothing = { tag: 'none' } as const;
  const none = (records: readonly Uint8Array[]) => forged(records, Array(records.length).fill(nothing));
  const elsewhere = at(chain(1, 'elsewhere'), 0).hash;
  const checkpointWith = (change: (text: string) => string): PulledLog => ({
    ...more,
    checkpoint: Buffer.from(change(Buffer.from(more.checkpoint).toString())),
  });
  /** Every payload that is new. */
  const payloadsWith = (change: (entry: PayloadEntry) => PayloadEntry): PulledLog => ({
    ...more,
    payloads: more.payloads.map((entry, i) => (i < first.records.length ? entry : change(entry))),
  });

  it.each<[string, PulledLog, typeof RecordError | typeof NotAnExtensionError | typeof NotFoundError]>([
    ['an older checkpoint', { ...more, records: [], payloads: [], checkpoint: new Uint8Array(0) }, RecordError],
    ['no record', { ...more, records: [], payloads: [] }, NotAnExtensionError],
    [
      'a record less',
      { ...more, records: more.records.slice(1), payloads: more.payloads.slice(1) },
      NotAnExtensionError,
    ],
    ['a log that does not begin where the one here ends', { ...more, start: emptyFrontier }, NotAnExtensionError],
    ['the checkpoint of before', { ...more, checkpoint: first.checkpoint }, NotAnExtensionError],
    [
      'another size',
      checkpointWith((text) => text.replace(`\n${sizeNow}\n`, `\n${sizeNow + 1}\n`)),
      NotAnExtensionError,
    ],
    [
      'another root',
      checkpointWith((text) => text.replace(/\n(.)(.{42}=)\n/, (_, c, rest) => `\n${c === 'A' ? 'B' : 'A'}${rest}\n`)),
      NotAnExtensionError,
    ],
    ['another origin', checkpointWith((text) => text.replace('far.', 'fur.')), NotAnExtensionError],
    [
      'the checkpoint of another conversation',
      checkpointWith((text) => text.replace(id, elsewhere)),
      NotAnExtensionError,
    ],
    ['records in another order', { ...more, records: more.records.toReversed() }, NotAnExtensionError],
    [
      'a changed payload',
      payloadsWith((p) => (p.tag === 'inline' ? { ...p, bytes: Buffer.from(p.bytes).reverse() } : p)),
      RecordError,
    ],
    [
      'a longer payload',
      payloadsWith((p) => (p.tag === 'inline' ? { ...p, bytes: Buffer.concat([p.bytes, p.bytes]) } : p)),
      RecordError,
    ],
    ['a payload that is missing', payloadsWith((p) => (p.tag === 'inline' ? { tag: 'withheld' } : p)), RecordError],
    ['a payload that is none', payloadsWith((p) => (p.tag === 'inline' ? nothing : p)), RecordError],
    [
      'a blob of another length',
      payloadsWith((p) => (p.tag === 'blob' ? { ...p, rawLength: p.rawLength + 1 } : p)),
      NotFoundError,
    ],
    ['a blob that is not here', more, NotFoundError],
    ['bytes that are no record', none([Uint8Array.of(9, 1, 2)]), RecordError],
    ['a head to a turn that is not there', none([encodeHead({ name: 'x', turn: elsewhere, timeMs: 1 })]), RecordError],
    [
      'a tombstone of nothing',
      none([encodeTombstone({ meta: large.payloadHash, action: 'meta withheld', reason: 0, timeMs: 1 })]),
      RecordError,
    ],
    ['a turn a second time', forged([at(first.records, 1)], [at(first.payloads, 1)]), RecordError],
    ['a second first turn', forged([at(first.records, 0)], [at(first.payloads, 0)]), RecordError],
    [
      'a payload for a head',
      forged([encodeHead({ name: 'x', turn: id, timeMs: 1 })], [{ tag: 'inline', bytes: Buffer.from('x') }]),
      RecordError,
    ],
  ])('is refused, and nothing is written: %s', async (_, extension, error) => {
    const { disk, dir, open } = at(harnesses, 1).make();
    const near = open();
    await extend(near, extensionOf(first));
    const before = view(near);
    const bytes = readFile(disk, `${dir}/conversations/${id}/tile/entries/000`);
    expect(() => near.planExtension(extensionOf(extension))).toThrow(error);
    expect(view(near)).toEqual(before);
    expect(readFile(disk, `${dir}/conversations/${id}/tile/entries/000`)).toEqual(bytes);
    near.putBlob(large.payload);
    if (error === NotFoundError && extension !== more)
      expect(() => near.planExtension(extensionOf(extension))).toThrow(RecordError);
    await extend(near, extensionOf(more));
    expect(near.verify().damage).toEqual([]);
    near.close();
  });

  it('is refused as the first of a conversation, too, and leaves no trace', () => {
    const { disk, open } = at(harnesses, 1).make();
    const near = open();
    expect(() => near.planExtension(extensionOf(more))).toThrow(NotAnExtensionError);
    const empty = { ...first, payloads: first.payloads.map((p) => (p.tag === 'inline' ? nothing : p)) };
    expect(() => near.planExtension(extensionOf(empty))).toThrow(RecordError);
    expect(disk.list('/near/conversations')).toEqual([]);
    near.close();
  });

  it('by the time it is carried out is refused, and so is any other write meanwhile', async () => {
    const near = at(harnesses, 1).make().open();
    const plan = near.planExtension(extensionOf(first));
    await near.commitExtensions([plan]);
    await expect(near.commitExtensions([plan])).rejects.toThrow(NotAnExtensionError);
    near.putBlob(large.payload);
    const ending = near.commitExtensions([near.planExtension(extensionOf(more))]);
    expect(() => near.append({ turns: chain(2, 'meanwhile') })).toThrow(WriteRefusedError);
    await ending;
    expect(near.append({ turns: chain(2, 'afterwards') }).newTurns).toBe(2);
    expect(near.verify().damage).toEqual([]);
    near.close();
  });
});

describe('a payload tile from elsewhere', () => {
  /** Of a log of one whole tile; `level` is the publisher's own. */
  const origin = makeOrigin();
  at(steps, 1)(origin.archive);
  const news = pull(origin.disk, '/far', id, 0);
  const { tiles, ...rest } = extensionOf(news);
  const [whole, ...others] = tiles;

  async function tileAfter(payloads: TilePayloads): Promise<Uint8Array | undefined> {
    const { disk, dir, open } = at(harnesses, 1).make();
    const near = open();
    near.putBlob(large.payload);
    if (whole === undefined) throw new Error('no tile');
    await extend(near, { ...rest, tiles: [{ ...whole, payloads }, ...others] });
    expect(view(near)).toEqual(view(origin.archive));
    expect(near.verify().damage).toEqual([]);
    near.close();
    return readFile(disk, `${dir}/conversations/${id}/tile/payload/000`);
  }

  it('is kept byte for byte when it says what its records say, however it was compressed', async () => {
    const chunk = encodeChunk(0, news.payloads.slice(0, 256), 3);
    expect(chunk).not.toEqual(whole?.payloads.bytes);
    expect(await tileAfter(new TilePayloads(chunk, 0, 256))).toEqual(chunk);
  });

  it('that still holds what was taken back is written without it', async () => {
    const taken = makeOrigin();
    for (const step of steps.slice(0, 2)) step(taken.archive);
    const before = pull(taken.disk, '/far', id, 0);
    at(steps, 2)(taken.archive);
    const after = pull(taken.disk, '/far', id, 0);
    const { disk, dir, open } = at(harnesses, 1).make();
    const near = open();
    near.putBlob(large.payload);
    const payloads = [...before.payloads.slice(0, 256), ...after.payloads.slice(256)];
    await extend(near, extensionOf({ ...after, payloads }));
    expect(view(near)).toEqual(view(taken.archive));
    const tile = readFile(disk, `${dir}/conversations/${id}/tile/payload/000`) ?? new Uint8Array(0);
    const slots = new TilePayloads(tile, 0, 256).slots.filter(({ tag }) => tag === 'withheld');
    expect(slots).toHaveLength(2);
    near.close();
  });
});

describe('a pull on a failing disk', () => {
  let boots = 0;
  const open = (disk: SimulatedDisk) => {
    const process = { pid: 1, host: 'test', boot: String(boots++), isAlive: () => true };
    return openArchive('/near', { mode: 'write', disk, indexPath: ':memory:', process });
  };
  const origins = steps.map((_, i) => {
    const origin = makeOrigin();
    for (const step of steps.slice(0, i + 1)) step(origin.archive);
    return origin;
  });
  const work = async (archive: ArchiveWriter, from = 0) => {
    for (const origin of origins.slice(from)) await follow(origin, archive);
  };

  it('ends in whole steps of the origin, whenever power is cut, and goes on from there', async () => {
    // each origin has a key of its own: what is compared is the log, and that one step's checkpoint follows the other
    const random = seeded(7);
    for (const [kind, step] of [
      ['none', 6],
      ['all', 10],
      ['torn', 14],
    ] as const) {
      for (let cut = 0; ; cut += step) {
        const disk = new SimulatedDisk();
        createArchive('/near', { origin: 'near.example.org/archive', nowMs: 0, disk });
        disk.cutAt = disk.operations + cut;
        let done = false;
        try {
          await work(open(disk));
          done = true;
        } catch (error) {
          expect(error).toBeInstanceOf(PowerCut);
        }
        disk.cutAt = Number.POSITIVE_INFINITY;
        const after = disk.crash(kind, random);
        const near = open(after);
        const unexpected = near.damage.filter((damage) => damage.kind !== 'torn-tail');
        expect(unexpected, `${kind} at ${cut}`).toEqual([]);
        const { size = 0, origin } = near.findConversation(id) ?? {};
        const sizes = origins.map((each) => each.archive.getConversation(id).size);
        expect([0, ...sizes], `${kind} at ${cut}`).toContain(size);
        if (size > 0) expect(origin).toBe(FAR);
        await work(near, sizes.filter((each) => each <= size).length - (size === sizes.at(-1) ? 1 : 0));
        expect(view(near), `${kind} at ${cut}`).toEqual(view(at(origins, -1).archive));
        expect(near.verify().damage, `${kind} at ${cut}`).toEqual([]);
        near.close();
        if (done) break;
      }
    }
  });

  it('leaves nothing in a group of conversations that does not count, whenever power is cut', async () => {
    const disk = createMemoryDisk();
    createArchive('/far', { origin: FAR, nowMs: 0, disk });
    const far = openArchive('/far', { mode: 'write', disk, indexPath: ':memory:' });
    const chains = [1, 2, 3].map((n) => chain(n * 2, `group ${n}`));
    for (const each of chains) far.append({ turns: each });
    const ids = chains.map((each) => at(each, 0).hash);
    const news = (from: (i: number) => number) =>
      ids.flatMap((each, i) => (from(i) === (i + 1) * 2 ? [] : extensionOf(pull(disk, '/far', each, from(i)))));
    const commit = (archive: ArchiveWriter, wanted = news(() => 0)) =>
      archive.commitExtensions(wanted.map((each) => archive.planExtension(each)));
    const begin = () => {
      const near = new SimulatedDisk();
      createArchive('/near', { origin: FAR, nowMs: 0, disk: near });
      return near;
    };
    for (const kind of ['none', 'prefix', 'missing'] as const) {
      const random = seeded(3);
      for (let cut = 0, done = false; !done; cut++) {
        const near = begin();
        near.cutAt = near.operations + cut;
        try {
          await commit(open(near));
          done = true;
        } catch (error) {
          expect(error).toBeInstanceOf(PowerCut);
        }
        near.cutAt = Number.POSITIVE_INFINITY;
        const after = open(near.crash(kind, random));
        const unexpected = after.damage.filter(
          ({ kind: what, message }) => what !== 'torn-tail' && !message.includes('rebuilt'),
        );
        expect(unexpected, `${kind} at ${cut}`).toEqual([]);
        const sizes = ids.map((each) => after.findConversation(each)?.size ?? 0);
        if (done) expect(sizes).toEqual([2, 4, 6]);
        await commit(
          after,
          news((i) => sizes[i] ?? 0),
        );
        expect(ids.map((each) => after.getConversation(each).size)).toEqual([2, 4, 6]);
        expect(after.verify().damage, `${kind} at ${cut}`).toEqual([]);
        after.close();
      }
    }
  });

  it('parses the checkpoints it was given', () => {
    for (const { disk } of origins) {
      const checkpoint = readFile(disk, `/far/conversations/${id}/checkpoint`) ?? new Uint8Array(0);
      expect(parseCheckpoint(checkpoint).signatures).toHaveLength(1);
    }
  });
});
