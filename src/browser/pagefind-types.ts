/** What Pagefind's program in the browser is asked and answers: only what the search page uses. */
/** Pagefind ships no types for it. Read from pagefind 1.6, `pagefind.js`. */

export interface PagefindProgram {
  /** An index of its own; all of them share one worker. `basePath`: where the program and the first index stand. */
  createInstance(options: IndexOptions & { readonly basePath: string }): Pagefind;
}

export interface Pagefind {
  init(): Promise<void>;
  mergeIndex(path: string, options: IndexOptions): Promise<void>;
  /** `null` for words: everything that the filters let through. */
  search(
    words: string | null,
    options: { readonly filters: Filters; readonly sort?: Readonly<Record<string, 'asc' | 'desc'>> },
  ): Promise<PagefindAnswer>;
}

export interface PagefindAnswer {
  readonly results: readonly PagefindResult[];
  /** Results that there would be without filters. */
  readonly unfilteredResultCount: number;
}

export interface IndexOptions {
  /** In front of the addresses of its results. */
  readonly baseUrl: string;
  readonly metaCacheTag: string;
  /** A filter that all records of this index have beside their own. */
  readonly mergeFilter: Readonly<Record<string, string>>;
}

export type Filters = Readonly<Record<string, string | { readonly any: readonly string[] }>>;

export interface PagefindResult {
  /** Of the record, in all answers alike. */
  readonly id: string;
  readonly score: number;
  /** Fetches what was indexed. */
  data(): Promise<PagefindRecord>;
}

export interface PagefindRecord {
  readonly url: string;
  readonly meta: Readonly<Record<string, string>>;
  /** All words that were indexed, with single spaces between them. Not escaped. */
  readonly content: string;
  /** Where turns begin. `location` counts words. */
  readonly anchors: readonly { readonly id: string; readonly location: number }[];
  /** Words that were found, by their number. */
  readonly locations: readonly number[];
}
