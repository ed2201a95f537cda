/** Which blobs a record needs: for its payload, or for the images and attachments in an item. */
/** The index keeps these per conversation, so that whether a blob is still used is a lookup. */

import { limits } from '../../base/limits.ts';
import { listBlobs, type PayloadType } from '../../model/payload.ts';

/** A turn, or a meta: that has no type, and nothing in it is a blob. */
export type BlobUser = { readonly payloadHash: string; readonly rawLength: number } & (PayloadType | object);

/** Hashes, each once. `payload` undefined: it cannot be read, and only its own blob is known. */
export function listBlobsOf(user: BlobUser, payload: Uint8Array | undefined): string[] {
  const own = user.rawLength > limits.inlinePayload ? [user.payloadHash] : [];
  const parts = payload !== undefined && 'typeId' in user ? listBlobs(user, payload) : [];
  return [...new Set<string>([...own, ...parts])];
}
