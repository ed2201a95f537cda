/** The files that sites have once: search and resolver page, 404, OPML, sitemap, robots, manifest, headers, assets. */
/** Each is a function of what the build knows already; none reads a log. */

import { html } from '../../base/html.ts';
import { isoTime } from '../../base/time.ts';
import type { BuildContext, VisibleConversation } from '../conversation/context.ts';
import type { PageRecord } from '../conversation/conversation-work.ts';
import type { ConversationList } from '../lists/lists.ts';
import { generateHeadersFile, SEARCH_POLICY } from '../shell/headers.ts';
import type { ListItemModel, PageModel } from '../shell/page-model.ts';
import { keyOf } from '../state/keys.ts';
import { absoluteUrl, conversationUrl, feedUrl, listPageUrl, outputPath, pages, sitemapPartUrl } from '../urls.ts';

const OWNER = 'statics';
/** The protocol's limit for one file, https://www.sitemaps.org/protocol.html */
const MOST_URLS = 50_000;
/** Links on one page of the plain list that stands below the search form. */
const PER_LIST = 500;

/** One conversation with its pages, as lists of everything need it. */
export interface IndexedConversation {
  readonly conversation: VisibleConversation;
  readonly pages: readonly Pick<PageRecord, 'url' | 'lastMs'>[];
}

/** `conversations` oldest first. */
export async function buildStatics(
  context: BuildContext,
  conversations: readonly IndexedConversation[],
  lists: readonly ConversationList[],
  generateOpml: () => Promise<OpmlWriter>,
): Promise<void> {
  const { output, inputs, frame, options } = context;
  output.take(OWNER);
  for (const { url, content } of inputs.assets.values()) put(context, url, content, url);
  await buildSearchPages(context, conversations);
  await addPage(context, {
    url: pages.resolver,
    template: 'resolve.njk',
    title: 'Find a turn by its hash',
    scripts: [...frame.page({ url: '', template: '', title: '' }).scripts, frame.asset('resolve.js')].filter(
      (url) => url !== '',
    ),
  });
  await addPage(context, {
    url: pages.notFound,
    template: 'list.njk',
    title: 'Not found',
    description: 'There is no page at this address. It may have moved to another branch, or it is not published.',
    links: [
      {
        heading: 'Where to look',
        className: 'filters',
        items: [
          { label: 'Conversations', url: pages.home },
          { label: 'Search', url: pages.search },
        ],
      },
    ],
  });
  buildSitemap(context, conversations, lists);
  put(context, pages.robots, `User-agent: *\nAllow: /\nSitemap: ${absoluteUrl(options.config.url, pages.sitemap)}\n`);
  put(context, pages.webManifest, `${JSON.stringify(webManifest(context))}\n`);
  put(context, pages.headers, generateHeadersFile());
  await buildOpml(context, conversations, lists, generateOpml);
}

/** The feed room's writer, loaded when the list has to be written. */
export type OpmlWriter = (document: {
  readonly title: string;
  readonly outlines: readonly { readonly title: string; readonly outlines: readonly OpmlFeed[] }[];
}) => string;

interface OpmlFeed {
  readonly title: string;
  readonly feedUrl: string;
  readonly homeUrl: string;
}

async function buildOpml(
  context: BuildContext,
  conversations: readonly IndexedConversation[],
  lists: readonly ConversationList[],
  load: () => Promise<OpmlWriter>,
): Promise<void> {
  const { config } = context.options;
  const feedOf = (title: string, url: string): OpmlFeed => ({
    title,
    feedUrl: absoluteUrl(config.url, feedUrl(url, 'atom')),
    homeUrl: absoluteUrl(config.url, url),
  });
  const groups = [
    {
      title: config.title,
      outlines: lists.filter((list) => list.kind === 'home').map((list) => feedOf(config.title, list.url)),
    },
    ...(['project', 'agent', 'tag'] as const).map((kind) => ({
      title: { project: 'Projects', agent: 'Agents', tag: 'Tags' }[kind],
      outlines: lists.filter((list) => list.kind === kind).map((list) => feedOf(list.title, list.url)),
    })),
    {
      title: 'Conversations',
      outlines: conversations.map(({ conversation }) =>
        feedOf(conversation.title, conversationUrl(conversation.summary.id)),
      ),
    },
  ].filter((group) => group.outlines.length > 0);
  const path = outputPath(pages.opml);
  if (!context.output.declare(path, OWNER, keyOf(config.title, groups))) return;
  const generate = await load();
  context.output.put(path, generate({ title: config.title, outlines: groups }));
}

