import { describe, expect, it } from 'vitest';
import { createArchive, openArchive, prepareTurn } from '../../../src/archive/archive.ts';
import { readFile } from '../../../src/base/disk.ts';
import { createMemoryDisk } from '../../../src/base/memory-disk.ts';
import type { ConversationId, TurnHash } from '../../../src/model/ids.ts';
import { encodeItem } from '../../../src/model/item.ts';
import { ITEM_PAYLOAD } from '../../../src/model/payload.ts';

const FILE = '/a/private/native-ids';

function prepared(say: string) {
  const payload = encodeItem({ role: 'user', parts: [{ type: 'text', content: say }] });
  return prepareTurn({ parent: null, timeMs: 1, ...ITEM_PAYLOAD, payload });
}
const [a, b, c] = ['a', 'b', 'c'].map(prepared) as [
  ReturnType<typeof prepared>,
  ReturnType<typeof prepared>,
  ReturnType<typeof prepared>,
];
const idOf = ({ hash }: { readonly hash: TurnHash }) => hash as string as ConversationId;

/** An archive in memory of which each opening has a new index. */
function make() {
  const disk = createMemoryDisk();
  createArchive('/a', { origin: 'example.org/test', nowMs: 0, disk });
  const open = () => openArchive('/a', { mode: 'write', disk, indexPath: ':memory:' });
  const archive = open();
  archive.append({ turns: [a, b, c] });
  archive.ledger.record({ keys: [{ key: 'x:1', turn: a.hash, provisional: true }] });
  archive.ledger.record({
    keys: [{ key: 'x:2', turn: b.hash }],
    moved: [{ turn: a.hash, into: c.hash }],
    joined: [{ conversation: idOf(a), into: idOf(b) }],
    lost: [{ parent: 'x:0', turn: b.hash, place: 'below' }],
  });
  archive.ledger.record({ keys: [{ key: 'x:3', turn: b.hash }] });
  archive.close();
  return { disk, open };
}

function told(open: ReturnType<typeof make>['open']) {
  const archive = open();
  const { ledger } = archive;
  const known = [
    ledger.findKey('x:1'),
    ledger.isProvisional('x:1'),
    ledger.findKey('x:2'),
    ledger.findJoined(idOf(a)),
    ledger.listLost('x:0').length,
    ledger.findKey('x:3'),
  ];
  archive.close();
  return known;
}

describe('native ids', () => {
  it('outlive every index', () => {
    const { open } = make();
    expect(told(open)).toEqual([c.hash, true, b.hash, b.hash, 1, b.hash]);
  });

  it('end where an entry is torn or is not what was written, and go on from there', () => {
    const { disk, open } = make();
    const whole = readFile(disk, FILE) ?? new Uint8Array();
    for (const cut of [whole.length - 1, whole.length - 40, 20, 8, 3, 0]) {
      const file = disk.open(FILE, 'write');
      disk.truncate(file, 0);
      disk.write(file, whole.subarray(0, cut), 0, 0);
      disk.close(file);
      expect(told(open)[5], `${cut}`).toBeUndefined();
      const archive = open();
      archive.ledger.record({ keys: [{ key: 'x:3', turn: b.hash }] });
      archive.close();
      expect(told(open)[5], `${cut}`).toBe(b.hash);
    }
    const file = disk.open(FILE, 'write');
    const flipped = whole.map((byte, i) => (i === whole.length - 5 ? byte ^ 1 : byte));
    disk.write(file, flipped, 0, 0);
    disk.close(file);
    expect(told(open)).toEqual([c.hash, true, b.hash, b.hash, 1, undefined]);
  });

  it('know of conversations that were read from their logs, and of none that were made here', () => {
    const { open } = make();
    const archive = open();
    const fresh = prepared('fresh');
    archive.append({ turns: [fresh] });
    expect([idOf(a), idOf(fresh)].map((id) => archive.ledger.isUnnamed(id))).toEqual([true, false]);
    expect(archive.ledger.listUnnamed(1)).toEqual([idOf(a), idOf(b), idOf(c)].sort());
    expect(archive.ledger.listUnnamed(2)).toEqual([]);
    archive.close();
  });
});
