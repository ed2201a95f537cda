import { describe, expect, it } from 'vitest';
import { isUnfinishedCopy } from '../../../src/ingest/append/superseded.ts';
import type { Item } from '../../../src/model/item.ts';

const say = (texts: readonly string[], outputTokens = 1): Item => ({
  role: 'assistant',
  parts: texts.map((content) => ({ type: 'text', content })),
  usage: { input_tokens: 1, output_tokens: outputTokens },
});

describe('an unfinished copy of a message', () => {
  it('has the first parts of the whole, or all of them and a smaller count', () => {
    expect(isUnfinishedCopy(say(['a']), say(['a', 'b']))).toBe(true);
    expect(isUnfinishedCopy(say(['b']), say(['a', 'b']))).toBe(false);
    expect(isUnfinishedCopy(say(['a', 'b']), say(['a', 'b'], 2))).toBe(true);
    expect(isUnfinishedCopy(say(['a', 'b'], 2), say(['a', 'b'], 2))).toBe(false);
    expect(isUnfinishedCopy(say(['a', 'b']), say(['a']))).toBe(false);
  });

  it('is recognised among very many parts', () => {
    const texts = Array.from({ length: 20_000 }, (_, i) => `part ${i} ${'x'.repeat(50)}`);
    const before = process.cpuUsage();
    expect(isUnfinishedCopy(say(texts.slice(0, -1)), say(texts))).toBe(true);
    expect(process.cpuUsage(before).user).toBeLessThan(3_000_000);
  });
});
