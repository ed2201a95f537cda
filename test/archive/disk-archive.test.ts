/** The contract on the real disk, and what only a folder of files can show. */
/** Every test has a folder of its own, removed afterwards. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { createArchive, openArchive } from '../../src/archive/archive.ts';
import { describeArchive } from './contract.ts';

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

describeArchive('an archive on disk', () => {
  const dir = mkdtempSync(join(tmpdir(), 'turnpress-archive-'));
  folders.push(dir);
  createArchive(dir, { origin: 'example.org/archive', nowMs: 0 });
  return {
    open: () => openArchive(dir, { mode: 'write' }),
    reopen: (archive) => {
      archive.close();
      return openArchive(dir, { mode: 'write' });
    },
  };
});
