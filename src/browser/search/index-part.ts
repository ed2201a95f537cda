/** One part of Pagefind's index: where tokens stand, what its records can be chosen by, and the records themselves. */
/** Pagefind's own program asks every part for every word; this reads only the pieces that a query needs (format: pagefind 1.6, `pagefind_index`). */

import { type Cbor, decodeCbor, decodeCborAt, listMembers } from '../../model/search/cbor.ts';
import type { PartInfo } from '../../model/search/parts.ts';

/** A record that has a token. */
export interface Posting {
  readonly record: number;
  /** Number of the word in the record → how much it counts: 1, or less for a piece of a name. */
  readonly places: ReadonlyMap<number, number>;
  /** Numbers of the words in the title. */
  readonly titles: readonly number[];
}

/** What was indexed, as it is fetched to be shown. */
export interface IndexedText {
  readonly url: string;
  readonly meta: Readonly<Record<string, string>>;
  /** Tokens with single spaces between them. Not escaped. */
  readonly content: string;
  /** Where turns begin, counted in words. `element` is the role of what follows. */
  readonly anchors: readonly { readonly element: string; readonly id: string; readonly location: number }[];
}

export interface IndexPart {
  readonly info: PartInfo;
  /** The site that it belongs to: its results stand there. */
  readonly site: string;
  /** Words of each record. */
  readonly lengths: readonly number[];
  /** Records that have the token, in their order. */
  find(token: string): Promise<readonly Posting[]>;
  /** The tokens of the piece that would have this one, and of those before and behind it. */
  listAround(token: string): Promise<readonly string[]>;
  /** Records by value. */
  choose(filter: string): Promise<ReadonlyMap<string, readonly number[]>>;
  read(record: number): Promise<IndexedText>;
}

/** `spent` hears of the bytes of each file. Throws an Error when one cannot be had, a RangeError or TypeError for what is no index. */
export async function openPart(site: string, info: PartInfo, spent: (bytes: number) => void): Promise<IndexPart> {
  const folder = site + info.path;
  const load = async (path: string): Promise<Uint8Array> => fetchPacked(folder + path, spent);
  const [, pages, pieces, filters, , fields] = listOf(decodeCbor(await load(info.meta)));
  const records = listOf(pages).map((page) => ({ hash: textOf(listOf(page)[0]), words: numberOf(listOf(page)[1]) }));
  // Of the words that a piece begins and ends with only as much is written as tells it from the piece before and behind.
  const ranges = listOf(pieces).map((piece) => ({ from: textOf(listOf(piece)[0]), hash: textOf(listOf(piece)[2]) }));
  const placeOf = (token: string): number => ranges.findLastIndex(({ from }) => compare(from, token) <= 0);
  const filterFiles = new Map(listOf(filters).map((each) => [textOf(listOf(each)[0]), textOf(listOf(each)[1])]));
  const title = listOf(fields).indexOf('title');
  const loaded = new Map<string, Promise<Piece>>();
  const chosen = new Map<string, Promise<ReadonlyMap<string, readonly number[]>>>();
  const texts = new Map<number, Promise<IndexedText>>();

  const loadPiece = (hash: string): Promise<Piece> =>
    once(loaded, hash, async () => openPiece(await load(`index/${hash}.pf_index`)));
  return {
    info,
    site,
    lengths: records.map(({ words }) => words),
    async find(token) {
      const piece = ranges[placeOf(token)];
      const entry = piece === undefined ? undefined : (await loadPiece(piece.hash)).find(token);
      return entry === undefined ? [] : decodeEntry(entry, title);
    },
    async listAround(token) {
      const at = Math.max(0, placeOf(token));
      const near = ranges.slice(Math.max(0, at - 1), at + 2);
      return (await Promise.all(near.map(async ({ hash }) => (await loadPiece(hash)).tokens))).flat();
    },
    choose: (filter) =>
      once(chosen, filter, async () => {
        const hash = filterFiles.get(filter);
        return hash === undefined ? new Map() : decodeFilter(await load(`filter/${hash}.pf_filter`));
      }),
    read: (record) =>
      once(texts, record, async () => {
        const bytes = await load(`fragment/${records[record]?.hash ?? ''}.pf_fragment`);
        // Written by the build of this site, or of one that is followed from it.
        return JSON.parse(decoder.decode(bytes)) as IndexedText;
      }),
  };
}

const decoder = new TextDecoder();
/** In front of every file, once it is unpacked. */
const SIGNATURE = 'pagefind_dcd';

/** A host may have unpacked it already. */
async function fetchPacked(url: string, spent: (bytes: number) => void): Promise<Uint8Array> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  const packed = new Uint8Array(await answer.arrayBuffer());
  spent(packed.length);
  const bytes = packed[0] === 0x1f && packed[1] === 0x8b ? await unpack(packed) : packed;
  if (decoder.decode(bytes.subarray(0, SIGNATURE.length)) !== SIGNATURE)
    throw new TypeError(`${url}: no file of the index`);
  return bytes.subarray(SIGNATURE.length);
}

