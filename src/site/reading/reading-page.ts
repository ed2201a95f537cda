/** The reader's pages: which one an address asks for, and what stands on it. */
/** One renderer for both: a build writes the newest as files, and `serve` answers with what the memory holds now. */

import { html, joinHtml, type SafeHtml, text } from '../../base/html.ts';
import { formatCount } from '../../model/counts.ts';
import type { ReadingFeed, ReadingList, ReadingSource } from '../../model/reading/entries.ts';
import { slug } from '../slug.ts';
import { pages, parseReadingUrl, readingUrl } from '../urls.ts';
import { hiddenUnlessServed, type ReadingContext, type ReadingOptions, type ReadingPage } from './context.ts';
import { renderEntryPage } from './entry-view.ts';
import { renderFeedsPage } from './feeds-view.ts';
import { renderListPage } from './list-view.ts';

/** `url`: from the site's root, with its query. Undefined: there is no such page. */
export function renderReading(source: ReadingSource, url: string, options: ReadingOptions): ReadingPage | undefined {
  const address = parseReadingUrl(url);
  if (address === undefined) return undefined;
  const context = { ...options, source, url, feeds: new Map(source.listFeeds().map((feed) => [feed.key, feed])) };
  const page =
    'feeds' in address
      ? renderFeedsPage(context)
      : 'entry' in address
        ? renderEntryPage(context, address.entry)
        : findList(context, address);
  if (page === undefined) return undefined;
  const list = 'list' in address ? address.list : undefined;
  return {
    ...page,
    body: html`<div class="reading"${markOf(context)}>
${renderTabs(context, list)}<div class="reading-main">
${page.body}</div>
${renderSide(context, list)}${renderKeys()}</div>
`,
  };
}

/** The list that an address of the reader names. Undefined: it names none. */
export function findReadingList(source: ReadingSource, url: string): ReadingList | undefined {
  const address = parseReadingUrl(url);
  if (address === undefined || !('list' in address)) return undefined;
  const { list } = address;
  if (list.kind !== 'folder') return list;
  const name = source.listFeeds().find(({ folder }) => folder !== '' && slug(folder) === list.name)?.folder;
  return name === undefined ? undefined : { kind: 'folder', name };
}

function findList(context: ReadingContext, { list, page }: { readonly list: ReadingList; readonly page: number }) {
  if (list.kind === 'feed' && !context.feeds.has(list.key)) return undefined;
  const found = list.kind === 'folder' ? findReadingList(context.source, context.url) : list;
  return found === undefined ? undefined : renderListPage(context, found, page);
}

/** Tells the script who keeps the state. */
function markOf({ token }: ReadingContext): SafeHtml {
  return token === undefined ? html`` : html` data-token="${text(token)}"`;
}

function renderTabs(context: ReadingContext, list: ReadingList | undefined): SafeHtml {
  const tabs: readonly {
    readonly label: string;
    readonly url: string;
    readonly current: boolean;
    readonly count?: number;
  }[] = [
    {
      label: 'Unread',
      url: readingUrl({ kind: 'unread' }),
      current: list?.kind === 'unread',
      count: context.token === undefined ? 0 : context.source.countEntries({ kind: 'unread' }),
    },
    { label: 'Starred', url: readingUrl({ kind: 'starred' }), current: list?.kind === 'starred' },
    { label: 'All', url: readingUrl({ kind: 'all' }), current: list?.kind === 'all' },
    { label: 'Feeds', url: pages.readerFeeds, current: context.url === pages.readerFeeds },
  ];
  const items = tabs.map(
    ({ label, url, current, count }) =>
      html`<li><a href="${text(url)}"${current ? html` aria-current="page"` : html``}>${text(label)}${renderCount(count)}</a></li>\n`,
  );
  const words = list?.kind === 'search' ? list.words : '';
  const search = html`<form class="reading-search" role="search"${hiddenUnlessServed(context)} action="${text(readingUrl({ kind: 'search', words: '' }))}"><label class="visually-hidden" for="reading-q">Search in entries</label><input type="search" id="reading-q" name="q" value="${text(words)}" placeholder="Search entries" maxlength="300" autocomplete="off"><button type="submit">Search</button></form>\n`;
  return html`<div class="reading-bar">
<nav class="reading-tabs" aria-label="Reader"><ul>
${items}</ul></nav>
${search}</div>
`;
}

