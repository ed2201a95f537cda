/** What somebody else's feed says, whatever its format: the model that the reader keeps. */
/** Nothing in it is trusted: texts are plain but for `html`, which is sanitised when it is shown, and addresses are absolute web addresses. */

export interface ForeignFeed {
  readonly format: 'rss' | 'atom' | 'json';
  readonly title: string;
  readonly description: string;
  /** The page it belongs to. */
  readonly homeUrl?: string;
  /** How often its author thinks it is worth asking, milliseconds (RSS `ttl`). */
  readonly ttlMs?: number;
  /** The checkpoint of the turnpress archive that it comes from. */
  readonly checkpointUrl?: string;
  /** In the order in which they stand. */
  readonly entries: readonly ForeignEntry[];
  /** Ids of entries that were taken back (RFC 6721). */
  readonly deleted: readonly string[];
  /** What was wrong and could be passed over, a sentence each. */
  readonly problems: readonly string[];
}

export interface ForeignEntry {
  /** As the feed gives it, else made of its address or its words: unique within the feed. */
  readonly id: string;
  readonly title: string;
  readonly url?: string;
  /** HTML as it came. */
  readonly html?: string;
  /** Plain text: a summary, or all there is. */
  readonly text?: string;
  /** Milliseconds. Absent: none was given that can be read. */
  readonly publishedMs?: number;
  readonly updatedMs?: number;
  readonly author?: string;
  readonly categories: readonly string[];
  readonly enclosures: readonly Enclosure[];
}

/** A file that goes with an entry. It is offered, never loaded unasked. */
export interface Enclosure {
  readonly url: string;
  readonly type?: string;
  /** Bytes, as claimed. */
  readonly size?: number;
}
