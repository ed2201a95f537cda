/** What a reader may take along of a conversation, on its cover: its Markdown as a file, all else by the replica, with the commands. */
/** The replica holds every item once; a second copy of each would double the site. */

import { html, joinHtml, type SafeHtml, text } from '../../../base/html.ts';
import { shortId } from '../../../model/ids.ts';
import { absoluteUrl, checkpointUrl, conversationUrl, markdownUrl, pages } from '../../urls.ts';
import type { ConversationWork } from '../conversation-work.ts';

interface Way {
  readonly what: SafeHtml;
  /** As a shell takes it: ids and the site's own address. */
  readonly command: string;
}

export function renderTakeAlong(work: ConversationWork): SafeHtml {
  const { id } = work.conversation.summary;
  const markdown = html`<p><a href="${text(markdownUrl(id))}" download="${text(shortId(id))}.md" type="text/markdown">Markdown</a> <small>prose whole, each call in a line</small></p>\n`;
  const ways = listWays(work);
  const items = ways.map(
    ({ what, command }) => html`<li>${what}\n<pre class="command"><code>${text(command)}</code></pre></li>\n`,
  );
  const more =
    ways.length === 0
      ? joinHtml([])
      : html`<details>\n<summary>${text(work.context.options.replica === undefined ? 'JSON, text' : 'JSON, replica, proof')}</summary>\n<ul>\n${items}</ul>\n</details>\n`;
  return html`<section class="take">\n<h2>Take it along</h2>\n${markdown}${more}</section>\n`;
}

function listWays({ context, conversation }: ConversationWork): readonly Way[] {
  const { options } = context;
  const { id } = conversation.summary;
  const name = shortId(id);
  const items: Way = { what: html`Every item, whole, as JSON:`, command: `turnpress show ${name} --json` };
  // in a copy's site the commands would need to be told which copy
  if (options.copyOf !== undefined) return [];
  if (options.mode === 'local' || options.replica === undefined)
    return [items, { what: html`As text, whole:`, command: `turnpress show ${name} --full` }];
  const { url } = options.config;
  return [
    {
      what: html`The archive that it stands in, turn by turn and verified (<a href="${text(checkpointUrl(id))}">the log of this conversation</a>). The commands below then want <code>--archive</code> and the folder that it names.`,
      command: `turnpress subscribe ${absoluteUrl(url, pages.home)}`,
    },
    items,
    {
      what: html`Whether this page says what was signed:`,
      command: `turnpress check ${absoluteUrl(url, conversationUrl(id))}`,
    },
    {
      what: html`A proof of a turn, by the digits in its address, that holds without this site:`,
      command: `turnpress proof ${name} --output ${name}.proof`,
    },
  ];
}
