/** Brings the archive log here up to what a replica shows: never back, never sideways, and only under a trusted signature. */
/** A host can be behind (stale), between two publishes (lagging), broken, or show two histories (forked): each is told apart here. */

import {
  decodeEntries,
  emptyFrontier,
  type Frontier,
  growFrontier,
  leafHash,
  type ParsedCheckpoint,
  parseCheckpoint,
  rootOf,
  TILE_WIDTH,
  tileCount,
  tileRecords,
  verifyCheckpoint,
} from '../../archive/format/format.ts';
import { equalBytes } from '../../base/bytes.ts';
import { limits } from '../../base/limits.ts';
import { BadReplicaError, LaggingReplicaError, NotTheNextLogError, UntrustedKeyError } from '../errors.ts';
import type { Answer } from '../fetch/fetcher.ts';
import type { ArchiveLog } from '../log/archive-log.ts';
import { parseVerifierKey } from '../log/verifier-key.ts';
import { CHECKPOINT_NAME, entriesName, LOG_FOLDER } from '../publish/replica-names.ts';
import { keepEvidence } from './evidence.ts';
import { conditionsOf, type PullState } from './pull-state.ts';
import { inOrder, type ReplicaSource } from './source.ts';

export interface LogPull {
  readonly source: ReplicaSource;
  readonly log: ArchiveLog;
  /** The archive's folder here. */
  readonly dir: string;
  readonly validators: PullState['validators'];
  /** Verifier keys that a person says are the archive's. */
  readonly accept: readonly string[];
  readonly progress: (done: number, total: number) => void;
  /** What the host answered already when it was asked for its checkpoint. */
  readonly first?: Answer;
}

export interface LogNews {
  /** `stale`: what the host shows is an older state of what is here. */
  readonly found: 'same' | 'stale' | 'grown';
  /** Records that the host's checkpoint counts. */
  readonly shown: number;
  readonly validators: PullState['validators'];
}

/** Records of the archive log that are taken; more are refused before any is asked for. */
const MOST_RECORDS = 2 ** 24;
const WIDTH = 6;

/** Throws NetworkError, BadReplicaError, LaggingReplicaError, ForkedLogError, UntrustedKeyError; the log is then as it was. */
export async function pullLog(pull: LogPull): Promise<LogNews> {
  const { log, validators } = pull;
  const path = `${LOG_FOLDER}/${CHECKPOINT_NAME}`;
  const asks = log.size > 0 && validators.size === log.size ? conditionsOf(validators) : {};
  let answer = pull.first ?? (await pull.source.ask(path, limits.checkpoint, asks));
  if (answer.status === 304 && Object.keys(asks).length > 0) return { found: 'same', shown: log.size, validators };
  // not asked for: a cache that answers so would do it again
  if (answer.status === 304) answer = await pull.source.ask(path, limits.checkpoint, { 'cache-control': 'no-cache' });
  if (answer.status !== 200) throw new LaggingReplicaError(path, 'the host has no archive log there');
  const checkpoint = parse(path, answer.body);
  if (checkpoint.origin !== log.origin)
    throw new BadReplicaError(path, `it is that of ${checkpoint.origin}, and ${log.origin} is followed here`);
  const { etag = '', 'last-modified': lastModified = '' } = answer.headers;
  const now = { size: log.size, etag, lastModified };
  checkTrust(pull, checkpoint);
  if (checkpoint.size <= log.size) {
    const root = rootAt(log, checkpoint.size);
    if (!equalBytes(root, checkpoint.root)) throw keepEvidence(pull.dir, log.origin, log.checkpointBytes, answer.body);
    const { size: shown } = checkpoint;
    return shown === log.size ? { found: 'same', shown, validators: now } : { found: 'stale', shown, validators };
  }
  if (checkpoint.size > MOST_RECORDS)
    throw new BadReplicaError(path, `it counts ${checkpoint.size} records, and at most ${MOST_RECORDS} are taken`);
  await grow(pull, checkpoint, answer.body);
  return { found: 'grown', shown: log.size, validators: { ...now, size: log.size } };
}

function parse(path: string, bytes: Uint8Array): ParsedCheckpoint {
  try {
    return parseCheckpoint(bytes);
  } catch (error) {
    throw new BadReplicaError(path, 'what the host sends is no checkpoint', error);
  }
}

