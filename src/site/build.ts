/** One build that has something to do: changed conversations, then everything that lists them, then all into place. */
/** Loaded by the door only when something changed, because it brings the renderer with it. */

import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { ArchiveReader } from '../archive/archive.ts';
import type { ConversationId } from '../model/ids.ts';
import type { BuildContext, Relations, VisibleConversation } from './conversation/context.ts';
import { buildConversation } from './conversation/conversation.ts';
import type { PageRecord } from './conversation/conversation-work.ts';
import { createFeedBuilder } from './feeds/feeds.ts';
import { buildListFeeds } from './lists/list-feeds.ts';
import { buildLists, listLists } from './lists/lists.ts';
import { buildDocs } from './once/docs.ts';
import { buildResolver } from './once/resolver.ts';
import { buildStatics, type IndexedConversation } from './once/statics.ts';
import type { BuildOptions, BuildReport, SelectedConversation } from './options.ts';
import { titleOf } from './render/names.ts';
import { createRenderPool } from './render/render-pool.ts';
import { RENDERER_VERSION } from './render/version.ts';
import { createSearchIndex } from './search/search-index.ts';
import { createFrame } from './shell/frame.ts';
import type { SiteInputs } from './shell/inputs.ts';
import { createPageQueue } from './shell/page-queue.ts';
import { keyOf } from './state/keys.ts';
import { openOutput } from './state/output.ts';
import type { SiteState } from './state/state.ts';

export async function buildChanges(
  archive: ArchiveReader,
  options: BuildOptions,
  inputs: SiteInputs,
  selected: readonly SelectedConversation[],
  state: SiteState,
  siteKey: string,
): Promise<BuildReport> {
  state.begin();
  const output = openOutput(state, options.outputDir);
  const { config, log, mode, progress } = options;
  const frame = createFrame(config, inputs);
  const queue = createPageQueue(output, async () => {
    const { createShellRenderer } = await import('./shell/shells.ts');
    return createShellRenderer(inputs.templates, join(options.cacheDir, 'shells'));
  });
  const feeds = createFeedBuilder(output, config, frame.key, () => import('../feed/feed.ts'));
  let problems = 0;
  const conversations = selected.map(({ summary, tags, isPrivate }) => ({
    summary,
    tags,
    private: isPrivate,
    title: titleOf(summary),
  }));
  const relations = relate(conversations);
  const keys = new Map(
    conversations.map((one) => [one.summary.id, keyOfConversation(one, config, mode, frame.key, relations)]),
  );
  const isDirty = (one: VisibleConversation): boolean => findKey(state, one) !== keys.get(one.summary.id);
  const turns = conversations.filter(isDirty).reduce((sum, { summary }) => sum + summary.turns, 0);
  const pool = createRenderPool(turns);
  const deferred = createDeferred();
  const context: BuildContext = {
    archive,
    options,
    inputs,
    state,
    output,
    frame,
    feeds,
    relations,
    pool,
    defer: deferred.add,
    addPage: queue.add,
    problem(code, message, conversation) {
      problems++;
      log.problem({ code, message, file: conversation });
    },
  };
  const search = createSearchIndex(state, output);
  try {
    forgetMissing(context, new Set(conversations.map(({ summary }) => summary.id)));
    progress.start('pages', conversations.length);
    const indexed: IndexedConversation[] = [];
    for (const conversation of conversations) {
      search.settle(conversation.summary.firstMs);
      const records = await bringUpToDate(context, conversation, keys.get(conversation.summary.id) ?? '');
      indexed.push({ conversation, pages: records });
      progress.advance(1, conversation.title);
      await setImmediate();
    }
    search.settle(Number.POSITIVE_INFINITY);
    progress.finish();
    progress.start('lists', 1);
    const documents = await buildDocs(context);
    const listed = conversations.filter(
      ({ summary }) => !isStartedByVisible(summary.meta.parent?.conversation, relations),
    );
    const lists = listLists(config.title, listed);
    await buildLists(context, lists);
    await buildListFeeds(context, lists);
    await buildStatics(context, indexed, lists, async () => (await import('../feed/feed.ts')).generateOpml);
    buildResolver(state, output);
    await deferred.all();
    await queue.flush();
    progress.advance(1);
    progress.finish();
    progress.start('search', 1);
    const shards = await search.finish(documents);
    progress.advance(1);
    progress.finish();
    const { pages, others } = output.counts;
    const report = (): BuildReport => ({
      pagesWritten: pages.written,
      pagesUnchanged: countPages(state) - pages.written,
      pagesDeleted: pages.deleted,
      filesWritten: others.written,
      filesDeleted: others.deleted,
      feeds: countFeeds(state),
      shardsBuilt: shards.built,
      shardsKept: shards.kept,
      public: conversations.filter((one) => !one.private).length,
      private: conversations.filter((one) => one.private).length,
      leftOut: archive.listConversations().length - conversations.length,
      bytes: pages.bytes + others.bytes,
      problems,
    });
    output.prepare();
    state.setMeta('site', siteKey);
    state.setMeta('report', JSON.stringify(report()));
    output.finish(`${JSON.stringify({ build: siteKey.slice(0, 16) })}\n`);
    return report();
  } finally {
    await pool.close();
    await search.stop();
  }
}

