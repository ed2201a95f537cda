/** Cuts the pieces of a part's index smaller than Pagefind does: for one word a page fetches a piece, and on a phone its bytes are what a search waits for. */
/** The format stays Pagefind's (1.6, `pagefind_index`): entries are copied byte for byte, and the list of pieces in the part's meta file names the new ones. */

import { gunzipSync, gzipSync } from 'node:zlib';
import { concatBytes, decodeUtf8, encodeUtf8 } from '../../base/bytes.ts';
import { decodeCborAt, listMembers } from '../../model/search/cbor.ts';
import { contentHash } from '../state/keys.ts';
import type { IndexFile } from './pagefind.ts';

export interface CutIndex {
  /** All of the part's, sorted by path. */
  readonly files: readonly IndexFile[];
  /** Path of the file that lists its records and its pieces. */
  readonly meta: string;
  /** Each word of its pieces. */
  readonly words: readonly string[];
}

/** Bytes of a piece before it is packed, which halves them. A word that stands everywhere may have more. */
const PIECE_BYTES = 16_384;
/** In front of every file, once it is unpacked. */
const SIGNATURE = encodeUtf8('pagefind_dcd');
/** Place of the list of pieces in the meta file. */
const PIECES = 2;
/** Kinds of CBOR. */
const [TEXT, LIST] = [3, 4];

interface Entry {
  readonly word: string;
  readonly bytes: Uint8Array;
}

/** `files`: of one part, as the indexer gave them. Throws a TypeError or a RangeError for what is no index. */
export function cutPieces(files: readonly IndexFile[]): CutIndex {
  const metaFile = files.find(({ path }) => path.endsWith('.pf_meta'));
  if (metaFile === undefined) return { files, meta: '', words: [] };
  const meta = unpack(metaFile);
  const members = listMembers(meta, 0);
  const starts = listMembers(meta, members[PIECES] ?? 0);
  const words: string[] = [];
  const made: IndexFile[] = [];
  const pieces = starts.flatMap((start) => {
    const { value: piece } = decodeCborAt(meta, start);
    const [from, to, hash] = Array.isArray(piece) ? piece.map(String) : [];
    const file = files.find(({ path }) => path === pathOf(hash ?? ''));
    if (file === undefined || from === undefined || to === undefined) throw new TypeError('a list of other pieces');
    const groups = groupEntries(listEntries(unpack(file)));
    for (const group of groups) for (const { word } of group) words.push(word);
    return groups.map((group, i) => {
      const content = concatBytes([
        ...[encodeHead(LIST, 1), encodeHead(LIST, group.length)],
        ...group.map(({ bytes }) => bytes),
      ]);
      const name = nameOf(content);
      made.push({ path: pathOf(name), content: pack(content) });
      // only what tells it from the piece before is written of the word that a piece begins with: within one all of it is
      const borders = [i === 0 ? from : group[0]?.word, i === groups.length - 1 ? to : group.at(-1)?.word];
      return concatBytes([encodeHead(LIST, 3), ...[...borders, name].map((text = '') => encodeText(text))]);
    });
  });
  const list = concatBytes([encodeHead(LIST, pieces.length), ...pieces]);
  const content = concatBytes([meta.subarray(0, members[PIECES]), list, meta.subarray(members[PIECES + 1])]);
  const [before = '', after = ''] = [/en_\w+/.exec(metaFile.path)?.[0], nameOf(content)];
  const path = metaFile.path.replace(before, after);
  const others = files.flatMap((file) => {
    if (file === metaFile || file.path.startsWith('index/')) return [];
    if (!file.path.endsWith('.json')) return [file];
    return [{ path: file.path, content: encodeUtf8(decodeUtf8(file.content).replace(before, after)) }];
  });
  const all = [...others, ...made, { path, content: pack(content) }];
  return { files: all.sort((a, b) => (a.path < b.path ? -1 : 1)), meta: path, words };
}

/** `[[entry, …]]`; an entry is a list of few members: its word stands behind one byte. */
function listEntries(piece: Uint8Array): readonly Entry[] {
  const starts = listMembers(piece, listMembers(piece, 0)[0] ?? 0);
  return starts.map((start, i) => ({
    word: String(decodeCborAt(piece, start + 1).value),
    bytes: piece.subarray(start, starts[i + 1] ?? piece.length),
  }));
}

function groupEntries(entries: readonly Entry[]): readonly (readonly Entry[])[] {
  const groups: Entry[][] = [];
  let room = 0;
  for (const entry of entries) {
    if (entry.bytes.length > room || groups.length === 0) {
      groups.push([]);
      room = PIECE_BYTES;
    }
    groups.at(-1)?.push(entry);
    room -= entry.bytes.length;
  }
  return groups;
}

function pathOf(name: string): string {
  return `index/${name}.pf_index`;
}

function nameOf(content: Uint8Array): string {
  return `en_${contentHash(content).slice(0, 10)}`;
}

function unpack({ content }: IndexFile): Uint8Array {
  return gunzipSync(content).subarray(SIGNATURE.length);
}

/** Place in the header of gzip that names the machine's system, and what says that it does not matter. */
const [SYSTEM_AT, ANY_SYSTEM] = [9, 255];

function pack(content: Uint8Array): Uint8Array {
  const packed = gzipSync(concatBytes([SIGNATURE, content]));
  packed[SYSTEM_AT] = ANY_SYSTEM;
  return packed;
}

/** The first bytes of a value: of a list those in front of its members, of a text those in front of its bytes. */
function encodeHead(kind: number, length: number): Uint8Array {
  const size = length < 24 ? 0 : length < 0x100 ? 1 : length < 0x10000 ? 2 : 4;
  const bytes = new Uint8Array(1 + size);
  bytes[0] = (kind << 5) | (size === 0 ? length : 24 + Math.log2(size));
  for (let i = 0; i < size; i++) bytes[size - i] = Math.floor(length / 256 ** i) % 256;
  return bytes;
}

function encodeText(said: string): Uint8Array {
  const bytes = encodeUtf8(said);
  return concatBytes([encodeHead(TEXT, bytes.length), bytes]);
}
