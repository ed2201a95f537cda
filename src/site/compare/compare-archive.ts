/** The conversation that a page is held against, from an archive. */
/** For `turnpress check`; a page that checks itself has it from the replica (browser/checker). */

import type { ArchiveReader } from '../../archive/archive.ts';
import type { ConversationId } from '../../model/ids.ts';
import { walkViews } from '../view/turn-view.ts';
import { comparePage, type PageReport } from './compare-page.ts';
import { knowTurns } from './known-turns.ts';
import { readPage } from './read-page.ts';
import type { Rendering } from './render-again.ts';

/** `page`: its source, and where it and its site stand. */
export function compareWithArchive(
  archive: ArchiveReader,
  id: ConversationId,
  { html, ...places }: { readonly html: string } & Pick<Rendering, 'basePath' | 'path'>,
): PageReport {
  const { heads, meta } = archive.getConversation(id);
  return comparePage(
    readPage(html),
    { ...knowTurns(archive.listTurns(id), heads), walkViews: (path) => walkViews(archive, path) },
    { ...places, colours: true, meta, readBlob: (hash) => archive.readBlob(hash) },
  );
}
