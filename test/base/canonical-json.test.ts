import canonicalize from 'canonicalize';
import { describe, expect, it } from 'vitest';
import { JsonError } from '../../src/base/errors.ts';
import { canonicalJson } from '../../src/base/json.ts';
import { limits } from '../../src/base/limits.ts';

/** A small generator: every run makes the same values. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 0x1_0000_0000;
  };
}

const TEXTS = [
  '',
  'a',
  'ä',
  '\u0000\u001f"\\/',
  '\u2028',
  '😀',
  'ﬀ',
  '\ud83d\ude00x',
  '\u007f\u0080',
  'a\nb\tc',
  '__proto__',
  '10',
  '9',
];
const NUMBERS = [
  0, -0, 1, -1, 0.1, 1e21, 1e-7, 5e-324, 1.7976931348623157e308, 123456789012345680, 1e20, 333333333.3333333,
];

function make(next: () => number, depth: number): unknown {
  const pick = <T>(values: readonly T[]) => values[Math.floor(next() * values.length)] as T;
  const kind = Math.floor(next() * (depth > 4 ? 5 : 8));
  if (kind === 0) return pick([null, true, false]);
  if (kind < 3) return pick(TEXTS) + pick(TEXTS);
  if (kind < 5) return pick(NUMBERS);
  const length = Math.floor(next() * 5);
  if (kind === 5) return Array.from({ length }, () => make(next, depth + 1));
  return Object.fromEntries(
    Array.from({ length }, () => [pick(TEXTS) + pick(TEXTS), next() < 0.1 ? undefined : make(next, depth + 1)]),
  );
}

describe('canonical JSON', () => {
  it('agrees with an independent implementation of RFC 8785', () => {
    const next = random(8785);
    for (let i = 0; i < 5_000; i++) {
      const value = make(next, 0);
      expect(canonicalJson(value)).toBe(canonicalize(value));
    }
  });

  it('spells the example of RFC 8785', () => {
    const value = {
      numbers: [333333333.3333333, 1e30, 4.5, 2e-3, 1e-27],
      string: '\u20ac$\u000F\nA\'\u0042\u0022\u005c\\"/',
      literals: [null, true, false],
    };
    expect(canonicalJson(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it('sorts members by UTF-16 code units', () => {
    const value = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '😀': 5, '\u0080': 6, ö: 7 };
    expect(canonicalJson(value)).toBe('{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}');
  });

  it('puts U+FFFD for half a surrogate pair, in texts and names', () => {
    expect(canonicalJson({ 'a\ud800': 'b\udc00c' })).toBe('{"a\ufffd":"b\ufffdc"}');
  });

  it('leaves out members that are undefined and has null for such elements', () => {
    expect(canonicalJson({ b: undefined, a: [undefined, 1] })).toBe('{"a":[null,1]}');
  });

  it('throws for what has no JSON form, and for a circle', () => {
    const circle: unknown[] = [];
    circle.push(circle);
    for (const value of [undefined, Number.NaN, { a: Number.POSITIVE_INFINITY }, 1n, circle, () => 1]) {
      expect(() => canonicalJson(value)).toThrow(JsonError);
    }
  });

  it('takes what is as deep as input may be', () => {
    let value: unknown = 1;
    for (let i = 0; i < limits.jsonDepth; i++) value = [value];
    expect(canonicalJson(value)).toHaveLength(2 * limits.jsonDepth + 1);
  });
});
