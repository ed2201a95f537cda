/** The site's door: builds pages, feeds and search from an archive. */
/** Decides first whether there is anything to do; whatever renders is loaded only when there is. */

import { join } from 'node:path';
import type { ArchiveReader } from '../archive/archive.ts';
import { errorCode } from '../base/disk.ts';
import { DatabaseDiskError } from '../base/errors.ts';
import type { ConversationSummary } from '../model/conversation.ts';
import type { ConversationId } from '../model/ids.ts';
import type { SiteConfig } from '../model/site-config.ts';
import { visibilityOf } from '../model/visibility.ts';
import type { PageReport } from './compare/compare-page.ts';
import { PublishBlockedError } from './errors.ts';
import { checkGated } from './gated.ts';
import type { Numbers } from './lists/numbers.ts';
import type { BuildOptions, BuildReport } from './options.ts';
import type { renderLivePage } from './reading/live-page.ts';
import type { findReadingList } from './reading/reading-page.ts';
import { RENDERER_VERSION } from './render/version.ts';
import { type InputFolders, readInputs } from './shell/inputs.ts';
import { readyShells } from './shell/page-queue.ts';
import { listPlainTemplates } from './shell/plain-templates.ts';
import { checkPlace, readStamp, stands } from './state/folder.ts';
import { keyOf } from './state/keys.ts';
import { completeMove, isMoving } from './state/moving.ts';
import { findFrozenState, openState, type SiteState } from './state/state.ts';
import { WHOLE } from './state/work/tallies.ts';

export { copySiteUrl } from './urls.ts';

import { parseReadingUrl, readingEntryUrl } from './urls.ts';

export { basePathOf, underBasePath } from './base-path.ts';
export type { PageFinding, PageReport } from './compare/compare-page.ts';
export { withPictures } from './compare/pictures.ts';
export { comparedWords, NOT_PROVEN, notComparedWords, ownersWords } from './compare/report-words.ts';
export { ArchiveGrewError, BuildRunningError } from './errors.ts';
export type { ConversationPlace, FollowedSource, Following, RiverEntry, WanderTarget } from './following.ts';
export type { BuildOptions, BuildReport } from './options.ts';
export { headersFor, type ServedSite, servedHeaders } from './shell/headers.ts';
export { listCopySites, readBasePath } from './state/kind.ts';

/** The reader's pages for whoever answers requests, loaded when they are asked for. */
export interface ReadingPages {
  readonly render: typeof renderLivePage;
  readonly findList: typeof findReadingList;
  readonly entryUrl: typeof readingEntryUrl;
  /** An address that somebody sent, spelt anew. Undefined: it is none of the reader's pages. */
  findPage(url: string): string | undefined;
}

export async function openReading(): Promise<ReadingPages> {
  const [{ renderLivePage: render }, { findReadingList: findList }] = await Promise.all([
    import('./reading/live-page.ts'),
    import('./reading/reading-page.ts'),
  ]);
  const findPage = (url: string): string | undefined => {
    if (parseReadingUrl(url) === undefined) return undefined;
    const { pathname, search } = new URL(url, 'http://localhost');
    return pathname + search;
  };
  return { render, findList, entryUrl: readingEntryUrl, findPage };
}

export type { Numbers } from './lists/numbers.ts';

export interface NumbersOptions extends Pick<BuildOptions, 'cacheDir' | 'outputDir'> {
  /** Undefined: of everything. */
  readonly project: string | undefined;
  readonly prices: SiteConfig['prices'];
}

/** What the last build of this folder counted. Undefined: there was none. `current`: nothing came since. */
export async function readSiteNumbers(
  archive: ArchiveReader,
  { cacheDir, outputDir, project, prices }: NumbersOptions,
): Promise<{ readonly numbers: Numbers; readonly current: boolean } | undefined> {
  const state = findFrozenState(cacheDir, outputDir);
  if (state === undefined) return undefined;
  try {
    const [{ readNumbers }, { projectUrl }] = await Promise.all([import('./lists/numbers.ts'), import('./urls.ts')]);
    const { generation, revision } = archive.revision();
    const seen = JSON.parse(state.findMeta('seen') ?? '{}') as Partial<ReturnType<ArchiveReader['revision']>>;
    const numbers = readNumbers(state, project === undefined ? WHOLE : projectUrl(project), prices);
    return { numbers, current: seen.generation === generation && seen.revision === revision };
  } finally {
    state.close();
  }
}

/** Holds a page of any site against the turns that an archive has of its conversation, with the renderer of this version. */
export async function comparePage(
  archive: ArchiveReader,
  id: ConversationId,
  page: { readonly html: string; readonly basePath: string; readonly path: string },
): Promise<PageReport> {
  const { compareWithArchive } = await import('./compare/compare-archive.ts');
  return compareWithArchive(archive, id, page);
}

/** Raised when equal inputs give other bytes than before: everything is made again. */
const BUILD_VERSION = '3';

/**
 * Brings `outputDir` up to date with the archive. Nothing of it changes before all of it is made; an interrupted or failed build
 * loses no finished work, and the next one goes on from there. Equal archives and options give equal bytes anywhere.
 * Throws PublishBlockedError, ArchiveGrewError, ForeignOutputError, OtherSiteError, BuildRunningError, SearchIndexError, TemplateError.
 */
