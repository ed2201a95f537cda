/** Very long chains and very many branches: bounded memory, no recursion, refusal beyond what the format can say. */
/** On a disk in memory, so that what is measured is the store. */

import { describe, expect, it } from 'vitest';
import { createMemoryArchive, InvalidTurnError, type PreparedTurn } from '../../src/archive/archive.ts';
import { expectWithin } from '../base/growth.ts';
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
    expect([...archive.walkConversations()]).toMatchObject([{ turns: 100_000 }]);
    archive.close();
  });

  it('20,000 forks of one turn, each with a head, leave an append as cheap as it was', async () => {
    const [narrow, wide] = [createForked(), createForked()];
    wide.append(20_000, 5_000);
    await expectWithin(
      3,
      () => narrow.append(100, 1),
      () => wide.append(100, 1),
    );
    const { archive, stem, forks } = wide;
    expect(archive.getConversation(at(stem, 0).hash).heads).toHaveLength(1 + forks.length);
    expect(archive.listBranch(at(forks, -1).hash).map((turn) => turn.depth)).toEqual([0, 1, 2]);
    expect(archive.verify().damage).toEqual([]);
    for (const one of [narrow, wide]) one.archive.close();
  });

  it('a turn deeper than the format can say is refused', () => {
    const parent = { ...rawTurn(null, byte(1)), depth: 0xffff_fffe };
    expect(rawTurn(parent, byte(2)).depth).toBe(0xffff_ffff);
    expect(() => rawTurn({ ...parent, depth: 0xffff_ffff }, byte(2))).toThrow(InvalidTurnError);
  });
});

/** An archive of one short conversation; `append` lets so many turns more follow its second one, each with a head. */
function createForked() {
  const archive = createMemoryArchive({ origin: 'example.org/wide' });
  const stem = chain(3, 'stem');
  const conversation = at(stem, 0).hash;
  archive.append({ turns: stem, heads: [{ conversation, name: 'main', turn: at(stem, 2).hash }] });
  const forks: PreparedTurn[] = [];
  const headOf = (fork: PreparedTurn) => ({ conversation, name: `b-${fork.hash.slice(0, 16)}`, turn: fork.hash });
  return {
    archive,
    stem,
    forks,
    append(count: number, atOnce: number): void {
      for (let done = 0; done < count; done += atOnce) {
        const turns = Array.from({ length: atOnce }, (_, i) => rawTurn(at(stem, 1), byte(forks.length + i), 5000));
        archive.append({ turns, heads: turns.map(headOf) });
        forks.push(...turns);
      }
    },
  };
}
