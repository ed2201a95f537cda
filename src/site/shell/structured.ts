/** What search engines and other programs are told of a page, as JSON-LD in the words of schema.org. */
/** Of the public site alone. Nothing that the page does not show, so a page whose words were taken back says none of them here. */

import { renderJson, type SafeHtml } from '../../base/html.ts';
import type { SiteConfig } from '../../model/site-config.ts';
import { absoluteUrl, cardUrl, isConversationUrl, pages } from '../urls.ts';
import type { LinkModel, PageModel } from './page-model.ts';

type Shown = Pick<PageModel, 'url' | 'template' | 'title'> & Partial<PageModel>;

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
