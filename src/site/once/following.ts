/** What the owner follows, as far as `following` of site.json shows it: `/river/`, `/blogroll.opml`, `/neighbours/`, `/wander/`. */
/** Other people's words: a title and a beginning, as plain text, and a link to where they stand. No picture, nothing of theirs is loaded. */

import { escapeHtml, html } from '../../base/html.ts';
import { isoTime } from '../../base/time.ts';
import type { FeedEntry } from '../../model/entry.ts';
import { placeNameOf } from '../base-path.ts';
import type { BuildContext } from '../conversation/context.ts';
import { FEED_ENTRIES, type LazyEntry } from '../feeds/feeds.ts';
import type { ConversationPlace, FollowedSource, Following, RiverEntry } from '../following.ts';
import { findLinkTarget } from '../render/text/links.ts';
import { plainTitle } from '../render/text/plain-title.ts';
import { entriesToSearch } from '../search/search-entries.ts';
import type { SearchDocuments } from '../search/search-index.ts';
import type { OwnPage } from '../shell/frame.ts';
import type { ListItemModel, PagerModel } from '../shell/page-model.ts';
import { keyOf } from '../state/keys.ts';
import { absoluteUrl, conversationUrl, listPageUrl, listUrn, outputPath, pages, riverUrn } from '../urls.ts';

const OWNER = 'following';
const PER_PAGE = 50;
const TITLE = 200;

/** Writes the pages; returns what the search is to know of the river. */
export async function buildFollowing(context: BuildContext): Promise<SearchDocuments | undefined> {
  const { output, options } = context;
  const shows = options.config.following;
  output.take(OWNER);
  const following = options.following ?? NOTHING;
  if (shows.blogroll) buildBlogroll(context, following);
  if (shows.neighbours) buildNeighbours(context, following);
  if (shows.wander) buildWander(context, following);
  if (!shows.river) return undefined;
  await buildRiver(context, following);
  return entriesToSearch(
    following.river.map((entry, i) => ({
      ...{ url: riverPage(Math.floor(i / PER_PAGE) + 1), anchor: anchorOf(entry), timeMs: entry.timeMs },
      ...{
        title: titleOf(entry.title, entry.source),
        source: entry.source,
        key: keyOf(entry.excerpt),
        words: () => entry.excerpt,
      },
    })),
  );
}

/** The id of its place on a page of the river. */
function anchorOf({ sourceUrl, guid }: RiverEntry): string {
  return `e-${keyOf(sourceUrl, guid).slice(0, 16)}`;
}

const NOTHING: Following = { sources: [], river: [], wander: [] };

/** A list of feeds that any reader takes. */
function buildBlogroll(context: BuildContext, { sources }: Following): void {
  const title = `What ${context.options.config.title} follows`;
  const groups = groupsOf(sources).map(({ folder, members }) => ({
    title: folder === '' ? title : folder,
    outlines: members.flatMap((source) => {
      const [feedUrl, homeUrl, archiveUrl] = [source.feed, source.home, source.archive].map(addressOf);
      if (feedUrl === undefined) return [];
      const title = titleOf(source.title, feedUrl);
      return [{ title, feedUrl, ...(homeUrl && { homeUrl }), ...(archiveUrl && { archiveUrl }) }];
    }),
  }));
  const path = outputPath(pages.blogroll);
  if (!context.output.declare(path, OWNER, keyOf(title, groups))) return;
  const write = async (): Promise<void> => {
    context.output.put(path, await context.pool.run('opml', { title, outlines: groups }, sources.length));
  };
  context.defer(write());
}

function buildNeighbours(context: BuildContext, { sources }: Following): void {
  const lists = groupsOf(sources).map(({ folder, members }, i) => ({
    heading: plainTitle(folder, TITLE),
    id: `group-${i + 1}`,
    items: members.map(({ title, feed, home, archive }) => ({
      ...itemOf(title, home ?? feed),
      facts: [linkOf('Feed', feed), ...(archive === undefined ? [] : [linkOf('Archive', archive)])],
    })),
  }));
  add(context, {
    url: pages.neighbours,
    title: 'Neighbours',
    description: `What ${context.options.config.title} follows and recommends`,
    lists,
    empty: lists.length === 0 ? 'Nobody is followed here in public yet.' : '',
  });
}

function buildWander(context: BuildContext, { wander }: Following): void {
  const items = wander.map(({ title, url, source, startedMs }) => ({
    ...itemOf(title, url, startedMs),
    facts: [{ label: plainTitle(source, TITLE), url: '' }],
  }));
  add(context, {
    url: pages.wander,
    kind: 'wander',
    title: 'Wander',
    description: 'Conversations of archives that are recommended here. Follow one, and go on from there.',
    lists: items.length === 0 ? [] : [{ heading: '', id: 'wander', items }],
    empty: items.length === 0 ? 'No archive is recommended here yet.' : '',
  });
}

