/** The commits of a project, newest first: what each says, where it can be seen, and the prompt that led to it. */
/** The first ones at once, and the others behind a fold. */

import { html, type SafeHtml, text } from '../../base/html.ts';
import { isoTime, readableDate } from '../../base/time.ts';
import type { BuildContext } from '../conversation/context.ts';
import { plural } from '../render/names.ts';
import { FOREIGN_REL } from '../render/text/links.ts';
import { plainTitle } from '../render/text/plain-title.ts';
import type { MadeCommit } from '../state/work/commits.ts';
import { turnAnchor } from '../urls.ts';

const MOST_SHOWN = 10;
const MOST_LISTED = 200;

/** Empty: none was made. */
export function renderCommits({ state }: BuildContext, project: string): SafeHtml {
  const commits = state.commits.listNewest(project, MOST_LISTED);
  if (commits.length === 0) return html``;
  const rows = commits.map(renderCommit);
  const rest = rows.slice(MOST_SHOWN);
  const fold =
    rest.length === 0
      ? html``
      : html`<details class="more-rows"><summary>${text(plural(rest.length, 'commit'))} before</summary>\n<ol>\n${rest}</ol></details>\n`;
  return html`<section class="busiest commits">
<h2 id="commits">${text(plural(state.commits.count(project), 'commit'))}</h2>
<ol>
${rows.slice(0, MOST_SHOWN)}</ol>
${fold}</section>
`;
}

function renderCommit({ hash, subject, timeMs, url, page, prompt }: MadeCommit): SafeHtml {
  const name = html`<code>${text(hash.slice(0, 7))}</code>`;
  const seen = url === '' ? name : html`<a href="${text(url)}" rel="${text(FOREIGN_REL)}">${name}</a>`;
  const said = plainTitle(subject, 160) || 'without a word';
  return html`<li>${seen} <a href="${text(`${page}#${turnAnchor(prompt)}`)}">${text(said)}</a> <time class="soft" datetime="${text(isoTime(timeMs))}">${text(readableDate(timeMs))}</time></li>\n`;
}
