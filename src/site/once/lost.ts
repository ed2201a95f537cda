/** Pages of conversations of which only that they were there is known: their logs are gone from the archive. */
/** In the private site alone, so that an address that somebody kept says what is missing instead of nothing. */

import type { BuildContext } from '../conversation/context.ts';
import { declarePage } from '../lists/lists.ts';
import { conversationUrl } from '../urls.ts';

const OWNER = 'lost';

export function buildLost(context: BuildContext): void {
  const { archive, output, frame, options } = context;
  output.take(OWNER);
  if (options.mode === 'public') return;
  const lost = new Map(
    archive.damage.flatMap(({ conversation, message }) =>
      conversation === undefined || archive.findConversation(conversation) !== undefined
        ? []
        : [[conversation, message] as const],
    ),
  );
  for (const [id, message] of [...lost].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const model = frame.page({
      url: conversationUrl(id),
      template: 'list.njk',
      title: 'A conversation that is missing',
      description: `Of conversation ${id}: ${message}. Bring conversations/${id} of the archive back from a backup, and build again.`,
      badges: ['damaged'],
    });
    declarePage(context, model, OWNER);
  }
}
