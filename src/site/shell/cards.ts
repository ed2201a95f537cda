/** What other programs show of a link to a page: Open Graph, which Twitter reads too, and JSON-LD for search engines. */
/** Of the public site alone: a link to a private page is shown by nobody. */

import { renderJson, type SafeHtml } from '../../base/html.ts';
import type { SiteConfig } from '../../model/site-config.ts';
import { absoluteUrl, pages } from '../urls.ts';
import type { PageModel } from './page-model.ts';

/** Of the picture, in pixels: what Open Graph's readers ask for, made small. */
export const CARD_SIZE = { width: 800, height: 420 } as const;

/** `article`: somebody said it at a time; everything else is a page of the site. */
export function cardsOf(
  config: SiteConfig,
  page: Pick<PageModel, 'url' | 'title'> & Partial<PageModel>,
  kind: 'website' | 'article' = 'website',
): PageModel['cards'] {
  return [
    ['og:type', kind],
    ['og:site_name', config.title],
    ['og:title', page.title],
    ['og:description', page.description ?? config.description],
    ['og:url', absoluteUrl(config.url, page.url)],
    ['og:image', absoluteUrl(config.url, pages.card)],
    ['og:image:width', String(CARD_SIZE.width)],
    ['og:image:height', String(CARD_SIZE.height)],
    ['og:image:alt', config.title],
    ['twitter:card', 'summary_large_image'],
  ].map(([property = '', content = '']) => ({ property, content }));
}

export function structuredSite(config: SiteConfig): SafeHtml {
  return renderJson({
    '@context': 'https://schema.org',
    '@type': 'WebSite',
    name: config.title,
    description: config.description,
    url: absoluteUrl(config.url, pages.home),
    inLanguage: config.language,
    ...(config.author === '' ? {} : { author: { '@type': 'Person', name: config.author } }),
  });
}
