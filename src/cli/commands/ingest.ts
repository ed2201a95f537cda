/** `turnpress ingest`: sessions into the archive, with honest counts at the end. */
/** Also what `turnpress` alone does first. */

import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ArchiveReader, ArchiveWriter } from '../../archive/archive.ts';
import { type HealReport, heal, IMPORTERS, type IngestReport, ingest } from '../../ingest/ingest.ts';
import { formatCount, plural } from '../../model/counts.ts';
import { exitFor, holdOpen, openToWrite } from '../archive.ts';
import type { CommandOptions } from '../command.ts';
import { readConfig } from '../config.ts';
import { type Context, problemLine } from '../context.ts';
import { countOf } from '../counts.ts';
import { EXIT, isSystemError, UsageError } from '../errors.ts';
import { knownNames, knownSecrets } from '../known-secrets.ts';
import { describeSystemError } from '../machine/system-errors.ts';
import { holdMemory } from '../memory.ts';
import { readVersion } from '../version.ts';

export async function run(context: Context, args: readonly string[], options: CommandOptions): Promise<number> {
  for (const path of args) checkPath(context, path);
  const archive = openToWrite(context);
  const close = holdOpen(context, archive);
  try {
    const report = await ingestInto(context, archive, args, options);
    context.printJson(report);
    context.print(ingestSummary(report, options.dryRun === true));
    sayWhereLooked(context, report, args);
    for (const line of problemLines(report)) context.log.info(line);
    return ingestExit(context, archive, report);
  } finally {
    close();
  }
}

/** The exit code of a run that came to its end: 0 only when everything that was found is read and kept. */
export function ingestExit(context: Context, archive: ArchiveReader, report: IngestReport): number {
  const exit = exitFor(archive);
  const lost = report.problems.some(({ code }) => code === 'SOURCE_NOT_KEPT') || readNothing(report);
  return exit === EXIT.done && (lost || (context.strict && report.problemCount > 0)) ? EXIT.problems : exit;
}

/** There was something to read, and not one of it could be read. */
function readNothing({ sources, problems }: IngestReport): boolean {
  const failed = problems.filter(({ code }) => UNREAD.has(code)).length;
  const unread = problems.filter(({ code }) => code === 'NOT_READ').length;
  return failed > 0 && unread >= sources.found - sources.ignored;
}

/** Problems of a whole file or folder. Only what is `NOT_READ` was taken for a session before. */
const UNREAD: ReadonlySet<string> = new Set([
  ...['NOT_READ', 'UNREADABLE', 'UNLISTED_FOLDER', 'NO_SUCH_PATH', 'NOT_A_FILE', 'NOT_A_SESSION'],
]);

/** What an ingest did, and what came back of what the archive had lost. */
export type IngestOutcome = IngestReport & { readonly healed: HealReport };

export async function ingestInto(
  context: Context,
  archive: ArchiveWriter,
  paths: readonly string[],
  options: CommandOptions,
  begun?: (bytes: number) => void,
): Promise<IngestOutcome> {
  holdMemory();
  const config = readConfig(context.configFile, context.configNamed);
  const workers = options.workers === undefined ? undefined : countOf(options.workers, '--workers');
  const redact = {
    words: config.redact.words,
    personal: config.redact.personal,
    knownValues: knownSecrets(context.world.env),
    names: knownNames(context.world.env),
  };
  const sourcesDir = join(context.archiveDir, 'private', 'sources');
  // first, because a damaged conversation takes nothing
  const healed =
    options.dryRun === true ? NOTHING_LOST : await heal(archive, { sourcesDir, redact, version: readVersion() });
  for (const line of healedLines(healed)) context.log.info(line);
  const report = await ingest(archive, {
    ...(paths.length === 0 ? {} : { paths: paths.map((path) => resolve(context.world.cwd, path)) }),
    home: context.world.home,
    env: context.world.env,
    settle: options.settle === true,
    dryRun: options.dryRun === true,
    redact,
    sourcesDir,
    log: context.log,
    progress: context.progress,
    ...(begun && { begun }),
    ...(workers === undefined ? {} : { workers }),
  });
  return { ...report, healed };
}

const NOTHING_LOST: HealReport = { payloads: 0, blobs: 0, sources: 0, missing: 0, problems: [] };

