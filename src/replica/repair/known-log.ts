/** What is known of a damaged archive log without its files: keys that may sign, how far it was read, what its own checkpoint says. */
/** What was known decides which log may be put in place: never one that somebody could have made up, and never an earlier one. */

import {
  type Frontier,
  type ParsedCheckpoint,
  parseCheckpoint,
  rootOf,
  verifyCheckpoint,
} from '../../archive/format/format.ts';
import { equalBytes } from '../../base/bytes.ts';
import { realDisk } from '../../base/disk.ts';
import { ArchiveKeyError } from '../errors.ts';
import { readArchiveKeys } from '../log/key-files.ts';
import { LogFiles } from '../log/log-files.ts';
import { LogIndex } from '../log/log-index.ts';
import { parseVerifierKey, type VerifierKey, verifierKeyOf } from '../log/verifier-key.ts';
import { type GoodLog, orBad } from './good-source.ts';

/** A log of which something is damaged. */
export interface LogToMend {
  /** The archive's folder, whose lock the caller holds, and its origin. */
  readonly dir: string;
  readonly origin: string;
  /** Verifier keys that are trusted beside those that were known: pins of a copy. */
  readonly trusted: readonly string[];
}

/** What is known of it without its files. */
export interface KnownLog {
  readonly keys: readonly VerifierKey[];
  readonly frontier: Frontier;
  /** Its own checkpoint, when it can be read and is right for what is known. */
  readonly checkpoint: Uint8Array | undefined;
}

/** Keys and extent from the index, which this machine made; keys that stand here as files; pins. */
export function readKnown({ dir, origin, trusted }: LogToMend): KnownLog {
  const index = LogIndex.findReadable(`${dir}/private/log.db`);
  try {
    // only the last one: who has one that was replaced must not decide how the log goes on
    const logged = index?.listKeys().slice(-1) ?? [];
    const keys = [...logged.map(({ key }) => key), ...trusted].map(parseVerifierKey);
    keys.push(...readOwnKeys(dir, origin));
    const frontier = index?.frontier ?? { size: 0, hashes: [] };
    return { keys, frontier, checkpoint: readOwn(dir, origin) };
  } finally {
    index?.close();
  }
}

/** Those that may sign; a file that holds none is for whoever publishes to complain of. */
function readOwnKeys(dir: string, origin: string): readonly VerifierKey[] {
  try {
    const { current, next } = readArchiveKeys(dir, origin);
    return [current, next].flatMap((key) => (key === undefined ? [] : verifierKeyOf(key)));
  } catch (error) {
    if (error instanceof ArchiveKeyError) return [];
    throw error;
  }
}

function readOwn(dir: string, origin: string): Uint8Array | undefined {
  return orBad(() => {
    const bytes = new LogFiles(realDisk, dir).readCheckpoint();
    return bytes !== undefined && parseCheckpoint(bytes).origin === origin ? bytes : undefined;
  });
}

/** What stands here, as one more place to ask. */
export function ownLog(dir: string, { checkpoint }: KnownLog): GoodLog | undefined {
  if (checkpoint === undefined) return undefined;
  const files = new LogFiles(realDisk, dir);
  return {
    checkpoint,
    readTile: async (n, size) => orBad(() => files.readTile(n, size).records),
    readConversation: async () => undefined,
  };
}

/** Whether somebody who is known vouches for it: a key, or what was read here before. An unsigned log only by the latter. */
export function isVouched(
  { keys, frontier, checkpoint: own }: KnownLog,
  checkpoint: ParsedCheckpoint,
  bytes: Uint8Array,
): boolean {
  if (checkpoint.size < frontier.size) return false;
  if (keys.some(({ name, publicKey }) => verifyCheckpoint(checkpoint, name, publicKey))) return true;
  if (checkpoint.size === frontier.size && frontier.size > 0) return equalBytes(checkpoint.root, rootOf(frontier));
  // nothing is known at all: then what stands here is all there is
  return keys.length === 0 && frontier.size === 0 && own !== undefined && equalBytes(own, bytes);
}
