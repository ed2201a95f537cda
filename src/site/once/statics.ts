/** The files that sites have once: resolver page, 404, robots, manifest, headers, assets. */
/** Each is a function of what the build knows already; none reads a log. */

import { basePathOf } from '../base-path.ts';
import type { BuildContext } from '../conversation/context.ts';
import { declarePage } from '../lists/lists.ts';
import type { OwnPage } from '../shell/frame.ts';
import { generateHeadersFile } from '../shell/headers.ts';
import { readServiceWorker } from '../shell/scripts/scripts.ts';
import { IGNORE_ALL } from '../state/folder.ts';
import { keyOf } from '../state/keys.ts';
import { absoluteUrl, outputPath, pages } from '../urls.ts';

const OWNER = 'statics';

export function buildStatics(context: BuildContext): void {
  const { output, inputs, options } = context;
  output.take(OWNER);
  for (const asset of inputs.assets.values()) {
    // asked for only when it has to be written: a script's types are taken out then
    if (output.declare(outputPath(asset.url), OWNER, asset.url)) output.put(outputPath(asset.url), asset.content);
  }
  addPage(context, {
    url: pages.resolver,
    template: 'resolve.njk',
    title: 'Find a turn by its hash',
  });
  addPage(context, {
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
  const mayRead = `Allow: /\nSitemap: ${absoluteUrl(options.config.url, pages.sitemap)}\n`;
  put(context, pages.robots, `User-agent: *\n${options.mode === 'local' ? 'Disallow: /\n' : mayRead}`);
  const worker = readServiceWorker();
  const workerPath = outputPath(pages.serviceWorker);
  if (output.declare(workerPath, OWNER, worker.key)) output.put(workerPath, worker.content);
  put(context, pages.webManifest, `${JSON.stringify(webManifest(context))}\n`);
  put(context, pages.headers, generateHeadersFile(options.mode, basePathOf(options.config.url)));
  if (options.mode === 'local') put(context, IGNORE_ALL.path, IGNORE_ALL.content);
}

function webManifest(context: BuildContext): object {
  const { config } = context.options;
  const basePath = basePathOf(config.url);
  const icon = context.frame.asset('icon.svg');
  return {
    name: config.title,
    short_name: config.title.slice(0, 30),
    description: config.description,
    lang: config.language,
    id: basePath + pages.home,
    start_url: basePath + pages.home,
    scope: basePath + pages.home,
    display: 'standalone',
    ...(context.options.reading !== undefined && { shortcuts: [{ name: 'Reader', url: basePath + pages.reader }] }),
    icons: icon === '' ? [] : [{ src: basePath + icon, sizes: 'any', type: 'image/svg+xml' }],
  };
}

function addPage(context: BuildContext, own: OwnPage): void {
  declarePage(context, context.frame.page(own), OWNER);
}

function put(context: BuildContext, url: string, content: string): void {
  const path = outputPath(url);
  if (context.output.declare(path, OWNER, keyOf(content))) context.output.put(path, content);
}
