/** `/c/<id>/prompts/`: every prompt of a branch that has several pages, with its answer in a sentence. */
/** Complete without scripts; with them, the index beside every page is filled from here. */

import { html } from '../../../base/html.ts';
import { formatCount, plural } from '../../render/names.ts';
import type { ToldExchange } from '../../state/pages/told.ts';
import { promptsUrl } from '../../urls.ts';
import type { BranchOutline } from '../../view/outline.ts';
import type { ConversationWork } from '../conversation-work.ts';
import { addPlainPage } from './plain-page.ts';
import { renderRows } from './prompt-index.ts';

export function buildPromptPage(work: ConversationWork, branch: BranchOutline, told: readonly ToldExchange[]): void {
  const url = work.names.urlOf(branch);
  const count = told.filter(({ number }) => number > 0).length;
  const body = html`<div class="all-prompts">\n${renderRows({ rows: told, page: undefined })}</div>\n`;
  addPlainPage(work, body, {
    url: promptsUrl(url),
    title: `${work.names.titleOf(branch, 1)}: ${plural(count, 'prompt')}`,
    heading: `${formatCount(count)} ${count === 1 ? 'prompt' : 'prompts'}`,
    description: `Every prompt of “${work.conversation.title}”`,
  });
}
