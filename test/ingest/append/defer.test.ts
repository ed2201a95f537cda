import { describe, expect, it } from 'vitest';
import { deferSources } from '../../../src/ingest/append/defer.ts';
import type { PlannedSource } from '../../../src/ingest/append/plan.ts';
import type { ReadPart, ReadTurn } from '../../../src/ingest/read/read-part.ts';

const sourceOf = (path: string) => ({ task: { path }, bytes: 1 }) as unknown as PlannedSource;

/** A part whose turns follow one another, the first after `parent`. */
function partOf(parent: string | null, keys: readonly string[], last = true): ReadPart {
  const turns = keys.map((key, i) => ({ key, parent: i === 0 ? parent : (keys[i - 1] ?? null), aliases: [] }));
  return { turns: turns as unknown as readonly ReadTurn[], last } as ReadPart;
}

/** Takes everything, says in which order. */
function world(parts: Readonly<Record<string, ReadPart>>, mostKeys?: number) {
  const known = new Set<string>();
  const order: string[] = [];
  const take = (source: PlannedSource, part: ReadPart): void => {
    order.push(source.task.path);
    for (const { key } of part.turns) known.add(key);
  };
  const deferred = deferSources({ take, isKnown: (key) => known.has(key) }, mostKeys);
  for (const [path, part] of Object.entries(parts)) deferred.take(sourceOf(path), part);
  for (const source of deferred.walk()) take(source, parts[source.task.path] as ReadPart);
  return order;
}

describe('sources whose parents are not known', () => {
  it('are taken after those that hold them, in whatever order they come', () => {
    expect(
      world({ end: partOf('m2', ['e1']), middle: partOf('b2', ['m1', 'm2']), begin: partOf(null, ['b1', 'b2']) }),
    ).toEqual(['begin', 'middle', 'end']);
  });

  it('are held up to a number of keys: the next ones are taken as they come, and joined later', () => {
    const parts = { end: partOf('m2', ['e1']), middle: partOf('b2', ['m1', 'm2']), begin: partOf(null, ['b1', 'b2']) };
    expect(world(parts, 1)).toEqual(['middle', 'begin', 'end']);
  });

  it('start a conversation when their parents stand nowhere, and those that follow join it', () => {
    expect(world({ end: partOf('m2', ['e1']), middle: partOf('lost', ['m1', 'm2']) })).toEqual(['middle', 'end']);
  });

  it('wait for one of several that hold a parent, not for all of them', () => {
    const order = world({ a: partOf('p', ['a1']), b: partOf('lost', ['p']), c: partOf('a1', ['p', 'c1']) });
    expect(order.indexOf('b')).toBeLessThan(order.indexOf('a'));
    expect(order.indexOf('a')).toBeLessThan(order.indexOf('c'));
  });

  it('that wait for each other are taken all the same', () => {
    expect(world({ a: partOf('b1', ['a1']), b: partOf('a1', ['b1']) }).toSorted()).toEqual(['a', 'b']);
  });

  it('of ten thousand in the wrong order cost what they are, not their square', () => {
    let asked = 0;
    const known = new Set<string>();
    const deferred = deferSources({
      take: () => {},
      isKnown: (key) => {
        asked++;
        return known.has(key);
      },
    });
    const parts = new Map<string, ReadPart>();
    for (let i = 9_999; i >= 0; i--) {
      parts.set(String(i), partOf(`k${i - 1}`, [`k${i}`]));
      deferred.take(sourceOf(String(i)), parts.get(String(i)) as ReadPart);
    }
    const order: string[] = [];
    for (const source of deferred.walk()) {
      order.push(source.task.path);
      known.add(`k${source.task.path}`);
    }
    expect(order).toEqual(Array.from({ length: 10_000 }, (_, i) => String(i)));
    expect(asked).toBeLessThan(50_000);
  });
});
