/** Lists of conversations: the home page, one list for each project, agent and tag, and the lists of those. */
/** Cut from the oldest on, so that a full page never changes its number; the newest stand at the list's own address. */

import { html } from '../../base/html.ts';
import type { BuildContext, VisibleConversation } from '../conversation/context.ts';
import { listItemOf } from '../conversation/conversation-facts.ts';
import { agentName, plural, projectName } from '../render/names.ts';
import { plainTitle } from '../render/text/plain-title.ts';
import type { LinkModel, ListItemModel, PageModel, PagerModel } from '../shell/page-model.ts';
import { keyOf } from '../state/keys.ts';
import { agentUrl, listPageUrl, outputPath, pages, projectUrl, tagUrl } from '../urls.ts';

export const LISTS_OWNER = 'lists';
/** Conversations on a full page. The newest page holds between this and twice as many. */
const PER_PAGE = 40;
const RECENT = 8;

/** A list with its own feeds: the whole site, or one project, agent or tag. */
export interface ConversationList {
  readonly url: string;
  readonly title: string;
  readonly kind: 'home' | 'project' | 'agent' | 'tag';
  readonly name: string;
  /** Oldest first. */
  readonly conversations: readonly VisibleConversation[];
}

/** The home list first. `conversations`: all that lists show, oldest first. */
export function listLists(title: string, conversations: readonly VisibleConversation[]): readonly ConversationList[] {
  const home: ConversationList = { url: pages.home, title, kind: 'home', name: '', conversations };
  const groups = (
    kind: 'project' | 'agent' | 'tag',
    namesOf: (one: VisibleConversation) => readonly string[],
    urlOf: (name: string) => string,
    titleOf: (name: string) => string,
  ): readonly ConversationList[] => {
    // By address, so that two names which share one (a crafted checksum) share a list instead of a file.
    const byUrl = new Map<string, { name: string; conversations: VisibleConversation[] }>();
    for (const conversation of conversations) {
      for (const name of namesOf(conversation)) {
        const group = byUrl.get(urlOf(name)) ?? { name, conversations: [] };
        byUrl.set(urlOf(name), group);
        if (group.conversations.at(-1) !== conversation) group.conversations.push(conversation);
      }
    }
    return [...byUrl]
      .map(([url, group]) => ({ url, kind, title: titleOf(group.name), ...group }))
      .sort((a, b) => (a.title < b.title ? -1 : a.title > b.title ? 1 : a.url < b.url ? -1 : 1));
  };
  const given = (value: string | undefined): readonly string[] => (value === undefined || value === '' ? [] : [value]);
  return [
    home,
    ...groups('project', ({ summary }) => given(summary.meta.project), projectUrl, projectName),
    ...groups('agent', ({ summary }) => given(summary.meta.agent), agentUrl, agentName),
    ...groups(
      'tag',
      ({ tags }) => tags,
      tagUrl,
      (tag) => plainTitle(tag, 60) || 'tag',
    ),
  ];
}

export async function buildLists(context: BuildContext, lists: readonly ConversationList[]): Promise<void> {
  context.output.take(LISTS_OWNER);
  const home = lists[0];
  for (const list of lists) await buildList(context, list, list === home ? filtersOf(lists) : []);
  for (const kind of ['project', 'agent', 'tag'] as const) await buildOverview(context, kind, lists);
}

const OVERVIEWS = {
  project: { url: pages.projects, title: 'Projects', empty: 'No conversation names a project yet.' },
  agent: { url: pages.agents, title: 'Agents', empty: 'No conversations yet.' },
  tag: { url: pages.tags, title: 'Tags', empty: 'No conversation has a tag. Tags come from rules in site.json.' },
} as const;

async function buildOverview(
  context: BuildContext,
  kind: keyof typeof OVERVIEWS,
  lists: readonly ConversationList[],
): Promise<void> {
  const { url, title, empty } = OVERVIEWS[kind];
  const items = lists
    .filter((list) => list.kind === kind)
    .map(
      (list): ListItemModel => ({
        url: list.url,
        title: list.title,
        summary: '',
        badges: [],
        iso: '',
        date: '',
        facts: [{ label: plural(list.conversations.length, 'conversation'), url: '' }],
        tags: [],
      }),
    );
  await addListPage(context, {
    url,
    title,
    description: `${title} of ${context.options.config.title}`,
    lists: items.length === 0 ? [] : [{ heading: '', id: 'all', items }],
    empty: items.length === 0 ? empty : '',
  });
}

