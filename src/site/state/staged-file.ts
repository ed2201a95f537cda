/** Writes a file into the staging folder, from any thread; the state hears of it from the main thread (`Output.putStaged`). */
/** Apart from output.ts, which belongs to the main thread and its database. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errorCode } from '../../base/disk.ts';
import { contentHash } from './keys.ts';

/** A file as the state remembers it. */
export interface StagedFile {
  readonly path: string;
  readonly hash: string;
  readonly size: number;
}

/** `path`: as it will stand below the output folder. Its folders are made. */
export function writeStagedFile(staging: string, path: string, content: Uint8Array): StagedFile {
  const file = join(staging, path);
  try {
    writeFileSync(file, content);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  return { path, hash: contentHash(content), size: content.length };
}
