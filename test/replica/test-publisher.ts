/** Publishes an archive for tests, with rules and gate left out: states into its log, and the replica into a folder. */
/** Keys are fixed, so that equal archives give equal bytes. */

import { createPrivateKey } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type ArchiveReader, openArchive } from '../../src/archive/archive.ts';
import { generateCheckpoint, parseSigningKey, rootOf, type SigningKey } from '../../src/archive/format/format.ts';
import { decodeHex, encodeUtf8 } from '../../src/base/bytes.ts';
import { silentLog } from '../../src/base/log.ts';
import type { ConversationId } from '../../src/model/ids.ts';
import { ArchiveLog } from '../../src/replica/log/archive-log.ts';
import { encodeKey, encodeState } from '../../src/replica/log/log-record.ts';
import { generateVerifierKey, verifierKeyOf } from '../../src/replica/log/verifier-key.ts';
import { openReplica, type Replica } from '../../src/replica/replica.ts';

export interface Publication {
  /** Absent: unsigned. */
  readonly key?: SigningKey;
  /** Signs, too: the one before, when `key` is new, or all that were replaced. */
  readonly old?: SigningKey | readonly SigningKey[];
  /** Default: everything that changed. */
  readonly only?: (id: ConversationId) => boolean;
  readonly withdraw?: readonly ConversationId[];
  readonly timeMs?: number;
}

/** The same for the same digit. */
export function fixedKey(origin: string, digit = 7): SigningKey {
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, digit)]);
  const pem = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({ type: 'pkcs8', format: 'pem' });
  return parseSigningKey(origin, encodeUtf8(pem.toString()));
}

export function vkeyOf(key: SigningKey): string {
  return generateVerifierKey(verifierKeyOf(key));
}

/** Appends what changed since the last time; returns how many records the log has. */
export function publish(dir: string, publication: Publication = {}): number {
  const archive = openArchive(dir, { mode: 'read' });
  const log = openLog(dir, archive.info.origin, 'write');
  try {
    return append(archive, log, publication);
  } finally {
    log.close();
    archive.close();
  }
}

function append(archive: ArchiveReader, log: ArchiveLog, publication: Publication): number {
  const { key, old, only = () => true, withdraw = [], timeMs = 1_800_000_000_000 } = publication;
  const { origin } = archive.info;
  const keys = [old ?? [], key ?? []].flat();
  const appender = log.startAppend();
  try {
    let count = 0;
    const add = (record: Uint8Array) => {
      appender.add(record);
      count++;
    };
    if (key !== undefined && log.listKeys().at(-1)?.key !== vkeyOf(key))
      add(encodeKey({ timeMs, key: verifierKeyOf(key) }));
    const ids = [...archive.walkConversations()].map(({ id }) => id).sort();
    for (const conversation of ids) {
      if (withdraw.includes(conversation)) {
        add(encodeState({ kind: 'state', action: 'withdrawn', timeMs, conversation }));
        continue;
      }
      const { size, rootHash: root } = archive.getConversation(conversation);
      if (!only(conversation) || log.sizeOf(conversation) === size) continue;
      const body = { origin: `${origin}/${conversation}`, size, root: decodeHex(root) };
      log.writeConversation(conversation, encodeUtf8(generateCheckpoint(body, ...(key === undefined ? [] : [key]))));
      add(encodeState({ kind: 'state', action: 'published', timeMs, conversation, size, root }));
    }
    if (count > 0) {
      const { frontier } = appender;
      const checkpoint = { origin, size: frontier.size, root: rootOf(frontier) };
      appender.commit(encodeUtf8(generateCheckpoint(checkpoint, ...keys)));
    }
  } finally {
    appender.close();
  }
  for (const id of withdraw) log.removeConversation(id);
  return log.size;
}

export function openLog(dir: string, origin: string, mode: 'read' | 'write' = 'read'): ArchiveLog {
  return ArchiveLog.open({ mode, dir, origin, log: silentLog });
}

/** Runs `work` with the replica of an archive that was published. */
export function withReplica<T>(dir: string, work: (replica: Replica, archive: ArchiveReader) => T): T {
  const archive = openArchive(dir, { mode: 'read' });
  const log = openLog(dir, archive.info.origin);
  try {
    const replica = openReplica(archive, log);
    if (replica === undefined) throw new Error('nothing was published');
    return work(replica, archive);
  } finally {
    log.close();
    archive.close();
  }
}

/** The folder as a host would have it, made anew: `<out>/archive/…`. Returns the paths below that. */
export function writeReplica(dir: string, out: string, pictures = true): readonly string[] {
  rmSync(join(out, 'archive'), { recursive: true, force: true });
  const paths: string[] = [];
  const write = (path: string, bytes: Uint8Array) => {
    const file = join(out, 'archive', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
    paths.push(path);
  };
  withReplica(dir, (replica, archive) => {
    for (const { path, bytes } of replica.walkLog()) write(path, bytes());
    for (const { id } of archive.walkConversations()) {
      if (replica.sizeOf(id) === undefined) continue;
      for (const { path, bytes } of replica.walkConversation(id)) write(path, bytes());
      for (const hash of replica.walkBlobs(id, 0, pictures)) {
        const frame = replica.readBlob(hash);
        if (frame !== undefined) write(`blobs/${hash.slice(0, 2)}/${hash}.zst`, frame);
      }
    }
  });
  return paths;
}
