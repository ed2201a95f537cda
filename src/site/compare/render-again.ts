/** The turns of a page, rendered once more from what was said alone, for whoever holds the page against them. */
/** Rows are paired as a build pairs them; only whether a site shows its pictures is its owner's choice. */

import { blake3Hex } from '../../base/blake3.ts';
import type { Meta } from '../../model/conversation.ts';
import type { BlobHash, TurnHash } from '../../model/ids.ts';
import type { ToolCallPart } from '../../model/item.ts';
import type { LoggedTurn } from '../../model/turn.ts';
import { underBasePath } from '../base-path.ts';
import { cleanImage, IMAGE_TYPES } from '../conversation/images.ts';
import { renderGap } from '../conversation/page/conversation-body.ts';
import { lookingCalls } from '../conversation/page/page-rows.ts';
import type { BlobAddress } from '../render/blob-address.ts';
import { type AnsweringTurn, renderTurn } from '../render/turn.ts';
import { imageUrl } from '../urls.ts';
import { foldersOf } from '../view/folders.ts';
import { pairRows, type Row } from '../view/rows.ts';
import type { TurnView } from '../view/turn-view.ts';

export interface Rendering {
  /** Of the site that shows the turns, and of the page on its host. */
  readonly basePath: string;
  readonly path: string;
  /** False: code stays plain, for who has no highlighter. */
  readonly colours: boolean;
  /** Of the conversation, as it is published. */
  readonly meta: Meta;
  /** Undefined: it was not published. */
  readonly readBlob: (hash: BlobHash) => Uint8Array | undefined;
}

/** A picture that a turn shows. */
export interface ShownPicture {
  /** First 16 digits of the turn. */
  readonly turn: string;
  /** On the host, as the page says it. */
  readonly url: string;
  /** BLAKE3 of what has to be there: what was published, without what pictures hide. */
  readonly hash: string;
}

export interface Rendered {
  readonly rows: readonly string[];
  readonly pictures: readonly ShownPicture[];
  /** First 16 digits of turns that may stand in a fold. */
  readonly folding: ReadonlySet<string>;
}

/**
 * The element of each row from the first to the last turn that is `shown`, results inside it: without its pictures, and with them.
 * `views`: in the order of the branch, from the first to the last that is shown, and all before whose calls they answer.
 */
export function renderAgain(views: Iterable<TurnView>, shown: ReadonlySet<TurnHash>, rendering: Rendering): Rendered {
  const calls = new Map<string, ToolCallPart>();
  const gaps: string[] = [];
  const page: (AnsweringTurn & Pick<LoggedTurn, 'conversation'>)[] = [];
  let begun = false;
  for (const view of views) {
    const { turn, item } = view;
    for (const part of item?.parts ?? []) if (part.type === 'tool_call') calls.set(part.id, part);
    begun ||= shown.has(turn.hash);
    if (begun && item === undefined) gaps.push(renderGap(view));
    else if (begun && item !== undefined) page.push({ ...turn, item });
  }
  const pictures: ShownPicture[] = [];
  const paired = pairRows(page);
  const rows = paired.flatMap((row) => renderRow(row, calls, rendering, pictures));
  const folding = paired.filter((row) => lookingCalls(row) !== undefined).map(({ turn }) => turn.hash.slice(0, 16));
  const based = [...gaps, ...rows].map((row) => underBasePath(row, rendering.basePath));
  return { rows: based, pictures, folding: new Set(folding) };
}

function renderRow(
  { turn, answers, sameMinute }: Row<AnsweringTurn & Pick<LoggedTurn, 'conversation'>>,
  calls: ReadonlyMap<string, ToolCallPart>,
  { readBlob, colours, meta, basePath }: Rendering,
  pictures: ShownPicture[],
): readonly string[] {
  const place = (hash: BlobHash, mime: string): BlobAddress | undefined => {
    const extension = IMAGE_TYPES.get(mime);
    const bytes = extension === undefined ? undefined : readBlob(hash);
    const image = bytes === undefined ? undefined : cleanImage(bytes, mime);
    if (extension === undefined || image === undefined) return undefined;
    const url = imageUrl(turn.conversation, hash, extension);
    pictures.push({ turn: turn.hash.slice(0, 16), url: basePath + url, hash: blake3Hex(image.bytes) });
    return { url, width: image.width, height: image.height };
  };
  const folders = foldersOf(meta);
  const render = (findBlob: typeof place | (() => undefined)): string =>
    renderTurn({ turn, item: turn.item, answers, calls, findBlob, sameMinute, folders, colours });
  const items = [turn.item, ...answers.values().map(({ item }) => item)];
  const hasBlobs = items.some(({ parts }) => parts.some(({ type }) => type === 'blob'));
  return [...new Set([render(() => undefined), ...(hasBlobs ? [render(place)] : [])])];
}
