/** What a page shell is given: plain text and addresses, decided here so that templates only loop and place. */
/** Templates escape every value. HTML reaches a page only as the body that typed code rendered. */

import type { SafeHtml } from '../../base/html.ts';
import type { PageKindName } from './page-kinds.ts';

export interface LinkModel {
  readonly label: string;
  readonly url: string;
}

export interface FactModel {
  readonly label: string;
  /** Empty list: the fact is not shown. */
  readonly values: readonly { readonly text: string; readonly url: string; readonly iso: string }[];
}

export interface ListItemModel {
  readonly url: string;
  readonly title: string;
  /** One line below the title. */
  readonly summary: string;
  readonly badges: readonly string[];
  readonly iso: string;
  readonly date: string;
  /** Path of a drawing in a square of 16; empty: none. */
  readonly glyph: string;
  readonly facts: readonly LinkModel[];
  readonly tags: readonly LinkModel[];
}

/** A list as a card, with how busy it was. */
export interface CardModel extends LinkModel {
  readonly glyph: string;
  /** Path of the bars; empty: none. */
  readonly bars: string;
  readonly facts: readonly string[];
}

export interface FeedLinkModel extends LinkModel {
  readonly type: string;
  readonly title: string;
}

export interface PagerModel {
  readonly newer: LinkModel | null;
  readonly older: LinkModel | null;
  /** Numbered pages, where they are listed; `url` is empty for the page itself and where numbers are left out. */
  readonly pages: readonly (LinkModel & { readonly current: boolean })[];
}

/** One page. Every member is always there: templates do not ask what is missing. */
export interface PageModel {
  readonly url: string;
  /** What the finished page gets in front of its addresses, `/name` or nothing; templates write them without it. */
  readonly basePath: string;
  /** Where what it shows comes from, when that is another archive that was pulled; empty: from this one. */
  readonly copyOf: string;
  /** Sites of archives that are followed from here. */
  readonly copies: readonly LinkModel[];
  /** File name of the template. */
  readonly template: string;
  /** A class of its body, for the owner's style sheet: the row of PAGE_KINDS by which it has its styles and scripts. */
  readonly kind: PageKindName;
  readonly lang: string;
  readonly title: string;
  /** The title and whose site it is: what a tab, a bookmark and a search engine show. */
  readonly documentTitle: string;
  readonly heading: string;
  /** `long`: a heading that is a whole sentence is set smaller. Empty: none. */
  readonly headingClass: 'long' | '';
  readonly description: string;
  /** Absolute address; empty for pages that should not be found. */
  readonly canonical: string;
  /** Address that a browser goes on to at once; empty: none. */
  readonly refresh: string;
  readonly policy: string;
  /** What somebody reads who opened the page as a file; empty: nothing. */
  readonly fromDisk: string;
  /** What search engines are told; empty: nothing. */
  readonly robots: string;
  /** Where the replica begins that this page can be checked against; empty: there is none. */
  readonly replica: string;
  /** The list of what the owner follows; empty: it is not shown. */
  readonly blogroll: string;
  /** Program and renderer that made the page, for who renders its turns again. */
  readonly generator: string;
  /** The script that checks this page; empty: it cannot be checked. */
  readonly checker: string;
  readonly icon: string;
  /** `wide`: more than a column of text. */
  readonly width: 'column' | 'wide';
  /** What a link to this page looks like where it is shown with a picture (Open Graph); none in the private site. */
  readonly cards: readonly { readonly property: string; readonly content: string }[];
  /** JSON-LD; empty: none. */
  readonly structured: SafeHtml | '';
  /** Fonts that are asked for with the page. */
  readonly fonts: readonly string[];
  readonly styles: readonly string[];
  readonly scripts: readonly string[];
  /** Modules that are asked for with the page. */
  readonly modules: readonly string[];
  readonly siteTitle: string;
  readonly nav: readonly (LinkModel & { readonly current: boolean })[];
  /** In the footer. */
  readonly more: readonly LinkModel[];
  readonly crumbs: readonly LinkModel[];
  readonly feeds: readonly FeedLinkModel[];
  readonly badges: readonly string[];
  readonly tags: readonly LinkModel[];
  readonly facts: readonly FactModel[];
  /** Branches of a conversation, filters of a list. */
  readonly links: readonly {
    readonly heading: string;
    readonly className: 'branches' | 'filters';
    readonly items: readonly LinkModel[];
  }[];
  /** Where words are sent to be looked for; empty: the page has no box for them. */
  readonly search: string;
  /** The same for the box in the header. */
  readonly headerSearch: string;
  readonly tiles: readonly {
    readonly heading: string;
    readonly more: LinkModel;
    readonly items: readonly CardModel[];
  }[];
  readonly lists: readonly {
    readonly heading: string;
    readonly id: string;
    readonly items: readonly ListItemModel[];
  }[];
  /** Where the page stands among the pages of its conversation; empty: it is the only one. */
  readonly position: string;
  readonly pager: PagerModel;
  /** What is said when there is nothing to list; empty when there is something. */
  readonly empty: string;
}
