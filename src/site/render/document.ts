/** A page that people wrote, documentation or the site's own: Markdown as HTML with links between such pages. */
/** Through the same renderer as conversations; only the headings' levels and ids and the links are our own doing. */

import { posix } from 'node:path';
import { type EncodedHtml, encodeHtml, trustHtml } from '../../base/html.ts';
import { docUrl } from '../urls.ts';
import { fullAllowance } from './allowance.ts';
import { renderMarkdown } from './markdown.ts';

/** Stands for the site itself while Markdown is rendered: only absolute addresses survive there. */
const INSIDE = 'https://inside.invalid';
const SAME_PAGE = '/this-page';

/** Headings one level up (the page's own title is the first) and with ids; links between documents lead to their pages. */
export function renderDocument(source: string): EncodedHtml {
  const body = source.replace(/^\s*#\s+[^\n]*\n/, '');
  const rendered = renderMarkdown(linkInside(body), { breaks: false, bare: false }, fullAllowance());
  const ids = new Set<string>();
  const outlined = rendered.replace(
    /<(\/?)h([3-6])>/g,
    (_, close: string, level: string) => `<${close}h${Number(level) - 1}>`,
  );
  const named = outlined.replace(/<h([2-5])>(.*?)<\/h\1>/gs, (_, level: string, inner: string) => {
    const id = headingId(inner, ids);
    return `<h${level} id="${id}">${inner}</h${level}>`;
  });
  // Our own documents, rendered by the safe renderer; only tags that it made are changed here.
  const linked = trustHtml(
    named
      .replaceAll(/href="https:\/\/inside\.invalid([^"]*)" rel="[^"]*"/g, 'href="$1"')
      .replaceAll(`href="${SAME_PAGE}#`, 'href="#'),
  );
  return encodeHtml(linked);
}

function linkInside(source: string): string {
  return source.replace(/\]\((?!https?:|mailto:)([^)\s]+)\)/g, (whole, target: string) => {
    const [path = '', fragment = ''] = target.split('#', 2);
    const hash = fragment === '' ? '' : `#h-${fragment}`;
    if (path === '') return `](${INSIDE}${SAME_PAGE}${hash})`;
    if (path.startsWith('/')) return `](${INSIDE}${path}${hash})`;
    return path.endsWith('.md') ? `](${INSIDE}${docUrl(posix.basename(path, '.md'))}${hash})` : whole;
  });
}

function headingId(inner: string, taken: Set<string>): string {
  const words = inner
    .replace(/<[^>]*>/g, '')
    .replace(/&[a-z0-9#]+;/g, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s-]/gu, '')
    .trim()
    .replace(/\s+/g, '-');
  let id = `h-${words}`;
  for (let n = 1; taken.has(id); n++) id = `h-${words}-${n}`;
  taken.add(id);
  return id;
}