async function unpack(packed: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

interface Piece {
  readonly tokens: readonly string[];
  /** The entry of a token: `[token, records, [[token with accents, records], …]]`. */
  find(token: string): readonly Cbor[] | undefined;
}

/** `[[entry, …], …]`. It has hundreds of entries, of which one or two are asked for and decoded. */
function openPiece(bytes: Uint8Array): Piece {
  const [entries = 0] = listMembers(bytes, 0);
  const starts = listMembers(bytes, entries);
  // an entry is a list of few members: its token stands behind one byte
  const tokens = starts.map((start) => textOf(decodeCborAt(bytes, start + 1).value));
  const places = new Map(tokens.map((token, i) => [token, starts[i]]));
  return {
    tokens,
    find(token) {
      const start = places.get(token);
      return start === undefined ? undefined : listOf(decodeCborAt(bytes, start).value);
    },
  };
}

/** Each record is `[step, places, titles]`. Spellings of a token are one here. */
function decodeEntry([, plain, spellings]: readonly Cbor[], title: number): readonly Posting[] {
  const others = listOf(spellings).map((each) => listOf(each)[1]);
  return joinSpellings([plain, ...others].map((each) => decodePostings(listOf(each), title)));
}

function decodePostings(records: readonly Cbor[], title: number): readonly Posting[] {
  let record = 0;
  return records.map((each) => {
    const [step, places, inMeta] = listOf(each);
    record += numberOf(step);
    return { record, places: decodePlaces(listOf(places)), titles: decodeTitles(listOf(inMeta), title) };
  });
}

/** A negative number says how much the places behind it count, from which on they are steps again; a full word has 24. */
function decodePlaces(numbers: readonly Cbor[]): ReadonlyMap<number, number> {
  const places = new Map<number, number>();
  let weight = 1;
  let at = 0;
  for (const number of numbers.map(numberOf)) {
    if (number < 0) [weight, at] = [(-number - 1) / 24, 0];
    else {
      at += number;
      places.set(at, Math.max(weight, places.get(at) ?? 0));
    }
  }
  return places;
}

/** Here a negative number names the field that the places behind it stand in. */
function decodeTitles(numbers: readonly Cbor[], title: number): readonly number[] {
  const places: number[] = [];
  let field = 0;
  let at = 0;
  for (const number of numbers.map(numberOf)) {
    if (number < 0) [field, at] = [-number - 1, 0];
    else {
      at += number;
      if (field === title) places.push(at);
    }
  }
  return places;
}

function joinSpellings(lists: readonly (readonly Posting[])[]): readonly Posting[] {
  const used = lists.filter((list) => list.length > 0);
  if (used.length < 2) return used[0] ?? [];
  const joined = new Map<number, Posting>();
  for (const { record, places, titles } of used.flat()) {
    const known = joined.get(record);
    const all = new Map([...(known?.places ?? []), ...places]);
    joined.set(record, { record, places: all, titles: [...new Set([...(known?.titles ?? []), ...titles])] });
  }
  return [...joined.values()].sort((a, b) => a.record - b.record);
}

/** `[name, [[value, records], …]]` */
function decodeFilter(bytes: Uint8Array): ReadonlyMap<string, readonly number[]> {
  const values = listOf(listOf(decodeCbor(bytes))[1]);
  return new Map(
    values.map((each) => {
      const [value, records] = listOf(each);
      return [textOf(value), listOf(records).map(numberOf)];
    }),
  );
}

/** As Rust sorts texts: by code points. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  const [left, right] = [[...a], [...b]];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const by = (left[i]?.codePointAt(0) ?? 0) - (right[i]?.codePointAt(0) ?? 0);
    if (by !== 0) return by;
  }
  return left.length - right.length;
}

/** What failed is asked for anew. */
function once<K, V>(known: Map<K, Promise<V>>, key: K, load: () => Promise<V>): Promise<V> {
  const before = known.get(key);
  if (before !== undefined) return before;
  const asked = load();
  known.set(key, asked);
  asked.catch(() => known.delete(key));
  return asked;
}

function listOf(value: Cbor | undefined): readonly Cbor[] {
  if (!Array.isArray(value)) throw new TypeError('no list where the index has one');
  return value;
}

function textOf(value: Cbor | undefined): string {
  if (typeof value !== 'string') throw new TypeError('no text where the index has one');
  return value;
}

function numberOf(value: Cbor | undefined): number {
  if (typeof value !== 'number') throw new TypeError('no number where the index has one');
  return value;
}
