/** Lists of conversations: the home page, and those of a project, an agent, a model, a tag. By day, newest first. */
/** The newest page says what was done in all; a full page holds nothing but its conversations, so that it need not be made again. */

import { joinHtml } from '../../base/html.ts';
import { isoDate, readableDate } from '../../base/time.ts';
import { titleOfTag } from '../conversation/collect-lists.ts';
import type { BuildContext } from '../conversation/context.ts';
import { agentName, formatCount, modelName, plural, projectName } from '../render/names.ts';
import type { CardModel, LinkModel, ListItemModel, PageModel } from '../shell/page-model.ts';
import type { Member } from '../state/lists.ts';
import { WHOLE } from '../state/work/tallies.ts';
import { listPageUrl, pages, projectStatsUrl } from '../urls.ts';
import { renderCommits } from './commit-list.ts';
import { type List, type ListPage, type ListRow, pagerOf } from './list-row.ts';
import { barsOfScope, lastDay, renderBusiestFiles, renderStarts, renderWork } from './work-facts.ts';

const MOST_RECENT = 6;
const MOST_CARDS = 8;
const MOST_FILTERS = 12;

/** Lists with an overview of their own. */
export const overviews = {
  project: {
    url: pages.projects,
    title: 'Projects',
    nameOf: projectName,
    empty: 'No conversation names a project yet.',
  },
  agent: { url: pages.agents, title: 'Agents', nameOf: agentName, empty: 'No conversations yet.' },
  model: { url: pages.models, title: 'Models', nameOf: modelName, empty: 'No conversation names a model.' },
  tag: {
    url: pages.tags,
    title: 'Tags',
    nameOf: titleOfTag,
    empty: 'No conversation has a tag. Tags come from rules in site.json.',
  },
} as const;

/** The newest page holds between one and two full pages. */
export const conversations: Omit<ListRow, 'titleOf'> = {
  perPage: 40,
  pagesOf: (members) => Math.max(0, Math.floor(members / 40) - 1),
  feeds: 'newest',
  newestOf: (context, list, page) =>
    context.frame.page({
      ...sharedOf(context, list, page),
      url: list.url,
      title: list.title,
      links: relatedTo(context, list),
      empty: list.members === 0 ? 'Nothing is published here yet.' : '',
    }),
  bodyOf: (context, list) => renderStarts(context, list.url),
  fullOf: (context, list, page, number) =>
    context.frame.page({
      ...sharedOf(context, list, page),
      url: listPageUrl(list.url, number),
      title: `${list.title}, page ${number} from the oldest`,
      crumbs: [...crumbsOf(list), { label: list.title, url: list.url }],
    }),
};

/** The front page: what was done, what is looked at most, then everything by day. */
export const home: Omit<ListRow, 'titleOf'> = {
  ...conversations,
  feeds: 'back',
  newestOf: (context, list, page) =>
    context.frame.page({
      ...sharedOf(context, list, page),
      template: 'home.njk',
      url: list.url,
      title: list.title,
      search: pages.search,
      tiles: [projectCards(context)].filter(({ items }) => items.length > 0),
      links: filtersOf(context),
      lists: [...pinnedOf(context), ...recentOf(context, list, page), ...daysOf(page.members)],
      empty: list.members === 0 ? 'Nothing is published here yet.' : '',
    }),
  bodyOf: (context, list) => renderWork(context, WHOLE, list.members, pages.stats),
};

export const project: Omit<ListRow, 'titleOf'> = {
  ...conversations,
  feeds: 'back',
  bodyOf: (context, list) =>
    joinHtml([
      renderWork(context, list.url, list.members, projectStatsUrl(list.name)),
      renderCommits(context, list.name),
      renderBusiestFiles(context, list.name),
    ]),
};

/** Cards of the lists of one kind that were active last. */
export function cardsOf(context: BuildContext, kind: 'project', limit: number): readonly CardModel[] {
  const last = lastDay(context);
  return context.state.lists.listLatest(kind, limit).map(({ url, title, members, lastMs }) => ({
    ...{ url, label: title, glyph: '', bars: barsOfScope(context, url, last) },
    facts: [plural(members, 'conversation'), readableDate(lastMs)],
  }));
}

