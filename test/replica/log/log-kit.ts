/** Archive logs to test with: keys, records, and appending under a checkpoint that is signed. */
/** Invented; keys are made anew each time. */

import { generateKeyPairSync } from 'node:crypto';
import { generateCheckpoint, parseSigningKey, rootOf, type SigningKey } from '../../../src/archive/format/format.ts';
import { encodeUtf8 } from '../../../src/base/bytes.ts';
import type { Disk } from '../../../src/base/disk.ts';
import { silentLog } from '../../../src/base/log.ts';
import { turnHash } from '../../../src/model/ids.ts';
import { ArchiveLog, type ArchiveLogOptions } from '../../../src/replica/log/archive-log.ts';
import { encodeKey, encodeState } from '../../../src/replica/log/log-record.ts';
import { verifierKeyOf } from '../../../src/replica/log/verifier-key.ts';

export const ORIGIN = 'example.org/log';

export function newKey(): SigningKey {
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
  return parseSigningKey(ORIGIN, Buffer.from(pem));
}

/** On a disk of the test's, in the folder `/a`, without an index of its own. */
export function openLog(
  disk: Disk,
  mode: 'read' | 'write' = 'write',
  more: Partial<ArchiveLogOptions> = {},
): ArchiveLog {
  return ArchiveLog.open({ mode, dir: '/a', origin: ORIGIN, indexPath: '', log: silentLog, disk, ...more });
}

export function id(n: number) {
  return turnHash(n.toString(16).padStart(64, '0'));
}

export function state(n: number, size: number, root = n): Uint8Array {
  const fields = { kind: 'state', action: 'published', timeMs: 1, size } as const;
  return encodeState({ ...fields, conversation: id(n), root: root.toString(16).padStart(64, '0') });
}

export function withdrawn(n: number): Uint8Array {
  return encodeState({ kind: 'state', action: 'withdrawn', timeMs: 2, conversation: id(n) });
}

export function keyRecord(key: SigningKey): Uint8Array {
  return encodeKey({ timeMs: 1, key: verifierKeyOf(key) });
}

/** Appends under a checkpoint that these keys sign. */
export function append(log: ArchiveLog, records: readonly Uint8Array[], ...keys: SigningKey[]): void {
  const appender = log.startAppend();
  try {
    for (const record of records) appender.add(record);
    const { frontier } = appender;
    const checkpoint = { origin: ORIGIN, size: frontier.size, root: rootOf(frontier) };
    appender.commit(encodeUtf8(generateCheckpoint(checkpoint, ...keys)));
  } finally {
    appender.close();
  }
}

export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}