async function buildRiver(context: BuildContext, { river }: Following): Promise<void> {
  const { frame, feeds, options } = context;
  const { config } = options;
  const title = `River of ${config.title}`;
  const description = `The newest of everything that ${config.title} follows`;
  const count = Math.max(1, Math.ceil(river.length / PER_PAGE));
  for (let page = 1; page <= count; page++) {
    const items = river.slice((page - 1) * PER_PAGE, page * PER_PAGE).map((entry) => ({
      ...itemOf(entry.title, entry.url ?? '', entry.timeMs),
      summary: excerptOf(entry),
      facts: [linkOf(entry.source, entry.sourceUrl)],
      id: anchorOf(entry),
    }));
    add(context, {
      url: riverPage(page),
      title: page === 1 ? title : `${title}, page ${page}`,
      description,
      feeds: frame.feedsOf(pages.river, title),
      lists: items.length === 0 ? [] : [{ heading: '', id: 'river', items }],
      pager: pagerOf(page, count),
      empty: items.length === 0 ? 'Nothing has come in yet.' : '',
    });
  }
  await feeds.build({
    ...{ owner: OWNER, title, description, pageUrl: pages.river, deleted: [], defer: context.defer },
    id: listUrn('river', placeNameOf(config.url), 'all'),
    entries: river.slice(0, FEED_ENTRIES).map((entry) => lazyEntryOf(entry, absoluteUrl(config.url, pages.river))),
  });
}

function lazyEntryOf(entry: RiverEntry, riverUrl: string): LazyEntry {
  const json = JSON.stringify(feedEntryOf(entry, riverUrl));
  const key = keyOf(json);
  return { key, updatedMs: entry.timeMs, weight: json.length, source: () => ({ key, of: json }) };
}

/** Its id is ours: the same entry of the same feed on any site that shows it. */
function feedEntryOf(entry: RiverEntry, riverUrl: string): FeedEntry {
  const summary = excerptOf(entry);
  return {
    id: riverUrn(keyOf(entry.sourceUrl, entry.guid)),
    title: titleOf(entry.title, entry.source),
    url: addressOf(entry.url) ?? addressOf(entry.sourceUrl) ?? riverUrl,
    published: entry.timeMs,
    updated: entry.timeMs,
    author: plainTitle(entry.source, TITLE),
    content: html`<p>${escapeHtml(summary)}</p>`,
    summary,
    categories: [],
  };
}

function add(context: BuildContext, own: Omit<OwnPage, 'template'>): void {
  const model = context.frame.page({ ...own, template: 'following.njk' });
  if (!context.output.declare(outputPath(model.url), OWNER, keyOf(context.frame.key, model))) return;
  context.defer(context.writePage(model, html``));
}

function itemOf(title: string, url: string | ConversationPlace, timeMs?: number): Omit<ListItemModel, 'facts'> {
  const iso = timeMs === undefined ? '' : isoTime(timeMs);
  return {
    url: addressOf(url) ?? '',
    title: titleOf(title, typeof url === 'string' ? url : url.home),
    ...{ glyph: '', summary: '', badges: [], tags: [], iso, date: iso.slice(0, 10) },
  };
}

function linkOf(label: string, url: string): { readonly label: string; readonly url: string } {
  return { label: titleOf(label, url), url: addressOf(url) ?? '' };
}

/** What may be an address of a link: web addresses without a user. */
function addressOf(url: string | ConversationPlace | undefined): string | undefined {
  const address = typeof url === 'object' ? absoluteUrl(url.home, conversationUrl(url.conversation)) : url;
  const target = findLinkTarget(address ?? '');
  return target?.startsWith('mailto:') === true ? undefined : target;
}

function titleOf(title: string, otherwise: string): string {
  return plainTitle(title, TITLE) || plainTitle(otherwise, TITLE) || 'Untitled';
}

function excerptOf({ excerpt }: RiverEntry): string {
  return plainTitle(excerpt, 280);
}

/** Folders in the order in which they first stand; what is in none comes first. */
function groupsOf(sources: readonly FollowedSource[]) {
  const groups = Map.groupBy(sources, ({ folder }) => folder);
  return [...groups]
    .map(([folder, members]) => ({ folder, members }))
    .sort((a, b) => Number(a.folder !== '') - Number(b.folder !== ''));
}

/** Counted from the newest: only so much of the river is shown, and it flows on. */
function riverPage(page: number): string {
  return page === 1 ? pages.river : listPageUrl(pages.river, page);
}

function pagerOf(page: number, count: number): PagerModel {
  return {
    newer: page > 1 ? { label: 'Newer', url: riverPage(page - 1) } : null,
    older: page < count ? { label: 'Older', url: riverPage(page + 1) } : null,
    pages: [],
  };
}
