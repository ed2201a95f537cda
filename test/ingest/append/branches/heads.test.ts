import { describe, expect, it } from 'vitest';
import { changedHeads, computeHeads, listRivals, type TreeTurn } from '../../../../src/ingest/append/branches/heads.ts';
import type { TurnHash } from '../../../../src/model/ids.ts';

const none: ReadonlySet<TurnHash> = new Set();

/** `hash(name)`: 64 digits that begin with the name, so that branch names can be read. */
function hash(name: string): TurnHash {
  return name.padEnd(64, '0') as TurnHash;
}

function turn(name: string, parent: string | null, timeMs: number): TreeTurn {
  return { hash: hash(name), parent: parent === null ? null : hash(parent), timeMs };
}

function headsOf(turns: readonly TreeTurn[], current?: string, superseded: ReadonlySet<TurnHash> = none) {
  const heads = computeHeads(turns, current === undefined ? undefined : hash(current), superseded);
  return heads.map(({ name, turn: at }) => `${name} ${at.replace(/0+$/, '')}`);
}

describe('heads', () => {
  it('are main alone for a straight conversation', () => {
    expect(headsOf([turn('a', null, 1), turn('b', 'a', 2), turn('c', 'b', 3)])).toEqual(['main c']);
  });

  it('are none without turns', () => {
    expect(headsOf([])).toEqual([]);
  });

  it('name a branch by the first turn that is only on it, and point to its newest leaf', () => {
    const turns = [turn('a', null, 1), turn('b', 'a', 2), turn('c', 'a', 3), turn('d', 'b', 9), turn('e', 'c', 4)];
    expect(headsOf(turns)).toEqual(['main d', 'b-c0000000 e']);
  });

  it('follow what the agent calls current, even away from the newest leaf', () => {
    const turns = [turn('a', null, 1), turn('b', 'a', 2), turn('c', 'a', 3), turn('d', 'b', 9)];
    expect(headsOf(turns, 'c')).toEqual(['main c', 'b-b0000000 d']);
  });

  it('keep what lies beyond an inner current turn as a branch', () => {
    expect(headsOf([turn('a', null, 1), turn('b', 'a', 2), turn('c', 'b', 3)], 'b')).toEqual([
      'main b',
      'b-c0000000 c',
    ]);
  });

  it('take the newest leaf when the current turn is unknown', () => {
    expect(headsOf([turn('a', null, 1), turn('b', 'a', 2)], 'f')).toEqual(['main b']);
  });

  it('decide between leaves of one time by hash', () => {
    expect(headsOf([turn('a', null, 1), turn('c', 'a', 2), turn('b', 'a', 2)])).toEqual(['main c', 'b-b0000000 b']);
  });

  it('find branches of branches', () => {
    const turns = [
      turn('a', null, 1),
      turn('b', 'a', 2),
      turn('c', 'a', 9),
      turn('d', 'b', 3),
      turn('e', 'b', 4),
      turn('f', 'e', 5),
    ];
    expect(headsOf(turns)).toEqual(['main c', 'b-b0000000 f', 'b-d0000000 d']);
  });

  it('give no head to a superseded leaf', () => {
    const turns = [turn('a', null, 1), turn('b', 'a', 2), turn('c', 'a', 2), turn('d', 'c', 3)];
    expect(headsOf(turns, undefined, new Set([hash('b')]))).toEqual(['main d']);
  });

  it('take longer names for branches whose first turns share eight digits', () => {
    const turns = [turn('a', null, 1), turn('b', 'a', 9), turn('cccccccc1', 'a', 2), turn('cccccccc2', 'a', 3)];
    expect(headsOf(turns)).toEqual(['main b', 'b-cccccccc10000000 cccccccc1', 'b-cccccccc20000000 cccccccc2']);
  });

  it('do not depend on the order in which siblings stand', () => {
    const root = turn('a', null, 1);
    const rest = [turn('b', 'a', 5), turn('c', 'a', 5), turn('d', 'a', 4)];
    const expected = headsOf([root, ...rest]);
    expect(headsOf([root, ...rest.toReversed()])).toEqual(expected);
  });

  it('stand up to twenty thousand forks of one turn and to a chain as long', () => {
    const wide = [turn('a', null, 1)];
    for (let i = 0; i < 20_000; i++) wide.push(turn((i + 0x10000000).toString(16), 'a', i));
    expect(computeHeads(wide, undefined, none)).toHaveLength(20_000);
    const deep = [turn('f', null, 0)];
    for (let i = 1; i < 20_000; i++) deep.push({ hash: hash(`e${i}x`), parent: deep[i - 1]?.hash ?? null, timeMs: i });
    expect(computeHeads(deep, undefined, none)).toHaveLength(1);
  });
});

describe('changed heads', () => {
  const root = hash('a');
  const head = (name: string, at: string) => ({ name, turn: hash(at) });

  it('are none when nothing moved', () => {
    expect(changedHeads(root, [head('main', 'b')], [head('main', 'b')])).toEqual([]);
  });

  it('retire a branch that main has taken over, once', () => {
    const retired = changedHeads(root, [head('main', 'b'), head('b-c0000000', 'c')], [head('main', 'c')]);
    expect(retired).toEqual([head('main', 'c'), { name: 'b-c0000000', turn: root }]);
    expect(changedHeads(root, [head('main', 'c'), { name: 'b-c0000000', turn: root }], [head('main', 'c')])).toEqual(
      [],
    );
  });

  it('leave names alone that somebody else gave', () => {
    expect(changedHeads(root, [head('main', 'b'), head('release', 'a')], [head('main', 'b')])).toEqual([]);
  });
});

describe('rivals', () => {
  it('are siblings of one time', () => {
    const turns = [turn('a', null, 1), turn('b', 'a', 2), turn('c', 'a', 2), turn('d', 'a', 3), turn('e', 'c', 4)];
    const groups = listRivals(turns).map((group) => group.map((rival) => [rival.turn.hash[0], rival.leaf]));
    expect(groups).toEqual([
      [
        ['b', true],
        ['c', false],
      ],
    ]);
  });

  it('are two turns that both went on as well: answers may have been read before the end of their message', () => {
    const turns = [turn('a', null, 1), turn('b', 'a', 2), turn('c', 'a', 2), turn('d', 'b', 3), turn('e', 'c', 4)];
    expect(listRivals(turns).map((group) => group.map((rival) => rival.leaf))).toEqual([[false, false]]);
  });

  it('are no turns of different times', () => {
    expect(listRivals([turn('a', null, 1), turn('b', 'a', 2), turn('c', 'a', 3)])).toEqual([]);
  });
});
