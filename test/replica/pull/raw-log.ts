/** A log that its own writer would refuse: signed, and against the rules. */
/** For who pulls it. */

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  emptyFrontier,
  encodeEntries,
  generateCheckpoint,
  growFrontier,
  leafHash,
  rootOf,
} from '../../../src/archive/format/format.ts';
import { type ConversationId, turnHash } from '../../../src/model/ids.ts';
import { encodeKey, encodeState } from '../../../src/replica/log/log-record.ts';
import { verifierKeyOf } from '../../../src/replica/log/verifier-key.ts';
import { entriesName } from '../../../src/replica/publish/replica-names.ts';
import { openLog, vkeyOf } from '../test-publisher.ts';
import { KEY, ORIGIN } from './pull-kit.ts';

/** The log of the archive in `dir`, and one record more that says that a conversation has fewer records than it had. */
export function publishRaw(dir: string, site: string, conversation: ConversationId, size: number): void {
  const log = openLog(dir, ORIGIN);
  const records = [...log.walkRecords(0)].map(({ bytes }) => bytes);
  log.close();
  const fields = { kind: 'state', action: 'published', timeMs: 1, conversation, size, root: 'ab'.repeat(32) } as const;
  records.push(encodeState(fields));
  writeLog(site, records);
}

/** A log of conversations that are not there, in a replica of nothing else. */
export function publishMany(site: string, count: number): void {
  const fields = { kind: 'state', action: 'published', timeMs: 1, size: 1, root: 'ab'.repeat(32) } as const;
  const ids = Array.from({ length: count }, (_, i) => turnHash((i + 1).toString(16).padStart(64, '0')));
  const key = encodeKey({ timeMs: 1, key: verifierKeyOf(KEY) });
  writeLog(site, [key, ...ids.map((conversation) => encodeState({ ...fields, conversation }))]);
}

function writeLog(site: string, records: readonly Uint8Array[]): void {
  const write = (path: string, bytes: Uint8Array | string) => {
    const file = join(site, 'archive', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  };
  rmSync(site, { recursive: true, force: true });
  const root = rootOf(growFrontier(emptyFrontier, records.map(leafHash)));
  const info = { format: 'turnpress', version: 1, features: [], origin: ORIGIN, created: '2026-01-05T00:00:00.000Z' };
  write('archive.json', JSON.stringify({ ...info, keys: [vkeyOf(KEY)] }));
  write('log/checkpoint', generateCheckpoint({ origin: ORIGIN, size: records.length, root }, KEY));
  for (let n = 0; n * 256 < records.length; n++) {
    const tile = records.slice(n * 256, n * 256 + 256);
    write(`log/${entriesName(n, tile.length)}`, encodeEntries(tile));
  }
}
