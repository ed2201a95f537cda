import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const file = join(import.meta.dirname, '..', '..', '..', 'src', 'base', 'program', 'young-space.ts');

describe('space for short-lived objects', () => {
  it('is wide at once, and does not grow with what is made in it', () => {
    const script = `
      import { getHeapSpaceStatistics } from 'node:v8';
      import { widenYoungSpace } from ${JSON.stringify(file)};
      const size = () => getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space').space_size;
      const before = size();
      widenYoungSpace();
      const wide = size();
      for (let i = 0; i < 20; i++) Array.from({ length: 100_000 }, (_, each) => ({ each }));
      console.log(JSON.stringify({ before, wide, after: size() }));`;
    const said = execFileSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' });
    const { before, wide, after } = JSON.parse(said) as Record<'before' | 'wide' | 'after', number>;
    expect(before).toBeLessThan(wide);
    expect(wide).toBeGreaterThanOrEqual(8 * 1024 * 1024);
    expect(after).toBe(wide);
  });
});