async function buildList(context: BuildContext, list: ConversationList, links: PageModel['links']): Promise<void> {
  const { config } = context.options;
  const total = list.conversations.length;
  const full = Math.max(0, Math.floor(total / PER_PAGE) - 1);
  const feeds = context.frame.feedsOf(list.url, list.kind === 'home' ? config.title : `${list.title}: ${config.title}`);
  const older: LinkModel | null = full > 0 ? { label: 'Older conversations', url: listPageUrl(list.url, full) } : null;
  const newest = list.conversations.slice(full * PER_PAGE).reverse();
  const recent = list.kind === 'home' && total > RECENT ? recentOf(list.conversations) : [];
  await addListPage(context, {
    url: list.url,
    title: list.title,
    description: list.kind === 'home' ? config.description : `Conversations of ${list.title}`,
    crumbs: crumbsOf(list),
    feeds,
    links,
    lists: [
      ...(recent.length === 0 ? [] : [block(context, 'Last active', 'recent', recent)]),
      ...(newest.length === 0 ? [] : [block(context, recent.length === 0 ? '' : 'Newest', 'newest', newest)]),
    ],
    pager: { newer: null, older, pages: [] },
    empty: total === 0 ? 'Nothing is published here yet.' : '',
  });
  for (let page = 1; page <= full; page++) {
    const conversations = list.conversations.slice((page - 1) * PER_PAGE, page * PER_PAGE).reverse();
    await addListPage(context, {
      url: listPageUrl(list.url, page),
      title: `${list.title}, page ${page} from the oldest`,
      description: list.kind === 'home' ? config.description : `Conversations of ${list.title}`,
      crumbs: [...crumbsOf(list), { label: list.title, url: list.url }],
      feeds,
      lists: [block(context, '', 'newest', conversations)],
      pager: pagerOf(list.url, page, full),
    });
  }
}

function pagerOf(base: string, page: number, full: number): PagerModel {
  return {
    newer: { label: 'Newer conversations', url: page < full ? listPageUrl(base, page + 1) : base },
    older: page > 1 ? { label: 'Older conversations', url: listPageUrl(base, page - 1) } : null,
    pages: [],
  };
}

function recentOf(conversations: readonly VisibleConversation[]): readonly VisibleConversation[] {
  return conversations
    .toSorted((a, b) => b.summary.lastMs - a.summary.lastMs || (a.summary.id < b.summary.id ? -1 : 1))
    .slice(0, RECENT);
}

function block(
  context: BuildContext,
  heading: string,
  id: string,
  conversations: readonly VisibleConversation[],
): PageModel['lists'][number] {
  const items = conversations.map((one) => listItemOf(one, context.relations.listChildren(one.summary.id).length));
  return { heading, id, items };
}

function crumbsOf(list: ConversationList): readonly LinkModel[] {
  if (list.kind === 'home') return [];
  const { url, title } = OVERVIEWS[list.kind];
  return [{ label: title, url }];
}

/** The home page's filters: links to the lists, so they work without scripts. */
function filtersOf(lists: readonly ConversationList[]): PageModel['links'] {
  return (['agent', 'project', 'tag'] as const)
    .map((kind) => ({
      heading: OVERVIEWS[kind].title,
      className: 'filters' as const,
      items: biggest(lists.filter((list) => list.kind === kind)).map(({ title, url }) => ({ label: title, url })),
    }))
    .filter((group) => group.items.length > 0);
}

function biggest(lists: readonly ConversationList[]): readonly ConversationList[] {
  return lists
    .toSorted((a, b) => b.conversations.length - a.conversations.length || (a.url < b.url ? -1 : 1))
    .slice(0, 12);
}

async function addListPage(
  context: BuildContext,
  own: Partial<PageModel> & Pick<PageModel, 'url' | 'title'>,
): Promise<void> {
  const model = context.frame.page({ template: 'list.njk', ...own });
  if (!context.output.declare(outputPath(model.url), LISTS_OWNER, keyOf(context.frame.key, model))) return;
  await context.addPage(model, html``);
}
