/** A Bloom filter that can be cut into slices: which words a part of the search index may have. */
/** Made by the build and asked by the search page: a word that it denies is not in the part; one in a hundred that it grants is not, either. */

/** Slices of a filter: a word is in one of them. */
export const SLICES = 256;
const BITS_PER_WORD = 10;
const TESTS = 7;

/** `SLICES` slices of equal length, one behind the other; some bytes larger than needed, so that no slice is full. */
export function createFilter(words: readonly string[]): Uint8Array {
  const size = Math.ceil((words.length * BITS_PER_WORD) / 8 / SLICES) + 4;
  const bytes = new Uint8Array(size * SLICES);
  for (const word of words) {
    const slice = bytes.subarray(sliceOf(word) * size, (sliceOf(word) + 1) * size);
    for (const bit of bitsOf(word, size)) slice[bit >> 3] = (slice[bit >> 3] ?? 0) | (1 << (bit & 7));
  }
  return bytes;
}

export function sliceOf(word: string): number {
  return hash(word, 0x811c9dc5) % SLICES;
}

/** `slice`: the word's own. */
export function mayHold(slice: Uint8Array, word: string): boolean {
  return bitsOf(word, slice.length).every((bit) => ((slice[bit >> 3] ?? 0) & (1 << (bit & 7))) !== 0);
}

function bitsOf(word: string, size: number): readonly number[] {
  const first = hash(word, 0x01000193);
  const step = hash(word, 0x9e3779b9) | 1;
  return Array.from({ length: TESTS }, (_, i) => ((first + Math.imul(i, step)) >>> 0) % (size * 8));
}

/** FNV-1a over UTF-16 units, mixed at the end. 32 bits. */
function hash(text: string, seed: number): number {
  let value = seed;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  value = Math.imul(value ^ (value >>> 15), 0x85ebca6b);
  return (value ^ (value >>> 13)) >>> 0;
}
