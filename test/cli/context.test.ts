import { describe, expect, it } from 'vitest';
import { createContext, type World } from '../../src/cli/context.ts';

const silent = { write: () => true };

function worldWith(columns: number | undefined): World {
  const stdout = columns === undefined ? silent : { ...silent, isTTY: true, columns };
  return { cwd: '/', home: '/', env: {}, stdout, stderr: silent, now: () => 0 };
}

describe('the width of what is shown', () => {
  it.each([
    ['of a terminal', 80, 80],
    ['of a very wide terminal', 300, 120],
    ['where there is no terminal', undefined, 100],
    ['of a terminal that was never told its size', 0, 100],
  ])('%s', (_, columns, expected) => {
    expect(createContext(worldWith(columns), {}).columns).toBe(expected);
  });
});
