/** Which turnpress this is. */
/** Apart from main.ts, because what `init` writes names it, too. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROGRAM_FOLDER } from '../base/program/program-folder.ts';

/** As package.json has it. */
export function readVersion(): string {
  const manifest = JSON.parse(readFileSync(join(PROGRAM_FOLDER, 'package.json'), 'utf8')) as {
    version: string;
  };
  return manifest.version;
}