/** More feeds than these stand on their own page, and beside a list only those that have something. */
export const MOST_BESIDE = 200;

/** Feeds by folder, with how many are unread. */
function renderSide(context: ReadingContext, list: ReadingList | undefined): SafeHtml {
  const { feeds, url } = context;
  if (feeds.size === 0 || url === pages.readerFeeds) return html``;
  const busy = feeds.size <= MOST_BESIDE ? [...feeds.values()] : feeds.values().filter(({ unread }) => unread > 0);
  const beside = [...busy].slice(0, MOST_BESIDE);
  const folders = listFolders(beside).map(([folder, own]) => {
    const isHere = list?.kind === 'folder' && (list.name === folder || list.name === slug(folder));
    const link = readingUrl({ kind: 'folder', name: folder });
    const heading =
      folder === '' ? html`` : html`<h3><a href="${text(link)}"${current(isHere)}>${text(folder)}</a></h3>\n`;
    return html`${heading}<ul>
${own.map((feed) => renderFeed(context, feed, list))}</ul>
`;
  });
  const more =
    beside.length === feeds.size
      ? html``
      : html`<p><a href="${text(pages.readerFeeds)}">All ${text(formatCount(feeds.size))} feeds</a></p>\n`;
  return html`<nav class="reading-side" aria-label="Feeds">
<h2>Feeds</h2>
${folders}${more}</nav>
`;
}

/** A page of files does not say what changes from hour to hour. */
function renderFeed({ token }: ReadingContext, feed: ReadingFeed, list: ReadingList | undefined): SafeHtml {
  const { key, title, unread, problem } = feed;
  const isHere = list?.kind === 'feed' && list.key === key;
  const count = token === undefined ? html`` : renderCount(unread);
  const trouble =
    problem === undefined || token === undefined
      ? html``
      : html` <span class="trouble" title="${text(problem)}">no answer</span>`;
  return html`<li><a href="${text(readingUrl({ kind: 'feed', key }))}"${current(isHere)}>${text(title)}${count}</a>${trouble}</li>\n`;
}

function current(isHere: boolean): SafeHtml {
  return isHere ? html` aria-current="page"` : html``;
}

/** Folder → its feeds; those without one first. */
function listFolders(feeds: readonly ReadingFeed[]): readonly (readonly [string, readonly ReadingFeed[]])[] {
  return [...Map.groupBy(feeds, ({ folder }) => folder)].sort(([a], [b]) => (a < b ? -1 : 1));
}

function renderCount(count: number | undefined): SafeHtml {
  return count === undefined || count === 0 ? html`` : html` <span class="count">${text(formatCount(count))}</span>`;
}

const KEYS: readonly (readonly [string, string])[] = [
  ['j  k  n  p  ←  →', 'next and last entry'],
  ['o  Enter', 'open the entry'],
  ['v  V', 'open the original, beside or here'],
  ['m  M', 'read or unread, and on or back'],
  ['s  f', 'star'],
  ['A', 'everything in this list was read'],
  ['h  l', 'last and next page'],
  ['g u  g b  g a  g f  g c', 'unread, starred, all, feeds, folders'],
  ['/', 'search'],
  ['u', 'up to the list'],
  ['z t', 'to the top'],
  ['?  Esc', 'these keys, and away with them'],
];

function renderKeys(): SafeHtml {
  const rows = KEYS.map(([keys, does]) => {
    const each = joinHtml(
      keys.split('  ').map((key) => html`<kbd>${text(key)}</kbd>`),
      ' ',
    );
    return html`<div><dt>${each}</dt><dd>${text(does)}</dd></div>\n`;
  });
  return html`<details class="reading-keys" id="reading-keys">
<summary>Keys</summary>
<dl>
${rows}</dl>
</details>
`;
}