/** Of everything that any page of the conversation shows. */
function keyOfConversation(
  conversation: VisibleConversation,
  config: BuildOptions['config'],
  mode: BuildOptions['mode'],
  frameKey: string,
  relations: Relations,
): string {
  const { summary, title, tags } = conversation;
  const parent = summary.meta.parent?.conversation;
  return keyOf(
    frameKey,
    RENDERER_VERSION,
    [config.search, config.images, mode],
    [summary.rootHash, summary.damage ?? '', title, tags, conversation.private],
    relations.listChildren(summary.id).map((child) => [child.summary.id, child.title, child.summary.meta.parent ?? '']),
    parent === undefined ? '' : (relations.find(parent)?.title ?? ''),
  );
}

function findKey(state: SiteState, { summary }: VisibleConversation): unknown {
  return state.database.statement('SELECT key FROM conversation WHERE id = ?').get(summary.id)?.key;
}

/** The conversation's pages: from the last build when nothing that they show changed. */
async function bringUpToDate(
  context: BuildContext,
  conversation: VisibleConversation,
  key: string,
): Promise<readonly PageRecord[]> {
  const { summary } = conversation;
  const known = context.state.database.statement('SELECT key, pages FROM conversation WHERE id = ?').get(summary.id);
  if (known?.key === key) return JSON.parse(String(known.pages)) as readonly PageRecord[];
  return buildConversation(context, conversation, key);
}

/** Collects work that goes on in the background. The first failure is kept and thrown by `all`. */
function createDeferred(): { add(work: Promise<void>): void; all(): Promise<void> } {
  const open = new Set<Promise<void>>();
  const failures: unknown[] = [];
  return {
    add(work) {
      const settled = work
        .catch((error: unknown) => {
          failures.push(error);
        })
        .finally(() => open.delete(settled));
      open.add(settled);
    },
    async all() {
      while (open.size > 0) await Promise.all(open);
      if (failures.length > 0) throw failures[0];
    },
  };
}

/** Takes away what is left of conversations that this site does not show any more. */
function forgetMissing(context: BuildContext, shown: ReadonlySet<string>): void {
  const { database } = context.state;
  for (const { id } of database.statement('SELECT id FROM conversation').all()) {
    const missing = String(id);
    if (shown.has(missing)) continue;
    context.output.take(`c:${missing}`);
    database.statement('DELETE FROM conversation WHERE id = ?').run(missing);
    context.state.units.keep(missing, []);
    for (const table of ['entry', 'deleted']) {
      database.statement(`DELETE FROM ${table} WHERE conversation = ?`).run(missing);
    }
    database.statement('DELETE FROM pack WHERE owner = ?').run(`c:${missing}`);
  }
}

function relate(conversations: readonly VisibleConversation[]): Relations {
  const byId = new Map<ConversationId, VisibleConversation>(conversations.map((one) => [one.summary.id, one]));
  const children = Map.groupBy(
    conversations.filter((one) => one.summary.meta.parent?.conversation !== undefined),
    (one) => one.summary.meta.parent?.conversation,
  );
  return {
    find: (id) => byId.get(id),
    listChildren: (id) => children.get(id) ?? [],
  };
}

/** Sub-agents are found through the conversation that started them; without it they are listed like any other. */
function isStartedByVisible(parent: ConversationId | undefined, relations: Relations): boolean {
  return parent !== undefined && relations.find(parent) !== undefined;
}

function countPages(state: SiteState): number {
  return Number(state.database.statement("SELECT count(*) AS n FROM file WHERE path LIKE '%.html'").get()?.n);
}

function countFeeds(state: SiteState): number {
  const like = "path LIKE '%rss.xml' OR path LIKE '%atom.xml' OR path LIKE '%feed.json'";
  return Number(state.database.statement(`SELECT count(*) AS n FROM file WHERE ${like}`).get()?.n);
}
