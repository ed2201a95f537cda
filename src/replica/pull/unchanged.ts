/** The end of most pulls: the host says that nothing is new, and the copy is as the last pull left it. */
/** Without the archive, whose opening is most of what such a pull would cost: a few looks at folders, and what stands deeper is looked at once a day. */

import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ArchiveReader } from '../../archive/archive.ts';
import {
  LEAF_LENGTH,
  parseCheckpoint,
  RecordError,
  type TileKind,
  tileCount,
  tilePath,
  tileRecords,
} from '../../archive/format/format.ts';
import { confineDisk } from '../../base/confined-disk.ts';
import { isAbsent, readFile, realDisk } from '../../base/disk.ts';
import { limits } from '../../base/limits.ts';
import { isoTime } from '../../base/time.ts';
import { CHECKPOINT_NAME, conversationFolder, LOG_FOLDER } from '../publish/replica-names.ts';
import type { PullOptions, PullReport } from './contract.ts';
import type { Host } from './hosts.ts';
import { conditionsOf, type PullState, writePullState } from './pull-state.ts';

const PATH = `${LOG_FOLDER}/${CHECKPOINT_NAME}`;

/**
 * Undefined: there may be news, or the copy has to be looked at; what the host answered is kept with it then. Throws NetworkError when
 * it does not answer.
 */
export async function findUnchanged(
  { dir, nowMs, accept = [] }: PullOptions,
  [host, ...others]: readonly Host[],
  state: PullState,
): Promise<PullReport | undefined> {
  const { validators, keys, lastGrowth, address } = state;
  const conditions = conditionsOf(validators);
  const log = findLog(dir);
  const isKnown = log?.size === validators.size && Object.keys(conditions).length > 0;
  if (host === undefined || log === undefined || !isKnown || others.length + accept.length > 0) return undefined;
  if (!isAsLeft(dir, state, nowMs())) return undefined;
  const answer = await host.source.ask(PATH, limits.checkpoint, conditions);
  if (answer.status !== 304) {
    host.keepFirst(answer);
    return undefined;
  }
  writePullState(dir, { ...state, lastAnswer: isoTime(nowMs()) });
  const { source } = host;
  return {
    ...{ address, origin: log.origin, hosts: [{ address, state: 'good', problem: '' }] },
    ...{ found: 'same', logBefore: log.size, logSize: log.size, keys: keys.map(({ key }) => key), newlyTrusted: false },
    ...{ pulled: 0, removed: 0, failed: 0, pending: 0, turns: 0, payloadBytes: 0 },
    damaged: 0,
    ...{ requests: source.requests, bytes: source.bytes, lastGrowth },
  };
}

/** What the archive log's own checkpoint says. Undefined: none, or a damaged one, which opening the copy reports. */
function findLog(dir: string): { readonly origin: string; readonly size: number } | undefined {
  const bytes = readFile(confineDisk(realDisk, dir), `${dir}/${PATH}`, limits.checkpoint);
  try {
    return bytes && parseCheckpoint(bytes);
  } catch (error) {
    if (error instanceof RecordError) return undefined;
    throw error;
  }
}

/** How long nobody need look deeper. */
const LOOK_MS = 24 * 60 * 60 * 1000;

/** Folders whose times tell when something in them came or went. */
const FOLDERS: readonly string[] = [
  'conversations',
  'blobs',
  'log',
  'log/tile/entries',
  'log/tile/0',
  'log/conversations',
];

/** All of it was here when it was last looked at, and nothing came or went since. */
export function isAsLeft(dir: string, { isWhole, left }: PullState, nowMs: number): boolean {
  if (isWhole !== true || left === undefined) return false;
  const age = nowMs - Date.parse(left.at);
  return age >= 0 && age < LOOK_MS && left.stamp === stampOf(dir);
}

/** Tiles of which a file is not there, or too short for its hashes: names and lengths are looked at, and nothing is read. `logSize`: of the archive log. */
export function countMissing(dir: string, archive: ArchiveReader, logSize: number): number {
  let missing = countTiles(join(dir, LOG_FOLDER), logSize, ['entries']);
  for (const { id, size } of archive.walkConversations()) {
    missing += countTiles(join(dir, conversationFolder(id)), size, ['entries', 'payload']);
    // as it was published: without it nobody can publish the copy again
    if (!existsSync(join(dir, LOG_FOLDER, conversationFolder(id)))) missing++;
  }
  return missing;
}

function countTiles(folder: string, size: number, kinds: readonly ('entries' | 'payload')[]): number {
  let missing = 0;
  for (let n = 0; n < tileCount(size); n++) {
    const lengthOf = (kind: TileKind) =>
      lstatSync(join(folder, tilePath(kind, n)), { throwIfNoEntry: false })?.size ?? 0;
    const isWhole = kinds.every((kind) => lengthOf(kind) > 0) && lengthOf('0') >= tileRecords(size, n) * LEAF_LENGTH;
    if (!isWhole) missing++;
  }
  return missing;
}

/** What changes when a file or folder at the top of the copy comes, goes or is another one. */
export function stampOf(dir: string): string {
  const hash = createHash('sha256');
  const folders = [...FOLDERS, ...listBlobFolders(dir)];
  for (const path of ['archive.json', ...folders]) {
    const stat = lstatSync(join(dir, path), { bigint: true, throwIfNoEntry: false });
    hash.update(`${path} ${stat === undefined ? 'absent' : `${stat.ino} ${stat.mtimeNs}`}\n`);
  }
  return hash.digest('hex').slice(0, 32);
}

/** Blobs stand in at most 256 of them. */
function listBlobFolders(dir: string): readonly string[] {
  try {
    return readdirSync(join(dir, 'blobs'))
      .filter((name) => /^[0-9a-f]{2}$/.test(name))
      .sort()
      .map((name) => `blobs/${name}`);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}
