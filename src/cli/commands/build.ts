/** `turnpress build`: the archive as a website, whole or only its public part. */
/** A public build shows what the archive log says was published, after rules and gate of today had their say. */

import { existsSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { ArchiveReader } from '../../archive/archive.ts';
import { PROGRAM_FOLDER } from '../../base/program/program-folder.ts';
import { formatCount, plural } from '../../model/counts.ts';
import { type ConversationId, shortId } from '../../model/ids.ts';
import type { SiteConfig } from '../../model/site-config.ts';
import type { ArchiveLog } from '../../replica/log/log.ts';
import type { PublishedArchive } from '../../replica/replica.ts';
import {
  ArchiveGrewError,
  type BuildOptions,
  type BuildReport,
  BuildRunningError,
  buildSite,
  type Following,
} from '../../site/site.ts';
import { exitFor, openToRead, ownPrivate, readRules } from '../archive.ts';
import type { CommandOptions } from '../command.ts';
import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { isFollowing, NOTHING_FOLLOWED } from '../following/followed.ts';
import { letRun, mayRun } from '../machine/owner.ts';
import { isCopy } from '../machine/private.ts';
import { compileLightly, holdMemory } from '../memory.ts';

export async function run(context: Context, _args: readonly string[], options: CommandOptions): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await buildOnce(context, options);
    } catch (error) {
      // opened anew, so that nothing is known of it from before
      if (!(error instanceof ArchiveGrewError) || attempt === MOST_ATTEMPTS) throw error;
      context.log.detail('the archive grew meanwhile; looking again');
    }
  }
}

/** A public build that somebody writes beside: each goes on from the one before. */
const MOST_ATTEMPTS = 10;

async function buildOnce(context: Context, options: CommandOptions): Promise<number> {
  const archive = openToRead(context);
  try {
    const check = options.check === true;
    if (options.public === true) await runPublic(context, archive, check);
    else {
      const report = await buildFrom(context, archive, 'local', check);
      context.printJson(report);
      context.print(buildSummary(context, report, 'local'));
    }
    return exitFor(archive);
  } finally {
    archive.close();
  }
}

async function runPublic(context: Context, archive: ArchiveReader, check: boolean): Promise<void> {
  const { openLog } = await import('../publishing/published.ts');
  const log = openLog(context, archive, 'read');
  try {
    const report = await buildPublic(context, archive, log, check);
    context.printJson(report);
    context.print(buildSummary(context, report, 'public'));
    sayWhatIsHidden(context, report);
    sayWhatIsMissing(context, report, log.size > 0);
  } finally {
    log.close();
  }
}

export interface PublicReport extends BuildReport {
  /** Conversations that are published, by the archive log. */
  readonly published: number;
  /** Those of them that the site leaves out, because rules or gate keep them in now. */
  readonly hidden: number;
  readonly blocked: readonly { readonly conversation: ConversationId; readonly reason: string }[];
}

/** The public site: what the log says was published, as far as it may still go out. */
export async function buildPublic(
  context: Context,
  archive: ArchiveReader,
  log: ArchiveLog,
  check = false,
): Promise<PublicReport> {
  refuseOthersFolder(context, 'public');
  ownPrivate(context);
  // the private site needs nothing of what was published
  const [{ openPublished }, { gateOptionsOf }] = await Promise.all([
    import('../../replica/replica.ts'),
    import('../publishing/published.ts'),
  ]);
  const config = readRules(context);
  refuseWithoutRules(context, log);
  const shown = await openPublished(archive, log, gateOptionsOf(context, config));
  const report = await buildFrom(context, shown.archive, 'public', check, shown);
  const blocked = [...shown.blocked].map(([conversation, reason]) => ({ conversation, reason }));
  const { conversations } = archive.countConversations();
  const published = log.countPublished();
  return {
    ...report,
    leftOut: conversations - report.public,
    published,
    hidden: Math.max(0, published - report.public),
    blocked,
  };
}

/** A file that is missing is no decision: a build or a publish without it would empty the site. Throws UsageError. */
export function refuseWithoutRules(context: Context, log: ArchiveLog): void {
  const published = log.countPublished();
  if (published === 0 || isCopy(context) || existsSync(context.configFile)) return;
  throw new UsageError(
    `${plural(published, 'conversation is', 'conversations are')} published, and there is no ${context.shown(context.configFile)} whose rules say that they may still be shown; nothing was done. Put it back, or name another with --config`,
  );
}

export function sayWhatIsHidden(context: Context, { hidden, blocked }: PublicReport): void {
  for (const { conversation, reason } of blocked)
    context.log.info(`left out: conversation ${shortId(conversation)} may not be published any more: ${reason}`);
  if (hidden === 0) return;
  const left = `${plural(hidden, 'published conversation is', 'published conversations are')} left out`;
  context.log.info(
    isCopy(context)
      ? `${left}: who pulls from here looks for ${hidden === 1 ? 'it' : 'them'} elsewhere`
      : `${left}: the next "turnpress publish" withdraws ${hidden === 1 ? 'it' : 'them'}`,
  );
}

