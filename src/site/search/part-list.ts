/** What the search page reads first: the parts of the index, what can be chosen, and which part may have which word. */
/** The filters of all parts are cut into slices: for one word the page asks one file of some kilobytes, however many parts there are. */

import { concatBytes, encodeUtf8 } from '../../base/bytes.ts';
import type { PartList } from '../../model/search/parts.ts';
import { createFilter, SLICES } from '../../model/search/word-filter.ts';
import { keyOf } from '../state/keys.ts';
import type { Output } from '../state/output.ts';
import type { IndexPart } from '../state/units.ts';
import { outputPath, pages, searchSliceUrl } from '../urls.ts';
import type { CutIndex } from './cut-pieces.ts';

/** Bytes of a file that are aimed at. */
const FILE_BYTES = 4096;
/** Bytes of a filter: a part of so few words is asked itself when it is the newest one, which changes with every build. */
const SMALL = 8192;
const OWNER = 'search';

export interface ListedPart extends IndexPart {
  /** Address of its folder. */
  readonly path: string;
  /** Day of its first words; empty for what has no day. */
  readonly from: string;
  /** It holds entries of feeds. */
  readonly entries?: true;
}

/** What is kept of a part. */
export function describePart({ meta, words }: CutIndex): IndexPart {
  return { meta, words: createFilter(words) };
}

/** `parts`: oldest first. */
export function putPartList(
  output: Output,
  parts: readonly ListedPart[],
  facets: PartList['facets'],
  toolOutput: boolean,
): void {
  output.take(OWNER);
  const hasNone = (part: ListedPart): boolean => part === parts.at(-1) && part.words.length <= SMALL;
  const filtered = parts.filter((part) => !hasNone(part));
  const bytes = filtered.reduce((sum, { words }) => sum + words.length, 0);
  const files = Math.min(SLICES, 2 ** Math.ceil(Math.log2(Math.max(1, bytes / FILE_BYTES))));
  const key = keyOf(filtered.map(({ path, meta }) => [path, meta])).slice(0, 16);
  const put = (url: string, content: string | Uint8Array): void => {
    const path = outputPath(url);
    if (output.declare(path, OWNER, keyOf(key, content))) output.put(path, content);
  };
  for (let file = 0; file < files; file++) {
    const slices = filtered.map(({ words }) => {
      const share = words.length / files;
      return words.subarray(file * share, (file + 1) * share);
    });
    put(searchSliceUrl(file), concatBytes([encodeUtf8(key), ...slices]));
  }
  const list: PartList = {
    key,
    files,
    toolOutput,
    parts: parts.map((part) => {
      const { path, meta, from, words, entries } = part;
      return { path, meta, from, slice: hasNone(part) ? 0 : words.length / SLICES, ...(entries && { entries }) };
    }),
    facets,
  };
  put(pages.searchShards, `${JSON.stringify(list)}\n`);
}
