/** `turnpress ingest`: sessions into the archive, with honest counts at the end. */
/** Also what `turnpress` alone does first. */

import { join, resolve } from 'node:path';
import type { ArchiveWriter } from '../../archive/archive.ts';
import { type IngestReport, ingest } from '../../ingest/ingest.ts';
import { exitFor, openToWrite } from '../archive.ts';
import type { CommandOptions } from '../command.ts';
import { readConfig } from '../config.ts';
import { type Context, problemLine } from '../context.ts';
import { countOf, formatCount, plural } from '../counts.ts';
import { EXIT } from '../errors.ts';
import { knownNames, knownSecrets } from '../known-secrets.ts';
import { holdMemory } from '../memory.ts';

export async function run(context: Context, args: readonly string[], options: CommandOptions): Promise<number> {
  const archive = openToWrite(context);
  try {
    const report = await ingestInto(context, archive, args, options);
    context.printJson(report);
    context.print(ingestSummary(report, options.dryRun === true));
    for (const line of problemLines(report)) context.log.info(line);
    const exit = exitFor(archive);
    return exit === EXIT.done && context.strict && report.problemCount > 0 ? EXIT.problems : exit;
  } finally {
    archive.close();
  }
}

export function ingestInto(
  context: Context,
  archive: ArchiveWriter,
  paths: readonly string[],
  options: CommandOptions,
): Promise<IngestReport> {
  holdMemory();
  const config = readConfig(context.configFile, context.configNamed);
  const workers = options.workers === undefined ? undefined : countOf(options.workers, '--workers');
  return ingest(archive, {
    ...(paths.length === 0 ? {} : { paths: paths.map((path) => resolve(context.world.cwd, path)) }),
    home: context.world.home,
    env: context.world.env,
    settle: options.settle === true,
    dryRun: options.dryRun === true,
    redact: {
      words: config.redact.words,
      personal: config.redact.personal,
      knownValues: knownSecrets(context.world.env),
      names: knownNames(context.world.env),
    },
    sourcesDir: join(context.archiveDir, 'private', 'sources'),
    log: context.log,
    progress: context.progress,
    ...(workers === undefined ? {} : { workers }),
  });
}

/** `12 sources: 2 new, 10 unchanged · 340 new turns in 2 conversations · 3 secrets redacted` */
export function ingestSummary(report: IngestReport, dryRun: boolean): string {
  const { sources, turns, conversations } = report;
  const state = [
    counted(sources.new, 'new'),
    counted(sources.grown, 'grown'),
    counted(sources.rewritten, 'rewritten'),
    counted(sources.unchanged, 'unchanged'),
    counted(sources.vanished, 'vanished (kept)'),
    counted(sources.withProblems, 'with problems'),
  ].filter((text) => text !== '');
  const redacted = Object.values(report.redactions).reduce((sum, n) => sum + n, 0);
  const parts = [
    `${plural(sources.found - sources.ignored, 'source')}${state.length === 0 ? '' : `: ${state.join(', ')}`}`,
    dryRun
      ? ''
      : `${plural(turns.new, 'new turn')}, ${conversations.new} new and ${conversations.grown} grown conversations`,
    redacted > 0 ? `${redacted} redacted` : '',
    report.waiting > 0 ? `${plural(report.waiting, 'message')} waiting for its end` : '',
  ];
  return parts.filter((text) => text !== '').join(' · ');
}

/** Problems, at most 20 lines, then how many more there are and how to see them. */
export function problemLines(report: IngestReport): readonly string[] {
  const shown = report.problems.slice(0, 20).map(problemLine);
  const more = report.problemCount - shown.length;
  return more > 0 ? [...shown, `… and ${more} more problems: --verbose or --json names them all`] : shown;
}

function counted(n: number, what: string): string {
  return n === 0 ? '' : `${formatCount(n)} ${what}`;
}
