/** Words of the index that are spelt almost like one that nothing has. */
/** The index holds stems; the word itself is read from a record that has it. */

import { indexedToken, joinTokens } from '../../model/search/tokens.ts';
import type { SearchIndex } from './ask.ts';
import type { IndexPart } from './index-part.ts';
import type { Term } from './query.ts';

/** Offered at most. */
const MOST = 3;

/** The term with the nearest word in the place of its only one: nearest first, often ones before rare ones. Phrases have none. */
export async function listNear({ walkLargest }: SearchIndex, { tokens, said }: Term): Promise<readonly string[]> {
  const [wanted, ...others] = tokens;
  if (wanted === undefined || others.length > 0) return [];
  const found: Near[] = [];
  for await (const part of walkLargest()) {
    found.push(...(await nearIn(part, wanted)));
    if (found.some(({ distance: far }) => far === 1)) break;
  }
  const best = found.toSorted((a, b) => a.distance - b.distance || b.count - a.count);
  const words = new Map<string, string>();
  for (const { part, token, record, distance: far } of best) {
    if (words.size === MOST || far > (best[0]?.distance ?? 0)) break;
    if (words.has(token)) continue;
    const word = await readWord(part, token, record);
    if (word !== '' && word.toLowerCase() !== said.toLowerCase()) words.set(token, word);
  }
  return [...words.values()];
}

interface Near {
  readonly part: IndexPart;
  readonly token: string;
  readonly distance: number;
  readonly count: number;
  readonly record: { readonly number: number; readonly place: number };
}

async function nearIn(part: IndexPart, wanted: string): Promise<readonly Near[]> {
  const most = wanted.length < 5 ? 1 : 2;
  // a slip in the first letters leads to another piece
  const starts = [wanted, swapped(wanted, 0), swapped(wanted, 1), swapped(wanted, 2)];
  const lists = await Promise.all(starts.map((start) => part.listAround(start)));
  const near = [...new Set(lists.flat())]
    .map((token) => ({ token, distance: token.startsWith(wanted) ? 1 : distance(wanted, token, most) }))
    .filter((each) => each.distance > 0 && each.distance <= most)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 30);
  const found = await Promise.all(
    near.map(async ({ token, distance: far }) => {
      const postings = await part.find(token);
      const whole = postings.find(({ places }) => [...places.values()].includes(1));
      const place = [...(whole?.places ?? [])].find(([, weight]) => weight === 1)?.[0];
      return whole === undefined || place === undefined
        ? []
        : [{ part, token, distance: far, count: postings.length, record: { number: whole.record, place } }];
    }),
  );
  return found.flat();
}

/** As it stands in the record, without signs around it; empty when the record says something else there. */
async function readWord(part: IndexPart, token: string, { number, place }: Near['record']): Promise<string> {
  const { content } = await part.read(number);
  const word = joinTokens(content.split(' ')[place] ?? '').replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{M}\p{N}]+$/gu, '');
  return indexedToken(word) === token ? word : '';
}

function swapped(word: string, at: number): string {
  const [a = '', b = ''] = [word[at], word[at + 1]];
  return b === '' ? word : word.slice(0, at) + b + a + word.slice(at + 2);
}

/** Edits between two words (Damerau-Levenshtein, each pair swapped once); more than `most`: some number above it. */
export function distance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      const swap =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
          ? (before[j - 2] ?? 0) + 1
          : Number.POSITIVE_INFINITY;
      row.push(Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + cost, swap));
    }
    [before, last] = [last, row];
  }
  return last[b.length] ?? 0;
}
