/** Two checkpoints that contradict each other, kept so that anybody can be shown them. */
/** In private/evidence/, in a folder named by what they say; equal evidence is kept once. */

import { hash } from 'node:crypto';
import { confineDisk, makeRealFolders } from '../../base/confined-disk.ts';
import { realDisk, replaceFile } from '../../base/disk.ts';
import { ForkedLogError } from '../errors.ts';

/** Keeps both and returns the error that tells of them. `name`: of the log, for people. */
export function keepEvidence(
  dir: string,
  name: string,
  held: Uint8Array | undefined,
  shown: Uint8Array,
): ForkedLogError {
  const disk = confineDisk(realDisk, dir);
  const both = Buffer.concat([held ?? new Uint8Array(0), shown]);
  const folder = `private/evidence/${hash('sha256', both, 'hex').slice(0, 16)}`;
  makeRealFolders(dir, `${dir}/${folder}`);
  for (const [file, bytes] of [
    ['held', held],
    ['shown', shown],
  ] as const) {
    const path = `${dir}/${folder}/${file}.checkpoint`;
    if (bytes !== undefined) replaceFile(disk, path, `${path}.tmp`, bytes);
  }
  disk.fsyncDir(`${dir}/${folder}`);
  return new ForkedLogError(name, `${dir}/${folder}`);
}
