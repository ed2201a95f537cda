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
  type LogExtension,
  NotAnExtensionError,
  NotFoundError,
  openArchive,
  RecordError,
} from '../../../src/archive/archive.ts';
import {
  encodeHead,
  encodeTombstone,
  generateCheckpoint,
  leafHash,
  parseCheckpoint,
  rootOfLeaves,
} from '../../../src/archive/format/format.ts';
import { type Disk, makeFolders, readFile, realDisk, replaceFile } from '../../../src/base/disk.ts';
import { createMemoryDisk } from '../../../src/base/memory-disk.ts';
import { PowerCut, SimulatedDisk, seeded } from '../simulated-disk.ts';
import { at, chain, rawTurn } from '../turns.ts';
import { pull } from './pull.ts';

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
function follow({ disk }: Origin, into: ArchiveWriter) {
  const from = into.findConversation(id)?.size ?? 0;
  return into.extendLog(pull(disk, '/far', id, from, into));
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
  it('is the same conversation after each step, also when opened again, with the checkpoint byte for byte', () => {
    const origin = makeOrigin();
    const harness = make();
    let near = harness.open();
    for (const step of steps) {
      step(origin.archive);
      follow(origin, near);
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

  it('that is pulled at once, or again, ends the same', () => {
    const origin = makeOrigin();
    for (const step of steps) step(origin.archive);
    const near = make().open();
    expect(follow(origin, near)).toMatchObject({ newTurns: 274, conversations: [id] });
    expect(view(near)).toEqual(view(origin.archive));
    expect(follow(origin, near)).toMatchObject({ newTurns: 0, newHeads: 0, newMetas: 0 });
    expect(near.verify().damage).toEqual([]);
    near.close();
  });

  it('is added to by its own archive alone', () => {
    const origin = makeOrigin();
    at(steps, 0)(origin.archive);
    const harness = make();
    let near = harness.open();
    follow(origin, near);
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
  function forged(records: readonly Uint8Array[], payloads: LogExtension['payloads']): LogExtension {
    const all = [...first.records, ...records];
    const root = rootOfLeaves(all.map(leafHash));
    const text = generateCheckpoint({ origin: `${FAR}/${id}`, size: all.length, root });
    return { conversation: id, records, payloads, checkpoint: Buffer.from(text) };
  }
  const none = (records: readonly Uint8Array[]) => forged(records, Array(records.length).fill(undefined));
  const elsewhere = at(chain(1, 'elsewhere'), 0).hash;
  const checkpointWith = (change: (text: string) => string): LogExtension => ({
    ...more,
    checkpoint: Buffer.from(change(Buffer.from(more.checkpoint).toString())),
  });

  it.each<[string, LogExtension, typeof RecordError | typeof NotAnExtensionError | typeof NotFoundError]>([
    [
      'an older checkpoint',
      { ...more, records: [], payloads: [], checkpoint: first.checkpoint.slice(0, 0) },
      RecordError,
    ],
    [
      'a record less',
      { ...more, records: more.records.slice(1), payloads: more.payloads.slice(1) },
      NotAnExtensionError,
    ],
    ['a payload less', { ...more, payloads: more.payloads.slice(1) }, NotAnExtensionError],
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
      { ...more, payloads: more.payloads.map((p) => (p instanceof Uint8Array ? Buffer.concat([p, p]) : p)) },
      RecordError,
    ],
    ['a payload that is missing', { ...more, payloads: more.payloads.map(() => undefined) }, RecordError],
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
    ['a payload for a head', forged([encodeHead({ name: 'x', turn: id, timeMs: 1 })], [Buffer.from('x')]), RecordError],
  ])('is refused, and nothing is written: %s', (_, extension, error) => {
    const { disk, dir, open } = at(harnesses, 1).make();
    const near = open();
    near.extendLog(first);
    const before = view(near);
    const bytes = readFile(disk, `${dir}/conversations/${id}/tile/entries/000`);
    expect(() => near.extendLog(extension)).toThrow(error);
    expect(view(near)).toEqual(before);
    expect(readFile(disk, `${dir}/conversations/${id}/tile/entries/000`)).toEqual(bytes);
    for (const payload of more.payloads) {
      if (typeof payload === 'object' && 'blob' in payload) near.putBlob(large.payload);
    }
    near.extendLog(more);
    expect(near.verify().damage).toEqual([]);
    near.close();
  });

  it('is refused as the first of a conversation, too, and leaves no trace', () => {
    const { disk, open } = at(harnesses, 1).make();
    const near = open();
    expect(() => near.extendLog(more)).toThrow(NotAnExtensionError);
    expect(() => near.extendLog({ ...first, payloads: first.payloads.map(() => undefined) })).toThrow(RecordError);
    expect(disk.list('/near/conversations')).toEqual([]);
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
  const work = (archive: ArchiveWriter, from = 0) => {
    for (const origin of origins.slice(from)) follow(origin, archive);
  };

  it('ends in whole steps of the origin, whenever power is cut, and goes on from there', () => {
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
          work(open(disk));
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
        work(near, sizes.filter((each) => each <= size).length - (size === sizes.at(-1) ? 1 : 0));
        expect(view(near), `${kind} at ${cut}`).toEqual(view(at(origins, -1).archive));
        expect(near.verify().damage, `${kind} at ${cut}`).toEqual([]);
        near.close();
        if (done) break;
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
