/** BLAKE3 in derive-key mode for material of one chunk (up to 1,024 bytes), in plain integer arithmetic. */
/** A turn hash is taken for every record that is read: through the wasm hasher that costs ten times as much and leaks its state. */

const IV = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19] as const;
const CHUNK_START = 1;
const CHUNK_END = 2;
const ROOT = 8;
const DERIVE_KEY_CONTEXT = 32;
const DERIVE_KEY_MATERIAL = 64;
const BLOCK = 64;

/** The longest material that stays one chunk, in bytes. */
export const CHUNK_LENGTH = 1024;

/** Key words of a context: computed once, then given to every `deriveFromKey`. The context too is at most one chunk. */
export function contextKey(context: Uint8Array): Uint32Array {
  return hashChunk(Uint32Array.from(IV), context, DERIVE_KEY_CONTEXT);
}

/** 32 bytes derived from `material` (at most CHUNK_LENGTH bytes) under a context's key. */
export function deriveFromKey(key: Uint32Array, material: Uint8Array): Uint8Array {
  const words = hashChunk(key, material, DERIVE_KEY_MATERIAL);
  const out = Buffer.allocUnsafe(32);
  for (let i = 0; i < 8; i++) out.writeUInt32LE(at(words, i), i * 4);
  return out;
}

/** One chunk that is the whole tree: every block compressed in turn, the last one marked as root. */
function hashChunk(key: Uint32Array, bytes: Uint8Array, mode: number): Uint32Array {
  if (bytes.length > CHUNK_LENGTH) throw new RangeError(`more than ${CHUNK_LENGTH} bytes are not one BLAKE3 chunk`);
  const chain = Uint32Array.from(key);
  const blocks = Math.max(1, Math.ceil(bytes.length / BLOCK));
  for (let b = 0; b < blocks; b++) {
    const length = Math.min(BLOCK, bytes.length - b * BLOCK);
    loadBlock(bytes, b * BLOCK, length);
    const flags = mode | (b === 0 ? CHUNK_START : 0) | (b === blocks - 1 ? CHUNK_END | ROOT : 0);
    compress(chain, length, flags);
  }
  return chain;
}

const message = new Uint32Array(16);
const state = new Uint32Array(16);

function loadBlock(bytes: Uint8Array, from: number, length: number): void {
  message.fill(0);
  for (let i = 0; i < length; i++) {
    const word = i >> 2;
    message[word] = at(message, word) | ((bytes[from + i] ?? 0) << ((i & 3) * 8));
  }
}

/** The order of message words in each of the seven rounds. Source: BLAKE3 paper, table 2. */
const SCHEDULE = scheduleOf([2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8]);

function scheduleOf(permutation: readonly number[]): Uint8Array {
  const rounds: number[] = [];
  let order = permutation.map((_, i) => i);
  for (let round = 0; round < 7; round++) {
    rounds.push(...order);
    order = permutation.map((from) => order[from] ?? 0);
  }
  return Uint8Array.from(rounds);
}

/** The compression function for counter 0; its first half becomes the new chaining value. */
function compress(chain: Uint32Array, length: number, flags: number): void {
  state.set(chain);
  for (let i = 0; i < 4; i++) state[8 + i] = IV[i as 0 | 1 | 2 | 3];
  state[12] = 0;
  state[13] = 0;
  state[14] = length;
  state[15] = flags;
  for (let round = 0; round < 112; round += 16) {
    mix(0, 4, 8, 12, round);
    mix(1, 5, 9, 13, round + 2);
    mix(2, 6, 10, 14, round + 4);
    mix(3, 7, 11, 15, round + 6);
    mix(0, 5, 10, 15, round + 8);
    mix(1, 6, 11, 12, round + 10);
    mix(2, 7, 8, 13, round + 12);
    mix(3, 4, 9, 14, round + 14);
  }
  for (let i = 0; i < 8; i++) chain[i] = at(state, i) ^ at(state, i + 8);
}

function mix(a: number, b: number, c: number, d: number, step: number): void {
  let va = at(state, a);
  let vb = at(state, b);
  let vc = at(state, c);
  let vd = at(state, d);
  va = (va + vb + at(message, SCHEDULE[step] ?? 0)) | 0;
  vd = rotate(vd ^ va, 16);
  vc = (vc + vd) | 0;
  vb = rotate(vb ^ vc, 12);
  va = (va + vb + at(message, SCHEDULE[step + 1] ?? 0)) | 0;
  vd = rotate(vd ^ va, 8);
  vc = (vc + vd) | 0;
  vb = rotate(vb ^ vc, 7);
  state[a] = va;
  state[b] = vb;
  state[c] = vc;
  state[d] = vd;
}

function rotate(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}

function at(words: Uint32Array, i: number): number {
  return words[i] ?? 0;
}
