/** The agents whose sessions can be read: one row each. */
/** A new agent: 1. `importers/<id>.ts` that exports an Importer (its parts, if it has any, in a folder of that name); 2. `test/fixtures/<id>/` with sessions that cover its record kinds; 3. a row here. */

import type { Importer } from '../kit/importer.ts';
import { claudeCode } from './claude-code.ts';
import { codex } from './codex.ts';
import { geminiCli } from './gemini-cli.ts';

/** In the order in which a file's first bytes are shown to them. */
export const IMPORTERS: readonly Importer[] = [claudeCode, codex, geminiCli];

/** Throws TypeError for an id that is not in the table. */
export function getImporter(id: string): Importer {
  const importer = IMPORTERS.find((each) => each.id === id);
  if (importer === undefined) throw new TypeError(`no importer is called ${id}`);
  return importer;
}
