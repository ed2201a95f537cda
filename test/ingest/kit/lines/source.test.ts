import { describe, expect, it } from 'vitest';
import { openSource } from '../../../../src/ingest/kit/lines/source.ts';

const open = (text: string, list?: string) => {
  const bytes = Buffer.from(text);
  return openSource((from, to) => new Uint8Array(bytes.subarray(from, to)), bytes.length, list);
};
/** What it is, and the values of its lines. */
const told = (text: string, list?: string) => {
  const { kind, size, read } = open(text, list);
  const lines = Buffer.from(read(0, size))
    .toString()
    .replace(/^\uFEFF/, '')
    .split('\n');
  return [kind, ...lines.filter((line) => line.trim() !== '').map((line) => JSON.parse(line))];
};

describe('what holds a session', () => {
  it('is lines when its first line is a value and another follows, when it is text, and while its first line is written', () => {
    for (const text of [
      '{"a":1}\n{"b":2}\n',
      '{"a":1}\nbroken',
      '[1]\n[2]\n',
      'hello',
      '',
      '{"a":1}{"b":2}',
      '{"a":[1',
      '\0\0',
    ])
      expect(open(text).kind, text).toBe('lines');
  });

  it('is one document when it is one value, over as many lines as it likes', () => {
    expect(told('{"a":1}')).toEqual(['single', { a: 1 }]);
    expect(told('\n{"a":1}\r\n\0\n')).toEqual(['single', { a: 1 }]);
    expect(told('\uFEFF{\n "a": {"b": [1,\n2]},\n "messages": 3\n}\n', 'messages')).toEqual([
      'single',
      { a: { b: [1, 2] }, messages: 3 },
    ]);
  });

  it('gives what stands beside a list of records, and each of them, a line of its own', () => {
    const session = {
      id: 's',
      deep: { messages: [1] },
      messages: [{ n: [1, 2] }, { say: 'a, "b"]\\' }, 'text'],
      end: [3],
    };
    const expected = ['listed', { ...session, messages: [] }, ...session.messages];
    for (const space of [undefined, 1, '\t']) {
      expect(told(JSON.stringify(session, null, space), 'messages')).toEqual(expected);
    }
    expect(told('[\n {"a": 1},\n {"b": 2}\n]\n')).toEqual(['listed', [], { a: 1 }, { b: 2 }]);
    expect(told('{"loglines":[{"a":1}]}', 'loglines')).toEqual(['listed', { loglines: [] }, { a: 1 }]);
    expect(told('{"m\\u0065ssages":[1],"messages":[]}', 'messages')).toEqual(['listed', { messages: [] }]);
  });

  it('is broken when a document does not end, goes on behind its end, or has too many brackets', () => {
    for (const text of ['[\n {"a":1},\n', '{\n "a": "b\n"\n}', '{\n}\n{', '[\n]]'])
      expect(open(text, 'a').kind, text).toBe('broken');
  });

  it('says the same bytes in pieces of any size', () => {
    const { size, read } = open(
      JSON.stringify({ id: 1, list: [[1, 2], { a: '\n,' }, 3], more: true }, null, 1),
      'list',
    );
    const whole = Buffer.from(read(0, size));
    for (let length = 1; length < size; length++) {
      const pieces = Array.from({ length: Math.ceil(size / length) }, (_, i) =>
        read(i * length, Math.min(size, (i + 1) * length)),
      );
      expect(Buffer.concat(pieces).equals(whole), `${length}`).toBe(true);
    }
    expect(read(size - 3, size + 10)).toHaveLength(3);
  });
});
