/** The turns of a page, rendered once more from the archive alone, for whoever holds the page against them. */
/** A turn has one look, whatever page it stands on; only whether a site shows its pictures is its owner's choice. */

import type { ArchiveReader } from '../../archive/archive.ts';
import type { BlobHash, TurnHash } from '../../model/ids.ts';
import type { ToolCallPart } from '../../model/item.ts';
import type { LoggedTurn } from '../../model/turn.ts';
import { underBasePath } from '../base-path.ts';
import { renderTurn } from '../render/turn.ts';
import { imageUrl } from '../urls.ts';
import { type TurnView, walkViews } from '../view/turn-view.ts';
import { renderGap } from './conversation-body.ts';
import { cleanImage, IMAGE_TYPES } from './images.ts';

/** `path`: from the root on; `basePath`: of the site that shows them. The `<article>` of each turn that is `shown`: without its pictures, and with them where they were published. */
export function renderPath(
  archive: ArchiveReader,
  path: readonly LoggedTurn[],
  shown: ReadonlySet<TurnHash>,
  basePath: string,
): ReadonlyMap<TurnHash, readonly string[]> {
  const calls = new Map<string, ToolCallPart>();
  const rendered = new Map<TurnHash, readonly string[]>();
  for (const view of walkViews(archive, path)) {
    for (const part of view.item?.parts ?? []) if (part.type === 'tool_call') calls.set(part.id, part);
    if (shown.has(view.turn.hash)) {
      const looks = renderView(archive, view, calls);
      rendered.set(
        view.turn.hash,
        looks.map((look) => underBasePath(look, basePath)),
      );
    }
  }
  return rendered;
}

function renderView(
  archive: ArchiveReader,
  view: TurnView,
  calls: ReadonlyMap<string, ToolCallPart>,
): readonly string[] {
  const { turn, item } = view;
  if (item === undefined) return [renderGap(view)];
  const place = (hash: BlobHash, mime: string): string | undefined => {
    const extension = IMAGE_TYPES.get(mime);
    const bytes = extension === undefined ? undefined : archive.readBlob(hash);
    if (extension === undefined || bytes === undefined || cleanImage(bytes, mime) === undefined) return undefined;
    return imageUrl(turn.conversation, hash, extension);
  };
  const looks = [() => undefined, place].map((blobUrl): string => renderTurn({ turn, item, calls, blobUrl }));
  return [...new Set(looks)];
}
