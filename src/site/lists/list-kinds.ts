/** The kinds of lists: how long their pages are, how they are called, and what stands on them. */
/** One row for each, with everything that differs. */

import type { ConversationId } from '../../model/ids.ts';
import { titleOfTag } from '../conversation/collect-lists.ts';
import type { BuildContext } from '../conversation/context.ts';
import { agentName, projectName } from '../render/names.ts';
import { SEARCH_POLICY } from '../shell/headers.ts';
import type { LinkModel, ListItemModel, PageModel, PagerModel } from '../shell/page-model.ts';
import type { KnownList, ListKind, Member } from '../state/lists.ts';
import { conversationUrl, listPageUrl, pages } from '../urls.ts';

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
  readonly feeds: boolean;
  readonly newestOf: (context: BuildContext, list: List, page: ListPage) => PageModel;
  readonly fullOf: (context: BuildContext, list: List, page: ListPage, number: number) => PageModel;
}

const RECENT = 8;
/** Pages of one conversation among all pages; the rest is found through the conversation. */
const MOST_PAGES = 200;

/** Lists with an overview of their own. */
export const overviews = {
  project: { url: pages.projects, title: 'Projects', empty: 'No conversation names a project yet.' },
  agent: { url: pages.agents, title: 'Agents', empty: 'No conversations yet.' },
  tag: { url: pages.tags, title: 'Tags', empty: 'No conversation has a tag. Tags come from rules in site.json.' },
} as const;

/** A list of conversations with their facts. The newest page holds between one and two full pages. */
const conversations: Omit<ListRow, 'titleOf'> = {
  perPage: 40,
  pagesOf: (members) => Math.max(0, Math.floor(members / 40) - 1),
  feeds: true,
  newestOf: (context, list, page) => {
    const home = list.kind === 'home';
    const recent = home && list.members > RECENT ? context.state.lists.listRecent(list.url, RECENT) : [];
    return context.frame.page({
      template: 'list.njk',
      url: list.url,
      title: list.title,
      description: descriptionOf(context, list),
      crumbs: crumbsOf(list),
      feeds: feedsOf(context, list),
      links: home ? filtersOf(context) : [],
      lists: [
        ...(recent.length === 0 ? [] : [blockOf('Last active', 'recent', recent)]),
        ...(page.members.length === 0 ? [] : [blockOf(recent.length === 0 ? '' : 'Newest', 'newest', page.members)]),
      ],
      pager: pagerOf(page, 'Newer conversations', 'Older conversations'),
      empty: list.members === 0 ? 'Nothing is published here yet.' : '',
    });
  },
  fullOf: (context, list, page, number) =>
    context.frame.page({
      template: 'list.njk',
      url: listPageUrl(list.url, number),
      title: `${list.title}, page ${number} from the oldest`,
      description: descriptionOf(context, list),
      crumbs: [...crumbsOf(list), { label: list.title, url: list.url }],
      feeds: feedsOf(context, list),
      lists: [blockOf('', 'newest', page.members)],
      pager: pagerOf(page, 'Newer conversations', 'Older conversations'),
    }),
};

export const listKinds: Readonly<Record<ListKind, ListRow>> = {
  home: { ...conversations, titleOf: ({ options }) => options.config.title },
  project: { ...conversations, titleOf: (_, name) => projectName(name) },
  agent: { ...conversations, titleOf: (_, name) => agentName(name) },
  tag: { ...conversations, titleOf: (_, name) => titleOfTag(name) },
  every: {
    perPage: 500,
    pagesOf: (members) => Math.max(0, Math.ceil(members / 500) - 1),
    titleOf: () => 'Search',
    feeds: false,
    newestOf: (context, list, page) =>
      context.frame.page({
        template: 'search.njk',
        url: list.url,
        title: list.title,
        policy: SEARCH_POLICY,
        scripts: [context.frame.asset('search.js')].filter((url) => url !== ''),
        lists: pageLists(context, page.members),
        pager: pagerOf(page, 'Newer', 'Older'),
        empty: list.members === 0 ? 'Nothing is published here yet.' : '',
      }),
    fullOf: (context, list, page, number) =>
      context.frame.page({
        template: 'list.njk',
        url: listPageUrl(list.url, number),
        title: `All pages, part ${number} from the oldest`,
        crumbs: [{ label: 'Search', url: list.url }],
        lists: pageLists(context, page.members),
        policy: SEARCH_POLICY,
        pager: pagerOf(page, 'Newer', 'Older'),
      }),
  },
};

function descriptionOf({ options }: BuildContext, list: List): string {
  return list.kind === 'home' ? options.config.description : `Conversations of ${list.title}`;
}

function feedsOf({ frame, options }: BuildContext, list: List): PageModel['feeds'] {
  const { title } = options.config;
  return frame.feedsOf(list.url, list.kind === 'home' ? title : `${list.title}: ${title}`);
}

function crumbsOf({ kind }: List): readonly LinkModel[] {
  if (kind === 'home' || kind === 'every') return [];
  const { url, title } = overviews[kind];
  return [{ label: title, url }];
}

function blockOf(heading: string, id: string, members: readonly Member[]): PageModel['lists'][number] {
  // Written by saveListed; the state is private to the archive's owner.
  return { heading, id, items: members.map((member) => JSON.parse(member.item) as ListItemModel) };
}

function pagerOf({ newer, older }: ListPage, newerLabel: string, olderLabel: string): PagerModel {
  const link = (label: string, url: string): LinkModel | null => (url === '' ? null : { label, url });
  return { newer: link(newerLabel, newer), older: link(olderLabel, older), pages: [] };
}

/** The home page's filters: links to the lists, so they work without scripts. */
function filtersOf({ state }: BuildContext): PageModel['links'] {
  return (['agent', 'project', 'tag'] as const)
    .map((kind) => ({
      heading: overviews[kind].title,
      className: 'filters' as const,
      items: state.lists.listBiggest(kind, 12).map(({ title, url }) => ({ label: title, url })),
    }))
    .filter((group) => group.items.length > 0);
}

function pageLists(context: BuildContext, members: readonly Member[]): PageModel['lists'] {
  const items = members.flatMap((member) => pageItems(context, member));
  return items.length === 0 ? [] : [{ heading: '', id: '', items }];
}

/** Every page of a conversation as a link: the main branch first, page by page. */
function pageItems({ state }: BuildContext, member: Member): readonly ListItemModel[] {
  return state.places
    .listPages(member.id)
    .map(({ url }) => ({ url, ...placeOf(member.id, url) }))
    .sort((a, b) => (a.branch === b.branch ? a.page - b.page : a.branch < b.branch ? -1 : 1))
    .slice(0, MOST_PAGES)
    .map(({ url, branch, page }) => {
      const title = [member.title, branch && `branch ${branch}`, page > 1 && `page ${page}`];
      const nothing = { summary: '', badges: [], iso: '', date: '', facts: [], tags: [] };
      return { url, title: title.filter(Boolean).join(', '), ...nothing };
    });
}

/** Branch (empty: the main one) and page number of a conversation's page. */
function placeOf(id: ConversationId, url: string): { readonly branch: string; readonly page: number } {
  const [, branch = '', page = '1'] =
    /^(?:b\/([^/]+)\/)?(?:p(\d+)\/)?$/.exec(url.slice(conversationUrl(id).length)) ?? [];
  return { branch, page: Number(page) };
}
