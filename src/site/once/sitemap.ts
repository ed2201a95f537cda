/** `/sitemap.xml`: an index, and one part for the conversations of each month, so that a change rewrites one part. */
/** https://www.sitemaps.org/protocol.html */

import { isoTime } from '../../base/time.ts';
import type { BuildContext } from '../conversation/context.ts';
import { keyOf } from '../state/keys.ts';
import { touches } from '../state/touched.ts';
import { absoluteUrl, outputPath, pages, sitemapPartUrl } from '../urls.ts';

/** The protocol's limit for one file. */
const MOST_URLS = 50_000;
const OWNER = 'sitemap';

export function buildSitemap(context: BuildContext): void {
  const { state, output } = context;
  output.take(OWNER);
  put(context, sitemapPartUrl('site'), OWNER, wrap('urlset', siteTags(context)));
  const months = state.places.listMonths();
  for (const month of months) {
    if (context.afresh || state.touched.isTouched(touches.month + month)) buildMonth(context, month);
  }
  const parts = [sitemapPartUrl('site'), ...months.flatMap((month) => listParts(context, month))];
  for (const owner of output.listOwners(touches.month))
    if (!months.includes(owner.slice(touches.month.length))) output.take(owner);
  const site = context.options.config.url;
  const index = parts.map((url) => `<sitemap><loc>${xml(absoluteUrl(site, url))}</loc></sitemap>\n`);
  put(context, pages.sitemap, OWNER, wrap('sitemapindex', index));
}

function buildMonth(context: BuildContext, month: string): void {
  const { state, output, options } = context;
  const owner = touches.month + month;
  output.take(owner);
  let part = 0;
  let tags: string[] = [];
  const close = (): void => {
    if (tags.length > 0) put(context, sitemapPartUrl(month, ++part), owner, wrap('urlset', tags));
    tags = [];
  };
  for (const { url, lastMs } of state.places.walkMonth(month)) {
    tags.push(urlTag(options.config.url, url, lastMs));
    if (tags.length === MOST_URLS) close();
  }
  close();
  output.settle(owner);
}

function listParts({ state }: BuildContext, month: string): readonly string[] {
  const count = state.files.listPaths(touches.month + month).length;
  return Array.from({ length: count }, (_, i) => sitemapPartUrl(month, i + 1));
}

function siteTags({ state, options }: BuildContext): readonly string[] {
  const once = [
    pages.home,
    pages.projects,
    pages.agents,
    pages.tags,
    pages.models,
    pages.files,
    pages.stats,
    pages.about,
    pages.search,
  ];
  const lists = (['project', 'agent', 'model', 'tag'] as const).flatMap((kind) => state.lists.listOf(kind));
  const { following } = options.config;
  const around = (['river', 'neighbours', 'wander'] as const).flatMap((name) => (following[name] ? [pages[name]] : []));
  return [...once, ...around, ...lists.map((list) => list.url)].map((url) => urlTag(options.config.url, url));
}

function urlTag(site: string, url: string, lastMs?: number): string {
  const modified = lastMs === undefined ? '' : `<lastmod>${isoTime(lastMs)}</lastmod>`;
  return `<url><loc>${xml(absoluteUrl(site, url))}</loc>${modified}</url>\n`;
}

function wrap(root: string, tags: readonly string[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n${tags.join('')}</${root}>\n`;
}

/** The site's own address is the only part that is not made of letters, digits and hyphens. */
function xml(address: string): string {
  return address.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

function put({ output }: BuildContext, url: string, owner: string, content: string): void {
  const path = outputPath(url);
  if (output.declare(path, owner, keyOf(content))) output.put(path, content);
}
