import { isDeepStrictEqual } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { isJsonObject, type JsonValue } from '../../../../src/base/json.ts';
import { farLineText } from '../../../../src/ingest/kit/lines/far-line.ts';
import { type FarTexts, findFar, hasFar, openFarTexts } from '../../../../src/ingest/kit/lines/far-texts.ts';

const MIB = 1024 * 1024;
const open: FarTexts[] = [];
afterEach(() => {
  for (const far of open.splice(0)) far.close();
});

/** The small text of a line that stands behind some other bytes. */
function shorten(line: string): string | undefined {
  const bytes = Buffer.concat([Buffer.from('{}\n'), Buffer.from(line)]);
  const far = openFarTexts((from, to) => new Uint8Array(bytes.subarray(from, to)));
  open.push(far);
  return farLineText(far, 3, bytes.length - 3);
}

/** The same value with what stands in the line put back. */
function putBack(value: JsonValue): JsonValue {
  if (typeof value === 'string') {
    const far = findFar(value);
    return far === undefined ? value : [...far.walk()].join('');
  }
  if (isJsonObject(value))
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, putBack(each)]));
  return Array.isArray(value) ? value.map((each: JsonValue) => putBack(each)) : value;
}

const parse = (text: string | undefined) => JSON.parse(text ?? '') as JsonValue;
const long = (unit: string, length = 1.2 * MIB) => unit.repeat(Math.ceil(length / unit.length));

describe('a very long line, made short', () => {
  it.each(['x', 'é', '😀', '\\', '"\\\n', '\u{1}', '\u{e000}far '])('gives back every string of %j', (said) => {
    const value = { type: 'user', name: said, list: [{ text: long(said) }, said, `-${long(said)}`], last: 1 };
    const line = JSON.stringify(value);
    const text = shorten(line) ?? '';
    expect(text.length).toBeLessThan(50_000);
    expect(isDeepStrictEqual(putBack(parse(text)), value)).toBe(true);
  });

  it('decodes escapes wherever the pieces end in them', () => {
    for (const [written, said] of [
      ['\\ud83d\\ude00', '😀'],
      ['\\u0041', 'A'],
      ['\\\\', '\\'],
      ['\\n', '\n'],
    ] as const) {
      for (const shift of ['', 'a', 'ab', 'abc', 'abcd', 'abcde']) {
        const count = Math.ceil((1.1 * MIB) / written.length);
        const value = putBack(parse(shorten(`{"a":"${shift}${written.repeat(count)}"}`)));
        expect(isDeepStrictEqual(value, { a: shift + said.repeat(count) })).toBe(true);
      }
    }
  });

  it('makes text of a value that is too much to be a tree, and of nothing around it', () => {
    const record = (input: string) =>
      `{"message":{"content":[{"type":"tool_use","input":${input},"id":"t"}]},"last":1}`;
    for (const input of [
      `[${'[1,[2]],'.repeat(60_000)}3]`,
      `[${'1,'.repeat(3 * MIB)}2]`,
      `{${Array.from({ length: 60_000 }, (_, i) => `"m${i}":"${i}"`).join(',')}}`,
      `{"${long('k')}":1}`,
      `[${`"${'w'.repeat(50_000)}",`.repeat(100)}0]`,
    ]) {
      const text = shorten(record(input)) ?? '';
      expect(text.length).toBeLessThan(10_000);
      expect(parse(text)).toMatchObject({ message: { content: [{ type: 'tool_use', id: 't' }] }, last: 1 });
      expect(
        isDeepStrictEqual(putBack(parse(text)), {
          message: { content: [{ type: 'tool_use', input, id: 't' }] },
          last: 1,
        }),
      ).toBe(true);
    }
  });

  it('keeps the levels that are read, and makes text of what is nested below them', () => {
    const text = shorten(`{"a":${'['.repeat(1_000_000)}1${']'.repeat(1_000_000)},"b":2}`) ?? '';
    expect(text.length).toBeLessThan(5000);
    const value = parse(text) as { readonly a: JsonValue; readonly b: number };
    let [inside, depth] = [value.a, 0];
    for (; Array.isArray(inside); depth++) inside = inside[0] as JsonValue;
    const rest = putBack(inside);
    expect([depth, value.b]).toEqual([63, 2]);
    expect(rest === `${'['.repeat(1_000_000 - 63)}1${']'.repeat(1_000_000 - 63)}`).toBe(true);
  });

  it('is the same for the same bytes, whatever stands around them', () => {
    const [one, two] = [shorten(`{"a":"${long('same')}"}`), shorten(` {"b":[1,"${long('same')}"]}`)];
    const [first, second] = [one, two].map((text) => /same\u{e000}[^"]*/u.exec(text ?? '')?.[0]);
    expect(first).toBeDefined();
    expect(second).toBe(first);
  });

  it('stays broken when it is', () => {
    for (const line of [`{"a":"${long('x')}`, `{"a":"${long('x')}"`, `{"a":[${'1,'.repeat(3 * MIB)}`])
      expect(() => parse(shorten(line))).toThrow(SyntaxError);
  });

  it('is nothing when a record has too much of its own, and asks no memory for it', () => {
    const members = Array.from({ length: 210_000 }, (_, i) => `"m${i}":${i}`).join(',');
    expect(shorten(`{${members}}`)).toBeUndefined();
    expect(shorten(`{"${long('k')}":1}`)).toBeUndefined();
  });

  it('ends with its source: a mark of one that is closed is a word like any other', () => {
    const value = parse(shorten(`{"a":"${long('x')}"}`));
    expect(hasFar(value)).toBe(true);
    for (const far of open.splice(0)) far.close();
    expect(hasFar(value)).toBe(false);
  });
});
