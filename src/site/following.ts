/** What the owner of a site follows and shows: plain data, out of a private memory, for a public site. */
/** Nothing of what was followed in private is in it, and of other people's words only a title and the beginning. */

import type { ConversationId } from '../model/ids.ts';

export interface Following {
  /** In the order of the owner's list. */
  readonly sources: readonly FollowedSource[];
  /** Newest first. */
  readonly river: readonly RiverEntry[];
  /** Conversations of archives that are followed. */
  readonly wander: readonly WanderTarget[];
}

export interface FollowedSource {
  readonly title: string;
  /** Absolute address of the feed. */
  readonly feed: string;
  /** Absolute address of its page. */
  readonly home?: string;
  /** Names of the folders, joined by ` / `; empty: none. */
  readonly folder: string;
  /** Absolute address of its replica. */
  readonly archive?: string;
}

export interface RiverEntry {
  /** As its feed has it. */
  readonly guid: string;
  readonly title: string;
  /** Where it stands. Absent: nobody said. */
  readonly url?: string | ConversationPlace;
  /** Plain text, its beginning. */
  readonly excerpt: string;
  readonly timeMs: number;
  /** Whose it is: the feed's title, and its page or else its address. */
  readonly source: string;
  readonly sourceUrl: string;
}

/** The page of a conversation on somebody's turnpress site. */
export interface ConversationPlace {
  /** Absolute address of the site, with a slash at its end. */
  readonly home: string;
  readonly conversation: ConversationId;
}

export interface WanderTarget {
  readonly title: string;
  readonly url: ConversationPlace;
  readonly source: string;
  readonly startedMs: number;
}
