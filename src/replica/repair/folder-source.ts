/** Good bytes out of another archive's folder: a backup, or a pulled copy. */
/** It may be damaged itself, or of another moment: each record and content is asked for alone. */

import { type ArchiveReader, DamageError, type LogOffer, openArchive } from '../../archive/archive.ts';
import { TILE_WIDTH } from '../../archive/format/format.ts';
import { blake3Hex } from '../../base/blake3.ts';
import { realDisk } from '../../base/disk.ts';
import type { BlobHash, ConversationId } from '../../model/ids.ts';
import { LogFiles } from '../log/log-files.ts';
import { type Contents, type GoodLog, type GoodSource, orBad } from './good-source.ts';

/** `own`: this machine made its `private/`, so its index is used. Nothing is written there. Throws what opening an archive throws. */
export function openFolderSource(dir: string, name: string, own: boolean): GoodSource {
  const archive = openArchive(dir, { mode: 'read', privateIsForeign: !own });
  return {
    name,
    listRecords: async (id, size) => listRecords(archive, id, size),
    findContents: async (id, hashes) => findContents(archive, id, hashes),
    findLog: async () => findLog(dir),
    close: () => archive.close(),
  };
}

function findLog(dir: string): GoodLog | undefined {
  const files = new LogFiles(realDisk, dir);
  const checkpoint = orBad(() => files.readCheckpoint());
  if (checkpoint === undefined) return undefined;
  return {
    checkpoint,
    readTile: async (n, size) => orBad(() => files.readTile(n, size).records),
    readConversation: async (id) => orBad(() => files.readConversation(id)),
  };
}

function listRecords(archive: ArchiveReader, id: ConversationId, size: number): LogOffer {
  const end = Math.min(size, archive.findConversation(id)?.size ?? 0);
  const records: (Uint8Array | undefined)[] = [];
  for (let from = 0; from < end; from += TILE_WIDTH) {
    const to = Math.min(end, from + TILE_WIDTH);
    const whole = tryRecords(archive, id, from, to);
    if (whole !== undefined) records.push(...whole);
    else for (let at = from; at < to; at++) records.push(tryRecords(archive, id, at, at + 1)?.[0]);
  }
  return records;
}

/** Undefined: one of them is damaged. */
function tryRecords(
  archive: ArchiveReader,
  id: ConversationId,
  from: number,
  to: number,
): readonly Uint8Array[] | undefined {
  try {
    return archive.readRecords(id, from, to);
  } catch (error) {
    if (error instanceof DamageError) return undefined;
    throw error;
  }
}

function findContents(archive: ArchiveReader, id: ConversationId, hashes: ReadonlySet<string>): Contents {
  const found: Contents = new Map();
  if (archive.findConversation(id) !== undefined) {
    const turns = archive.listTurns(id).filter(({ payloadHash }) => hashes.has(payloadHash));
    for (const [i, payload] of archive.readPayloads(turns).entries()) {
      const hash = turns[i]?.payloadHash;
      if (payload.status === 'present' && hash !== undefined) found.set(hash, payload.bytes);
    }
    if (found.size < hashes.size)
      for (const payload of archive.readMetas(id)) {
        const hash = payload.status === 'present' ? blake3Hex(payload.bytes) : '';
        if (payload.status === 'present' && hashes.has(hash)) found.set(hash, payload.bytes);
      }
  }
  for (const hash of hashes) {
    const blob = found.has(hash) ? undefined : tryBlob(archive, hash);
    if (blob !== undefined) found.set(hash, blob);
  }
  return found;
}

function tryBlob(archive: ArchiveReader, hash: string): Uint8Array | undefined {
  try {
    return archive.readBlob(hash as BlobHash);
  } catch (error) {
    if (error instanceof DamageError) return undefined;
    throw error;
  }
}
