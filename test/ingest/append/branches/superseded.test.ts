import { describe, expect, it } from 'vitest';
import { isFuller, isLonger } from '../../../../src/ingest/append/branches/superseded.ts';
import type { Item } from '../../../../src/model/item.ts';
import { expectLinear } from '../../../base/growth.ts';

const say = (texts: readonly string[], outputTokens = 1): Item => ({
  role: 'assistant',
  parts: texts.map((content) => ({ type: 'text', content })),
  usage: { input_tokens: 1, output_tokens: outputTokens },
});

describe('an unfinished copy of a message', () => {
  it('has parts of the whole in their order, or all of them and a smaller count', () => {
    expect(isFuller(say(['a']), say(['a', 'b']))).toBe(true);
    expect(isFuller(say(['b']), say(['a', 'b']))).toBe(true);
    expect(isFuller(say(['b', 'a']), say(['a', 'b', 'c']))).toBe(false);
    expect(isFuller(say(['a [redacted] b']), say(['a secret b', 'c']))).toBe(false);
    expect(isFuller(say(['a', 'b']), say(['a', 'b'], 2))).toBe(true);
    expect(isFuller(say(['a', 'b'], 2), say(['a', 'b'], 2))).toBe(false);
    expect(isFuller(say(['a', 'b']), say(['a']))).toBe(false);
  });

  it('is none when what was replaced in a call would come back', () => {
    const call = (args: string, ...more: string[]): Item => ({
      role: 'assistant',
      parts: [
        { type: 'tool_call', id: 't', name: 'Bash', arguments: { command: args }, tool: 'shell' },
        ...more.map((content) => ({ type: 'text', content }) as const),
      ],
    });
    expect(isFuller(call('ls'), call('ls -l', 'more'))).toBe(true);
    expect(isFuller(call('x [redacted:token:1]'), call('x secret', 'more'))).toBe(false);
    expect(isFuller(call('x [redacted:token:1]'), call('x [redacted:token:1]', 'more'))).toBe(true);
    expect(isLonger(call('ls'), call('ls -l', 'more'))).toBe(false);
    expect(isLonger(call('ls'), call('ls', 'more'))).toBe(true);
    expect(isLonger(call('ls', 'more'), call('ls', 'more'))).toBe(false);
  });

  it('is recognised among very many parts', async () => {
    const compare = (parts: number) => {
      const texts = Array.from({ length: parts }, (_, i) => `part ${i} ${'x'.repeat(50)}`);
      const [copy, whole] = [say(texts.slice(0, -1)), say(texts)];
      return () => expect(isFuller(copy, whole)).toBe(true);
    };
    await expectLinear(compare(2_500), compare(10_000));
  });
});
