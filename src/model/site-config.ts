/** What `content/site.json` says, checked and with its defaults filled in. */
/** Read by cli/config.ts, handed to the rooms that need it. Nothing else configures a site. */

import type { Price } from './facts/prices.ts';

export interface PublishRule {
  /** All members given must fit, and one must be given. `*` at the end of a value fits any rest. */
  readonly agent?: string;
  /** A folder with all below it (`~/dev/api`), or a repository (`github.com/me/api`). A mere name keeps private, and makes nothing public. */
  readonly project?: string;
  readonly tag?: string;
  /** First digits (8 or more) of a conversation's id, or `*` for every conversation. */
  readonly conversation?: string;
  readonly visibility: 'public' | 'private';
}

export interface SiteConfig {
  readonly title: string;
  readonly description: string;
  /** Absolute, ends in `/`: where the site will stand. Feeds and sitemap need it. */
  readonly url: string;
  readonly author: string;
  readonly language: string;
  /** `#rrggbb`: what is marked, drawn and filled; its lightness is set so that it can be read. Empty: ours. */
  readonly color: string;
  /** What models cost, in `currency`. Empty: nothing is said of cost. */
  readonly prices: readonly Price[];
  readonly currency: string;
  /** The documentation of turnpress stands below `/docs/`, as on its own site. */
  readonly documentation: boolean;
  /** The last rule that fits wins; none: private. */
  readonly publish: readonly PublishRule[];
  /** Tags by rule: project or agent to tags. */
  readonly tags: readonly {
    readonly project?: string;
    readonly agent?: string;
    readonly conversation?: string;
    readonly add: readonly string[];
  }[];
  /** What of the subscriptions is shown, on a site that everybody can see, too. */
  readonly following: {
    /** `/river/`: the newest entries of all of them. */
    readonly river: boolean;
    /** `/blogroll.opml`: the list of them, for programs. */
    readonly blogroll: boolean;
    /** `/neighbours/`: the same for people. */
    readonly neighbours: boolean;
    /** `/wander/`: leads to a conversation of an archive among them. */
    readonly wander: boolean;
  };
  readonly search: { /** Index tool output too. */ readonly toolOutput: boolean };
  readonly images: { /** Images appear on public pages. */ readonly publish: boolean };
  readonly redact: {
    /** Extra words or values that must never be kept (literal, case-sensitive). */
    readonly words: readonly string[];
    /** Replace e-mail addresses and other personal data at import. */
    readonly personal: boolean;
    /** First digits (16 or more) of turns in which a person has looked at what the publishing gate found. */
    readonly allow: readonly string[];
  };
}
