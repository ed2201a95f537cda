/** The feeds of a list: the newest exchanges of all its conversations; those of the whole site and of projects page back, and the site has a digest. */
/** Taken from what each conversation's own build remembered, so no log is read for them. */

import { placeNameOf } from '../base-path.ts';
import type { BuildContext } from '../conversation/context.ts';
import { layOutBackPages, MOST_BACK } from '../feeds/back-pages.ts';
import { FEED_ENTRIES, type FeedPlan, type LazyEntry } from '../feeds/feeds.ts';
import type { ListedEntry } from '../state/entries.ts';
import { listUrn, pages, siteUrn } from '../urls.ts';
import { buildDigest } from './digest.ts';
import type { List } from './list-row.ts';

/** `back`: older exchanges stand in archive documents. */
export async function buildListFeeds(context: BuildContext, list: List, owner: string, back: boolean): Promise<void> {
  const { state, options } = context;
  const { config, replica } = options;
  const site = placeNameOf(config.url);
  const home = list.kind === 'home';
  const rows = state.entries.listNewest(list.url, back ? MOST_BACK : FEED_ENTRIES);
  const plan: FeedPlan = {
    owner,
    id: home ? siteUrn(site) : listUrn(list.kind, site, list.name),
    pageUrl: list.url,
    title: home ? config.title : `${list.title}: ${config.title}`,
    description: home ? config.description : `Exchanges of ${list.title}`,
    entries: rows.slice(0, FEED_ENTRIES).map((row) => lazyEntry(context, row)),
    deleted: state.entries.listDeleted(list.url, FEED_ENTRIES),
    ...(replica === undefined ? {} : { checkpointUrl: pages.replicaCheckpoint }),
    defer: context.defer,
  };
  await context.feeds.build(back ? { ...plan, archive: await buildBackPages(context, plan, rows) } : plan);
  if (home) await buildDigest(context, rows);
}

/** Of a list that is gone. */
export function forgetBackPages({ output }: BuildContext, owner: string): void {
  output.take(backOwner(owner));
  output.settle(backOwner(owner));
}

/** Owner of the archive documents of a list's feeds. */
function backOwner(owner: string): string {
  return `${owner}feed`;
}

/** Name of the newest of them; empty: there is none. */
async function buildBackPages(context: BuildContext, plan: FeedPlan, rows: readonly ListedEntry[]): Promise<string> {
  const owner = backOwner(plan.owner);
  context.output.take(owner);
  let before = '';
  for (const { name, rows: own } of layOutBackPages(rows, FEED_ENTRIES)) {
    const entries = own.map((row) => lazyEntry(context, row));
    await context.feeds.buildArchive({ ...plan, owner }, { name, before }, entries);
    before = name;
  }
  return before;
}

/** Entries are at most 64 KB, and seldom more than this. */
const ENTRY_WEIGHT = 16 * 1024;

function lazyEntry(context: BuildContext, { turn, key, timeMs }: ListedEntry): LazyEntry {
  return {
    key: `${turn} ${key}`,
    updatedMs: timeMs,
    weight: ENTRY_WEIGHT,
    source: () => ({ key, of: context.state.entries.get(turn, key) }),
  };
}
