/** The key with which this machine marks what its gate let pass; it stands where nothing that comes with an archive can write. */
/** A memory of the gate that somebody else made says nothing: without the key it cannot be told from an empty one. */

import { randomBytes } from 'node:crypto';
import { lstatSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readFile, realDisk } from '../../base/disk.ts';
import { NotPlainFileError } from '../../base/errors.ts';
import type { World } from '../context.ts';
import { isSystemError } from '../errors.ts';
import { stateFolder } from './owner.ts';

const LENGTH = 32;

/** Made on first use. Undefined when it can neither be read nor kept: then the gate looks at everything each time. */
export function findGateKey(world: Pick<World, 'env' | 'home'>): Uint8Array | undefined {
  const folder = stateFolder(world);
  const file = join(folder, 'gate.key');
  try {
    if (lstatSync(file, { throwIfNoEntry: false }) === undefined) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      writeFileSync(file, randomBytes(LENGTH), { mode: 0o600, flag: 'wx' });
    }
    const key = readFile(realDisk, file);
    return key?.length === LENGTH ? key : undefined;
  } catch (error) {
    if (isSystemError(error) || error instanceof NotPlainFileError) return undefined;
    throw error;
  }
}