/** What came back of what was lost, and what did not; none when nothing was. */
function healedLines({ payloads, blobs, sources, missing, problems }: HealReport): readonly string[] {
  const parts = [
    ...(payloads === 0 ? [] : [plural(payloads, 'payload')]),
    ...(blobs === 0 ? [] : [plural(blobs, 'blob')]),
  ];
  const still = `${plural(missing, 'lost payload or blob', 'lost payloads or blobs')} did not come back: no kept source says ${missing === 1 ? 'it' : 'them'} to the byte (the rules of redaction may have changed since)`;
  return [
    ...problems.map(problemLine),
    ...(parts.length === 0 ? [] : [`${parts.join(' and ')} came back from kept sources`]),
    ...(sources === 0
      ? []
      : [`${plural(sources, 'kept source was', 'kept sources were')} read again for records that were lost`]),
    ...(missing === 0 ? [] : [still]),
  ];
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
  const parts = [
    `${plural(sources.found - sources.ignored, 'source')}${state.length === 0 ? '' : `: ${state.join(', ')}`}`,
    dryRun
      ? ''
      : `${plural(turns.new, 'new turn')}, ${formatCount(conversations.new)} new and ${plural(conversations.grown, 'grown conversation')}`,
    redactedWords(report.redactions),
    report.uncleaned > 0
      ? `${plural(report.uncleaned, 'attachment')} kept as ${report.uncleaned === 1 ? 'it is' : 'they are'}, never published: what says who made ${report.uncleaned === 1 ? 'it' : 'them'} cannot be taken out`
      : '',
    report.waiting > 0
      ? `${plural(report.waiting, 'message')} waiting for ${report.waiting === 1 ? 'its' : 'their'} end (--settle takes ${report.waiting === 1 ? 'it' : 'them'} as ${report.waiting === 1 ? 'it is' : 'they are'})`
      : '',
  ];
  return parts.filter((text) => text !== '').join(' · ');
}

/** Problems, at most 20 lines, then how many more there are and how to see them. */
export function problemLines(report: IngestReport): readonly string[] {
  const shown = report.problems.slice(0, 20).map(problemLine);
  const more = report.problemCount - shown.length;
  return more > 0 ? [...shown, `… and ${plural(more, 'more problem')}: --verbose or --json names all`] : shown;
}

/** Before anything is opened: a path that was typed wrong is no empty folder. Throws UsageError. */
function checkPath(context: Context, typed: string): void {
  try {
    statSync(resolve(context.world.cwd, typed));
  } catch (error) {
    if (isSystemError(error)) throw new UsageError(describeSystemError(Object.assign(error, { path: typed })));
    throw error;
  }
}

/** When nothing was found: where it was looked, and for what. What was there and could not be read is named as a problem. */
export function sayWhereLooked({ log, world, shown }: Context, report: IngestReport, paths: readonly string[]): void {
  if (report.sources.found - report.sources.ignored > 0 || readNothing(report)) return;
  const names = IMPORTERS.map(({ name }) => name).join(', ');
  if (paths.length > 0) {
    log.info(`no sessions in ${paths.join(', ')}: looked for files of ${names}`);
    return;
  }
  log.info('no sessions were found on this machine; looked for');
  for (const { name, roots } of IMPORTERS)
    log.info(`  ${name} in ${roots(world.home, world.env).map(shown).join(', ')}`);
  log.info('"turnpress ingest <path>" reads them from anywhere else');
}

/** `8,976 home paths and 6 passwords replaced`; empty for none. */
function redactedWords(counts: Readonly<Record<string, number>>): string {
  const most = Object.entries(counts).sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  const words = most.map(([rule, n]) =>
    plural(n, ...(NAMED[rule] ?? ([`secret (${rule})`, `secrets (${rule})`] as const))),
  );
  if (words.length === 0) return '';
  return `${words.length === 1 ? words[0] : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`} replaced`;
}

/** Rules that are no secret of some service, in words. */
const NAMED: Readonly<Record<string, readonly [one: string, many: string]>> = {
  home: ['home path', 'home paths'],
  email: ['e-mail address', 'e-mail addresses'],
  user: ['user name', 'user names'],
  word: ['word of yours', 'words of yours'],
  known: ['secret of this machine', 'secrets of this machine'],
  password: ['password', 'passwords'],
  'password-hash': ['password hash', 'password hashes'],
  'private-key': ['private key', 'private keys'],
  cookie: ['cookie', 'cookies'],
  jwt: ['token (jwt)', 'tokens (jwt)'],
  card: ['card number', 'card numbers'],
  iban: ['bank account', 'bank accounts'],
  ssn: ['social security number', 'social security numbers'],
  mnemonic: ['recovery phrase', 'recovery phrases'],
  image: ['image (what is no picture in it)', 'images (what is no picture in them)'],
};

function counted(n: number, what: string): string {
  return n === 0 ? '' : `${formatCount(n)} ${what}`;
}
