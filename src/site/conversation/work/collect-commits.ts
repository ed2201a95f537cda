/** Collects the commits that were made in a conversation, for the page of its project. */
/** Taken from what its exchanges tell, once all branches were walked. */

import type { MadeCommit } from '../../state/work/commits.ts';
import type { Collecting } from '../collector.ts';
import type { ConversationWork } from '../conversation-work.ts';
import { commitUrl } from '../page/remote.ts';

export function openCommits({ context, conversation, told }: ConversationWork): Collecting {
  const { id, meta } = conversation.summary;
  return {
    finish() {
      const made = new Map<string, MadeCommit>();
      for (const { work, endMs, page, first } of [...told.values()].flat()) {
        for (const { hash, subject } of work.commits) {
          const url = commitUrl(meta.git?.remote, hash) ?? '';
          if (!made.has(hash)) made.set(hash, { hash, subject, timeMs: endMs, url, page, prompt: first });
        }
      }
      context.state.commits.save(id, meta.project ?? '', [...made.values()]);
    },
  };
}
