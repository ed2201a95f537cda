/** A conversation as it is published, from a replica alone: key, archive log, state, records. For a page that checks itself. */
/** Without a disk, without the rest of the archive, and with nothing remembered: who checks often pulls (replica/pull). */

import {
  decodeRecord,
  findMisplaced,
  isOrigin,
  type LogRecord,
  leafHash,
  type ParsedCheckpoint,
  parseCheckpoint,
  RecordError,
  rootOfLeaves,
  tileCount,
} from '../../archive/format/format.ts';
import { decodeHex, encodeHex, equalBytes } from '../../base/bytes.ts';
import { limits } from '../../base/limits.ts';
import type { ConversationId, TurnHash } from '../../model/ids.ts';
import { BadReplicaError, LongLogError, NotPublishedError } from '../errors.ts';
import { decodeLogRecord, type PublishedState } from '../log/log-record.ts';
import { generateVerifierKey, parseVerifierKey, type VerifierKey } from '../log/verifier-key.ts';
import { CHECKPOINT_NAME, conversationFolder, INFO_NAME, LOG_FOLDER } from '../publish/replica-names.ts';
import { parseReplicaInfo } from '../pull/replica-info.ts';
import { type FetchFile, fetchDecoded, fetchEntries, walkBack } from './log-tail.ts';

/** Undefined: nobody here can verify signatures. */
export type VerifyNote = (checkpoint: ParsedCheckpoint, key: VerifierKey) => Promise<boolean | undefined>;

export interface Published {
  readonly origin: string;
  readonly logSize: number;
  /** The newest records of the archive log that were looked at: no later one speaks of the conversation. */
  readonly looked: number;
  /** Of the archive log, by the key that signs it now. */
  readonly signature: 'valid' | 'unsigned' | 'not checked';
  readonly key: VerifierKey | undefined;
  /** When the log says that this key began to sign; undefined: that record was not among those looked at. */
  readonly keySinceMs: number | undefined;
  readonly state: PublishedState & { readonly position: number };
  /** All records of the conversation, under the root of the state. */
  readonly records: readonly LogRecord[];
}

/** 5 MB of log; what was published longer ago is for `turnpress check`. */
const MOST_TILES = 256;
/** Of one conversation, 25 MB. */
const MOST_RECORDS = 2 ** 18;
const AT_ONCE = 6;

/**
 * The conversation whose id begins with these digits. Throws NotPublishedError, LongLogError, BadReplicaError for whatever does not fit together,
 * LaggingReplicaError, and what `fetchFile` throws.
 */
export async function readPublished(digits: string, fetchFile: FetchFile, verify: VerifyNote): Promise<Published> {
  const info = await fetchDecoded(fetchFile, INFO_NAME, limits.archiveInfo, parseReplicaInfo);
  const path = `${LOG_FOLDER}/${CHECKPOINT_NAME}`;
  const checkpoint = await fetchDecoded(fetchFile, path, limits.checkpoint, parseCheckpoint);
  if (checkpoint.origin !== info.origin || !isOrigin(checkpoint.origin))
    throw new BadReplicaError(path, `it is that of ${checkpoint.origin}, and the archive is ${info.origin}`);
  const keys = info.keys.map(parseVerifierKey);
  const key = keys.at(-1);
  const signature = await checkSignature(path, checkpoint, key === undefined ? [] : [key], verify);
  const { state, looked, seen } = await findState(digits, fetchFile, checkpoint);
  const lastSeen = seen[0];
  const [named, logged] = [key && generateVerifierKey(key), lastSeen && generateVerifierKey(lastSeen.key)];
  if (logged !== undefined && logged !== named)
    throw new BadReplicaError(INFO_NAME, 'the archive log names another key than it does');
  if (looked === checkpoint.size && logged === undefined && named !== undefined)
    throw new BadReplicaError(INFO_NAME, 'it names a key, and the archive log none');
  await checkOwnCheckpoint(fetchFile, info.origin, state, keys, verify);
  const records = await readRecords(fetchFile, state);
  const keySinceMs = lastSeen?.timeMs;
  return { origin: info.origin, logSize: checkpoint.size, looked, signature, key, keySinceMs, state, records };
}