function projectCards(context: BuildContext): PageModel['tiles'][number] {
  return {
    heading: 'Projects',
    more: { label: 'All projects', url: pages.projects },
    items: cardsOf(context, 'project', MOST_CARDS),
  };
}

function sharedOf(context: BuildContext, list: List, page: ListPage) {
  return {
    template: 'list.njk',
    width: 'wide',
    description: list.kind === 'home' ? context.options.config.description : describe(context, list),
    crumbs: crumbsOf(list),
    feeds: feedsOf(context, list),
    lists: daysOf(page.members),
    pager: pagerOf(page, 'Newer conversations', 'Older conversations'),
  } as const;
}

function describe({ state }: BuildContext, { url, members }: List): string {
  const last = state.lists.listRecent(url, 1)[0];
  return `${plural(members, 'conversation')}${last === undefined ? '' : `, last active on ${readableDate(last.lastMs)}`}`;
}

function feedsOf({ frame, options }: BuildContext, list: List): PageModel['feeds'] {
  const { title } = options.config;
  if (list.kind !== 'home') return frame.feedsOf(list.url, `${list.title}: ${title}`);
  const [digest] = frame.feedsOf(pages.digest, `${title}, by day`).filter(({ url }) => url.endsWith('atom.xml'));
  return [...frame.feedsOf(list.url, title), ...(digest === undefined ? [] : [{ ...digest, label: 'By day' }])];
}

function crumbsOf({ kind }: List): readonly LinkModel[] {
  if (kind === 'home' || kind === 'every') return [];
  const { url, title } = overviews[kind];
  return [{ label: title, url }];
}

/** A block for each day on which some of them began. */
function daysOf(members: readonly Member[]): PageModel['lists'] {
  const days = Map.groupBy(members, ({ firstMs }) => isoDate(firstMs));
  return [...days].map(([day, own]) => ({
    heading: readableDate(Date.parse(day)),
    id: `d-${day}`,
    items: own.map(itemOf),
  }));
}

/** What the owner wants to be read first. */
function pinnedOf({ state, notes }: BuildContext): PageModel['lists'] {
  const items = [...notes]
    .filter(([id, { pinned }]) => pinned && state.conversations.find(id) !== undefined)
    .map(([id]) => state.conversations.findItem(id))
    .filter((item) => item !== '')
    .map((item) => itemOf({ item }));
  return items.length === 0 ? [] : [{ heading: 'Pinned', id: 'pinned', items }];
}

/** Those that were active last and do not stand below: old ones that somebody went on with. */
function recentOf({ state }: BuildContext, list: List, page: ListPage): PageModel['lists'] {
  const below = new Set(page.members.map(({ id }) => id));
  const items = state.lists
    .listRecent(list.url, MOST_RECENT)
    .filter(({ id }) => !below.has(id))
    .map(itemOf);
  return items.length === 0 ? [] : [{ heading: 'Gone on with lately', id: 'recent', items }];
}

function itemOf(member: Pick<Member, 'item'>): ListItemModel {
  // Written by saveListed; the state is private to the archive's owner.
  return JSON.parse(member.item) as ListItemModel;
}

/** What its conversations have beside what makes them a list: who did them, with which models, in which projects. */
function relatedTo({ state }: BuildContext, { url, kind: own }: List): PageModel['links'] {
  const related = Map.groupBy(state.lists.listRelated(url), ({ kind }) => kind);
  return (['project', 'agent', 'model', 'tag'] as const)
    .filter((kind) => kind !== own)
    .map((kind) => ({
      heading: overviews[kind].title,
      className: 'filters' as const,
      items: (related.get(kind) ?? []).slice(0, MOST_FILTERS).map(({ url: other, name, members }) => ({
        label: `${overviews[kind].nameOf(name)} (${formatCount(members)})`,
        url: other,
      })),
    }))
    .filter((group) => group.items.length > 0);
}

/** Links to the other lists, biggest first, so that they work without scripts. */
function filtersOf({ state }: BuildContext): PageModel['links'] {
  return (['agent', 'model', 'tag'] as const)
    .map((kind) => ({
      heading: overviews[kind].title,
      className: 'filters' as const,
      items: state.lists.listBiggest(kind, MOST_FILTERS).map(({ title, url }) => ({ label: title, url })),
    }))
    .filter((group) => group.items.length > 0);
}
