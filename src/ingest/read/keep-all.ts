/** Keeps the bytes of a source that was read to its end, and of the files that were read beside it. */
/** A service beside the archive: what cannot be kept is said and does not hold up the turns. */

import { messageOf } from '../../base/errors.ts';
import type { Problem } from '../../base/log.ts';
import type { PendingPart, ReadPart } from './read-part.ts';
import { closeFile, type OpenFile, openFile } from './source-file.ts';
import { keepSource } from './sources.ts';

/** Never rejects: whatever stops it is a problem. The file must stay open until it is done. */
export async function keepAll(
  dir: string,
  file: OpenFile,
  importer: string,
  besides: readonly string[],
): Promise<readonly Problem[]> {
  const problems = await keepOne(file.path, () => keepSource(dir, file, importer));
  for (const path of besides.toSorted()) {
    problems.push(...(await keepOne(path, () => keepBeside(dir, path, importer, file.path))));
  }
  return problems;
}

/** The part, once its source is kept: when that failed, the next run has to look at the source again. */
export async function settlePart({ part, keeping }: PendingPart): Promise<ReadPart> {
  const problems = (await keeping) ?? [];
  return problems.length === 0 ? part : { ...part, mtimeNs: '', problems: [...part.problems, ...problems] };
}

async function keepBeside(dir: string, path: string, importer: string, session: string): Promise<void> {
  const file = openFile(path);
  try {
    await keepSource(dir, file, importer, session);
  } finally {
    closeFile(file);
  }
}

async function keepOne(file: string, keep: () => Promise<void>): Promise<Problem[]> {
  try {
    await keep();
    return [];
  } catch (error) {
    // whatever the reason, a full disk too: what the session says is kept all the same
    const message = `the agent's own bytes were not kept: ${messageOf(error)}`;
    return [{ code: 'SOURCE_NOT_KEPT', file, message }];
  }
}
