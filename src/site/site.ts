/** The site's door: builds pages, feeds and search from an archive. */
/** Decides first whether there is anything to do; whatever renders is loaded only when there is. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ArchiveReader } from '../archive/archive.ts';
import type { ConversationSummary } from '../model/conversation.ts';
import { tagsOf, visibilityOf } from '../model/visibility.ts';
import { PublishBlockedError } from './errors.ts';
import type { BuildOptions, BuildReport, SelectedConversation } from './options.ts';
import { RENDERER_VERSION } from './render/version.ts';
import { type InputFolders, readInputs } from './shell/inputs.ts';
import { keyOf } from './state/keys.ts';
import { completePending, hasPending, STAMP } from './state/output.ts';
import { openState, type SiteState } from './state/state.ts';

export type { BuildOptions, BuildReport } from './options.ts';
export { headersFor } from './shell/headers.ts';

/** Raised when equal inputs give other bytes than before: everything is made again. */
const BUILD_VERSION = '1';

/**
 * Brings `outputDir` up to date with the archive. Nothing of it changes before all of it is made; an interrupted build is
 * finished or repeated by the next. Equal archives and options give equal bytes anywhere.
 * Throws PublishBlockedError, ForeignOutputError, BuildRunningError, SearchIndexError, TemplateError.
 */
export async function buildSite(archive: ArchiveReader, options: BuildOptions): Promise<BuildReport> {
  const { config, mode } = options;
  const selected = selectConversations(archive, options);
  const inputs = readInputs(inputFolders(options));
  const siteKey = keyOf(
    BUILD_VERSION,
    RENDERER_VERSION,
    mode,
    config,
    inputs.key,
    selected.map(({ summary, tags, isPrivate }) => [
      summary.id,
      summary.rootHash,
      summary.damage ?? '',
      isPrivate,
      tags,
    ]),
  );
  const state = openState(options.cacheDir, options.outputDir);
  try {
    if (hasPending(state)) completePending(state, options.outputDir);
    const last = findLastReport(state, options.outputDir, siteKey);
    if (last !== undefined) return last;
    const { buildChanges } = await import('./build.ts');
    return await buildChanges(archive, options, inputs, selected, state, siteKey);
  } finally {
    state.close();
  }
}

/** Oldest first. In a public build private ones are left out as if they were not there. */
function selectConversations(archive: ArchiveReader, options: BuildOptions): readonly SelectedConversation[] {
  const selected: SelectedConversation[] = [];
  const blocked: { readonly id: string; readonly reason: string }[] = [];
  for (const summary of archive.listConversations()) {
    const isPrivate = visibilityOf(summary, options.config) !== 'public';
    if (options.mode === 'public') {
      if (isPrivate) continue;
      const reason = findReason(summary, options);
      if (reason !== undefined) blocked.push({ id: summary.id, reason });
    }
    selected.push({ summary, tags: tagsOf(summary, options.config), isPrivate });
  }
  const first = blocked[0];
  if (first !== undefined) throw new PublishBlockedError(first.id, first.reason, blocked.length);
  return selected.sort((a, b) => a.summary.firstMs - b.summary.firstMs || (a.summary.id < b.summary.id ? -1 : 1));
}

/** Why it must not be published. Without a gate's answer, doubtful findings of the import count. */
function findReason(summary: ConversationSummary, options: BuildOptions): string | undefined {
  if (options.blocked !== undefined) return options.blocked.get(summary.id);
  const rules = Object.keys(summary.meta.findings ?? {});
  return rules.length === 0 ? undefined : `rule ${rules.join(', ')} found something doubtful`;
}

/** The last build's report, as of now, when its site still stands and nothing changed since. */
function findLastReport(state: SiteState, outputDir: string, siteKey: string): BuildReport | undefined {
  if (state.findMeta('site') !== siteKey) return undefined;
  const file = join(outputDir, STAMP);
  if (!existsSync(file) || readFileSync(file, 'utf8') !== state.findMeta('stamp')) return undefined;
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
  const { templatesDir, userTemplatesDir, contentDir, docsDir } = options;
  const own = userTemplatesDir === undefined || userTemplatesDir === templatesDir ? {} : { userTemplatesDir };
  return { templatesDir, contentDir, docsDir, ...own };
}
