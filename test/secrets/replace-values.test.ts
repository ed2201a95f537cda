import { describe, expect, it } from 'vitest';
import { createReplaceValues } from '../../src/secrets/values/replace-values.ts';

function replaceOneByOne(text: string, markers: ReadonlyMap<string, string>): string {
  let out = text;
  for (const [value, marker] of markers) out = out.replaceAll(value, marker);
  return out;
}

/** A generator of the same numbers each time. */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
}

describe('replacing many values at once', () => {
  it('does what replacing one after the other does', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const random = createRandom(seed);
      const word = (length: number) => Array.from({ length }, () => 'abc1'[random(4)]).join('');
      const markers = new Map(Array.from({ length: 30 }, (_, i) => [`${word(2)}-${word(3)}`, `<${i}>`]));
      const text = Array.from({ length: 300 }, () => `${word(random(4))}${random(2) === 0 ? '-' : ' '}`).join('');
      let counted = 0;
      const out = createReplaceValues(markers)(text, (_, times) => {
        counted += times;
      });
      expect(out).toBe(replaceOneByOne(text, markers));
      expect(counted).toBe(out.split('<').length - 1);
    }
  });

  it('leaves none of them, also where one is part of another', () => {
    const values = Array.from({ length: 40 }, (_, i) => 'abcdefghij'.repeat(1 + (i % 8)).slice(i % 3) + (i % 5));
    const markers = new Map(values.map((value, i) => [value, `<${i}>`]));
    const text = values.map((value) => `${value}${value} abcdefghij${value}`).join(' ');
    const out = createReplaceValues(markers)(text, () => {});
    expect(values.filter((value) => out.includes(value))).toEqual([]);
  });

  it('finds characters of any script, and values that share their beginning or end', () => {
    const values = Array.from({ length: 20 }, (_, i) => `прив€t-${i}-\u{1f600}${'z'.repeat(i)}`);
    const markers = new Map(values.map((value, i) => [value, `<${i}>`]));
    const out = createReplaceValues(markers)(values.join('|'), () => {});
    expect(out).toBe(replaceOneByOne(values.join('|'), markers));
  });
});
