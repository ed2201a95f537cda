/** Page shells: Eleventy fills the Nunjucks templates, in bounded batches, only for pages that changed. */
/** The one file that imports Eleventy. Titles and all other text reach it as data, never as template source: source is executed. */

import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import Eleventy from '@11ty/eleventy';
import { messageOf } from '../../base/errors.ts';
import { TemplateError } from '../errors.ts';
import { outputPath } from '../urls.ts';
import type { PageModel } from './page-model.ts';
import { ENVIRONMENT } from './plain-shells.ts';
import { BODY_MARK, placeBody, type ShellPage } from './shell-body.ts';

export interface ShellRenderer {
  /** URL → whole HTML document in UTF-8, for one batch. Throws TemplateError. */
  render(batch: readonly ShellPage[]): Promise<ReadonlyMap<string, Uint8Array>>;
}

/** `templates`: name → source, all that a shell may extend or include. They are laid out below `folder`, a cache. */
export function createShellRenderer(templates: ReadonlyMap<string, string>, folder: string): ShellRenderer {
  const input = join(folder, 'input');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(input, '_includes'), { recursive: true });
  for (const [name, source] of templates) writeFileSync(join(input, '_includes', name), source);
  return { render: (batch) => renderBatch(batch, input) };
}

async function renderBatch(batch: readonly ShellPage[], input: string): Promise<ReadonlyMap<string, Uint8Array>> {
  if (!existsSync(input)) throw new TemplateError(`the folder ${input} is gone`, undefined);
  const asked = new Map(batch.map((page) => [page.model.url, page]));
  const pages = new Map<string, Uint8Array>();
  try {
    const eleventy = new Eleventy(fromHere(input), fromHere(join(input, '..', 'output')), {
      configPath: null,
      quietMode: true,
      dryRun: true,
      config(config) {
        config.setUseGitIgnore(false);
        config.setQuietMode(true);
        config.setNunjucksEnvironmentOptions(ENVIRONMENT);
        config.addGlobalData(
          'pages',
          batch.map((page) => page.model),
        );
        config.addFilter('body', (url) => (asked.has(url) ? BODY_MARK : ''));
        config.addTemplate('page.njk', '{% extends page_model.template %}', {
          pagination: { data: 'pages', size: 1, alias: 'page_model', addAllPagesToCollections: false },
          eleventyExcludeFromCollections: true,
          permalink: (data: { readonly page_model: PageModel }) => outputPath(data.page_model.url),
        });
        return { dir: { includes: '_includes' } };
      },
    });
    eleventy.disableLogger();
    eleventy.setIsVerbose(false);
    for (const { url, content } of await eleventy.toJSON()) {
      const page = asked.get(url);
      if (page !== undefined) pages.set(url, placeBody(content, page));
    }
  } catch (error) {
    throw new TemplateError(messageOf(error), error);
  }
  for (const { model } of batch) {
    if (!pages.has(model.url)) throw new TemplateError(`no page came out for ${model.url}`, undefined);
  }
  return pages;
}

/** @NOTE: at the root of the disk Eleventy loses templates whose paths begin there. */
function fromHere(path: string): string {
  const here = process.cwd();
  return dirname(here) === here ? relative(here, path) : path;
}
