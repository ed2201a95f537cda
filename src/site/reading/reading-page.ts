/** The reader's pages: which one an address asks for, and what stands on it. */
/** One renderer for both: a build writes the newest as files, and `serve` answers with what the memory holds now. */

import { html, joinHtml, type SafeHtml, text } from '../../base/html.ts';
import { formatCount } from '../../model/counts.ts';
import type { ReadingFeed, ReadingList, ReadingSource } from '../../model/reading/entries.ts';
import { slug } from '../slug.ts';
import { pages, parseReadingUrl, readingUrl } from '../urls.ts';
import type { ReadingContext, ReadingOptions, ReadingPage } from './context.ts';
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
  const search =
    context.token === undefined
      ? html``
      : html`<form class="reading-search" role="search" action="${text(readingUrl({ kind: 'search', words: '' }))}"><label class="visually-hidden" for="reading-q">Search in entries</label><input type="search" id="reading-q" name="q" value="${text(words)}" placeholder="Search entries" maxlength="300" autocomplete="off"><button type="submit">Search</button></form>\n`;
  return html`<div class="reading-bar">
<nav class="reading-tabs" aria-label="Reader"><ul>
${items}</ul></nav>
${search}</div>
`;
}

/** Feeds by folder, with how many are unread. */
function renderSide(context: ReadingContext, list: ReadingList | undefined): SafeHtml {
  if (context.feeds.size === 0 || context.url === pages.readerFeeds) return html``;
  const folders = listFolders(context).map(([folder, feeds]) => {
    const items = feeds.map((feed) => {
      const current = list?.kind === 'feed' && list.key === feed.key;
      return html`<li><a href="${text(readingUrl({ kind: 'feed', key: feed.key }))}"${current ? html` aria-current="page"` : html``}>${text(feed.title)}${renderCount(context.token === undefined ? 0 : feed.unread)}</a>${feed.problem === undefined || context.token === undefined ? html`` : html` <span class="trouble" title="${text(feed.problem)}">no answer</span>`}</li>\n`;
    });
    const current = list?.kind === 'folder' && (list.name === folder || list.name === slug(folder));
    const heading =
      folder === ''
        ? html``
        : html`<h3><a href="${text(readingUrl({ kind: 'folder', name: folder }))}"${current ? html` aria-current="page"` : html``}>${text(folder)}</a></h3>\n`;
    return html`${heading}<ul>
${items}</ul>
`;
  });
  return html`<nav class="reading-side" aria-label="Feeds">
<h2>Feeds</h2>
${folders}</nav>
`;
}

/** Folder → its feeds; those without one first. */
function listFolders({ feeds }: ReadingContext): readonly (readonly [string, readonly ReadingFeed[]])[] {
  return [...Map.groupBy(feeds.values(), ({ folder }) => folder)].sort(([a], [b]) => (a < b ? -1 : 1));
}

function renderCount(count: number | undefined): SafeHtml {
  return count === undefined || count === 0 ? html`` : html` <span class="count">${text(formatCount(count))}</span>`;
}

const KEYS: readonly (readonly [string, string])[] = [
  ['j  k  n  p', 'next and last entry'],
  ['o  Enter', 'open the entry'],
  ['v', 'open the original'],
  ['m', 'read or unread'],
  ['s  f', 'star'],
  ['A', 'everything in this list was read'],
  ['h  l', 'last and next page'],
  ['g u  g b  g a  g f', 'unread, starred, all, feeds'],
  ['/', 'search'],
  ['u', 'up to the list'],
  ['?', 'these keys'],
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
