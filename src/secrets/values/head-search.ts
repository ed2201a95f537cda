/** Tells which of many values may stand in a text, by their first characters (Karp and Rabin, 1987). */
/** A search for all of them costs forty bytes for each of their characters; this one a few for each value. */

/** Values of which the first characters stand in the text, in the order of the list; never one too few. */
export type HeadSearch = (text: string) => readonly string[];

export function createHeadSearch(values: readonly string[]): HeadSearch {
  const head = values.reduce((least, value) => Math.min(least, value.length), MOST_HEAD);
  /** What the first character of a head is multiplied with in the end. */
  const first = Array.from({ length: head - 1 }).reduce((power: number) => Math.imul(power, FACTOR), 1);
  const known = Map.groupBy(values.keys(), (i) => hashOf(values[i] ?? '', head));
  const marks = new Uint8Array(SLOTS);
  for (const hash of known.keys()) marks[hash >>> SHIFT] = 1;
  return (text) => {
    if (text.length < head) return [];
    const found = new Set<number>();
    let hash = hashOf(text, head);
    for (let at = head; ; at++) {
      if (marks[hash >>> SHIFT] === 1 && known.has(hash)) found.add(hash);
      if (at >= text.length) break;
      hash = (Math.imul(hash - Math.imul(text.charCodeAt(at - head), first), FACTOR) + text.charCodeAt(at)) | 0;
    }
    const indexes = [...found].flatMap((each) => known.get(each) ?? []);
    return indexes.sort((a, b) => a - b).map((i) => values[i] ?? '');
  };
}

function hashOf(text: string, length: number): number {
  let hash = 0;
  for (let at = 0; at < length; at++) hash = (Math.imul(hash, FACTOR) + text.charCodeAt(at)) | 0;
  return hash;
}

/** Characters that are compared: more are no surer for words that begin alike, fewer stand everywhere. */
const MOST_HEAD = 16;
const FACTOR = 0x01000193;
const SHIFT = 10;
const SLOTS = 2 ** (32 - SHIFT);
