/** A feed and its entries, before any format. */
/** `feed/` writes these as RSS, Atom and JSON Feed and reads them back; ids are urns, so they are equal on every mirror. */

import type { SafeHtml } from '../base/html.ts';

export interface FeedEntry {
  /** `urn:…`, stable for ever and the same on every mirror. */
  readonly id: string;
  readonly title: string;
  /** Absolute URL of what it is about. */
  readonly url: string;
  /** Milliseconds; `updated` ≥ `published`. */
  readonly published: number;
  readonly updated: number;
  readonly author: string;
  /** Sanitised, addresses absolute. */
  readonly content: SafeHtml;
  /** Plain text, one paragraph. */
  readonly summary: string;
  readonly categories: readonly string[];
  /** turnpress's own: what the entry stands on. Written under one `_turnpress` key or namespace. */
  readonly turn?: { readonly hash: string; readonly conversation: string; readonly branch: string };
}

/** An entry that was taken back (RFC 6721 `at:deleted-entry`). */
export interface DeletedEntry {
  readonly id: string;
  readonly when: number;
}

export interface FeedDocument {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** Absolute URL of the page it belongs to. */
  readonly homeUrl: string;
  /** Absolute URLs of this document in each format, for rel=self. */
  readonly selfUrls: { readonly rss: string; readonly atom: string; readonly json: string };
  readonly language: string;
  readonly author: string;
  /** Time of the newest entry, milliseconds: never the clock. */
  readonly updated: number;
  /** Newest first. */
  readonly entries: readonly FeedEntry[];
  readonly deleted: readonly DeletedEntry[];
  /** RFC 5005: the archive documents of this feed, and what this document is. */
  readonly paging?: {
    readonly kind: 'complete' | 'subscription' | 'archive';
    readonly current?: string;
    readonly prevArchive?: string;
    readonly nextArchive?: string;
  };
  /** Absolute URL of a replica's checkpoint: the conversation's, when the feed is of one, else that of the archive log. */
  readonly checkpoint?: string;
}

/** Of a feed's link: the checkpoint of the conversation or archive that it is of. */
export const CHECKPOINT_RELATION = 'urn:turnpress:rel:checkpoint';

/** Of the link in a page's head that leads to the replica's archive.json; the layout template spells it, too. */
export const REPLICA_MEDIA_TYPE = 'application/vnd.turnpress+json';
