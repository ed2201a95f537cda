/** A published conversation, as the comparison of a page wants it: what the page shows is fetched before, the rest never. */
/** Calls that stand on earlier pages are looked for backwards, a tile at a time, until every result has its own. */

import type { TurnHash } from '../../model/ids.ts';
import type { LoggedTurn } from '../../model/turn.ts';
import type { ContentReader } from '../../replica/check/checking.ts';
import {
  IMAGE_TYPES,
  imageUrl,
  type KnownConversation,
  knowTurns,
  listShown,
  type ShownPage,
  type TurnView,
  viewTurn,
} from '../../site/compare/comparing.ts';
import { basePath } from '../site-place.ts';

export interface FetchedConversation {
  readonly known: KnownConversation;
  readonly readBlob: (hash: string) => Uint8Array | undefined;
}

/** Throws what reading does. */
export async function fetchConversation(page: ShownPage, content: ContentReader): Promise<FetchedConversation> {
  const turns = knowTurns(content.turns, content.heads);
  const { path, shown, elsewhere } = listShown(page, turns);
  const views = await readViews(content, path, new Set(shown.map(({ hash }) => hash)));
  for (const turn of elsewhere)
    if (!views.has(turn.hash)) views.set(turn.hash, await readView(content, turn, undefined));
  const blobs = await readPictures(content, page, [...views.values()]);
  return {
    known: { ...turns, walkViews: (way) => way.flatMap(({ hash }) => views.get(hash) ?? []) },
    readBlob: (hash) => blobs.get(hash),
  };
}

async function readView(content: ContentReader, turn: LoggedTurn, previous: TurnView | undefined): Promise<TurnView> {
  const [payload] = await content.readPayloads([turn]);
  return viewTurn(turn, payload ?? { status: 'damaged', file: '', problem: 'nothing came' }, previous);
}

async function readViews(
  content: ContentReader,
  path: readonly LoggedTurn[],
  shown: ReadonlySet<TurnHash>,
): Promise<Map<TurnHash, TurnView>> {
  const views = new Map<TurnHash, TurnView>();
  const read = async (turn: LoggedTurn): Promise<TurnView> => {
    const view = await readView(content, turn, turn.parent === null ? undefined : views.get(turn.parent));
    views.set(turn.hash, view);
    return view;
  };
  const open = new Set<string>();
  const first = path.findIndex(({ hash }) => shown.has(hash));
  for (const turn of first === -1 ? [] : path.slice(first))
    for (const part of (await read(turn)).item?.parts ?? []) {
      if (part.type === 'tool_call_response') open.add(part.id);
    }
  const settle = (view: TurnView): void => {
    for (const part of view.item?.parts ?? []) if (part.type === 'tool_call') open.delete(part.id);
  };
  for (const view of views.values()) settle(view);
  for (const turn of path.slice(0, Math.max(0, first)).reverse()) {
    if (open.size === 0) break;
    settle(await read(turn));
  }
  return views;
}

/** Raw bytes of pictures that are held for one page. */
const MOST_BYTES = 64 * 1024 * 1024;

/** Those that the page shows: the others may not be published. */
async function readPictures(
  content: ContentReader,
  { turns }: ShownPage,
  views: readonly TurnView[],
): Promise<ReadonlyMap<string, Uint8Array>> {
  const blobs = new Map<string, Uint8Array>();
  const shown = new Set(turns.flatMap(({ addresses }) => addresses));
  let held = 0;
  for (const { turn, item } of views)
    for (const part of item?.parts ?? []) {
      if (part.type !== 'blob' || blobs.has(part.hash) || held > MOST_BYTES) continue;
      const extension = IMAGE_TYPES.get(part.mime_type);
      if (extension === undefined || !shown.has(basePath + imageUrl(turn.conversation, part.hash, extension))) continue;
      const bytes = await content.findBlob(part.hash);
      if (bytes === undefined) continue;
      held += bytes.length;
      blobs.set(part.hash, bytes);
    }
  return blobs;
}
