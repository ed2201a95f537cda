/** One build that has something to do: changed conversations, then everything that lists them, then all into place. */
/** Loaded by the door only when something changed, because it brings the renderer with it. */

import { setImmediate } from 'node:timers/promises';
import type { ArchiveReader } from '../archive/archive.ts';
import { basePathOf } from './base-path.ts';
import { buildConversation, forgetConversation } from './conversations.ts';
import { readCuration } from './curation.ts';
import { checkGated } from './gated.ts';
import { buildFeedsOf, buildListPages } from './lists/lists.ts';
import { buildOverviews } from './lists/overviews.ts';
import { buildCard } from './once/card.ts';
import { buildDocs } from './once/docs.ts';
import { buildFiles } from './once/files.ts';
import { buildFollowing } from './once/following.ts';
import { buildJoined } from './once/joined.ts';
import { buildLost } from './once/lost.ts';
import { buildNotes } from './once/notes.ts';
import { buildOpml } from './once/opml.ts';
import { buildReading } from './once/reading.ts';
import { buildReplicaLog } from './once/replica.ts';
import { buildResolver } from './once/resolver.ts';
import { buildSitemap } from './once/sitemap.ts';
import { buildStatics } from './once/statics.ts';
import { buildStats } from './once/stats.ts';
import { type OpenBuild, openBuild, siteOf } from './open-build.ts';
import type { BuildOptions, BuildReport } from './options.ts';
import { RENDERER_VERSION } from './render/version.ts';
import { createSearchIndex, type SearchIndexBuilder } from './search/search-index.ts';
import { selectConversations } from './select.ts';
import type { SiteInputs } from './shell/inputs.ts';
import { keyOf } from './state/keys.ts';
import { stampOf } from './state/kind.ts';
import type { SiteState } from './state/state.ts';

/** Throws what `buildSite` says. Finished work stays in the state and the staging folder also then. */
export async function buildChanges(
  archive: ArchiveReader,
  options: BuildOptions,
  inputs: SiteInputs,
  state: SiteState,
  siteKey: string,
): Promise<BuildReport> {
  const curation = await readCuration(archive, inputs, options.log);
  const build = openBuild(archive, options, inputs, state, curation.notes);
  const { context } = build;
  const { config, mode, progress } = options;
  let search: SearchIndexBuilder | undefined;
  try {
    selectConversations(
      archive,
      options,
      state,
      keyOf(context.frame.key, RENDERER_VERSION, config.search, config.images, mode, options.replica?.epoch ?? ''),
      curation,
    );
    for (const id of state.conversations.listGone()) forgetConversation(context, id);
    state.commit();
    const dirty = state.conversations.countDirty();
    build.start(dirty.turns);
    search = createSearchIndex(state, context.output, options.config.search.toolOutput);
    if (dirty.conversations > 0) search.ready();
    // first, so that the renderer has something to do while the first conversation is read
    const documents = buildDocs(context, curation.pages);
    await buildConversations(build, search);
    progress.start('lists', 1);
    const lists = buildListPages(context);
    buildOverviews(context);
    buildFiles(context);
    await buildStats(context);
    buildStatics(context);
    buildCard(context);
    const read = buildReading(context);
    await buildJoined(context);
    await buildNotes(context, curation.entries);
    buildLost(context);
    build.send();
    buildSitemap(context);
    buildOpml(context);
    const shown = await buildFollowing(context);
    buildResolver(context);
    buildReplicaLog(context);
    await buildFeedsOf(context, lists);
    await build.settled();
    progress.advance(1);
    progress.finish();
    progress.start('search', 1);
    const shards = await search.finish(documents, read ?? shown);
    progress.advance(1);
    progress.finish();
    checkGated(archive, options);
    return finish(build, siteKey, shards);
  } catch (error) {
    // the first error is the one to tell; what else went wrong meanwhile followed from it or comes again with the next build
    await build.settled().catch(() => undefined);
    throw error;
  } finally {
    await build.close();
    await search?.stop();
  }
}

/** Those that changed are made, oldest first, so that the search index can begin with what is settled. */
async function buildConversations(build: OpenBuild, search: SearchIndexBuilder): Promise<void> {
  const { context } = build;
  const { state, options } = context;
  const { progress } = options;
  const { public: open, private: hidden } = state.conversations.count();
  progress.start('pages', open + hidden);
  for (const { id, title, firstMs, dirty } of state.conversations.walk()) {
    if (dirty) {
      search.settle(firstMs);
      await buildConversation(context, id);
      await setImmediate();
    }
    progress.advance(1, title);
    context.check();
  }
  build.send();
  search.settle(Number.POSITIVE_INFINITY);
  await setImmediate(); // the indexers take what there is, and work while lists are made
  progress.finish();
}

/** Brings everything into place. */
function finish(
  { context, problems }: OpenBuild,
  siteKey: string,
  shards: { readonly built: number; readonly kept: number },
): BuildReport {
  const { state, output, archive, options } = context;
  const { pages, others, feeds, bytes } = output.prepare();
  const shown = state.conversations.count();
  const report: BuildReport = {
    pagesWritten: pages.written,
    pagesUnchanged: pages.unchanged,
    pagesDeleted: pages.deleted,
    filesWritten: others.written,
    filesDeleted: others.deleted,
    feeds,
    shardsBuilt: shards.built,
    shardsKept: shards.kept,
    public: shown.public,
    private: shown.private,
    leftOut: archive.countConversations().conversations - shown.public - shown.private,
    bytes,
    problems: problems(),
  };
  state.touched.clear();
  state.setMeta('frame', context.frame.key);
  state.setMeta('site', siteKey);
  state.setMeta('report', JSON.stringify(report));
  // Not of the site's key: that holds what only this archive's index knows, and equal sites have equal bytes.
  const build = keyOf(context.inputs.key, state.conversations.digest()).slice(0, 16);
  output.finish(stampOf(build, siteOf(archive), options.mode, basePathOf(options.config.url)));
  return report;
}
