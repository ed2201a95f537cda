/** The replica of an archive, as a build of its public site writes it out. */
/** Joins the archive and its log; holds nothing of either in memory. */

import type { ArchiveReader } from '../../archive/archive.ts';
import { leafHash } from '../../archive/format/format.ts';
import { encodeHex } from '../../base/bytes.ts';
import type { BlobHash, ConversationId, PayloadHash } from '../../model/ids.ts';
import { walkBlobs } from './replica-blobs.ts';
import { type PublishedLog, type ReplicaFile, walkConversationFiles, walkLogFiles } from './replica-files.ts';

export interface Replica {
  /** Of this log's beginning: under another one, equal names have other contents. */
  readonly epoch: string;
  /** Records of the archive log. */
  readonly size: number;
  /** `before`: what a log of so many records does not have, too. */
  walkLog(before?: number): Iterable<ReplicaFile>;
  /** Without blobs. Nothing for one that is not published. */
  walkConversation(id: ConversationId): Iterable<ReplicaFile>;
  /** Blobs of its published records from position `from` on; `pictures`: those that are shown, too. */
  walkBlobs(id: ConversationId, from: number, pictures: boolean): Iterable<BlobHash | PayloadHash>;
  sizeOf(id: ConversationId): number | undefined;
  /** A blob's file. Undefined: it is not there. Throws DamageError. */
  readBlob(hash: BlobHash | PayloadHash): Uint8Array | undefined;
}

/** `archive`: whole, not cut at what is published. Undefined: nothing was ever published. */
export function openReplica(archive: ArchiveReader, log: PublishedLog): Replica | undefined {
  const [first] = log.size === 0 ? [] : log.walkRecords(0);
  if (first === undefined) return undefined;
  return {
    epoch: encodeHex(leafHash(first.bytes)),
    size: log.size,
    walkLog: (before) => walkLogFiles(archive, log, before),
    walkConversation: (id) => walkConversationFiles(archive, log, id),
    walkBlobs: (id, from, pictures) => walkBlobs(archive, id, { from, size: log.sizeOf(id) ?? 0, pictures }),
    sizeOf: (id) => log.sizeOf(id),
    readBlob: (hash) => archive.readBlobFrame(hash),
  };
}