/** A public site that nobody will see anything on, or that does not know where it stands. */
export function sayWhatIsMissing(context: Context, report: BuildReport, published: boolean): void {
  const { publish, url } = readRules(context);
  const file = context.shown(context.configFile);
  if (report.public === 0 && isCopy(context))
    context.log.info('nothing is shown: the copy holds no conversation that its origin publishes now');
  else if (report.public === 0 && publish.length === 0) {
    context.log.info(`nothing is public yet: say what is, in ${file}, with a rule such as`);
    context.log.info(
      '  "publish": [{ "project": "~/dev/my-app", "visibility": "public" }], and then: turnpress publish',
    );
  } else if (report.public === 0 && !published)
    context.log.info('nothing is published yet: "turnpress publish --dry-run" shows what would be');
  else if (report.public === 0)
    context.log.info(`nothing is public: "turnpress doctor --visibility" shows what the rules in ${file} are for`);
  if (new URL(url).hostname === 'localhost')
    context.log.info(
      `feeds and sitemap say ${url}: write in ${file} where the site will stand, as in "url": "https://turns.example.org/"`,
    );
}

/** `shown`: what a public build shows of the archive. */
export async function buildFrom(
  context: Context,
  archive: ArchiveReader,
  mode: 'local' | 'public',
  check = false,
  shown?: PublishedArchive,
): Promise<BuildReport> {
  refuseOthersFolder(context, mode);
  holdMemory();
  compileLightly();
  ownPrivate(context);
  const config = readRules(context);
  const cacheDir = join(context.archiveDir, 'private', 'cache');
  const { log, progress } = context;
  const following = await findFollowing(context, config);
  const build: BuildOptions = {
    ...(following && { following }),
    outputDir: mode === 'public' ? context.publicDir : context.outputDir,
    config,
    mode,
    check,
    blocked: new Map(),
    ...(shown === undefined ? {} : { gated: shown.gated, ...(shown.replica && { replica: shown.replica }) }),
    cacheDir,
    templatesDir: join(PROGRAM_FOLDER, 'templates'),
    ...(await userTemplates(context, join(PROGRAM_FOLDER, 'templates'))),
    contentDir: context.contentDir,
    docsDir: join(PROGRAM_FOLDER, 'docs'),
    log,
    progress,
  };
  if (mode === 'public') return whenNobodyBuilds(context, () => buildSite(archive, build));
  if (!isFollowing(context))
    return whenNobodyBuilds(context, () => buildSite(archive, { ...build, reading: NOTHING_FOLLOWED }));
  const { openFollowed } = await import('../following/private-site.ts');
  const followed = await openFollowed(context, build);
  try {
    return await whenNobodyBuilds(context, () =>
      buildSite(archive, { ...build, reading: followed.reading, copies: followed.copies }),
    );
  } finally {
    followed.close();
  }
}

/** What the owner shows of the subscriptions; the reader is loaded only where something is. */
async function findFollowing(context: Context, config: SiteConfig): Promise<Following | undefined> {
  if (!Object.values(config.following).some((shown) => shown)) return undefined;
  return (await import('../following/shown.ts')).collectShown(context, config);
}

/** Milliseconds: how long a build waits for another one, and how often it looks. */
const MOST_WAIT = 60_000;
const LOOK = 200;

/** Two builds of one folder take turns; only one that goes on and on is an error. */
async function whenNobodyBuilds<T>(context: Context, build: () => Promise<T>): Promise<T> {
  const since = performance.now();
  for (let told = false; ; told = true) {
    try {
      return await build();
    } catch (error) {
      if (!(error instanceof BuildRunningError) || performance.now() - since >= MOST_WAIT) throw error;
      if (!told) context.log.info(`${error.message}; waiting for it, a minute at most`);
      await setTimeout(LOOK);
    }
  }
}

/**
 * The templates of the folder, if there are any. They are programs, so the owner is asked once for each folder on this machine.
 * Throws UsageError when nobody says yes.
 */
async function userTemplates(context: Context, ours: string): Promise<{ readonly userTemplatesDir?: string }> {
  const { world, trust } = context;
  const folder = join(context.contentDir, '..', 'templates');
  if (!existsSync(folder) || realpathSync(folder) === realpathSync(ours)) return {};
  if (!trust && !mayRun(world, folder)) {
    const question = `${folder} holds templates, and templates are programs that run with your rights. Run them, now and from now on? [y/N] `;
    const answer = await world.ask?.(question);
    if (!/^y(?:es)?$/i.test(answer?.trim() ?? ''))
      throw new UsageError(
        `${context.shown(folder)} holds templates, and templates are programs; look at them, then say once "turnpress build --trust"`,
      );
  }
  letRun(world, folder);
  return { userTemplatesDir: folder };
}

export function buildSummary(context: Context, report: BuildReport, mode: 'local' | 'public'): string {
  const folder = mode === 'public' ? context.publicDir : context.outputDir;
  const what = [
    `${plural(report.pagesWritten, 'page')} written`,
    `${formatCount(report.pagesUnchanged)} unchanged`,
    report.pagesDeleted > 0 ? `${report.pagesDeleted} removed` : '',
    report.private > 0 ? `${plural(report.private, 'private conversation')}` : '',
  ];
  return `${context.shown(folder)}: ${what.filter((text) => text !== '').join(', ')}`;
}

/** What is private must never be where a host takes the public site from, nor where git takes the archive from. */
function refuseOthersFolder(context: Context, mode: 'local' | 'public'): void {
  const [own, others, option] =
    mode === 'public' ? [context.publicDir, '_private', ''] : [context.outputDir, '_site', ' --public'];
  if (`${own}/`.startsWith(`${context.archiveDir}/`))
    throw new UsageError(`${context.shown(own)} is in the archive; name another folder with --output`);
  if (own !== resolve(context.world.cwd, others)) return;
  throw new UsageError(
    `${others}/ is for the ${mode === 'public' ? 'private' : 'public'} site${option === '' ? '' : ` ("turnpress build${option}")`}; name another folder with --output`,
  );
}
