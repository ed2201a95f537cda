/** Where a conversation's images stand on the site, and their files. */
/** The renderer asks for an address; only an image that is clean, within limits and meant to be shown gets one. */

import type { BlobHash, ConversationId } from '../../model/ids.ts';
import { imageUrl, outputPath } from '../urls.ts';
import type { BuildContext } from './context.ts';
import type { BlobUrl } from './conversation-body.ts';
import { cleanImage, IMAGE_TYPES } from './images.ts';

/** Raised when cleaning changes, so that images are made again. */
const CLEANING = '1';

/** One for each conversation and build: every image is looked at once. */
export function createBlobUrl(context: BuildContext, conversation: ConversationId, owner: string): BlobUrl {
  const known = new Map<string, string | undefined>();
  const shown = context.options.mode === 'local' || context.options.config.images.publish;
  return (hash, mime) => {
    const extension = IMAGE_TYPES.get(mime);
    if (!shown || extension === undefined) return undefined;
    const url = imageUrl(conversation, hash, extension);
    if (!known.has(url)) known.set(url, placeImage(context, owner, hash, mime, url) ? url : undefined);
    return known.get(url);
  };
}

function placeImage(context: BuildContext, owner: string, hash: BlobHash, mime: string, url: string): boolean {
  const path = outputPath(url);
  const key = `${CLEANING}:${hash}`;
  if (context.output.knows(path, key)) {
    context.output.declare(path, owner, key);
    return true;
  }
  const bytes = context.archive.readBlob(hash);
  const image = bytes === undefined ? undefined : cleanImage(bytes, mime);
  if (image === undefined) return false;
  if (context.output.declare(path, owner, key)) context.output.put(path, image);
  return true;
}
