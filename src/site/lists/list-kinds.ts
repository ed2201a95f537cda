/** The kinds of lists: how long their pages are, how they are called, and what stands on them. */
/** One row for each, with everything that differs. */

import type { ConversationId } from '../../model/ids.ts';
import type { BuildContext } from '../conversation/context.ts';
import type { ListItemModel, PageModel } from '../shell/page-model.ts';
import type { ListKind, Member } from '../state/lists.ts';
import { conversationUrl, listPageUrl } from '../urls.ts';
import { conversations, home, overviews, project } from './conversation-lists.ts';
import { type ListRow, pagerOf } from './list-row.ts';

/** Pages of one conversation among all pages; the rest is found through the conversation. */
const MOST_PAGES = 200;

export const listKinds: Readonly<Record<ListKind, ListRow>> = {
  home: { ...home, titleOf: ({ options }) => options.config.title },
  project: { ...project, titleOf: (_, name) => overviews.project.nameOf(name) },
  agent: { ...conversations, titleOf: (_, name) => overviews.agent.nameOf(name) },
  model: { ...conversations, titleOf: (_, name) => overviews.model.nameOf(name) },
  tag: { ...conversations, titleOf: (_, name) => overviews.tag.nameOf(name) },
  every: {
    perPage: 500,
    pagesOf: (members) => Math.max(0, Math.ceil(members / 500) - 1),
    titleOf: () => 'Search',
    feeds: 'none',
    newestOf: (context, list, page) =>
      context.frame.page({
        template: 'search.njk',
        url: list.url,
        title: list.title,
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
        pager: pagerOf(page, 'Newer', 'Older'),
      }),
  },
};

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
      const nothing = { summary: '', badges: [], glyph: '', iso: '', date: '', facts: [], tags: [] };
      return { url, title: title.filter(Boolean).join(', '), ...nothing };
    });
}

/** Branch (empty: the main one) and page number of a conversation's page. */
function placeOf(id: ConversationId, url: string): { readonly branch: string; readonly page: number } {
  const [, branch = '', page = '1'] =
    /^(?:b\/([^/]+)\/)?(?:p(\d+)\/)?$/.exec(url.slice(conversationUrl(id).length)) ?? [];
  return { branch, page: Number(page) };
}
