/** What stands at the addresses of a conversation that another one took over: a page that leads on, and redirects for hosts that know them. */
/** An address that was given to somebody goes on working, and who follows the old feed comes to the new one. */

import { FEED_FORMATS } from '../../feed/formats.ts';
import type { BuildContext } from '../conversation/context.ts';
import { declarePage } from '../lists/lists.ts';
import { NO_ROBOTS } from '../shell/headers.ts';
import { keyOf } from '../state/keys.ts';
import { absoluteUrl, conversationUrl, feedUrl, outputPath, pages } from '../urls.ts';

const OWNER = 'joined';

export function buildJoined(context: BuildContext): void {
  const { state, output, frame, options } = context;
  output.take(OWNER);
  let redirects = '';
  for (const { id, into, title } of state.joined.walkShown()) {
    const [from, to] = [conversationUrl(id), conversationUrl(into)];
    const model = frame.page({
      url: from,
      template: 'list.njk',
      title,
      description: 'This conversation goes on in another one, which holds all of its turns.',
      canonical: absoluteUrl(options.config.url, to),
      robots: NO_ROBOTS,
      feeds: frame.feedsOf(to, title),
      links: [{ heading: 'Where it is now', className: 'filters', items: [{ label: title, url: to }] }],
    });
    declarePage(context, model, OWNER);
    for (const { format } of FEED_FORMATS) redirects += `${feedUrl(from, format)} ${feedUrl(to, format)} 301\n`;
    redirects += `${from}* ${to} 301\n`;
  }
  if (redirects === '') return;
  const path = outputPath(pages.redirects);
  if (output.declare(path, OWNER, keyOf(redirects))) output.put(path, redirects);
}
