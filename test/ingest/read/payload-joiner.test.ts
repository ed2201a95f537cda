import { describe, expect, it } from 'vitest';
import { createJoiner } from '../../../src/ingest/read/payload-joiner.ts';

const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString();

describe('payloads of a part', () => {
  it('stand end to end, whatever was expected and however wide their characters are', () => {
    const texts = ['', 'a', 'ä€😀', 'x'.repeat(5000), '😀'.repeat(3000), 'é'.repeat(7), 'end'];
    for (const expected of [0, 1, 16, 100_000]) {
      const joiner = createJoiner(expected);
      for (const text of texts) expect(textOf(joiner.add(text))).toBe(text);
      expect(textOf(joiner.bytes())).toBe(texts.join(''));
      expect(joiner.length()).toBe(Buffer.byteLength(texts.join('')));
    }
  });

  it('leave no trace of one that was taken away', () => {
    const joiner = createJoiner(8);
    joiner.add('first');
    const before = joiner.length();
    joiner.add('much too long');
    joiner.cut(before);
    joiner.add(' last');
    expect(textOf(joiner.bytes())).toBe('first last');
  });
});
