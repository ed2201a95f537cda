/** Recomputes the archive log from its bytes, and holds the conversations against what was published of them. */
/** It is how an archive without its index notices that a conversation lost records: its last state says how many there were. */

import type { DamageReport } from '../../archive/archive.ts';
import {
  emptyFrontier,
  growFrontier,
  parseCheckpoint,
  rootOf,
  splitHashes,
  TILE_WIDTH,
  tileCount,
  tilePath,
  tileRecords,
  verifyCheckpoint,
} from '../../archive/format/format.ts';
import { encodeHex } from '../../base/bytes.ts';
import { confineDisk } from '../../base/confined-disk.ts';
import { type Disk, errorCode, readFile, realDisk } from '../../base/disk.ts';
import { messageOf, TurnpressError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { ConversationId } from '../../model/ids.ts';
import { ArchiveLogError } from '../errors.ts';
import { ArchiveLog, type ArchiveLogOptions } from './archive-log.ts';
import type { LoggedState } from './log-index.ts';
import { parseVerifierKey, type VerifierKey } from './verifier-key.ts';

export interface LogReport {
  readonly records: number;
  /** Conversations that are published now. */
  readonly published: number;
  /** Those of them that a pull has not brought yet. */
  readonly pending: number;
  readonly damage: readonly DamageReport[];
  /** Torn tails, and checkpoints that a publish left which did not end. */
  readonly notes: readonly DamageReport[];
}

export interface VerifyLogOptions extends Omit<ArchiveLogOptions, 'mode'> {
  /** The archive was pulled: it need not have what it does not hold yet. */
  readonly pulled?: boolean;
}

/** Reads all of the log and the leaf hashes of all published conversations. Writes nothing; damage is never thrown. */
export function verifyLog(options: VerifyLogOptions): LogReport {
  const damage: DamageReport[] = [];
  const notes: DamageReport[] = [];
  const trusted = tryOpen({ ...options, mode: 'read' }, damage);
  const fresh = trusted && tryOpen({ ...options, mode: 'read', indexPath: '' }, damage);
  let pending = 0;
  try {
    if (fresh === undefined) return { records: 0, published: 0, pending, damage, notes };
    for (const { file, keep, bytes } of fresh.listTails())
      notes.push({ kind: 'torn-tail', file, offset: keep, turns: [], message: `${bytes} bytes beyond the checkpoint` });
    const disk = confineDisk(options.disk ?? realDisk, options.dir);
    const keys = fresh.listKeys().map(({ key }) => parseVerifierKey(key));
    for (const state of fresh.walkStates()) {
      if (!state.published) continue;
      const mayBeShort = options.pulled === true && trusted?.isHeld(state.conversation) !== true;
      const found = checkPrefix(disk, options.dir, state);
      if (mayBeShort && found === 'short') {
        pending++;
        continue;
      }
      if (found !== undefined) damage.push(damageOf(state, found));
      notes.push(...checkCheckpoint(fresh, state, keys));
    }
    return { records: fresh.size, published: fresh.countPublished(), pending, damage, notes };
  } finally {
    trusted?.close();
    fresh?.close();
  }
}

/** The Merkle root over the first `size` records of a conversation, 64 digits, from its leaf hashes. Undefined: it has fewer. */
export function findRootAt(disk: Disk, dir: string, id: ConversationId, size: number): string | undefined {
  let frontier = emptyFrontier;
  for (let n = 0; n < tileCount(size); n++) {
    const bytes = readFile(disk, `${dir}/conversations/${id}/${tilePath('0', n)}`, limits.leafTile);
    const leaves = bytes === undefined ? [] : splitHashes(bytes).slice(0, tileRecords(size, n));
    frontier = growFrontier(frontier, leaves);
    if (frontier.size < Math.min(size, (n + 1) * TILE_WIDTH)) return undefined;
  }
  return encodeHex(rootOf(frontier));
}

function tryOpen(options: ArchiveLogOptions, damage: DamageReport[]): ArchiveLog | undefined {
  try {
    return ArchiveLog.open(options);
  } catch (error) {
    if (!(error instanceof ArchiveLogError)) throw error;
    damage.push({ kind: 'archive', file: String(error.fields.file), turns: [], message: error.problem });
    return undefined;
  }
}

/** What was published must be there still: as many records, under the same root. Undefined: it is. */
function checkPrefix(
  disk: Disk,
  dir: string,
  { conversation, size, root }: LoggedState,
): 'short' | 'other' | { readonly unreadable: string } | undefined {
  try {
    const found = findRootAt(disk, dir, conversation, size);
    if (found === undefined) return 'short';
    return found === root ? undefined : 'other';
  } catch (error) {
    if (!(error instanceof TurnpressError) && errorCode(error) === '') throw error;
    return { unreadable: messageOf(error) };
  }
}

function damageOf(
  { conversation, size }: LoggedState,
  found: Exclude<ReturnType<typeof checkPrefix>, undefined>,
): DamageReport {
  const messageFor = (): string => {
    if (found === 'short') return `it has fewer than the ${size} records that were published of it`;
    if (found === 'other') return `its first ${size} records are not those that were published`;
    return `its leaf hashes cannot be read (${found.unreadable})`;
  };
  const message = messageFor();
  return { kind: 'log', file: `conversations/${conversation}`, conversation, turns: [], message };
}

/** A checkpoint of another state is left by a publish that stopped: the next one makes it anew. */
function checkCheckpoint(log: ArchiveLog, state: LoggedState, keys: readonly VerifierKey[]): DamageReport[] {
  const file = `log/conversations/${state.conversation}`;
  const problem = findCheckpointProblem(log, state, keys);
  const message = `${problem}; the next "turnpress publish" makes it anew`;
  return problem === undefined ? [] : [{ kind: 'note', file, conversation: state.conversation, turns: [], message }];
}

/** Why the checkpoint that is kept for a published state is not that of the state; undefined: it is. */
export function findCheckpointProblem(
  log: ArchiveLog,
  state: Pick<LoggedState, 'conversation' | 'size' | 'root'>,
  keys: readonly VerifierKey[],
): string | undefined {
  try {
    const bytes = log.readConversation(state.conversation);
    return bytes === undefined ? 'it is missing' : findBadCheckpoint(bytes, log.origin, state, keys);
  } catch (error) {
    if (error instanceof TurnpressError) return messageOf(error);
    throw error;
  }
}

/** The same for bytes from anywhere. Throws RecordError for what is no checkpoint. */
export function findBadCheckpoint(
  bytes: Uint8Array,
  origin: string,
  { conversation, size, root }: Pick<LoggedState, 'conversation' | 'size' | 'root'>,
  keys: readonly VerifierKey[],
): string | undefined {
  const checkpoint = parseCheckpoint(bytes);
  const fits =
    checkpoint.origin === `${origin}/${conversation}` &&
    checkpoint.size === size &&
    encodeHex(checkpoint.root) === root;
  if (!fits) return 'it is that of another state';
  const signed = keys.some(({ name, publicKey }) => verifyCheckpoint(checkpoint, name, publicKey));
  return signed || keys.length === 0 ? undefined : 'no key of the archive signed it';
}
