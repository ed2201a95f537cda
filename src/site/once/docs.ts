/** Pages that are written by people: documentation from `docs/`, authored pages from `content/pages/`. */
/** Markdown through the same renderer as conversations; only links between the pages are our own doing. */

import { trustHtml } from '../../base/html.ts';
import type { BuildContext } from '../conversation/context.ts';
import { plainTitle } from '../render/text/plain-title.ts';
import { RENDERER_VERSION } from '../render/version.ts';
import type { SearchDocuments } from '../search/search-index.ts';
import { cleanText } from '../search/search-text.ts';
import type { AuthoredPage } from '../shell/notes.ts';
import type { LinkModel, ListItemModel, PageModel } from '../shell/page-model.ts';
import { keyOf } from '../state/keys.ts';
import type { SearchUnit } from '../state/units.ts';
import { authoredUrl, docUrl, outputPath, pages } from '../urls.ts';

const OWNER = 'docs';

interface Document {
  readonly url: string;
  readonly title: string;
  readonly description: string;
  /** Markdown, without a head. */
  readonly source: string;
  readonly crumbs: readonly LinkModel[];
}

/** Writes the pages; returns what the search is to know of them. */
export function buildDocs(context: BuildContext, written: ReadonlyMap<string, AuthoredPage>): SearchDocuments {
  const { inputs, output } = context;
  output.take(OWNER);
  const documents = [
    ...listAuthored(context, written),
    ...[...inputs.docs].map(([name, source]): Document => {
      const [title, crumbs] = [titleOf(source), [{ label: 'Docs', url: pages.docs }]];
      return { url: docUrl(name), title, description: '', source, crumbs };
    }),
  ];
  const others = documents.filter(({ url }) => url.startsWith(pages.about) && url !== pages.about);
  for (const { url, title, source, crumbs, ...document } of documents) {
    const description = document.description || `${title}: ${context.options.config.title}`;
    const links = url === pages.about ? linksTo(others) : [];
    const model = context.frame.page({ url, template: 'prose.njk', title, crumbs, description, links });
    if (output.declare(outputPath(url), OWNER, keyOf(context.frame.key, RENDERER_VERSION, model, source))) {
      context.defer(writeDocument(context, model, source));
    }
  }
  if (inputs.docs.size > 0) buildOverview(context);
  return {
    key: keyOf(documents.map(({ url, title, source }) => [url, title, source])),
    list: () => documents.map(unitOf),
  };
}

/** There is always one about the site. */
function listAuthored({ options }: BuildContext, written: ReadonlyMap<string, AuthoredPage>): readonly Document[] {
  const { config, mode } = options;
  const ways = `Every turn here has an address of its own that stays. [Feeds](${pages.opml}) tell what is new; [search](${pages.search}), [files](${pages.files}) and [numbers](${pages.stats}) lead through all of it.`;
  const copy =
    config.url === '' ? '' : `A verified copy of the whole archive: \`turnpress subscribe ${config.url}\`.\n`;
  const standIn = {
    title: '',
    description: '',
    hidden: false,
    text: `# About\n\n${config.description}\n\n${ways}\n\n${copy}`,
  };
  const shown = [...written].filter(([, { hidden }]) => mode === 'local' || !hidden);
  return [...new Map([['about', standIn], ...shown])].map(([name, { title, description, text: source }]) => ({
    url: name === 'about' ? pages.about : authoredUrl(name),
    title: plainTitle(title, 120) || titleOf(source),
    description: plainTitle(description, 200),
    source,
    crumbs: name === 'about' ? [] : [{ label: 'About', url: pages.about }],
  }));
}

/** The owner's other pages, which nothing else leads to. */
function linksTo(others: readonly Document[]): PageModel['links'] {
  const items = others.map(({ title, url }) => ({ label: title, url }));
  return items.length === 0 ? [] : [{ heading: 'More pages', className: 'filters', items }];
}

async function writeDocument(context: BuildContext, model: PageModel, source: string): Promise<void> {
  await context.writePage(model, await context.pool.run('document', source, source.length));
}

function buildOverview(context: BuildContext): void {
  const items = [...context.inputs.docs].map(
    ([name, source]): ListItemModel => ({
      url: docUrl(name),
      title: titleOf(source),
      summary: leadOf(source),
      badges: [],
      glyph: '',
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
    lists: [{ heading: '', id: 'all', items }],
  });
  if (context.output.declare(outputPath(model.url), OWNER, keyOf(context.frame.key, model))) {
    context.defer(context.writePage(model, trustHtml('')));
  }
}

function titleOf(source: string): string {
  const heading = /^\s*#\s+([^\n]*)/.exec(source)?.[1] ?? '';
  return plainTitle(heading, 120) || 'Untitled';
}

function leadOf(source: string): string {
  const paragraph =
    source
      .replace(/^\s*#\s+[^\n]*\n/, '')
      // commands are no words
      .replace(/^```[\s\S]*?^```$/gm, '')
      .trim()
      .split(/\n\s*\n/, 1)[0] ?? '';
  return plainTitle(paragraph, 200);
}

function unitOf({ url, title, source }: Document): SearchUnit {
  const body = cleanText(source.slice(0, 100_000));
  const records = [{ models: [], passages: [{ anchor: 'content', role: 'docs', text: body }] }];
  return { url, day: '', startMs: 0, title, agent: '', project: '', tags: [], records };
}
