/** Looks for a word in all files of a folder, as a thief would: in the bytes, and in what decompresses out of them. */
/** With a decompressor of its own, so that what the store does not look at is looked at here. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decompress } from 'fzstd';

/** Names of files below a folder that hold the word, as it is or inside any zstd frame. */
export function findCanary(root: string, word: string): string[] {
  const names = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return names.map((entry) => join(entry.parentPath, entry.name)).filter((path) => holdsWord(readFileSync(path), word));
}

function holdsWord(bytes: Buffer, word: string): boolean {
  if (bytes.includes(word)) return true;
  const magic = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);
  for (let at = bytes.indexOf(magic); at !== -1; at = bytes.indexOf(magic, at + 1)) {
    for (const next of [bytes.indexOf(Buffer.from('TPPAY1'), at), -1]) {
      try {
        if (Buffer.from(decompress(bytes.subarray(at, next === -1 ? bytes.length : next))).includes(word)) return true;
      } catch {
        // not a frame after all, or more than one: the next look decides
      }
    }
  }
  return false;
}
