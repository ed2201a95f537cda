/** The feeds of lists: the newest exchanges of all their conversations. */
/** Taken from what each conversation's own build remembered, so no log is read for them. */

import type { DeletedEntry, FeedEntry } from '../../model/entry.ts';
import { type TurnHash, turnHash } from '../../model/ids.ts';
import type { BuildContext } from '../conversation/context.ts';
import { FEED_ENTRIES, type LazyEntry } from '../feeds/feeds.ts';
import { keyOf } from '../state/keys.ts';
import { listUrn, siteUrn, turnUrn } from '../urls.ts';
import type { ConversationList } from './lists.ts';

const OWNER = 'feeds';

interface EntryRow {
  readonly turn: string;
  readonly timeMs: number;
  readonly key: string;
}

export async function buildListFeeds(context: BuildContext, lists: readonly ConversationList[]): Promise<void> {
  const { output, state, feeds, options } = context;
  const { config } = options;
  output.take(OWNER);
  const find = state.database.statement(
    'SELECT turn, time, key FROM entry WHERE conversation = ? ORDER BY time DESC, turn',
  );
  const gone = state.database.statement('SELECT turn, time FROM deleted WHERE conversation = ?');
  const load = state.database.statement('SELECT data FROM entry WHERE turn = ?');
  const site = new URL(config.url).host;
  for (const list of lists) {
    let newest: EntryRow[] = [];
    const deleted: DeletedEntry[] = [];
    for (const { summary } of list.conversations) {
      for (const row of find.all(summary.id))
        newest.push({ turn: String(row.turn), timeMs: Number(row.time), key: String(row.key) });
      if (newest.length > 40 * FEED_ENTRIES) newest = pickNewest(newest);
      for (const row of gone.all(summary.id)) deleted.push({ id: urn(row.turn), when: Number(row.time) });
    }
    const entries = pickNewest(newest).map(
      (row): LazyEntry => ({
        key: keyOf(row.turn, row.key),
        updatedMs: row.timeMs,
        make: () => JSON.parse(String(load.get(row.turn)?.data)) as FeedEntry,
      }),
    );
    await feeds.build({
      owner: OWNER,
      id: list.kind === 'home' ? siteUrn(site) : listUrn(list.kind, site, list.name),
      pageUrl: list.url,
      title: list.kind === 'home' ? config.title : `${list.title}: ${config.title}`,
      description: list.kind === 'home' ? config.description : `Exchanges of ${list.title}`,
      entries,
      deleted: deleted.sort((a, b) => b.when - a.when || (a.id < b.id ? -1 : 1)).slice(0, FEED_ENTRIES),
    });
  }
}

function pickNewest(rows: readonly EntryRow[]): EntryRow[] {
  return rows.toSorted((a, b) => b.timeMs - a.timeMs || (a.turn < b.turn ? -1 : 1)).slice(0, FEED_ENTRIES);
}

function urn(turn: unknown): string {
  const hash: TurnHash = turnHash(String(turn));
  return turnUrn(hash);
}
