/** What the system refuses reads like a sentence, also where it names no file. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeSystemError } from '../../../src/cli/machine/system-errors.ts';

it('says that the folder one stands in is gone', () => {
  const before = process.cwd();
  const gone = mkdtempSync(join(tmpdir(), 'gone-'));
  process.chdir(gone);
  rmSync(gone, { recursive: true });
  let said = '';
  try {
    process.cwd();
  } catch (error) {
    said = describeSystemError(error as NodeJS.ErrnoException);
  } finally {
    process.chdir(before);
  }
  expect(said).toBe('the folder that this was started in is gone; go to another one');
});
