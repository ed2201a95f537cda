/** Keys: hashes of everything that a page, shard or conversation shows. */
/** Two equal keys mean equal bytes, so whatever has its old key need not be made again. */

import { blake3Hex } from '../../base/blake3.ts';
import { encodeUtf8 } from '../../base/bytes.ts';

/** 32 hexadecimal digits over the values in their order. Members of objects count in the order they were written. */
export function keyOf(...values: readonly unknown[]): string {
  return blake3Hex(encodeUtf8(JSON.stringify(values))).slice(0, 32);
}

/** 32 hexadecimal digits over bytes or text. */
export function contentHash(content: string | Uint8Array): string {
  return blake3Hex(typeof content === 'string' ? encodeUtf8(content) : content).slice(0, 32);
}
