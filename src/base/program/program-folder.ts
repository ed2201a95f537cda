/** Where this program is installed, and whether its sources run as they stand or a bundle of them. */
/** The one file that knows: nobody else says where he is himself, but to start a thread, whose file stands beside in both. */

import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';

/** package.json, templates and guides stand here. */
export const PROGRAM_FOLDER = dirname(findPackageJSON(import.meta.url) ?? import.meta.filename);

const BUNDLE = import.meta.filename.endsWith('.js') ? import.meta.dirname : undefined;

/**
 * What bin/bundle.ts wrote down beside the bundle because the sources are not there to be asked. Undefined: they are. The bundle and its
 * notes are made together, so what they hold is believed.
 */
export function readBundled<T>(name: string): T | undefined {
  return BUNDLE === undefined ? undefined : (JSON.parse(readFileSync(join(BUNDLE, name), 'utf8')) as T);
}