async function buildSearchPages(context: BuildContext, conversations: readonly IndexedConversation[]): Promise<void> {
  const { frame } = context;
  const scripts = [frame.asset('search.js')].filter((url) => url !== '');
  const full = Math.max(0, Math.ceil(conversations.length / PER_LIST) - 1);
  const listOf = (from: number, to: number): PageModel['lists'] => {
    const items = conversations.slice(from, to).reverse().flatMap(pageItems);
    return items.length === 0 ? [] : [{ heading: '', id: '', items }];
  };
  for (let page = 1; page <= full; page++) {
    const newer = page < full ? listPageUrl(pages.search, page + 1) : pages.search;
    await addPage(context, {
      url: listPageUrl(pages.search, page),
      template: 'list.njk',
      title: `All pages, part ${page} from the oldest`,
      crumbs: [{ label: 'Search', url: pages.search }],
      lists: listOf((page - 1) * PER_LIST, page * PER_LIST),
      policy: SEARCH_POLICY,
      pager: {
        newer: { label: 'Newer', url: newer },
        older: page > 1 ? { label: 'Older', url: listPageUrl(pages.search, page - 1) } : null,
        pages: [],
      },
    });
  }
  await addPage(context, {
    url: pages.search,
    template: 'search.njk',
    title: 'Search',
    policy: SEARCH_POLICY,
    scripts,
    lists: listOf(full * PER_LIST, conversations.length),
    pager: {
      newer: null,
      older: full > 0 ? { label: 'Older', url: listPageUrl(pages.search, full) } : null,
      pages: [],
    },
    empty: conversations.length === 0 ? 'Nothing is published here yet.' : '',
  });
}

/** Every page of a conversation as a link: the main branch first, page by page. */
function pageItems({ conversation, pages: own }: IndexedConversation): readonly ListItemModel[] {
  return own
    .map(({ url }) => ({ url, ...placeOf(conversation, url) }))
    .sort((a, b) => (a.branch === b.branch ? a.page - b.page : a.branch < b.branch ? -1 : 1))
    .map(({ url, branch, page }) => {
      const title = [conversation.title, branch && `branch ${branch}`, page > 1 && `page ${page}`];
      const nothing = { summary: '', badges: [], iso: '', date: '', facts: [], tags: [] };
      return { url, title: title.filter(Boolean).join(', '), ...nothing };
    });
}

/** Branch (empty: the main one) and page number of a conversation's page. */
function placeOf(conversation: VisibleConversation, url: string): { readonly branch: string; readonly page: number } {
  const below = url.slice(conversationUrl(conversation.summary.id).length);
  const [, branch = '', page = '1'] = /^(?:b\/([^/]+)\/)?(?:p(\d+)\/)?$/.exec(below) ?? [];
  return { branch, page: Number(page) };
}

function buildSitemap(
  context: BuildContext,
  conversations: readonly IndexedConversation[],
  lists: readonly ConversationList[],
): void {
  const site = context.options.config.url;
  const entries = [
    ...[pages.home, pages.projects, pages.agents, pages.tags, pages.docs, pages.about, pages.search].map((url) =>
      urlTag(site, url),
    ),
    ...lists.filter((list) => list.kind !== 'home').map((list) => urlTag(site, list.url)),
    ...conversations.flatMap((one) => one.pages.map((page) => urlTag(site, page.url, page.lastMs))),
  ];
  const wrap = (tags: readonly string[]): string =>
    `<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n${tags.join('')}</urlset>\n`;
  if (entries.length <= MOST_URLS) {
    put(context, pages.sitemap, wrap(entries));
    return;
  }
  const parts: string[] = [];
  for (let from = 0; from < entries.length; from += MOST_URLS) {
    const url = sitemapPartUrl(parts.length + 1);
    put(context, url, wrap(entries.slice(from, from + MOST_URLS)));
    parts.push(`<sitemap><loc>${xml(absoluteUrl(site, url))}</loc></sitemap>\n`);
  }
  put(
    context,
    pages.sitemap,
    `<?xml version="1.0" encoding="UTF-8"?>\n<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n${parts.join('')}</sitemapindex>\n`,
  );
}

function urlTag(site: string, url: string, lastMs?: number): string {
  const modified = lastMs === undefined ? '' : `<lastmod>${isoTime(lastMs)}</lastmod>`;
  return `<url><loc>${xml(absoluteUrl(site, url))}</loc>${modified}</url>\n`;
}

/** The site's own address is the only part that is not made of letters, digits and hyphens. */
function xml(address: string): string {
  return address.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

function webManifest(context: BuildContext): object {
  const { config } = context.options;
  const icon = context.frame.asset('icon.svg');
  return {
    name: config.title,
    short_name: config.title.slice(0, 30),
    description: config.description,
    lang: config.language,
    start_url: pages.home,
    display: 'minimal-ui',
    icons: icon === '' ? [] : [{ src: icon, sizes: 'any', type: 'image/svg+xml' }],
  };
}

async function addPage(
  context: BuildContext,
  own: Partial<PageModel> & Pick<PageModel, 'url' | 'template' | 'title'>,
): Promise<void> {
  const model = context.frame.page(own);
  if (!context.output.declare(outputPath(model.url), OWNER, keyOf(context.frame.key, model))) return;
  await context.addPage(model, html``);
}

function put(context: BuildContext, url: string, content: string | Uint8Array, key = keyOf(String(content))): void {
  const path = outputPath(url);
  if (context.output.declare(path, OWNER, key)) context.output.put(path, content);
}
