/** The fingerprint of a key: what two people compare when one tells the other which key is theirs. */
/** SHA-256 of the verifier key's parts, of which a key id is the beginning too. The one file that knows the word list. */

import { wordlist } from '@scure/bip39/wordlists/english.js';
import { keyDigest } from '../../archive/format/format.ts';
import { encodeHex } from '../../base/bytes.ts';
import type { VerifierKey } from './verifier-key.ts';

export interface Fingerprint {
  /** Eight words, eleven bits each: what is read out. */
  readonly words: string;
  /** All of it: 64 digits, in groups of four. */
  readonly hex: string;
}

/** As many as nobody finds another key for: 88 bits. */
const WORDS = 8;
const WORD_BITS = 11;

export function fingerprintOf({ name, publicKey }: Pick<VerifierKey, 'name' | 'publicKey'>): Fingerprint {
  const hex = encodeHex(keyDigest(name, publicKey));
  const bits = BigInt(`0x${hex}`);
  const words = Array.from({ length: WORDS }, (_, i) => {
    const number = Number((bits >> BigInt(256 - WORD_BITS * (i + 1))) & 0x7ffn);
    return wordlist[number] ?? '';
  });
  return { words: words.join(' '), hex: hex.replace(/.{4}(?=.)/g, '$& ') };
}
