/** What `/search/shards.json` holds: the parts of the search index, and what can be chosen in the form. */
/** Written by the build and read by the search page. */

export interface PartList {
  /** Stands at the beginning of every file of word filters that belongs to this list. 16 characters. */
  readonly key: string;
  /** Files of word filters: `/search/words/<n>`. A power of two. */
  readonly files: number;
  /** What tools printed is in the index. */
  readonly toolOutput: boolean;
  /** Oldest first. */
  readonly parts: readonly PartInfo[];
  readonly facets: Readonly<Record<string, readonly string[]>>;
}

export interface PartInfo {
  /** Its folder, below the site. */
  readonly path: string;
  /** Below the folder: the file that lists its records and its pieces. */
  readonly meta: string;
  /** Day of its first words; empty for what has no day. */
  readonly from: string;
  /** Bytes of one slice of its word filter; 0: it has none, and is small. */
  readonly slice: number;
  /** It holds entries of feeds, of whatever days. */
  readonly entries?: true;
}
