import { describe, expect, it } from 'vitest';
import { parseLongLine } from '../../../../src/ingest/kit/lines/long-strings.ts';

const MANY = 1_100_000;
/** Strings as JSON can write them, in a line that is long by them. */
const SAID = ['x', 'é', '€', '😀', '\n', '"', '\\', '\\\\n', '\u{1}', ' ', '/', 'a\tb'];
const long = (unit: string) => unit.repeat(Math.ceil(MANY / unit.length));
const parse = (text: string) => parseLongLine(Buffer.from(text))?.value;

describe('a very long line', () => {
  it('has the value that JSON.parse gives of it', () => {
    for (const said of SAID) {
      const value = {
        type: 'user',
        [`${said} name`]: [{ text: long(said) }, said],
        more: { text: `${said}${long(`${said}-`)}` },
      };
      const line = JSON.stringify(value);
      expect(parse(line), JSON.stringify(said)).toEqual(value);
      // the same with every sign as an escape that can be one
      const escaped = line.replace(/[é€\u{10000}-\u{10ffff}/]/gu, (sign) =>
        [...Array(sign.length).keys()].map((i) => `\\u${sign.charCodeAt(i).toString(16).padStart(4, '0')}`).join(''),
      );
      expect(parse(escaped), JSON.stringify(said)).toEqual(value);
    }
  });

  it('is left to a closer look, as it was, when it is not JSON, or has what no UTF-8 can say', () => {
    const text = long('abc');
    for (const bad of [
      `{"a":"${text}`,
      `{"a":"${text}\n"}`,
      `{"a":"${text}\\q"}`,
      `{"a":"${text}\\u12g4"}`,
      `{"a":"${text}\\ud800"}`,
      `{"a":"\\ude00${text}"}`,
      `{"a":"${text}"}}`,
      `{"a":"${text}"}{"b":1}`,
      `{"${text}":1}`,
      `{"a":1}`,
    ]) {
      const line = Buffer.from(bad);
      expect(parseLongLine(line), bad.slice(-20)).toBeUndefined();
      expect(line.equals(Buffer.from(bad))).toBe(true);
    }
  });

  it('keeps a member that is called __proto__, and strings that look like its marks', () => {
    const value = JSON.parse(`{"__proto__":"${long('p')}","a":"\u{e000}0","b":"\u{e000}\u{e000}1"}`) as unknown;
    expect(JSON.stringify(parse(JSON.stringify(value)))).toBe(JSON.stringify(value));
  });
});
