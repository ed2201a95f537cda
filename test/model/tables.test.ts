import { describe, expect, it } from 'vitest';
import { TELLING_ARGUMENTS, walkArguments } from '../../src/model/tool-arguments.ts';
import { findReason, reasonNames, reasonWords, UNSAID_REASON } from '../../src/model/withdrawal.ts';

describe('the arguments of tools', () => {
  it('are given in the order of what says most', () => {
    const given = { path: '/a', command: ['ls', '-l', 7], query: 3, description: 'look', cwd: '/' };
    expect([...walkArguments(given, TELLING_ARGUMENTS)]).toEqual(['ls -l', '/a', 'look', '/']);
    expect([...walkArguments(['command'], TELLING_ARGUMENTS)]).toEqual([]);
  });

  it('stand in the table once', () => {
    expect(new Set(TELLING_ARGUMENTS).size).toBe(TELLING_ARGUMENTS.length);
  });
});

describe('reasons for taking something back', () => {
  it('have the numbers of the format, a name and words', () => {
    expect(['unsaid', 'secret', 'personal', 'legal', 'other'].map(findReason)).toEqual([0, 1, 2, 3, 4]);
    expect(findReason('toString')).toBeUndefined();
    expect(reasonNames()).toBe('secret, personal, legal or other');
    expect([reasonWords(UNSAID_REASON), reasonWords(1), reasonWords(200)]).toEqual(['', 'a secret', '']);
  });
});
