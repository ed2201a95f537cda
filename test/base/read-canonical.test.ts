import { describe, expect, it } from 'vitest';
import { encodeUtf8 } from '../../src/base/bytes.ts';
import { encodeCanonicalJson, type JsonValue } from '../../src/base/json.ts';
import { limits } from '../../src/base/limits.ts';
import { findRepeatedMember, parseCanonicalJson } from '../../src/base/read-canonical.ts';

const values: readonly JsonValue[] = [
  ...[
    null,
    true,
    0,
    -1,
    7,
    1e21,
    1.5,
    1e-7,
    123456789012345680000,
    '',
    'é',
    '\u2028',
    '😀',
    '"\\/\b\f\n\r\t\u0000\u001f\u007f',
  ],
  ...[[], {}, [[], {}], { a: 1, b: [{ c: null }] }, { '10': 1, '2': 2, a: { '': 0 } }, { é: 1, '😀': 2, '\ufffd': 3 }],
  ...[
    { __proto__: null, constructor: 'x' },
    { text: 'a\\"b\\\\', path: 'C:\\users\\u', tail: '\\' },
  ],
];

describe('canonical JSON', () => {
  it.each(values)('is read back as it was written: %j', (value) => {
    expect(parseCanonicalJson(encodeCanonicalJson(value))).toEqual(value);
  });

  it.each([
    ['white space', '{"a": 1}', /character 5/],
    ['white space around', ' 1', /character 0/],
    ['a line break at the end', '1\n', /character 1/],
    ['members in another order', '{"b":1,"a":2}', /character 2/],
    ['digits in another order', '{"2":1,"10":2}', /character 2/],
    ['a member twice', '{"a":[{"b":1,"c":{},"b":1}]}', /a\[0\]\.b stands twice/],
    ['a member twice in two spellings', '{"a":1,"\\u0061":1}', /the member a stands twice/],
    ['an escaped slash', '"\\/"', /character 1/],
    ['an escaped letter', '"\\u0061"', /character 1/],
    ['an escape in capitals', '"\\u001F"', /character 6/],
    ['an escape that has a letter', '"\\u000a"', /character 2/],
    ['half a character', '"\\ud83d"', /character 1/],
    ['a fraction of zeros', '1.0', /character 1/],
    ['an exponent', '1e2', /character 1/],
    ['minus zero', '-0', /character 0/],
    ['too many digits', '12345678901234567', /character 16/],
    ['no JSON', '{"a":', /not JSON/],
    ['an open text', '"a', /not JSON/],
    ['two values', '1 2', /not JSON/],
  ])('refuses %s', (_, text, message) => {
    expect(() => parseCanonicalJson(encodeUtf8(text))).toThrow(message);
  });

  it('refuses bytes that are no UTF-8, also where a replacement has as many', () => {
    expect(() => parseCanonicalJson(Uint8Array.of(0x22, 0xf0, 0x9f, 0x98, 0x22))).toThrow(/UTF-8/);
    expect(() => parseCanonicalJson(Uint8Array.of(0xef, 0xbb, 0xbf, 0x31))).toThrow(/not JSON/);
  });

  it('takes the depth that is allowed and not one level more', () => {
    const deep = (levels: number) => encodeUtf8(`${'['.repeat(levels)}${']'.repeat(levels)}`);
    expect(() => parseCanonicalJson(deep(limits.jsonDepth))).not.toThrow();
    expect(() => parseCanonicalJson(deep(limits.jsonDepth + 1))).toThrow(/nested deeper/);
    expect(parseCanonicalJson(encodeUtf8(`[${'[],'.repeat(2 * limits.jsonDepth)}0]`))).toHaveLength(
      2 * limits.jsonDepth + 1,
    );
  });
});

describe('a member that stands twice', () => {
  it.each([
    ['{"a":1,"b":{"a":2},"c":["a","a",{"a":3}]}', undefined],
    ['{"a":"b","b":"a"}', undefined],
    [`{"a" ${' '.repeat(200)}: 1, "b": 2, "a"\n:3}`, 'a'],
    ['[0,[1,{"x":{"y":"\\"","y":2}}]]', '[1][1].x.y'],
    ['{"__proto__":1,"__proto__":2}', '__proto__'],
  ])('is named: %s', (text, path) => {
    expect(findRepeatedMember(text)).toBe(path);
  });
});
