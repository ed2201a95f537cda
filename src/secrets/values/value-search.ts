/** Finds many values in a text in one pass (Aho and Corasick, 1975). */
/** A text with fifty thousand different addresses must not be searched fifty thousand times. */

export interface Occurrence {
  /** Index in the list of values. */
  readonly value: number;
  readonly start: number;
  readonly end: number;
}

/** Of the values that end at one place only the first of the list is told. */
export type ValueSearch = (text: string) => readonly Occurrence[];

/** Costs time and memory (40 bytes a character) that follow the length of all values together; a search follows the text. */
export function createValueSearch(values: readonly string[]): ValueSearch {
  const trie = createTrie(values.reduce((sum, value) => sum + value.length, 1));
  const best = new Int32Array(trie.capacity).fill(NONE);
  for (const [i, value] of values.entries()) {
    let node = ROOT;
    for (let at = 0; at < value.length; at++) node = trie.grow(node, value.charCodeAt(at));
    if (best[node] === NONE) best[node] = i;
  }
  const fallback = linkFallbacks(trie, best);
  return (text) => {
    const found: Occurrence[] = [];
    let node = ROOT;
    for (let at = 0; at < text.length; at++) {
      node = step(trie, fallback, node, text.charCodeAt(at));
      const value = best[node] ?? NONE;
      if (value !== NONE) found.push({ value, start: at + 1 - (values[value]?.length ?? 0), end: at + 1 });
    }
    return found;
  };
}

const ROOT = 0;
const NONE = -1;

interface Trie {
  readonly capacity: number;
  size(): number;
  /** The child under this character; NONE where there is none. */
  child(node: number, code: number): number;
  /** The same, made where there is none. */
  grow(node: number, code: number): number;
  readonly parents: Int32Array;
  /** The character that leads to a node. */
  readonly codes: Uint16Array;
  readonly depths: Int32Array;
}

/** Children stand in one open hash table, because most nodes have one and some have thousands. */
function createTrie(capacity: number): Trie {
  const slots = 2 ** Math.ceil(Math.log2(capacity * 2));
  const table = new Int32Array(slots);
  const parents = new Int32Array(capacity);
  const codes = new Uint16Array(capacity);
  const depths = new Int32Array(capacity);
  let size = 1;
  const slotOf = (node: number, code: number) => {
    const mixed = Math.imul(Math.imul(node, 0x9e3779b1) ^ (code + 0x7f4a7c15), 0x85ebca6b);
    let slot = (mixed ^ (mixed >>> 15)) & (slots - 1);
    for (let at = table[slot] ?? 0; at !== 0; at = table[slot] ?? 0) {
      if (parents[at] === node && codes[at] === code) return slot;
      slot = (slot + 1) & (slots - 1);
    }
    return slot;
  };
  return {
    capacity,
    size: () => size,
    child: (node, code) => table[slotOf(node, code)] || NONE,
    grow(node, code) {
      const slot = slotOf(node, code);
      const known = table[slot] ?? 0;
      if (known !== 0) return known;
      table[slot] = size;
      parents[size] = node;
      codes[size] = code;
      depths[size] = (depths[node] ?? 0) + 1;
      return size++;
    },
    parents,
    codes,
    depths,
  };
}

/** For each node the longest end of its text that some value begins with; what is found there is found at the node too. */
function linkFallbacks(trie: Trie, best: Int32Array): Int32Array {
  const fallback = new Int32Array(trie.capacity);
  for (const node of byDepth(trie)) {
    const parent = trie.parents[node] ?? ROOT;
    const end = parent === ROOT ? ROOT : step(trie, fallback, fallback[parent] ?? ROOT, trie.codes[node] ?? 0);
    fallback[node] = end;
    const [own, inherited] = [best[node] ?? NONE, best[end] ?? NONE];
    if (inherited !== NONE && (own === NONE || inherited < own)) best[node] = inherited;
  }
  return fallback;
}

function step(trie: Trie, fallback: Int32Array, from: number, code: number): number {
  for (let node = from; ; node = fallback[node] ?? ROOT) {
    const child = trie.child(node, code);
    if (child !== NONE) return child;
    if (node === ROOT) return ROOT;
  }
}

/** All nodes but the root, those above before those below. */
function byDepth(trie: Trie): Int32Array {
  const nodes = new Int32Array(trie.size() - 1).map((_, i) => i + 1);
  return nodes.sort((a, b) => (trie.depths[a] ?? 0) - (trie.depths[b] ?? 0));
}
