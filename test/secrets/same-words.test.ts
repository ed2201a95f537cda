import { describe, expect, it } from 'vitest';
import type { Item } from '../../src/model/item.ts';
import { hidesMore, isSameButForMarks } from '../../src/secrets/secrets.ts';

function say(...texts: readonly string[]): Item {
  return { role: 'user', parts: texts.map((content) => ({ type: 'text', content })) };
}
const same = (a: string, b: string) => [isSameButForMarks(say(a), say(b)), isSameButForMarks(say(b), say(a))];
const M = '[redacted:password:1]';

describe('words but for marks', () => {
  it.each([
    ['equal texts', 'a b', 'a b'],
    ['a mark within', `use ${M} now`, 'use hunter2 now'],
    ['a mark alone', M, 'hunter2'],
    ['marks at both ends', `${M} and ${M}`, 'one and two'],
    ['marks of other rules', `key ${M}, so`, 'key [redacted:known:12], so'],
    ['marks of another extent', `see [redacted:url:1] there`, `see https://a:${M}@b/c there`],
    ['each has taken out something else', `${M} then two more`, `one then [redacted:known:1] more`],
    ['two marks next to each other', `a ${M}${M} b`, 'a onetwo b'],
    ['many lines', `key:\n${M}\nend`, `key:\n${'line\n'.repeat(40)}\nend`],
    ['what stands behind comes twice', `x=${M}, y`, 'x=a, b, y'],
    ['a home', 'in ~/code and', 'in /home/ann/code and'],
    ['a home of another system', 'in ~\\code', 'in C:\\Users\\ann\\code'],
  ])('are the same: %s', (_, a, b) => expect(same(a, b)).toEqual([true, true]));

  it.each([
    ['no mark', 'use hunter2', 'use hunter3'],
    ['another end', `use ${M} now`, 'use hunter2 later'],
    ['another beginning', `use ${M} now`, 'take hunter2 now'],
    ['more behind', `use ${M} now`, 'use hunter2 now and then'],
    ['nothing where a mark stands', `use ${M}`, 'use '],
    ['a mark for very much', `use ${M} now`, `use ${'x '.repeat(40_000)} now`],
    ['a ~ for what is no home', 'in ~/code', 'in other/code'],
  ])('are others: %s', (_, a, b) => expect(same(a, b)).toEqual([false, false]));

  it('are others in other parts, of another role, of another kind, with another name', () => {
    expect(isSameButForMarks(say(M), say('a', 'b'))).toBe(false);
    expect(isSameButForMarks(say(M), { ...say('a'), role: 'assistant' })).toBe(false);
    const call = (name: string, args: Record<string, string>): Item => ({
      role: 'assistant',
      parts: [{ type: 'tool_call', id: '1', name, arguments: args, tool: 'shell' }],
    });
    expect(isSameButForMarks(call('Bash', { command: M }), call('Bash', { command: 'x' }))).toBe(true);
    expect(isSameButForMarks(call('Bash', { command: M }), call('Read', { command: 'x' }))).toBe(false);
    expect(isSameButForMarks(call('Bash', { [M]: 'x' }), call('Bash', { key: 'x' }))).toBe(true);
    expect(isSameButForMarks(call('Bash', { command: M }), call('Bash', { command: 'x', more: 'y' }))).toBe(false);
    // a mark stands elsewhere among the names than what it stands for
    expect(isSameButForMarks(call('Bash', { command: 'x', [M]: 'y' }), call('Bash', { command: 'x', zeal: 'y' }))).toBe(
      true,
    );
    expect(isSameButForMarks(call('Bash', { command: 'x', [M]: 'y' }), call('Bash', { command: 'x', zeal: 'z' }))).toBe(
      false,
    );
    expect(isSameButForMarks(call('Bash', { constructor: 'x' }), call('Bash', { [M]: 'x' }))).toBe(true);
    expect(isSameButForMarks(call('Bash', { constructor: 'x' }), call('Bash', { other: 'x' }))).toBe(false);
  });

  it('of a name that is nothing but a mark are a single word', () => {
    expect([hidesMore(M, 'hunter2'), hidesMore(M, 'Fix the build'), hidesMore(`Use ${M}`, 'Use it all')]).toEqual([
      true,
      false,
      true,
    ]);
    expect([hidesMore('hunter2', M), hidesMore(M, M), hidesMore('a', 'a')]).toEqual([false, false, false]);
  });
});
