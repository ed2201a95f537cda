/** What a search found in an archive, as `search` shows it. */
/** Apart from the command, because copies of other archives are searched in the same way. */

import type { ArchiveReader, SearchQuery } from '../../archive/archive.ts';
import { readableTime } from '../../base/time.ts';
import { tellingTitle } from '../../model/facts/title.ts';
import { shortId, type TurnHash } from '../../model/ids.ts';

export interface Found {
  /** What names it in another command. */
  readonly id: string;
  /** What it stands in; what stands in the same is shown together. */
  readonly within: string;
  readonly title: string;
  /** Of the whole, and of this place in it. */
  readonly facts: readonly string[];
  readonly own: readonly string[];
  /** Found words stand between U+E000 and U+E001. */
  readonly snippet: string;
  readonly turn?: TurnHash;
  readonly damaged: boolean;
  /** For programs. */
  readonly json: object;
}

/** Best first. */
export function searchArchive(archive: ArchiveReader, query: SearchQuery): readonly Found[] {
  return archive.search(query).map((hit): Found => {
    const { meta, firstPrompt, damage } = archive.getConversation(hit.conversation);
    const title = tellingTitle({ meta, firstPrompt });
    return {
      ...{
        id: shortId(hit.turn),
        turn: hit.turn,
        within: hit.conversation,
        title,
        snippet: hit.snippet,
        damaged: damage !== undefined,
      },
      facts: [meta.project ?? ''],
      own: [hit.role, readableTime(hit.timeMs)],
      json: {
        turn: hit.turn,
        conversation: hit.conversation,
        title,
        project: meta.project,
        agent: meta.agent,
        role: hit.role,
        time: new Date(hit.timeMs).toISOString(),
        snippet: hit.snippet.replace(/[\ue000\ue001]/g, ''),
      },
    };
  });
}
