/** A name from outside as one segment of a path. */
/** Only urls.ts and what makes stable ids ask for it, so that a name is spelt alike everywhere. */

import { blake3Hex } from '../base/blake3.ts';
import { encodeUtf8 } from '../base/bytes.ts';

/**
 * Lowercase letters, digits and single hyphens, at most 60 characters. Where letters were lost the first 8 digits of the name's
 * BLAKE3 follow, so that two names do not share a path; also where Windows would take the name for a device, which can be no folder.
 */
export function slug(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
  if (plain === name && name !== '' && !DEVICE.test(name)) return name;
  return `${plain === '' ? 'x' : plain}-${blake3Hex(encodeUtf8(name)).slice(0, 8)}`;
}

const DEVICE = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])$/;
