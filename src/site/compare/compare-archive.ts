/** The conversation that a page is held against, from an archive. */
/** For `turnpress check`; a page that checks itself has it from the replica (browser/checker). */

import type { ArchiveReader } from '../../archive/archive.ts';
import type { ConversationId } from '../../model/ids.ts';
import { walkViews } from '../view/turn-view.ts';
import { comparePage, type PageReport } from './compare-page.ts';
import { readPage } from './read-page.ts';

export function compareWithArchive(
  archive: ArchiveReader,
  id: ConversationId,
  html: string,
  basePath: string,
): PageReport {
  const turns = archive.listTurns(id);
  const parents = new Set(turns.map(({ parent }) => parent));
  return comparePage(
    readPage(html),
    {
      findTurn: (digits) => {
        const turn = archive.findTurn(digits);
        return turn?.conversation === id ? turn : undefined;
      },
      listBranch: (turn) => archive.listBranch(turn),
      hasChildren: (turn) => parents.has(turn),
      countTurns: turns.length,
      walkViews: (path) => walkViews(archive, path),
    },
    {
      basePath,
      colours: true,
      meta: archive.findConversation(id)?.meta ?? {},
      readBlob: (hash) => archive.readBlob(hash),
    },
  );
}
