/** What a kind of list is: how its pages are cut and what stands on them. Types only. */
/** Apart from the table of kinds, so that its rows may stand in files of their own. */

import type { SafeHtml } from '../../base/html.ts';
import type { BuildContext } from '../conversation/context.ts';
import type { LinkModel, PageModel, PagerModel } from '../shell/page-model.ts';
import type { KnownList, Member } from '../state/lists.ts';

/** A list as it is now. */
export type List = KnownList;

export interface ListPage {
  /** Number from 1, counted from the oldest; undefined: the newest, at the list's own address. */
  readonly page: number | undefined;
  /** Newest first. */
  readonly members: readonly Member[];
  /** Addresses of the neighbours; empty for none. */
  readonly newer: string;
  readonly older: string;
}

export interface ListRow {
  readonly perPage: number;
  /** Full pages of a list with so many members. */
  readonly pagesOf: (members: number) => number;
  readonly titleOf: (context: BuildContext, name: string) => string;
  /** Of its newest exchanges, or of older ones too, day by day. */
  readonly feeds: 'none' | 'newest' | 'back';
  readonly newestOf: (context: BuildContext, list: List, page: ListPage) => PageModel;
  /** What stands on the newest page beside its model. */
  readonly bodyOf?: (context: BuildContext, list: List) => SafeHtml;
  readonly fullOf: (context: BuildContext, list: List, page: ListPage, number: number) => PageModel;
}

export function pagerOf({ newer, older }: ListPage, newerLabel: string, olderLabel: string): PagerModel {
  const link = (label: string, url: string): LinkModel | null => (url === '' ? null : { label, url });
  return { newer: link(newerLabel, newer), older: link(olderLabel, older), pages: [] };
}
