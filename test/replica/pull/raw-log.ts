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
import type { ConversationId } from '../../../src/model/ids.ts';
import { encodeState } from '../../../src/replica/log/log-record.ts';
import { openLog } from '../test-publisher.ts';
import { KEY, ORIGIN } from './pull-kit.ts';

/** The log of the archive in `dir`, and one record more that says that a conversation has fewer records than it had. */
export function publishRaw(dir: string, site: string, conversation: ConversationId, size: number): void {
  const log = openLog(dir, ORIGIN);
  const records = [...log.walkRecords(0)].map(({ bytes }) => bytes);
  log.close();
  const fields = { kind: 'state', action: 'published', timeMs: 1, conversation, size, root: 'ab'.repeat(32) } as const;
  records.push(encodeState(fields));
  const root = rootOf(growFrontier(emptyFrontier, records.map(leafHash)));
  const write = (path: string, bytes: Uint8Array | string) => {
    const file = join(site, 'archive', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  };
  rmSync(site, { recursive: true, force: true });
  write('log/checkpoint', generateCheckpoint({ origin: ORIGIN, size: records.length, root }, KEY));
  write(`log/tile/entries/000.p/${records.length}`, encodeEntries(records));
}
