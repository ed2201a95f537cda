/** How each feed does, and taking what was read from one machine to another. */
/** Every number is the poller's own: last good answer, last error, next time, bytes. */

import { html, type SafeHtml, text } from '../../base/html.ts';
import { isoTime, readableTime } from '../../base/time.ts';
import { formatCount, plural } from '../../model/counts.ts';
import type { ReadingFeed } from '../../model/reading/entries.ts';
import { pages, readingUrl } from '../urls.ts';
import { type ReadingContext, type ReadingPage, renderHidden } from './context.ts';

export function renderFeedsPage(context: ReadingContext): ReadingPage {
  const feeds = [...context.feeds.values()];
  const failing = feeds.filter(({ problem }) => problem !== undefined).length;
  const table =
    feeds.length === 0
      ? html`<p class="empty-list">Nothing is followed yet: “turnpress subscribe &lt;address&gt;” follows any page, feed or archive.</p>\n`
      : html`<div class="reading-table" tabindex="0" role="region" aria-label="Feeds and how they do"><table>
<thead><tr><th scope="col">Feed</th><th scope="col">Unread</th><th scope="col">Last good answer</th><th scope="col">Trouble</th><th scope="col">Asked next</th><th scope="col">Came in all</th></tr></thead>
<tbody>
${feeds.map(renderRow)}</tbody></table></div>
`;
  return {
    title: 'Feeds',
    body: html`<header class="reading-head"><h1>Feeds</h1><p class="reading-facts">${text(`${plural(feeds.length, 'feed')}, ${failing === 0 ? 'all of them answer' : `${failing} without an answer`}`)}</p></header>
${table}${renderState(context)}`,
    pictures: false,
  };
}

function renderRow(feed: ReadingFeed): SafeHtml {
  const { key, title, url, folder, unread, problem, failures, goodMs, nextMs, bytes, archive } = feed;
  const time = (ms: number | undefined, none: string): SafeHtml =>
    ms === undefined
      ? html`${text(none)}`
      : html`<time datetime="${text(isoTime(ms))}">${text(readableTime(ms))}</time>`;
  const trouble = problem === undefined ? '' : `${problem}${failures > 1 ? ` (${failures} times)` : ''}`;
  const next = archive === undefined ? time(nextMs, 'never again') : html`with “turnpress pull”`;
  return html`<tr${problem === undefined ? html`` : html` class="failing"`}><th scope="row"><a href="${text(readingUrl({ kind: 'feed', key }))}">${text(title)}</a>${folder === '' ? html`` : html` <span class="folder">${text(folder)}</span>`}<span class="address">${text(archive === undefined ? url : 'an archive, pulled turn by turn')}</span></th>
<td>${text(formatCount(unread))}</td><td>${time(goodMs, archive === undefined ? 'none yet' : '–')}</td><td>${text(trouble)}</td><td>${next}</td><td>${text(archive === undefined ? `${formatCount(Math.ceil(bytes / 1000))} kB` : '–')}</td></tr>
`;
}

function renderState(context: ReadingContext): SafeHtml {
  const served = context.token !== undefined;
  const download = served
    ? html`<a class="button" href="${text(pages.readerExport)}" download="reading.json">Save as a file</a>`
    : html`<button type="button" class="export-state" hidden>Save as a file</button>`;
  return html`<section class="reading-state">
<h2>What you read and starred</h2>
<p>${text(served ? 'It is kept in the archive’s private folder on this machine.' : 'It is kept in this browser.')} A file takes it to another machine or browser; there it is merged, and of each entry the later choice stands.</p>
<p>${download}</p>
<form class="import-state" method="post" enctype="multipart/form-data" action="${text(pages.readerState)}"${served ? html`` : html` hidden`}>
${renderHidden(context)}<p><label for="state-file">A file from elsewhere</label> <input type="file" id="state-file" name="file" accept="application/json,.json" required> <button name="do" value="import">Merge it</button></p>
</form>
<p class="reading-status" role="status"></p>
</section>
`;
}