export async function buildSite(archive: ArchiveReader, options: BuildOptions): Promise<BuildReport> {
  const { config, mode } = options;
  checkBlocked(archive, options);
  const inputs = readInputs(inputFolders(options));
  // asked for when the state is ours: while this build waited for another one, the archive may have grown
  const siteKeyNow = (): string => {
    const { generation, revision } = archive.revision();
    const { epoch = '', size = 0 } = options.replica ?? {};
    return keyOf(
      BUILD_VERSION,
      RENDERER_VERSION,
      mode,
      config,
      inputs.key,
      generation,
      revision,
      epoch,
      size,
      options.reading?.key ?? '',
      options.copies ?? [],
      options.copyOf ?? '',
      options.pulledFrom ?? '',
      options.following ?? null,
    );
  };
  let state: SiteState;
  try {
    state = openState(options.cacheDir, options.outputDir, options.log);
  } catch (error) {
    const last = options.check !== true && isRefusal(error) ? findFrozenReport(options, siteKeyNow()) : undefined;
    if (last === undefined) throw error;
    return last;
  }
  try {
    completeMove(state, options.outputDir);
    const siteKey = siteKeyNow();
    const last = options.check === true ? undefined : findLastReport(state, options.outputDir, siteKey);
    if (last !== undefined) return last;
    checkGated(archive, options);
    if (listPlainTemplates(state, inputs).length === 0) readyShells({ asksEleventy: true });
    const { buildChanges } = await import('./build.ts');
    return await buildChanges(archive, options, inputs, state, siteKey);
  } finally {
    state.close();
  }
}

/** Loads what a build of many conversations will need, for whoever knows of one and waits for something else until then. */
export function readyBuild(): void {
  readyShells({ asksEleventy: false });
  // what these fail with is heard of by the build
  import('./render/render-pool.ts').then(({ readyRenderers }) => readyRenderers()).catch(() => undefined);
  import('./build.ts').catch(() => undefined);
}

/** The disk lets nobody write here: a read-only one, or another user's. */
function isRefusal(error: unknown): boolean {
  return error instanceof DatabaseDiskError || ['EROFS', 'EACCES', 'EPERM'].includes(errorCode(error));
}

/** Where nothing can be written there may be nothing to write. */
function findFrozenReport({ cacheDir, outputDir }: BuildOptions, siteKey: string): BuildReport | undefined {
  const state = findFrozenState(cacheDir, outputDir);
  try {
    if (state === undefined || isMoving(state)) return undefined;
    return findLastReport(state, outputDir, siteKey);
  } finally {
    state?.close();
  }
}

/** A public build stops at the first conversation that rules make public and that must not be published. */
function checkBlocked(archive: ArchiveReader, options: BuildOptions): void {
  if (options.mode !== 'public') return;
  const blocked: { readonly id: string; readonly reason: string }[] = [];
  for (const { summary, reason } of listDoubtful(archive, options)) {
    if (visibilityOf(summary, options.config) === 'public') blocked.push({ id: summary.id, reason });
  }
  const first = blocked[0];
  if (first !== undefined) throw new PublishBlockedError(first.id, first.reason, blocked.length);
}

/** What the gate found. Without a gate's answer, doubtful findings of the import count. */
function* listDoubtful(
  archive: ArchiveReader,
  { blocked }: BuildOptions,
): Generator<{ readonly summary: ConversationSummary; readonly reason: string }> {
  if (blocked !== undefined) {
    for (const [id, reason] of blocked) {
      const summary = archive.findConversation(id);
      if (summary !== undefined) yield { summary, reason };
    }
    return;
  }
  for (const summary of archive.walkConversations({ joined: false })) {
    const metas = [summary.meta, ...(summary.tookOver ?? []).map(({ meta = {} }) => meta)];
    const rules = [...new Set(metas.flatMap(({ findings = {} }) => Object.keys(findings)))];
    if (rules.length > 0) yield { summary, reason: `rule ${rules.join(', ')} found something doubtful` };
  }
}

/** The last build's report, as of now, when its site still stands and nothing changed since. */
function findLastReport(state: SiteState, outputDir: string, siteKey: string): BuildReport | undefined {
  if (state.findMeta('site') !== siteKey || state.conversations.hasFailed()) return undefined;
  checkPlace(outputDir);
  const stamp = readStamp(outputDir);
  if (stamp === undefined || stamp !== state.findMeta('stamp')) return undefined;
  for (const { path, hash, size } of state.files.walkPlaced(true)) {
    if (!stands(join(outputDir, path), hash, size)) return undefined;
  }
  const report = state.findMeta('report');
  if (report === undefined) return undefined;
  const last = JSON.parse(report) as BuildReport;
  return {
    ...last,
    pagesUnchanged: last.pagesUnchanged + last.pagesWritten,
    pagesWritten: 0,
    pagesDeleted: 0,
    filesWritten: 0,
    filesDeleted: 0,
    shardsKept: last.shardsKept + last.shardsBuilt,
    shardsBuilt: 0,
    bytes: 0,
  };
}

function inputFolders(options: BuildOptions): InputFolders {
  const { templatesDir, userTemplatesDir, contentDir, docsDir, config } = options;
  const own = userTemplatesDir === undefined || userTemplatesDir === templatesDir ? {} : { userTemplatesDir };
  const docs = config.documentation ? { docsDir } : {};
  return { templatesDir, contentDir, ...docs, ...own, color: config.color, checks: options.replica !== undefined };
}
