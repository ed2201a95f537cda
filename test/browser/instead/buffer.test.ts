/** What a page has in the place of Node's Buffer gives what Node's gives, as far as the archive's readers ask. */
/** Looped over what they ask: another method that they begin to use fails in the page's own test (test/whole/page-check). */

import { describe, expect, it } from 'vitest';
import { pageBuffer } from '../../../src/browser/instead/buffer.ts';

const bytes = Uint8Array.from({ length: 64 }, (_, i) => (i * 37 + 200) % 256);
const texts = ['', 'a', 'x\ud800y', 'TPPAY1\0\0', 'é 漢字 \u{1f600}', '\ufeffmark'];

describe('the Buffer of a page', () => {
  it('reads numbers as Node does, and nothing behind the end', () => {
    const [ours, theirs] = [pageBuffer.from(bytes.buffer, 3, 40), Buffer.from(bytes.buffer, 3, 40)];
    for (let at = 0; at < 32; at++) {
      expect(ours.readUInt8(at)).toBe(theirs.readUInt8(at));
      expect(ours.readUInt16LE(at)).toBe(theirs.readUInt16LE(at));
      expect(ours.readUInt32LE(at)).toBe(theirs.readUInt32LE(at));
      expect(ours.readBigUInt64LE(at)).toBe(theirs.readBigUInt64LE(at));
    }
    expect(() => ours.readUInt32LE(37)).toThrow(RangeError);
    expect(() => theirs.readUInt32LE(37)).toThrow(RangeError);
  });

  it('spells and reads text, hexadecimal and base64 as Node does', () => {
    for (const encoding of ['utf8', 'hex', 'base64', 'latin1', 'utf16le'] as const)
      for (const from of [0, 5])
        expect(pageBuffer.from(bytes.buffer).toString(encoding, from, 31)).toBe(
          Buffer.from(bytes.buffer).toString(encoding, from, 31),
        );
    for (const text of texts)
      for (const encoding of ['utf8', 'latin1', 'utf16le'] as const)
        expect([...pageBuffer.from(text, encoding)]).toEqual([...Buffer.from(text, encoding)]);
    for (const text of ['', 'AAAA', '+/8=', 'TQ==', '3q2+7w=='])
      expect([...pageBuffer.from(text, 'base64')]).toEqual([...Buffer.from(text, 'base64')]);
    expect([...pageBuffer.from('00ff7A', 'hex')]).toEqual([0, 255, 122]);
  });

  it('never takes base64 that is spelt in two ways for one', () => {
    for (const text of ['TQ', 'TR==', 'T Q==', 'TQ=', '-_8='])
      expect(pageBuffer.from(text, 'base64').toString('base64')).not.toBe(text);
  });

  it('joins, compares and cuts', () => {
    const [a, b] = [bytes.subarray(0, 9), bytes.subarray(9, 20)];
    expect([...pageBuffer.concat([a, b])]).toEqual([...Buffer.concat([a, b])]);
    for (const [one, two] of [
      [a, b],
      [b, a],
      [a, a],
      [a, bytes],
    ] as const)
      expect(pageBuffer.compare(one, two)).toBe(Buffer.compare(one, two));
    expect(pageBuffer.from(a).equals(a)).toBe(true);
  });
});
