/** Pages that are written by people: documentation from `docs/`, authored pages from `content/pages/`. */
/** Markdown through the same renderer as conversations; only links between the pages are our own doing. */

import { posix } from 'node:path';
import { type SafeHtml, trustHtml } from '../../base/html.ts';
import type { BuildContext } from '../conversation/context.ts';
import { fullAllowance } from '../render/allowance.ts';
import { renderMarkdown } from '../render/markdown.ts';
import { plainTitle } from '../render/text/plain-title.ts';
import { RENDERER_VERSION } from '../render/version.ts';
import { cleanText } from '../search/search-text.ts';
import type { LinkModel, ListItemModel, PageModel } from '../shell/page-model.ts';
import { keyOf } from '../state/keys.ts';
import type { SearchUnit } from '../state/units.ts';
import { authoredUrl, docUrl, outputPath, pages } from '../urls.ts';

const OWNER = 'docs';
/** Stands for the site itself while Markdown is rendered: only absolute addresses survive there. */
const INSIDE = 'https://inside.invalid';
const SAME_PAGE = '/this-page';

/** Writes the pages; returns what the search knows of them. */
export function buildDocs(context: BuildContext): readonly SearchUnit[] {
  const { inputs, output } = context;
  output.take(OWNER);
  const about = inputs.pages.get('about') ?? `# About\n\n${context.options.config.description}\n`;
  const authored = new Map([...inputs.pages].filter(([name]) => name !== 'about'));
  const documents = [
    { url: pages.about, source: about, crumbs: [] as readonly LinkModel[] },
    ...[...authored].map(([name, source]) => ({
      url: authoredUrl(name),
      source,
      crumbs: [{ label: 'About', url: pages.about }],
    })),
    ...[...inputs.docs].map(([name, source]) => ({
      url: docUrl(name),
      source,
      crumbs: [{ label: 'Docs', url: pages.docs }],
    })),
  ];
  for (const { url, source, crumbs } of documents) {
    const title = titleOf(source);
    const model = context.frame.page({
      url,
      template: 'prose.njk',
      title,
      crumbs,
      description: `${title}: ${context.options.config.title}`,
    });
    if (output.declare(outputPath(url), OWNER, keyOf(context.frame.key, RENDERER_VERSION, model, source))) {
      context.defer(context.writePage(model, renderDocument(source)));
    }
  }
  buildOverview(context);
  return documents.map(({ url, source }) => unitOf(url, source));
}

function buildOverview(context: BuildContext): void {
  const items = [...context.inputs.docs].map(
    ([name, source]): ListItemModel => ({
      url: docUrl(name),
      title: titleOf(source),
      summary: leadOf(source),
      badges: [],
      iso: '',
      date: '',
      facts: [],
      tags: [],
    }),
  );
  const model: PageModel = context.frame.page({
    url: pages.docs,
    template: 'list.njk',
    title: 'Documentation',
    description: 'How the archive and this site work',
    lists: items.length === 0 ? [] : [{ heading: '', id: 'all', items }],
    empty: items.length === 0 ? 'There is no documentation here.' : '',
  });
  if (context.output.declare(outputPath(model.url), OWNER, keyOf(context.frame.key, model))) {
    context.defer(context.writePage(model, trustHtml('')));
  }
}

/** Headings one level up (the page's own title is the first) and with ids; links between documents lead to their pages. */
export function renderDocument(source: string): SafeHtml {
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
  return trustHtml(
    named
      .replaceAll(/href="https:\/\/inside\.invalid([^"]*)" rel="[^"]*"/g, 'href="$1"')
      .replaceAll(`href="${SAME_PAGE}#`, 'href="#'),
  );
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

function titleOf(source: string): string {
  const heading = /^\s*#\s+([^\n]*)/.exec(source)?.[1] ?? '';
  return plainTitle(heading, 120) || 'Untitled';
}

function leadOf(source: string): string {
  const paragraph =
    source
      .replace(/^\s*#\s+[^\n]*\n/, '')
      .trim()
      .split(/\n\s*\n/, 1)[0] ?? '';
  return plainTitle(paragraph, 200);
}

function unitOf(url: string, source: string): SearchUnit {
  const body = cleanText(source.slice(0, 100_000));
  const title = titleOf(source);
  const records = [{ role: 'docs', models: [], passages: [{ anchor: 'content', text: body }] }];
  return { url, day: '', startMs: 0, title, agent: '', project: '', tags: [], records };
}
