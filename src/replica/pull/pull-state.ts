/** What is remembered of a replica that is pulled: where it is, which keys are trusted since when, and how far it came. */
/** One file, replaced as a whole as the last step of a pull. What is verified stands in the log itself; this only says where to ask. */

import { decodeUtf8, encodeUtf8 } from '../../base/bytes.ts';
import { confineDisk, makeRealFolders } from '../../base/confined-disk.ts';
import { readFile, realDisk, replaceFile } from '../../base/disk.ts';
import { isJsonObject, type JsonValue, parseJson } from '../../base/json.ts';
import { BadReplicaError } from '../errors.ts';

const PULL_FILE = 'private/pull.json';
const LIMIT = 1024 * 1024;

/** What an answer said of itself; with how many records the log had then. */
export interface Validators {
  readonly size: number;
  readonly etag: string;
  readonly lastModified: string;
}

/** Nothing was ever taken from there. */
export const NO_VALIDATORS: Validators = { size: 0, etag: '', lastModified: '' };

export interface PullState {
  /** Of the replica's folder, with a slash at the end. */
  readonly address: string;
  /** Hosts that may have private addresses, because the person said so. */
  readonly allowHosts: readonly string[];
  /** Verifier keys that were trusted, and since when: the last one is today's. */
  readonly keys: readonly { readonly key: string; readonly since: string }[];
  /** Of the log's checkpoint as last taken, with how many records the log had then. */
  readonly validators: Validators;
  /** Other hosts of the same archive, asked after the first. */
  readonly mirrors: readonly { readonly address: string; readonly validators: Validators }[];
  /** ISO times; empty: never. */
  readonly lastGrowth: string;
  readonly lastAnswer: string;
  /** Every conversation was held as the log says when the last pull ended. Absent: nobody knows. */
  readonly isWhole?: boolean;
  /** How the copy was left, and when it was looked at. Absent: nobody knows. */
  readonly left?: Left;
}

export interface Left {
  /** Of its folders. */
  readonly stamp: string;
  readonly at: string;
}

/** Headers that ask for what is newer; none: nothing is known that could be asked with. */
export function conditionsOf({ etag, lastModified }: Validators): Readonly<Record<string, string>> {
  return {
    ...(etag !== '' && { 'if-none-match': etag }),
    ...(lastModified !== '' && { 'if-modified-since': lastModified }),
  };
}

/** Undefined: nothing was ever pulled into this folder. Throws BadReplicaError for a file that says something else. */
export function readPullState(dir: string): PullState | undefined {
  const bytes = readFile(confineDisk(realDisk, dir), `${dir}/${PULL_FILE}`, LIMIT);
  if (bytes === undefined) return undefined;
  const state = parseState(`${dir}/${PULL_FILE}`, bytes);
  if (!isPullState(state)) throw new BadReplicaError(`${dir}/${PULL_FILE}`, 'it is not as it was written');
  const kept = state as unknown as PullState;
  // a file of before there were mirrors
  return { ...kept, mirrors: kept.mirrors ?? [] };
}

function parseState(file: string, bytes: Uint8Array): JsonValue {
  try {
    return parseJson(decodeUtf8(bytes));
  } catch (cause) {
    throw new BadReplicaError(file, 'it is not as it was written', cause);
  }
}

export function writePullState(dir: string, state: PullState): void {
  const disk = confineDisk(realDisk, dir);
  makeRealFolders(dir, `${dir}/private`);
  const path = `${dir}/${PULL_FILE}`;
  replaceFile(disk, path, `${path}.tmp`, encodeUtf8(`${JSON.stringify(state, undefined, 2)}\n`));
  disk.fsyncDir(`${dir}/private`);
}

function isPullState(value: JsonValue): boolean {
  if (!isJsonObject(value)) return false;
  const { address, allowHosts, keys, validators, mirrors = [], lastGrowth, lastAnswer, isWhole = false, left } = value;
  return (
    [address, lastGrowth, lastAnswer].every((each) => typeof each === 'string') &&
    Array.isArray(allowHosts) &&
    allowHosts.every((each) => typeof each === 'string') &&
    Array.isArray(keys) &&
    keys.every((each) => isJsonObject(each) && typeof each.key === 'string' && typeof each.since === 'string') &&
    isValidators(validators) &&
    typeof isWhole === 'boolean' &&
    (left === undefined || (isJsonObject(left) && typeof left.stamp === 'string' && typeof left.at === 'string')) &&
    Array.isArray(mirrors) &&
    mirrors.every((each) => isJsonObject(each) && typeof each.address === 'string' && isValidators(each.validators))
  );
}

function isValidators(value: JsonValue | undefined): boolean {
  return (
    isJsonObject(value) &&
    Number.isSafeInteger(value.size) &&
    typeof value.etag === 'string' &&
    typeof value.lastModified === 'string'
  );
}
