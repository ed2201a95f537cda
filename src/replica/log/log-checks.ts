/** What holds an archive log together: its rules, its root, the signature of its key. */
/** Asked when a log is opened, when it grows, and when all of it is read again. */

import {
  type Frontier,
  type ParsedCheckpoint,
  parseCheckpoint,
  rootOf,
  TILE_WIDTH,
  tilePath,
  verifyCheckpoint,
} from '../../archive/format/format.ts';
import { equalBytes } from '../../base/bytes.ts';
import { messageOf, TurnpressError } from '../../base/errors.ts';
import { ArchiveLogError } from '../errors.ts';
import type { LoggedKey, LogIndex } from './log-index.ts';
import { type ArchiveLogRecord, decodeLogRecord } from './log-record.ts';
import { findBrokenRule, type LogBefore } from './log-rules.ts';
import { parseVerifierKey } from './verifier-key.ts';

/** Path inside the archive. */
export const LOG_CHECKPOINT = 'log/checkpoint';

/** What stands in the index, as it grows. */
export function beforeOf(origin: string, index: LogIndex): LogBefore {
  return {
    origin,
    get key() {
      return index.listKeys().at(-1)?.key;
    },
    findLast: (conversation) => index.findState(conversation),
  };
}

/** A record that stands at `position` behind all that `before` knows. Throws ArchiveLogError. */
export function readRecord(bytes: Uint8Array, position: number, before: LogBefore): ArchiveLogRecord {
  const file = `log/${tilePath('entries', Math.floor(position / TILE_WIDTH))}`;
  let record: ArchiveLogRecord;
  try {
    record = decodeLogRecord(bytes);
  } catch (error) {
    throw error instanceof TurnpressError
      ? new ArchiveLogError(file, `record ${position}: ${messageOf(error)}`, error)
      : error;
  }
  const problem = findBrokenRule(record, before);
  if (problem !== undefined) throw new ArchiveLogError(file, `record ${position}: ${problem}`);
  return record;
}

/** A checkpoint of the archive log of this origin. Throws ArchiveLogError. */
export function parseOwn(bytes: Uint8Array, origin: string): ParsedCheckpoint {
  let checkpoint: ParsedCheckpoint;
  try {
    checkpoint = parseCheckpoint(bytes);
  } catch (error) {
    throw error instanceof TurnpressError ? new ArchiveLogError(LOG_CHECKPOINT, messageOf(error), error) : error;
  }
  if (checkpoint.origin === origin) return checkpoint;
  throw new ArchiveLogError(LOG_CHECKPOINT, `it is that of ${checkpoint.origin}, not of ${origin}`);
}

/** Size, root and, where the log has a key, the signature of the last one. Throws ArchiveLogError. */
export function checkWhole(
  checkpoint: ParsedCheckpoint,
  frontier: Frontier,
  keys: readonly LoggedKey[],
  origin: string,
): void {
  const fail = (problem: string): never => {
    throw new ArchiveLogError(LOG_CHECKPOINT, problem);
  };
  if (checkpoint.origin !== origin) fail(`it is that of ${checkpoint.origin}, not of ${origin}`);
  if (checkpoint.size !== frontier.size) fail(`it counts ${checkpoint.size} records, and there are ${frontier.size}`);
  if (!equalBytes(checkpoint.root, rootOf(frontier))) fail('its root is not that of the records');
  const last = keys.at(-1);
  if (last === undefined) return;
  const { name, publicKey } = parseVerifierKey(last.key);
  if (!verifyCheckpoint(checkpoint, name, publicKey)) fail(`it is not signed by the key of the log, ${last.key}`);
}
