/** The digest of the site: one entry for each conversation and day, with what was asked and how it was answered. */
/** Only of days that are over, so that an entry is whole when it comes. Made of the entries that the site's own feed has. */

import { html, type SafeHtml, text } from '../../base/html.ts';
import { isoDate, readableDate } from '../../base/time.ts';
import type { FeedEntry } from '../../model/entry.ts';
import { placeNameOf } from '../base-path.ts';
import type { BuildContext } from '../conversation/context.ts';
import { FEED_ENTRIES, type LazyEntry } from '../feeds/feeds.ts';
import { plural } from '../render/names.ts';
import type { ListedEntry } from '../state/entries.ts';
import { keyOf } from '../state/keys.ts';
import { absoluteUrl, conversationUrl, digestUrn, listUrn, pages } from '../urls.ts';

const OWNER = 'digest';
const ENTRY_WEIGHT = 8 * 1024;

/** `rows`: of the site's feed, newest first. */
export async function buildDigest(context: BuildContext, rows: readonly ListedEntry[]): Promise<void> {
  const { config } = context.options;
  const today = isoDate(rows[0]?.timeMs ?? 0);
  const groups = Map.groupBy(rows, ({ timeMs, conversation }) => `${isoDate(timeMs)} ${conversation}`);
  const entries = [...groups.values()]
    .filter(([newest]) => newest !== undefined && isoDate(newest.timeMs) !== today)
    .slice(0, FEED_ENTRIES)
    .flatMap((own) => lazyDigest(context, own));
  context.output.take(OWNER);
  await context.feeds.build({
    ...{ owner: OWNER, id: listUrn('digest', placeNameOf(config.url), 'digest') },
    ...{ pageUrl: pages.home, at: pages.digest },
    title: `${config.title}, by day`,
    description: 'One entry for each conversation and day, once the day is over',
    ...{ entries, deleted: [], defer: context.defer },
  });
}

/** `own`: of one conversation and day, newest first. */
function lazyDigest(context: BuildContext, own: readonly ListedEntry[]): readonly LazyEntry[] {
  const [newest] = own;
  const shown = newest === undefined ? undefined : context.state.conversations.find(newest.conversation);
  if (newest === undefined || shown === undefined) return [];
  const site = context.options.config.url;
  const key = keyOf(
    shown.title,
    site,
    own.map(({ turn, key: made }) => [turn, made]),
  );
  const source = (): ReturnType<LazyEntry['source']> => {
    const day = own
      .toReversed()
      .map(({ turn, key: made }) => JSON.parse(context.state.entries.get(turn, made)) as FeedEntry);
    const url = absoluteUrl(site, conversationUrl(shown.id));
    return { key, of: JSON.stringify(digestOf(shown.title, url, digestUrn(shown.id, isoDate(newest.timeMs)), day)) };
  };
  return [{ key, updatedMs: newest.timeMs, weight: ENTRY_WEIGHT, source }];
}

/** `day`: its entries, oldest first. */
function digestOf(title: string, url: string, id: string, day: readonly FeedEntry[]): FeedEntry {
  const updated = Math.max(...day.map((entry) => entry.updated));
  const asked = day.map((entry) => ({ entry, words: wordsOf(entry, title) }));
  return {
    ...{ id, title: `${title}: ${plural(day.length, 'exchange')} on ${readableDate(updated)}`, url },
    published: updated,
    updated,
    author: day[0]?.author ?? '',
    content: html`<ol>\n${asked.map(({ entry, words }) => lineOf(entry, words))}</ol>\n`,
    summary: asked
      .map(({ words }) => words)
      .join(' · ')
      .slice(0, 300)
      .toWellFormed(),
    categories: day[0]?.categories ?? [],
  };
}

function lineOf({ url, summary }: FeedEntry, words: string): SafeHtml {
  const answered = summary === '' ? html`` : html`<br>${text(summary)}`;
  return html`<li><a href="${text(url)}">${text(words)}</a>${answered}</li>\n`;
}

/** Without the conversation's name, which the digest has in its own title. */
function wordsOf({ title }: FeedEntry, conversation: string): string {
  return title.startsWith(`${conversation}: `) ? title.slice(conversation.length + 2) : title;
}