async function checkSignature(
  path: string,
  checkpoint: ParsedCheckpoint,
  keys: readonly VerifierKey[],
  verify: VerifyNote,
): Promise<Published['signature']> {
  if (keys.length === 0) return 'unsigned';
  const answers = await Promise.all(keys.map((key) => verify(checkpoint, key)));
  if (answers.includes(true)) return 'valid';
  if (answers.every((answer) => answer === undefined)) return 'not checked';
  throw new BadReplicaError(path, 'it is not signed by the key that the archive names');
}

/** The last state of the conversation, and the keys that stand behind it or were met on the way, newest first. */
async function findState(digits: string, fetchFile: FetchFile, checkpoint: ParsedCheckpoint) {
  const seen: { readonly key: VerifierKey; readonly timeMs: number }[] = [];
  let state: Published['state'] | undefined;
  let looked = 0;
  let tiles = 0;
  for await (const { first, records } of walkBack(fetchFile, LOG_FOLDER, checkpoint)) {
    for (let i = records.length - 1; i >= 0; i--) {
      const bytes = records[i] ?? new Uint8Array(0);
      const record = decoded(`${LOG_FOLDER}, record ${first + i}`, () => decodeLogRecord(bytes));
      if (state === undefined) looked++;
      if (record.kind === 'key') seen.push(record);
      else if (state === undefined && record.conversation.startsWith(digits)) {
        if (record.action === 'withdrawn') throw new NotPublishedError(digits, 'its owner took the conversation back');
        state = { ...record, position: first + i };
      }
    }
    if (state !== undefined) break;
    if (++tiles === MOST_TILES) throw new LongLogError(digits, looked);
  }
  if (state === undefined) throw new NotPublishedError(digits, 'the archive log does not publish the conversation');
  return { state, looked, seen };
}

/** The conversation's own checkpoint says what its state says. */
async function checkOwnCheckpoint(
  fetchFile: FetchFile,
  origin: string,
  { conversation, size, root }: PublishedState,
  keys: readonly VerifierKey[],
  verify: VerifyNote,
): Promise<void> {
  const path = `${conversationFolder(conversation)}/${CHECKPOINT_NAME}`;
  const own = await fetchDecoded(fetchFile, path, limits.checkpoint, parseCheckpoint);
  if (own.origin !== `${origin}/${conversation}` || own.size !== size || encodeHex(own.root) !== root)
    throw new BadReplicaError(path, 'it is not what the archive log publishes');
  await checkSignature(path, own, keys, verify);
}

/** All of them, by the rules of their log (docs/archive-format.md). */
async function readRecords(
  fetchFile: FetchFile,
  { conversation, size, root }: PublishedState,
): Promise<readonly LogRecord[]> {
  const folder = conversationFolder(conversation);
  if (size > MOST_RECORDS) throw new BadReplicaError(folder, `its ${size} records are too many for a page`);
  const tiles: (readonly Uint8Array[])[] = [];
  for (let n = 0; n < tileCount(size); n += AT_ONCE) {
    const numbers = Array.from({ length: Math.min(AT_ONCE, tileCount(size) - n) }, (_, i) => n + i);
    tiles.push(...(await Promise.all(numbers.map((each) => fetchEntries(fetchFile, folder, size, each)))));
  }
  const bytes = tiles.flat();
  if (!equalBytes(rootOfLeaves(bytes.map(leafHash)), decodeHex(root)))
    throw new BadReplicaError(folder, 'its records do not have the root that the archive log says');
  return decodeLog(folder, conversation, bytes);
}

function decodeLog(folder: string, conversation: ConversationId, bytes: readonly Uint8Array[]): readonly LogRecord[] {
  const depths = new Map<TurnHash, number>();
  const metas = new Set<string>();
  const before = { depthOf: (turn: TurnHash) => depths.get(turn), hasMeta: (meta: string) => metas.has(meta) };
  return bytes.map((each, position) => {
    const record = decoded(`${folder}, record ${position}`, () => decodeRecord(each));
    const problem = findMisplaced(record, position, conversation, before);
    if (problem !== undefined) throw new BadReplicaError(folder, `record ${position}: ${problem}`);
    if (record.kind === 'turn') depths.set(record.hash, record.depth);
    if (record.kind === 'meta') metas.add(record.payloadHash);
    return record;
  });
}

function decoded<T>(what: string, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (error instanceof RecordError) throw new BadReplicaError(what, error.message, error);
    throw error;
  }
}
