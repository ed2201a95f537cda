/** One entry, whole: what it says, where it comes from, and what can be done with it. */
/** Looking at it changes nothing: without scripts a button marks it as read and goes on. */

import { html, joinHtml, type SafeHtml, text } from '../../base/html.ts';
import { isoTime, readableTime } from '../../base/time.ts';
import { plural } from '../../model/counts.ts';
import type { ReadingEntry, ReadingFeed } from '../../model/reading/entries.ts';
import { FOREIGN_REL } from '../render/text/links.ts';
import { pages, readingEntryUrl, readingUrl } from '../urls.ts';
import { hiddenUnlessServed, linkOf, type ReadingContext, type ReadingPage, renderHidden } from './context.ts';
import { renderForeign } from './foreign.ts';
import { nameOf, renderMarks } from './list-view.ts';

export function renderEntryPage(context: ReadingContext, key: string): ReadingPage | undefined {
  const found = context.source.findEntry(key);
  if (found === undefined) return undefined;
  const { entry, newer, older } = found;
  const feed = context.feeds.get(entry.feed);
  const pictures = context.token !== undefined && (context.pictures === true || feed?.pictures === true);
  const base = entry.url ?? feed?.home ?? feed?.url;
  const content = renderForeign({ ...entry, ...(base !== undefined && { base }) }, pictures);
  const link = linkOf(context, entry.url);
  const name = nameOf(entry);
  return {
    title: name,
    pictures,
    body: html`<article class="reading-entry${text(entry.unread ? ' unread' : '')}${text(entry.starred ? ' starred' : '')}" data-entry="${text(key)}">
<header class="reading-head">
<h1 dir="auto">${link === undefined ? text(name) : html`<a class="original" href="${text(link)}"${link.startsWith('/') ? html`` : html` rel="${text(FOREIGN_REL)}"`}>${text(name)}</a>`}</h1>
<p class="entry-facts">${factsOf(entry, feed)}</p>
</header>
<form class="entry-form" method="post" action="${text(pages.readerState)}">
${renderHidden(context)}<p class="entry-marks"${hiddenUnlessServed(context)}>${renderMarks(entry)}${renderNext(entry, older)}${renderPictures(context, entry, feed, content.pictures)}</p>
</form>
<div class="foreign" dir="auto">
${content.body}</div>
${renderAttached(entry)}</article>
${renderNeighbours(newer, older)}`,
  };
}

function factsOf({ author, timeMs }: ReadingEntry, feed: ReadingFeed | undefined): SafeHtml {
  const facts = [
    ...(feed === undefined
      ? []
      : [html`<a href="${text(readingUrl({ kind: 'feed', key: feed.key }))}">${text(feed.title)}</a>`]),
    ...(author === undefined ? [] : [html`<span>${text(author)}</span>`]),
    html`<time datetime="${text(isoTime(timeMs))}">${text(readableTime(timeMs))}</time>`,
  ];
  return joinHtml(facts, ' ');
}

function renderNext({ key, unread }: ReadingEntry, older: string | undefined): SafeHtml {
  if (!unread || older === undefined) return html``;
  return html`<button name="do" value="next ${text(key)} ${text(older)}">Read, and on to the next</button>`;
}

/** Loading them tells their hosts that this entry is being read, so it is said which hosts. */
function renderPictures(
  context: ReadingContext,
  { key }: ReadingEntry,
  feed: ReadingFeed | undefined,
  named: number,
): SafeHtml {
  if (context.token === undefined || feed === undefined) return html``;
  const always = (on: string, says: string): SafeHtml =>
    html`<button name="do" value="${text(on)} ${text(feed.key)}">${text(says)}</button>`;
  if (feed.pictures) return always('hide', 'Never show pictures of this feed');
  if (named === 0) return html``;
  return html`<a class="button" href="${text(readingEntryUrl(key))}?pictures=1">Show ${text(plural(named, 'picture'))}</a>${always('show', 'Always for this feed')}`;
}

function renderAttached({ enclosures, categories }: ReadingEntry): SafeHtml {
  const files = enclosures.flatMap(({ url, type }) => {
    const link = linkOf(undefined, url);
    return link === undefined
      ? []
      : [
          html`<li><a href="${text(link)}" rel="${text(FOREIGN_REL)}">${text(new URL(link).pathname.split('/').at(-1) || link)}</a>${type === undefined ? html`` : html` <span>${text(type)}</span>`}</li>\n`,
        ];
  });
  const tags =
    categories.length === 0
      ? html``
      : html`<p class="entry-categories">${text(categories.slice(0, 20).join(' · '))}</p>\n`;
  return html`${
    files.length === 0
      ? html``
      : html`<h2>Attached</h2><ul class="attached">
${files}</ul>
`
  }${tags}`;
}

function renderNeighbours(newer: string | undefined, older: string | undefined): SafeHtml {
  const link = (key: string | undefined, label: string, rel: string): SafeHtml =>
    key === undefined
      ? html``
      : html`<li><a href="${text(readingEntryUrl(key))}" rel="${text(rel)}">${text(label)}</a></li>\n`;
  return html`<nav class="pager" aria-label="Entries"><ul>
${link(newer, 'Newer entry', 'prev')}${link(older, 'Older entry', 'next')}</ul></nav>
`;
}
