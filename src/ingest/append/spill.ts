/** Bytes that are kept for the length of a run: in a temporary file that has no name any more. */
/** Memory holds only where they stand, so a dry run over any amount stays small; nothing is left when the process ends. */

import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Spill {
  add(name: string, bytes: Uint8Array): void;
  /** Undefined: nothing of that name was added. */
  find(name: string): Uint8Array | undefined;
}

/** The file is made when the first bytes come. */
export function openSpill(): Spill {
  const places = new Map<string, { readonly at: number; readonly length: number }>();
  let file: number | undefined;
  let end = 0;
  return {
    add(name, bytes) {
      file ??= openNameless();
      for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done, bytes.length - done, end + done);
      places.set(name, { at: end, length: bytes.length });
      end += bytes.length;
    },
    find(name) {
      const place = places.get(name);
      if (place === undefined || file === undefined) return undefined;
      const bytes = Buffer.allocUnsafeSlow(place.length);
      for (let done = 0; done < bytes.length; ) {
        const read = readSync(file, bytes, done, bytes.length - done, place.at + done);
        if (read === 0) throw new RangeError('a temporary file became shorter');
        done += read;
      }
      return bytes;
    },
  };
}

/** Closed with the process. Where an open file keeps its name, the folder is removed with the next restart of the machine. */
function openNameless(): number {
  const folder = mkdtempSync(join(tmpdir(), 'turnpress-'));
  const file = openSync(join(folder, 'payloads'), 'wx+', 0o600);
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch (error) {
    closeSync(file);
    throw error;
  }
  return file;
}