/** Before anything it counts is asked for: by the key that signed at that size, or one that a person named. */
function checkTrust({ log, accept }: LogPull, checkpoint: ParsedCheckpoint): void {
  const known = log.listKeys().filter(({ position }) => position < checkpoint.size);
  const trusted = [...known.slice(-1).map(({ key }) => key), ...accept].map(parseVerifierKey);
  if (trusted.length === 0) return;
  if (trusted.some(({ name, publicKey }) => verifyCheckpoint(checkpoint, name, publicKey))) return;
  const problem =
    checkpoint.signatures.length === 0
      ? 'its checkpoint is not signed, and it was signed before'
      : 'its checkpoint is signed by another key than the one that is trusted here';
  throw new UntrustedKeyError(
    log.origin,
    `${problem}; nothing was taken. If its owner told you of a new key, name that one: turnpress pull --key <verifier key>`,
  );
}

async function grow(pull: LogPull, checkpoint: ParsedCheckpoint, bytes: Uint8Array): Promise<void> {
  for (let again = false; ; again = true) {
    try {
      await append(pull, checkpoint, bytes);
      return;
    } catch (error) {
      if (!(error instanceof NotTheNextLogError)) throw error;
      if (!again) continue; // caches may have shown tiles of two states: once more, and then it is what the host has
      const shown = await rootOfAll(pull, checkpoint.size);
      if (shown !== undefined && equalBytes(shown.root, checkpoint.root) && !shown.goesOn)
        throw keepEvidence(pull.dir, pull.log.origin, pull.log.checkpointBytes, bytes);
      throw new BadReplicaError(
        LOG_FOLDER,
        `what the host has there is not what its checkpoint counts: ${error.message}`,
        error,
      );
    }
  }
}

async function append(pull: LogPull, checkpoint: ParsedCheckpoint, bytes: Uint8Array): Promise<void> {
  const { log } = pull;
  const start = log.size;
  const held = [...log.walkRecords(start - (start % TILE_WIDTH))].map((each) => each.bytes);
  const appender = log.startAppend();
  try {
    let position = start - (start % TILE_WIDTH);
    for await (const records of walkTiles(pull, checkpoint.size, Math.floor(start / TILE_WIDTH))) {
      for (const record of records) {
        const known = held[position - (start - (start % TILE_WIDTH))];
        if (position >= start) appender.add(record);
        else if (known === undefined || !equalBytes(known, record))
          throw new NotTheNextLogError(`record ${position} is another one than here`);
        position++;
      }
      pull.progress(position - start, checkpoint.size - start);
    }
    appender.commit(bytes);
  } finally {
    appender.close();
  }
}

/** Tiles of records from tile `first` on, in order. */
async function* walkTiles({ source }: LogPull, size: number, first: number): AsyncGenerator<readonly Uint8Array[]> {
  const numbers = Array.from({ length: tileCount(size) - first }, (_, i) => first + i);
  yield* inOrder(numbers, WIDTH, async (n) => {
    const width = tileRecords(size, n);
    const path = `${LOG_FOLDER}/${entriesName(n, width)}`;
    const records = await source.find(path, limits.entryTile, (bytes) => decodeEntries(bytes, width));
    if (records === undefined)
      throw new LaggingReplicaError(path, 'its checkpoint counts records that the host does not have');
    return records;
  });
}

/** The root of all that the host shows, from its first record on, and whether it begins with what is here. Undefined: it does not have that many. */
async function rootOfAll(
  pull: LogPull,
  size: number,
): Promise<{ readonly root: Uint8Array; readonly goesOn: boolean } | undefined> {
  const { log } = pull;
  let frontier: Frontier = emptyFrontier;
  let goesOn = log.size === 0;
  try {
    for await (const records of walkTiles(pull, size, 0)) {
      const leaves = records.map(leafHash);
      const until = log.size - frontier.size;
      if (until > 0 && until <= leaves.length)
        goesOn = equalBytes(rootOf(growFrontier(frontier, leaves.slice(0, until))), rootOf(log.frontier));
      frontier = growFrontier(frontier, leaves);
    }
  } catch (error) {
    if (error instanceof LaggingReplicaError || error instanceof BadReplicaError) return undefined;
    throw error;
  }
  return { root: rootOf(frontier), goesOn };
}

function rootAt(log: ArchiveLog, size: number): Uint8Array {
  if (size === log.size) return rootOf(log.frontier);
  let frontier: Frontier = emptyFrontier;
  let leaves: Uint8Array[] = [];
  for (const { position, bytes } of log.walkRecords(0)) {
    if (position >= size) break;
    leaves.push(leafHash(bytes));
    if (leaves.length < TILE_WIDTH) continue;
    frontier = growFrontier(frontier, leaves);
    leaves = [];
  }
  return rootOf(growFrontier(frontier, leaves));
}
