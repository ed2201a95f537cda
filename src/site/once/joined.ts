/** What stands at the addresses of a conversation that another one took over: a page and feeds that lead on, and redirects for hosts that know them. */
/** An address that was given to somebody goes on working, and who follows the old feed comes to the new one. */

import { html, text } from '../../base/html.ts';
import { FEED_FORMATS } from '../../feed/formats.ts';
import type { FeedEntry } from '../../model/entry.ts';
import type { TurnHash } from '../../model/ids.ts';
import { basePathOf } from '../base-path.ts';
import type { BuildContext } from '../conversation/context.ts';
import { declarePage } from '../lists/lists.ts';
import { NO_ROBOTS } from '../shell/headers.ts';
import type { ShownJoined } from '../state/joined.ts';
import { keyOf } from '../state/keys.ts';
import { absoluteUrl, conversationUrl, feedUrl, movedUrn, outputPath, pages, turnUrn } from '../urls.ts';

const OWNER = 'joined';
const SAYS = 'This conversation goes on in another one, which holds all of its turns.';

/** Milliseconds after the old one's last turn, so that a feed's reader finds the news above what it knows. */
const NEWS = 1;

export async function buildJoined(context: BuildContext): Promise<void> {
  const { state, output } = context;
  output.take(OWNER);
  const joined = [...state.joined.walkShown()];
  for (const one of joined) {
    declareSignpost(context, one);
    await buildNews(context, one);
  }
  const redirects = joined.map((one) => redirectsOf(one, basePathOf(context.options.config.url))).join('');
  if (redirects === '') return;
  const path = outputPath(pages.redirects);
  if (output.declare(path, OWNER, keyOf(redirects))) output.put(path, redirects);
}

function declareSignpost(context: BuildContext, { id, into, title }: ShownJoined): void {
  const { frame, options } = context;
  const to = conversationUrl(into);
  const model = frame.page({
    url: conversationUrl(id),
    template: 'list.njk',
    title,
    description: SAYS,
    canonical: absoluteUrl(options.config.url, to),
    refresh: to,
    robots: NO_ROBOTS,
    cards: [],
    feeds: frame.feedsOf(to, title),
    links: [{ heading: 'Where it is now', className: 'filters', items: [{ label: title, url: to }] }],
  });
  declarePage(context, model, OWNER);
}

/** What stands at the old feed's addresses where a host knows no redirects: one entry, which says where to go. */
async function buildNews({ feeds, options, defer }: BuildContext, { id, into, title, lastMs }: ShownJoined) {
  const { url: site, author, title: siteTitle } = options.config;
  const to = conversationUrl(into);
  const time = lastMs + NEWS;
  const followed = FEED_FORMATS.map(({ format, label }) => ({ label, url: absoluteUrl(site, feedUrl(to, format)) }));
  const links = followed.map(({ label, url }) => html`<li><a href="${text(url)}">${text(label)}</a></li>`);
  const entry: FeedEntry = {
    id: movedUrn(id),
    title: `Moved: ${title}`,
    url: absoluteUrl(site, to),
    ...{ published: time, updated: time, author: author === '' ? siteTitle : author, categories: [] },
    content: html`<p>${text(SAYS)} <a href="${text(absoluteUrl(site, to))}">${text(title)}</a></p><ul>${links}</ul>`,
    summary: SAYS,
  };
  const made = JSON.stringify(entry);
  const key = keyOf(made);
  await feeds.build({
    owner: OWNER,
    id: turnUrn(id as string as TurnHash),
    pageUrl: conversationUrl(id),
    ...{ title, description: SAYS, deleted: [], defer },
    entries: [{ key, updatedMs: time, weight: made.length, source: () => ({ key, of: made }) }],
  });
}

/** Some hosts give a file that is there before they look at a rule, unless it ends in `!`, which others do not know: each takes one line. */
function redirectsOf({ id, into }: ShownJoined, basePath: string): string {
  const [from, to] = [basePath + conversationUrl(id), basePath + conversationUrl(into)];
  const feeds = FEED_FORMATS.map(({ format }) => `${feedUrl(from, format)} ${feedUrl(to, format)}`);
  return [...feeds, `${from}* ${to}`].map((rule) => `${rule} 301!\n${rule} 301\n`).join('');
}
