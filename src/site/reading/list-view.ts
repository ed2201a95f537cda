/** A list of entries: what is new, a line or two for each, with what can be done with it. */
/** One form around the list, so that everything works without scripts; its buttons say what they do to which entry. */

import { html, type SafeHtml, text } from '../../base/html.ts';
import { isoTime, readableDate } from '../../base/time.ts';
import { plural } from '../../model/counts.ts';
import type { ReadingEntry, ReadingList } from '../../model/reading/entries.ts';
import { FOREIGN_REL } from '../render/text/links.ts';
import { pages, readingEntryUrl, readingUrl } from '../urls.ts';
import { hiddenUnlessServed, linkOf, type ReadingContext, type ReadingPage, renderHidden } from './context.ts';

/** Entries on a page. */
export const PER_PAGE = 50;

export function renderListPage(context: ReadingContext, list: ReadingList, page: number): ReadingPage | undefined {
  const total = context.source.countEntries(list);
  const entries = context.source.listEntries(list, (page - 1) * PER_PAGE, PER_PAGE);
  if (entries.length === 0 && page > 1) return undefined;
  const title = titleOf(context, list);
  const rows = entries.map((entry) => renderRow(context, entry));
  const form =
    entries.length === 0
      ? html`<p class="empty-list">${text(nothingIn(context, list))}</p>\n`
      : html`<form class="entries-form" method="post" action="${text(pages.readerState)}">
${renderHidden(context, list)}${renderAll(context)}<ol class="entries" start="${text((page - 1) * PER_PAGE + 1)}">
${rows}</ol>
</form>
${renderPager(list, page, total)}`;
  return {
    title: page === 1 ? title : `${title}, page ${page}`,
    body: html`<header class="reading-head"><h1>${text(title)}</h1><p class="reading-facts">${text(plural(total, 'entry', 'entries'))}${renderAbout(context, list)}</p></header>
${form}`,
    pictures: false,
  };
}

function renderAll(context: ReadingContext): SafeHtml {
  return html`<p class="entries-tools"${hiddenUnlessServed(context)}><button name="do" value="all">Mark all as read</button></p>\n`;
}

function renderRow(context: ReadingContext, entry: ReadingEntry): SafeHtml {
  const { key, unread, starred, timeMs } = entry;
  const feed = context.feeds.get(entry.feed);
  const link = linkOf(context, entry.url);
  const original =
    link === undefined
      ? html``
      : html`<a class="original" href="${text(link)}"${link.startsWith('/') ? html`` : html` rel="${text(FOREIGN_REL)}"`}>${text(feed?.archive === undefined ? 'Original' : 'In its conversation')}</a>`;
  return html`<li class="entry${text(unread ? ' unread' : '')}${text(starred ? ' starred' : '')}" data-entry="${text(key)}">
<h2 class="entry-title" dir="auto"><a href="${text(readingEntryUrl(key))}">${text(nameOf(entry))}</a></h2>
<p class="entry-facts">${feed === undefined ? html`` : html`<a href="${text(readingUrl({ kind: 'feed', key: feed.key }))}">${text(feed.title)}</a>`} <time datetime="${text(isoTime(timeMs))}">${text(readableDate(timeMs))}</time> ${original}</p>
<p class="entry-marks"${hiddenUnlessServed(context)}>${renderMarks(entry)}<button name="do" value="above ${text(key)}" title="This entry and all above it">Read to here</button></p>
</li>
`;
}

/** Both choices are buttons that say what they will do. */
export function renderMarks({ key, unread, starred }: ReadingEntry): SafeHtml {
  return html`<button name="do" value="${text(unread ? 'read' : 'unread')} ${text(key)}" class="mark-read">${text(unread ? 'Mark as read' : 'Mark as unread')}</button><button name="do" value="${text(starred ? 'unstar' : 'star')} ${text(key)}" class="mark-star">${text(starred ? 'Unstar' : 'Star')}</button>`;
}

function renderPager(list: ReadingList, page: number, total: number): SafeHtml {
  const last = Math.ceil(total / PER_PAGE);
  if (last <= 1) return html``;
  const link = (to: number, label: string, rel: string): SafeHtml =>
    to < 1 || to > last
      ? html``
      : html`<li><a href="${text(readingUrl(list, to))}" rel="${text(rel)}">${text(label)}</a></li>\n`;
  return html`<nav class="pager" aria-label="Pages"><ul>
${link(page - 1, 'Newer', 'prev')}<li><span aria-current="page">Page ${text(page)} of ${text(last)}</span></li>
${link(page + 1, 'Older', 'next')}</ul></nav>
`;
}

function renderAbout({ feeds }: ReadingContext, list: ReadingList): SafeHtml {
  const feed = list.kind === 'feed' ? feeds.get(list.key) : undefined;
  const home = feed?.home === undefined ? undefined : linkOf(undefined, feed.home);
  if (feed === undefined) return html``;
  const trouble = feed.problem === undefined ? html`` : html` <span class="trouble">${text(feed.problem)}</span>`;
  return html`${home === undefined ? html`` : html` <a href="${text(home)}" rel="${text(FOREIGN_REL)}">${text(new URL(home).host)}</a>`}${trouble}`;
}

function titleOf({ feeds }: ReadingContext, list: ReadingList): string {
  switch (list.kind) {
    case 'feed':
      return feeds.get(list.key)?.title ?? '';
    case 'folder':
      return list.name;
    case 'search':
      return list.words === '' ? 'Search' : `Entries with “${list.words}”`;
    default:
      return { unread: 'Unread', starred: 'Starred', all: 'All entries' }[list.kind];
  }
}

function nothingIn({ feeds, token }: ReadingContext, { kind }: ReadingList): string {
  if (feeds.size === 0)
    return 'Nothing is followed yet: “turnpress subscribe <address>” follows any page, feed or archive.';
  if (kind === 'unread') return 'Everything is read. “turnpress pull” asks for more.';
  if (kind === 'search' && token === undefined) return 'What the newest entries say is found here by a script.';
  if (kind === 'search') return 'No entry has all of these words.';
  return kind === 'starred' ? 'Nothing is starred.' : 'Nothing is here yet.';
}

/** Its title, else its first words. */
export function nameOf({ title, text: said, html: markup }: ReadingEntry): string {
  if (title.trim() !== '') return title;
  const words = (said ?? (markup ?? '').slice(0, 5000).replace(/<[^<>]*>/g, ' ')).replace(/\s+/g, ' ').trim();
  return words === '' ? 'Untitled' : words.slice(0, 120);
}
