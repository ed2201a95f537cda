/** What other programs are told of a page: Open Graph, which shows a link to it, and JSON-LD in the words of schema.org. */
/** Of the public site alone, and nothing that the page does not show: where its words were taken back, none of them stand here. */

import { renderJson, type SafeHtml } from '../../base/html.ts';
import type { SiteConfig } from '../../model/site-config.ts';
import { absoluteUrl, cardUrl, isConversationUrl, pages } from '../urls.ts';
import type { LinkModel, PageModel } from './page-model.ts';

type Shown = Pick<PageModel, 'url' | 'template' | 'title'> & Partial<PageModel>;

/** Of the picture, in pixels: the least that Open Graph's readers show large. */
export const CARD_SIZE = { width: 600, height: 315 } as const;

/** A conversation is an article: somebody said it at a time; everything else is a page of the site. */
export function cardsOf(config: SiteConfig, page: Shown): PageModel['cards'] {
  const image = cardUrl(page.url);
  const kind = image === pages.card ? 'website' : 'article';
  return [
    ['og:type', kind],
    ['og:site_name', config.title],
    ['og:title', page.title],
    ['og:description', page.description ?? config.description],
    ['og:url', absoluteUrl(config.url, page.url)],
    ['og:image', absoluteUrl(config.url, image)],
    ['og:image:width', String(CARD_SIZE.width)],
    ['og:image:height', String(CARD_SIZE.height)],
    ['og:image:alt', page.title],
    ['twitter:card', 'summary_large_image'],
  ].map(([property = '', content = '']) => ({ property, content }));
}

const LIST = 'CollectionPage';
/** By template. Pages of the others are for people who came from here. */
const TYPES: Readonly<Record<string, string>> = {
  'home.njk': LIST,
  'list.njk': LIST,
  'following.njk': LIST,
  'search.njk': 'SearchResultsPage',
  'prose.njk': 'WebPage',
  'conversation.njk': 'WebPage',
};
/** Characters of a headline that search engines show. */
const HEADLINE = 110;

/** Empty: nothing is said of this page. */
export function structuredOf(config: SiteConfig, page: Shown): SafeHtml | '' {
  const type = TYPES[page.template];
  if (type === undefined || page.url === pages.notFound) return '';
  const place = (url: string): string => absoluteUrl(config.url, url);
  const site = { '@id': place('/#site') };
  const isConversation = isConversationUrl(page.url);
  const trail = listTrail(page);
  const own = {
    '@id': place(page.url),
    '@type': isConversation ? 'Article' : type,
    url: place(page.url),
    name: page.title,
    ...(page.description === undefined || page.description === '' ? {} : { description: page.description }),
    ...(isConversation ? articleOf(config, page) : {}),
    isPartOf: site,
    ...(trail.length > 1 && !isConversation ? { breadcrumb: { '@id': place(`${page.url}#path`) } } : {}),
    ...(type === LIST ? listOf(page, place) : {}),
  };
  const path = {
    '@id': place(`${page.url}#path`),
    '@type': 'BreadcrumbList',
    itemListElement: trail.map(({ label, url }, i) => item(i, label, place(url))),
  };
  const graph = [...(page.url === pages.home ? [siteOf(config)] : []), own, ...(trail.length > 1 ? [path] : [])];
  return renderJson({ '@context': 'https://schema.org', '@graph': graph });
}

function siteOf(config: SiteConfig): object {
  return {
    '@id': absoluteUrl(config.url, '/#site'),
    '@type': 'WebSite',
    name: config.title,
    description: config.description,
    url: absoluteUrl(config.url, pages.home),
    inLanguage: config.language,
    publisher: authorOf(config),
  };
}

/** A conversation is an article that somebody published, and says when it was held. */
function articleOf(config: SiteConfig, { url, title, facts = [], tags = [] }: Shown): object {
  const times = facts.flatMap(({ values }) => values.flatMap(({ iso }) => (iso === '' ? [] : [iso]))).sort();
  return {
    headline: [...title].slice(0, HEADLINE).join(''),
    ...(times.length === 0 ? {} : { datePublished: times[0], dateModified: times.at(-1) }),
    author: authorOf(config),
    image: absoluteUrl(config.url, cardUrl(url)),
    mainEntityOfPage: absoluteUrl(config.url, url),
    ...(tags.length === 0 ? {} : { keywords: tags.map(({ label }) => label) }),
  };
}

function authorOf(config: SiteConfig): object {
  const url = absoluteUrl(config.url, pages.home);
  return config.author === ''
    ? { '@type': 'Organization', name: config.title, url }
    : { '@type': 'Person', name: config.author, url };
}

/** What the page lists of this site. */
function listOf({ lists = [], tiles = [] }: Shown, place: (url: string) => string): object {
  const rows = lists.flatMap(({ items }) => items.map(({ title, url }) => ({ label: title, url })));
  const shown = (rows.length > 0 ? rows : tiles.flatMap(({ items }) => items)).filter(({ url }) => url.startsWith('/'));
  if (shown.length === 0) return {};
  return {
    mainEntity: {
      '@type': 'ItemList',
      numberOfItems: shown.length,
      itemListElement: shown.map(({ label, url }, i) => item(i, label, place(url))),
    },
  };
}

/** From the front page to this one. */
function listTrail({ url, title, heading, crumbs = [] }: Shown): readonly LinkModel[] {
  if (url === pages.home) return [];
  const before = crumbs.filter((crumb) => crumb.url !== pages.home);
  return [{ label: 'Conversations', url: pages.home }, ...before, { label: heading ?? title, url }];
}

function item(i: number, name: string, url: string): object {
  return { '@type': 'ListItem', position: i + 1, name, item: url };
}
