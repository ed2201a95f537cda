/** The feeds of a list: the newest exchanges of all its conversations. */
/** Taken from what each conversation's own build remembered, so no log is read for them. */

import type { TurnHash } from '../../model/ids.ts';
import { placeNameOf } from '../base-path.ts';
import type { BuildContext } from '../conversation/context.ts';
import { FEED_ENTRIES, type LazyEntry } from '../feeds/feeds.ts';
import { keyOf } from '../state/keys.ts';
import { listUrn, pages, siteUrn } from '../urls.ts';
import type { List } from './list-row.ts';

export async function buildListFeeds(context: BuildContext, list: List, owner: string): Promise<void> {
  const { state, feeds, options } = context;
  const { config, replica } = options;
  const site = placeNameOf(config.url);
  const home = list.kind === 'home';
  const entries = state.entries.listNewest(list.url, FEED_ENTRIES).map(
    ({ turn, key, timeMs }): LazyEntry => ({
      key: keyOf(turn, key),
      updatedMs: timeMs,
      weight: ENTRY_WEIGHT,
      source: () => ({ key, of: getEntry(context, turn, key) }),
    }),
  );
  await feeds.build({
    owner,
    id: home ? siteUrn(site) : listUrn(list.kind, site, list.name),
    pageUrl: list.url,
    title: home ? config.title : `${list.title}: ${config.title}`,
    description: home ? config.description : `Exchanges of ${list.title}`,
    entries,
    deleted: state.entries.listDeleted(list.url, FEED_ENTRIES),
    ...(replica === undefined ? {} : { checkpointUrl: pages.replicaCheckpoint }),
    defer: context.defer,
  });
}

/** Entries are at most 64 KB, and seldom more than this. */
const ENTRY_WEIGHT = 16 * 1024;

function getEntry({ state }: BuildContext, turn: TurnHash, key: string): string {
  const entry = state.entries.find(turn, key);
  if (entry === undefined) throw new TypeError(`the entry of turn ${turn} was listed and is not there`);
  return entry;
}
