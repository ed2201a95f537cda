/** `turnpress` alone: ingest, build, say where the site is. */
/** In a folder without an archive it makes one first: the shortest way from sessions to a website. */

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { exitFor, hasArchive, openToWrite } from '../archive.ts';
import type { CommandOptions } from '../command.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../errors.ts';
import { buildFrom, buildSummary } from './build.ts';
import { ingestInto, ingestSummary, problemLines } from './ingest.ts';
import { createFolder } from './init.ts';

export async function run(context: Context, _args: readonly string[], options: CommandOptions): Promise<number> {
  if (!hasArchive(context)) {
    createFolder(context, {});
    context.log.info(`made a new archive in ${context.shown(context.archiveDir)}`);
  }
  const archive = openToWrite(context);
  try {
    const ingested = await ingestInto(context, archive, [], options);
    context.print(ingestSummary(ingested, false));
    for (const line of problemLines(ingested)) context.log.info(line);
    const built = await buildFrom(context, archive, 'local');
    context.print(buildSummary(context, built, 'local'));
    context.print(`the site: ${pathToFileURL(join(context.outputDir, 'index.html')).href}`);
    context.print('look at it with search: turnpress serve');
    context.printJson({ ingest: ingested, build: built, site: context.outputDir });
    const exit = exitFor(archive);
    if (exit !== EXIT.done) return exit;
    return context.strict && ingested.problemCount > 0 ? EXIT.problems : EXIT.done;
  } finally {
    archive.close();
  }
}
