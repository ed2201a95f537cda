/** Who signs a publish: the key that is there, a first one, or a new one beside the old. */
/** Decided before anything is written, from the log and the key files; what cannot be decided is the person's to mend. */

import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { SigningKey } from '../../archive/format/format.ts';
import { ArchiveKeyError } from '../errors.ts';
import type { ArchiveLog } from '../log/archive-log.ts';
import { adoptNextKey, keyFile, makeArchiveKey, readArchiveKeys, readRetiredKeys } from '../log/key-files.ts';
import { generateVerifierKey } from '../log/verifier-key.ts';

export interface SigningChoice {
  readonly unsigned?: boolean;
  /** A new key takes over. */
  readonly rotate?: boolean;
}

/** `lost`: the key that the log names is not here, so a new one cannot be vouched for by it. */
export type KeyChange = 'none' | 'first' | 'rotated' | 'lost';

/** What a publish will do about keys. */
export interface SigningPlan {
  readonly unsigned: boolean;
  readonly change: KeyChange;
}

/** All who sign the checkpoint, and the key whose record goes into the log. Neither: it stays unsigned. */
export interface Signers {
  readonly signers: readonly SigningKey[];
  readonly added?: SigningKey;
  /** Signs the checkpoints of conversations. */
  readonly key?: SigningKey;
}

/** Writes nothing. Throws ArchiveKeyError. */
export function planSigning(log: ArchiveLog, dir: string, { unsigned, rotate }: SigningChoice): SigningPlan {
  const named = log.listKeys().at(-1)?.key;
  if (unsigned === true) {
    if (rotate === true) throw new ArchiveKeyError('an archive that is published unsigned has no key to replace');
    if (named === undefined) return { unsigned: true, change: 'none' };
    throw new ArchiveKeyError(
      'the archive log is signed, and stays so: whoever follows it takes nothing unsigned from it; publish without --unsigned',
    );
  }
  const { current, next } = readArchiveKeys(dir, log.origin);
  const held = [current, next].some((key) => key !== undefined && generateVerifierKey(key) === named);
  if (named === undefined) {
    if (rotate === true)
      throw new ArchiveKeyError('there is no key to replace yet: "turnpress publish" makes the first');
    return { unsigned: false, change: 'first' };
  }
  if (rotate === true) return { unsigned: false, change: held ? 'rotated' : 'lost' };
  if (held) return { unsigned: false, change: 'none' };
  const file = keyFile(dir);
  const waits = join(dirname(dirname(file)), 'foreign', 'keys', basename(file));
  if (current === undefined && existsSync(waits))
    throw new ArchiveKeyError(
      `the key that signs waits in ${waits}, because this private/ was not known to be of this machine; if it is yours, say so once: "turnpress publish --trust"`,
      file,
    );
  throw new ArchiveKeyError(
    current === undefined
      ? `the key that signs, ${file}, is not there: put it back from a backup. If it is lost for ever, "turnpress publish --rotate-key" makes a new one, which everybody who follows this archive has to accept anew`
      : `the key in ${file} is not the one that the archive log names, ${named}: put that one back, or let this one take over with "turnpress publish --rotate-key"`,
    file,
  );
}

/** Makes what is missing: keys are on disk when this returns, before anything is signed with them. */
export function readySigners(log: ArchiveLog, dir: string, { unsigned, change }: SigningPlan): Signers {
  if (unsigned) return { signers: [] };
  const { origin } = log;
  const named = log.listKeys().at(-1)?.key;
  let { current, next } = readArchiveKeys(dir, origin);
  if (next !== undefined && generateVerifierKey(next) === named) {
    // a rotation that was committed and then stopped
    adoptNextKey(dir, { current, next });
    [current, next] = [next, undefined];
  }
  const retired = listRetired(log, dir);
  if (change === 'rotated' && current !== undefined) {
    next ??= makeArchiveKey(dir, origin, true);
    return { signers: [...retired, current, next], added: next, key: next };
  }
  current ??= makeArchiveKey(dir, origin);
  if (change === 'none') return { signers: [...retired, current], key: current };
  return { signers: [current], added: current, key: current };
}

/** Who missed the publish at which one key took over from another learns it from any later one. The newest so many, oldest first. */
function listRetired(log: ArchiveLog, dir: string): readonly SigningKey[] {
  const byName = new Map(readRetiredKeys(dir, log.origin).map((key) => [generateVerifierKey(key), key]));
  const logged = log.listKeys().slice(0, -1);
  return logged.flatMap(({ key }) => byName.get(key) ?? []).slice(-MOST_RETIRED);
}

/** Each is a line in every checkpoint. */
const MOST_RETIRED = 8;

/** After the log names it. */
export function finishRotation(log: ArchiveLog, dir: string): void {
  const keys = readArchiveKeys(dir, log.origin);
  if (keys.next !== undefined && generateVerifierKey(keys.next) === log.listKeys().at(-1)?.key) adoptNextKey(dir, keys);
}
