import { describe, expect, it } from 'vitest';
import { type CopyTurn, findCopies } from '../../../../src/ingest/append/branches/copies.ts';
import { computeHeads } from '../../../../src/ingest/append/branches/heads.ts';
import { payloadHash, turnHash } from '../../../../src/model/ids.ts';
import { expectLinear } from '../../../base/growth.ts';

/** `name` is the turn, `says` its words; the parent is named before it. */
function tree(
  ...rows: readonly (readonly [name: string, parent: string | null, says: string, timeMs: number])[]
): CopyTurn[] {
  const depths = new Map<string | null, number>([[null, -1]]);
  return rows.map(([name, parent, says, timeMs]) => {
    const depth = (depths.get(parent) ?? 0) + 1;
    depths.set(name, depth);
    const hash = (text: string) => Buffer.from(text.padEnd(32, '.')).toString('hex');
    return {
      hash: turnHash(hash(name)),
      parent: parent === null ? null : turnHash(hash(parent)),
      payloadHash: payloadHash(hash(says)),
      timeMs,
      depth,
    };
  });
}

function names(hashes: Iterable<string>): readonly string[] {
  return [...hashes].map((hash) => Buffer.from(hash, 'hex').toString().replace(/\.+$/, '')).sort();
}

const original = [
  ['p1', null, 'hello', 1],
  ['a1', 'p1', 'hi', 2],
  ['p2', 'a1', 'more', 3],
  ['a2', 'p2', 'sure', 4],
] as const;
/** The same again after a resume: answers with new times, then something new. */
const resumed = [
  ['a1x', 'p1', 'hi', 20],
  ['p2x', 'a1x', 'more', 3],
  ['a2x', 'p2x', 'sure', 20],
  ['p3', 'a2x', 'go on', 30],
] as const;

describe('copies under new times', () => {
  it('are what a longer telling of the same words leaves behind, whichever was read first', () => {
    expect(names(findCopies(tree(...original, ...resumed)))).toEqual(['a1', 'a2', 'p2']);
    expect(names(findCopies(tree(original[0], ...resumed, ...original.slice(1))))).toEqual(['a1', 'a2', 'p2']);
  });

  it('give no branch', () => {
    const turns = tree(...original, ...resumed);
    expect(computeHeads(turns, undefined, findCopies(turns)).map((head) => head.name)).toEqual(['main']);
  });

  it('leave the newest when they end alike', () => {
    expect(names(findCopies(tree(...original, ...resumed.slice(0, 3))))).toEqual(['a1', 'a2', 'p2']);
  });

  it('are none where the ways part', () => {
    const turns = tree(...original, ...resumed, ['p3y', 'a2', 'another way', 40]);
    expect(names(findCopies(turns))).toEqual([]);
    expect(computeHeads(turns, undefined, findCopies(turns))).toHaveLength(2);
  });

  it('are none among different answers to the same words', () => {
    const turns = tree(
      original[0],
      ['q1', 'p1', 'try', 2],
      ['r1', 'q1', 'one', 3],
      ['q2', 'p1', 'try', 4],
      ['r2', 'q2', 'two', 5],
    );
    expect(names(findCopies(turns))).toEqual([]);
  });

  it('cost nothing worth naming in a long conversation without any', () => {
    const turns = tree(
      ...Array.from({ length: 50_000 }, (_, i) => [`t${i}`, i === 0 ? null : `t${i - 1}`, `s${i}`, i] as const),
    );
    expect(findCopies(turns).size).toBe(0);
  });

  it('are compared once each, however many say the same', async () => {
    const same = (n: number) =>
      tree(['root', null, 'hello', 0], ...Array.from({ length: n }, (_, i) => [`t${i}`, 'root', 'again', i] as const));
    const [few, turns] = [same(12_500), same(50_000)];
    await expectLinear(
      () => findCopies(few),
      () => findCopies(turns),
    );
    const copies = findCopies(turns);
    expect(names(turns.map(({ hash }) => hash).filter((hash) => !copies.has(hash)))).toEqual(['root', 't49999']);
  });
});
