/** The turns of a page, rendered once more from the archive alone, for whoever holds the page against them. */
/** Rows are paired as a build pairs them; only whether a site shows its pictures is its owner's choice. */

import type { ArchiveReader } from '../../archive/archive.ts';
import type { BlobHash, TurnHash } from '../../model/ids.ts';
import type { ToolCallPart } from '../../model/item.ts';
import type { LoggedTurn } from '../../model/turn.ts';
import { underBasePath } from '../base-path.ts';
import { type AnsweringTurn, renderTurn } from '../render/turn.ts';
import { imageUrl } from '../urls.ts';
import { pairRows, type Row } from '../view/rows.ts';
import { type TurnView, walkViews } from '../view/turn-view.ts';
import { foldersOf } from './conversation-work.ts';
import { cleanImage, IMAGE_TYPES } from './images.ts';
import { renderGap } from './page/conversation-body.ts';

/**
 * `path`: from the root on; `basePath`: of the site that shows them. The `<article>` of each row from the first to the last turn
 * that is `shown`, results inside it: without its pictures, and with them where they were published.
 */
export function renderPath(
  archive: ArchiveReader,
  path: readonly LoggedTurn[],
  shown: ReadonlySet<TurnHash>,
  basePath: string,
): ReadonlyMap<TurnHash, readonly string[]> {
  const from = path.findIndex(({ hash }) => shown.has(hash));
  const to = path.findLastIndex(({ hash }) => shown.has(hash));
  const calls = new Map<string, ToolCallPart>();
  const rendered = new Map<TurnHash, readonly string[]>();
  const page: (AnsweringTurn & { readonly view: TurnView })[] = [];
  let at = 0;
  for (const view of walkViews(archive, path.slice(0, to + 1))) {
    const { turn, item } = view;
    for (const part of item?.parts ?? []) if (part.type === 'tool_call') calls.set(part.id, part);
    if (at++ < from) continue;
    if (item === undefined) rendered.set(turn.hash, [renderGap(view)]);
    else page.push({ ...turn, item, view });
  }
  const id = path[0]?.conversation;
  const folders = foldersOf((id === undefined ? undefined : archive.findConversation(id))?.meta ?? {});
  for (const row of pairRows(page)) {
    const looks = renderRow(archive, row, row.turn.view, calls, folders);
    rendered.set(
      row.turn.hash,
      looks.map((look) => underBasePath(look, basePath)),
    );
  }
  return rendered;
}

function renderRow(
  archive: ArchiveReader,
  { turn, answers, sameMinute }: Row<AnsweringTurn>,
  { turn: { conversation } }: TurnView,
  calls: ReadonlyMap<string, ToolCallPart>,
  folders: readonly string[],
): readonly string[] {
  const place = (hash: BlobHash, mime: string): string | undefined => {
    const extension = IMAGE_TYPES.get(mime);
    const bytes = extension === undefined ? undefined : archive.readBlob(hash);
    if (extension === undefined || bytes === undefined || cleanImage(bytes, mime) === undefined) return undefined;
    return imageUrl(conversation, hash, extension);
  };
  const looks = [() => undefined, place].map((blobUrl): string =>
    renderTurn({ turn, item: turn.item, answers, calls, blobUrl, sameMinute, folders }),
  );
  return [...new Set(looks)];
}
