/** The page of a conversation that could not be made: it stands in lists as always, and says why in one sentence. */
/** The next build tries again. */

import { messageOf } from '../../base/errors.ts';
import { html, text } from '../../base/html.ts';
import { isoTime } from '../../base/time.ts';
import { plainTitle } from '../render/text/plain-title.ts';
import { keyOf } from '../state/keys.ts';
import { conversationUrl, outputPath } from '../urls.ts';
import { saveListed } from './collect-lists.ts';
import { savePages } from './collect-pages.ts';
import type { BuildContext, VisibleConversation } from './context.ts';
import { ownerOf } from './conversation-work.ts';

/** Replaces whatever there is of the conversation. Resolves when the page is written. */
export async function buildFailure(
  context: BuildContext,
  conversation: VisibleConversation,
  error: unknown,
): Promise<void> {
  const { state, output, frame } = context;
  const { summary, title } = conversation;
  const owner = ownerOf(summary.id);
  const url = conversationUrl(summary.id);
  const reason = plainTitle(messageOf(error), 300);
  context.problem('CONVERSATION_FAILED', `it could not be made into pages: ${reason}`, summary.id);
  output.abandon(owner);
  state.packs.forget(owner);
  state.tallies.keep(summary.id, []);
  state.edits.keep(summary.id, []);
  state.entries.save(summary.id, []);
  state.entries.saveDeleted(summary.id, new Map());
  savePages(context, conversation, [{ url, lastMs: summary.lastMs }], new Map());
  saveListed(context, conversation, {
    ...{ url, title, summary: '', badges: ['failed'], glyph: '', facts: [], tags: [] },
    ...{ iso: isoTime(summary.lastMs), date: '' },
  });
  const model = frame.page({ url, template: 'conversation.njk', title, badges: ['failed'] });
  const body = html`<p class="notice">The pages of this conversation could not be made: ${text(reason)}. The next build tries again.</p>\n`;
  if (output.declare(outputPath(url), owner, keyOf(frame.key, model, body))) await context.writePage(model, body);
  output.settle(owner);
}
