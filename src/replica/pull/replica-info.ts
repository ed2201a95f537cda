/** archive.json of a replica: whose it is and in which format, checked before anything is made of it. */
/** It is not signed: all that counts in it is held against the log, whose checkpoint is. */

import { FutureFormatError, isOrigin, RecordError } from '../../archive/format/format.ts';
import { decodeUtf8, encodeUtf8 } from '../../base/bytes.ts';
import { isJsonObject, parseJson } from '../../base/json.ts';
import { parseVerifierKey } from '../log/verifier-key.ts';

export interface ReplicaInfo {
  readonly origin: string;
  readonly created: string;
  /** Verifier keys in the log's order. */
  readonly keys: readonly string[];
}

const MOST_KEYS = 1000;

/** Throws RecordError for anything else, and FutureFormatError. */
export function parseReplicaInfo(bytes: Uint8Array): ReplicaInfo {
  const value = parseJson(decodeUtf8(bytes));
  if (!isJsonObject(value) || value.format !== 'turnpress') throw new RecordError('it is no archive.json of turnpress');
  const { version, features, origin, created, keys = [] } = value;
  if (version !== 1) throw new FutureFormatError('archive.json', `version ${String(version).slice(0, 20)}`);
  if (!Array.isArray(features) || features.length > 0)
    throw new FutureFormatError('archive.json', `features ${JSON.stringify(features).slice(0, 80)}`);
  if (typeof origin !== 'string' || !isOrigin(origin)) throw new RecordError('its origin is missing or bad');
  if (typeof created !== 'string' || !/^\d{4}-\d\d-\d\dT[\d:.]{8,12}Z$/.test(created))
    throw new RecordError('its date is missing or bad');
  if (!Array.isArray(keys) || keys.length > MOST_KEYS) throw new RecordError('its keys are no list');
  return { origin, created, keys: keys.map((key) => checkKey(key, origin)) };
}

/** As it stands in a copy of the archive: the same bytes as in the replica, when that was made by us. */
export function generateReplicaInfo({ origin, created, keys }: ReplicaInfo): Uint8Array {
  const info = { format: 'turnpress', version: 1, features: [], origin, created, keys };
  return encodeUtf8(`${JSON.stringify(info)}\n`);
}

function checkKey(key: unknown, origin: string): string {
  if (typeof key !== 'string' || parseVerifierKey(key).name !== origin)
    throw new RecordError('a key in it is none, or another archive’s');
  return key;
}
