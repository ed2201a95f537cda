/** Names made of hashes: a TurnHash is not a PayloadHash is not a string. */
/** All are 64 lowercase hexadecimal digits of a BLAKE3-256. */

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** BLAKE3 (derive-key) over a turn record: the turn's name everywhere. */
export type TurnHash = Branded<'TurnHash'>;
/** BLAKE3 over the raw bytes of a payload: the same name that CXDB gives it. */
export type PayloadHash = Branded<'PayloadHash'>;
/** BLAKE3 over the raw bytes of a blob. */
export type BlobHash = Branded<'BlobHash'>;
/** The hash of a conversation's first turn. */
export type ConversationId = TurnHash;

const HASH = /^[0-9a-f]{64}$/;
const PREFIX = /^[0-9a-f]{4,64}$/;

export function isHash(value: string): boolean {
  return HASH.test(value);
}

/** Four to 64 lowercase hexadecimal digits, as people type them to name a turn or conversation. */
export function isHashPrefix(value: string): boolean {
  return PREFIX.test(value);
}

export function turnHash(hex: string): TurnHash {
  return check(hex) as TurnHash;
}

export function payloadHash(hex: string): PayloadHash {
  return check(hex) as PayloadHash;
}

export function blobHash(hex: string): BlobHash {
  return check(hex) as BlobHash;
}

/** First 16 digits: how pages and permalinks spell a turn or conversation. */
export function shortId(hash: TurnHash): string {
  return hash.slice(0, 16);
}

function check(hex: string): string {
  if (!HASH.test(hex)) throw new TypeError(`not a hash of 64 lowercase hexadecimal digits: ${hex.slice(0, 80)}`);
  return hex;
}
