/** What other programs show of a link to a page: Open Graph, which Twitter reads too. */
/** Of the public site alone: a link to a private page is shown by nobody. */

import type { SiteConfig } from '../../model/site-config.ts';
import { absoluteUrl, cardUrl, pages } from '../urls.ts';
import type { PageModel } from './page-model.ts';

/** Of the picture, in pixels: the least that Open Graph's readers show large. */
export const CARD_SIZE = { width: 600, height: 315 } as const;

/** A conversation is an article: somebody said it at a time; everything else is a page of the site. */
export function cardsOf(
  config: SiteConfig,
  page: Pick<PageModel, 'url' | 'title'> & Partial<PageModel>,
): PageModel['cards'] {
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
