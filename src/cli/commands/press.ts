/** `turnpress` alone: ingest, build, say where the site is. */
/** In a folder without an archive it makes one first: the shortest way from sessions to a website. */

import { join, resolve } from 'node:path';
import { readyBuild } from '../../site/site.ts';
import { holdOpen, openToWrite } from '../archive.ts';
import type { CommandOptions } from '../command.ts';
import type { Context } from '../context.ts';
import { EXIT, UsageError } from '../errors.ts';
import { hadPrivate } from '../machine/owner.ts';
import { hasArchive } from '../machine/private.ts';
import { compileWell } from '../memory.ts';
import { buildFrom, buildSummary } from './build.ts';
import { ingestExit, ingestInto, ingestSummary, problemLines, sayWhereLooked } from './ingest.ts';
import { createFolder } from './init.ts';

export async function run(context: Context, _args: readonly string[], options: CommandOptions): Promise<number> {
  if (!hasArchive(context)) {
    refuseGone(context);
    createFolder(context, {});
    context.log.info(`made a new archive in ${context.shown(context.archiveDir)}`);
  }
  let exit: number = EXIT.done;
  const archive = openToWrite(context);
  const close = holdOpen(context, archive);
  try {
    const ingested = await ingestInto(context, archive, [], options, readyForMuch);
    context.print(ingestSummary(ingested, false));
    for (const line of problemLines(ingested)) context.log.info(line);
    const built = await buildFrom(context, archive, 'local');
    compileWell(); // what builds was loaded while sessions were read
    context.print(buildSummary(context, built, 'local'));
    sayWhereLooked(context, ingested, []);
    context.printJson({ ingest: ingested, build: built, site: context.outputDir });
    exit = ingestExit(context, archive, ingested);
  } finally {
    close();
  }
  await offerServe(context);
  return exit;
}

/** A new archive would have another origin and another key, and whoever follows the old one would be told of a second publisher. */
function refuseGone({ world, archiveDir, shown }: Context): void {
  if (!hadPrivate(world, join(archiveDir, 'private'))) return;
  throw new UsageError(
    `${shown(archiveDir)} held an archive, and now there is none: bring it back if its disk is not there just now; a new one is made by "turnpress init"`,
  );
}

/** So much is built that threads are worth their start: they load while the first sessions are read. */
function readyForMuch(bytes: number): void {
  if (bytes >= WORTH_BYTES && bytes <= MOST_BYTES) readyBuild();
}

const WORTH_BYTES = 24_000_000;
/** Where more is read, a second is not worth the memory. */
const MOST_BYTES = 256_000_000;

/** A page that is opened from disk has no styles and no links that lead anywhere, so its path is no address to give. */
async function offerServe(context: Context): Promise<void> {
  const named =
    context.outputDir === resolve(context.world.cwd, '_private') ? '' : ` --output ${context.shown(context.outputDir)}`;
  const ask = context.json ? undefined : context.world.ask;
  const typed = await ask?.('look at it now? [Y/n] ');
  if (typed !== undefined && /^(?:y(?:es)?)?$/i.test(typed.trim())) {
    const { run: serve } = await import('./serve.ts');
    await serve(context, [], { port: '0' });
  } else context.print(`look at it, with search: turnpress serve${named}`);
}
