/** Very long chains and very many branches: bounded memory, no recursion, refusal beyond what the format can say. */
/** On a disk in memory, so that what is measured is the store. */

import { describe, expect, it } from 'vitest';
import { createMemoryArchive, InvalidTurnError, type PreparedTurn } from '../../src/archive/archive.ts';
import { at, chain, rawTurn } from './turns.ts';

const byte = (n: number) => Uint8Array.of(n & 255, (n >> 8) & 255, n >> 16);

describe('A22: the limits of a log', () => {
  it('a chain of 100,000 turns is appended, walked and verified', () => {
    const archive = createMemoryArchive({ origin: 'example.org/deep' });
    const root = rawTurn(null, byte(0));
    let last = root;
    let turns: PreparedTurn[] = [root];
    for (let i = 1; i < 100_000; i++) {
      last = rawTurn(last, byte(i), 1000 + i);
      turns.push(last);
      if (turns.length === 5000) {
        archive.append({ turns });
        turns = [];
      }
    }
    archive.append({ turns });
    const branch = archive.listBranch(last.hash);
    expect(branch.length).toBe(100_000);
    expect(at(branch, 0).hash).toBe(root.hash);
    expect(at(branch, -1)).toMatchObject({ hash: last.hash, depth: 99_999 });
    expect(archive.listBranch(last.hash, at(branch, 99_990).hash)).toHaveLength(9);
    expect(archive.verify().damage).toEqual([]);
    archive.rebuildIndex();
    expect(archive.listConversations()).toMatchObject([{ turns: 100_000 }]);
    archive.close();
  }, 120_000);

  it('20,000 forks of one turn, each with a head, leave an append as cheap as it was', () => {
    const archive = createMemoryArchive({ origin: 'example.org/wide' });
    const stem = chain(3, 'stem');
    const id = at(stem, 0).hash;
    archive.append({ turns: stem, heads: [{ conversation: id, name: 'main', turn: at(stem, 2).hash }] });
    const forks = Array.from({ length: 20_400 }, (_, i) => rawTurn(at(stem, 1), byte(i), 5000 + i));
    const headOf = (fork: PreparedTurn) => ({ conversation: id, name: `b-${fork.hash.slice(0, 16)}`, turn: fork.hash });
    const few = cpuOf(() => {
      for (const fork of forks.slice(0, 200)) archive.append({ turns: [fork], heads: [headOf(fork)] });
    });
    archive.append({ turns: forks.slice(200, 20_200), heads: forks.slice(200, 20_200).map(headOf) });
    const many = cpuOf(() => {
      for (const fork of forks.slice(20_200)) archive.append({ turns: [fork], heads: [headOf(fork)] });
    });
    expect(many).toBeLessThan(3 * few + 50);
    expect(archive.getConversation(id).heads).toHaveLength(20_401);
    expect(archive.listBranch(at(forks, 20_399).hash).map((turn) => turn.depth)).toEqual([0, 1, 2]);
    expect(archive.verify().damage).toEqual([]);
    archive.close();
  }, 120_000);

  it('a turn deeper than the format can say is refused', () => {
    const parent = { ...rawTurn(null, byte(1)), depth: 0xffff_fffe };
    expect(rawTurn(parent, byte(2)).depth).toBe(0xffff_ffff);
    expect(() => rawTurn({ ...parent, depth: 0xffff_ffff }, byte(2))).toThrow(InvalidTurnError);
  });
});

/** Milliseconds of processor time: the machine may be busy with other things. */
function cpuOf(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
