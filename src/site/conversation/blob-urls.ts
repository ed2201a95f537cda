/** Where a conversation's images stand on the site, and their files. */
/** The renderer asks for an address; only an image that is clean, within limits and meant to be shown gets one. */

import { messageOf } from '../../base/errors.ts';
import { type BlobHash, type ConversationId, shortId, type TurnHash } from '../../model/ids.ts';
import { stopsBuild } from '../errors.ts';
import { type BlobAddress, type BlobPlace, UNREADABLE_BLOB } from '../render/blob-address.ts';
import { imageUrl, outputPath } from '../urls.ts';
import type { BuildContext } from './context.ts';
import { cleanImage, IMAGE_TYPES } from './images.ts';

/** Raised when cleaning changes, so that images are made again. */
const CLEANING = '2';

/** One for each conversation and build: every blob is looked at once. */
export function createBlobPlaces(context: BuildContext, conversation: ConversationId, owner: string): PlaceBlob {
  const known = new Map<string, BlobAddress | undefined>();
  const missing = new Set<BlobHash>();
  const shown = context.options.mode === 'local' || context.options.config.images.publish;
  const place = (hash: BlobHash, mime: string): BlobAddress | undefined => {
    if (mime === 'text/plain' && context.options.mode === 'local') return placeText(context, conversation, hash, owner);
    const extension = IMAGE_TYPES.get(mime);
    if (!shown || extension === undefined) return undefined;
    const url = imageUrl(conversation, hash, extension);
    if (!known.has(url)) known.set(url, placeImage(context, owner, hash, mime, url));
    return known.get(url);
  };
  return (hash, mime, turn) => {
    try {
      if (context.archive.hasBlob(hash)) return place(hash, mime);
      if (context.archive.info.copy === true) return undefined; // its origin did not publish it
      reportBlob(hash, turn, 'is not there');
    } catch (error) {
      // A blob that does not hash right: one problem of this turn, and no image.
      if (stopsBuild(error)) throw error;
      reportBlob(hash, turn, messageOf(error));
    }
    return UNREADABLE_BLOB;
  };

  function reportBlob(hash: BlobHash, turn: TurnHash, problem: string): void {
    if (missing.has(hash)) return;
    missing.add(hash);
    context.problem('DAMAGED_BLOB', `turn ${shortId(turn)}: blob ${hash.slice(0, 16)}: ${problem}`, conversation);
  }
}

/** The address of an image; undefined: it has none. `turn`: who shows it, for problems. */
export type PlaceBlob = (hash: BlobHash, mime: string, turn: TurnHash) => BlobPlace | undefined;

/** The whole of a text of which a turn shows the beginning: on the private site only. */
function placeText(
  { archive, output }: BuildContext,
  conversation: ConversationId,
  hash: BlobHash,
  owner: string,
): BlobAddress | undefined {
  const url = imageUrl(conversation, hash, 'txt');
  const path = outputPath(url);
  if (!output.declare(path, owner, `text:${hash}`)) return { url, width: 0, height: 0 };
  const bytes = archive.readBlob(hash);
  if (bytes === undefined) return undefined;
  output.put(path, bytes);
  return { url, width: 0, height: 0 };
}

/** The measures are kept in the file's key, so that a picture is read once and not by every build. */
function placeImage(
  context: BuildContext,
  owner: string,
  hash: BlobHash,
  mime: string,
  url: string,
): BlobAddress | undefined {
  const { archive, output } = context;
  const path = outputPath(url);
  const about = `${CLEANING}:${hash}:`;
  const key = output.findKey(path) ?? '';
  const [, width, height] = key.startsWith(about) ? (/^(\d+)x(\d+)$/.exec(key.slice(about.length)) ?? []) : [];
  if (width !== undefined) {
    output.declare(path, owner, key);
    return { url, width: Number(width), height: Number(height) };
  }
  const bytes = archive.readBlob(hash);
  const image = bytes === undefined ? undefined : cleanImage(bytes, mime);
  if (image === undefined) return undefined;
  if (output.declare(path, owner, `${about}${image.width}x${image.height}`)) output.put(path, image.bytes);
  return { url, width: image.width, height: image.height };
}
