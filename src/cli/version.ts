/** Which turnpress this is. */
/** Apart from main.ts, because what `init` writes names it, too. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** As package.json has it. */
export function readVersion(): string {
  const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8')) as {
    version: string;
  };
  return manifest.version;
}
