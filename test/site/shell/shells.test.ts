/** Two ways to fill a shell, one result: what Nunjucks alone fills is what Eleventy would have made of it, to the byte. */
/** Templates that ask for anything of Eleventy's stay with it. */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { encodeHtml, html, text } from '../../../src/base/html.ts';
import { createFrame } from '../../../src/site/shell/frame.ts';
import { readInputs } from '../../../src/site/shell/inputs.ts';
import type { PageModel } from '../../../src/site/shell/page-model.ts';
import { compileTemplates, createPlainShells } from '../../../src/site/shell/plain-shells.ts';
import { ENGINES, keepPlainTemplates, listPlainTemplates } from '../../../src/site/shell/plain-templates.ts';
import type { ShellPage } from '../../../src/site/shell/shell-body.ts';
import { createShellFiller } from '../../../src/site/shell/shell-filler.ts';
import { createShellRenderer, type ShellRenderer } from '../../../src/site/shell/shells.ts';
import { openState } from '../../../src/site/state/state.ts';
import { config } from '../site-fixture.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const cache = mkdtempSync(join(tmpdir(), 'turnpress-shells-'));
afterAll(() => rmSync(cache, { recursive: true, force: true }));

const templatesDir = join(root, 'templates');
const none = join(cache, 'none');
const inputs = readInputs({ templatesDir, contentDir: none, docsDir: none, color: '', checks: false });
const frame = createFrame(config, inputs, 'local', false);
const SHARED = ['layout.njk', 'parts.njk'];

/** Whatever a title may hold, and a mark that looks like one of ours. */
const ODD = `<b>"it's" & {{ 7 * 7 }} {% raw %} body-00000000-0000-4000-8000-000000000000</b> é 漢字 \u{1f600} \u2028`;
const BODY = html`<p>${text(ODD)} $& $1</p>\n`;
const link = { label: ODD, url: '/c/x/?a=1&b="2"' };
const full: Partial<PageModel> = {
  description: ODD,
  refresh: '/c/x/?a=1&b=2',
  crumbs: [link, link],
  feeds: frame.feedsOf('/c/x/', ODD),
  badges: ['private', 'damaged'],
  tags: [link],
  facts: [
    {
      label: ODD,
      values: [
        { text: ODD, url: '', iso: '' },
        { text: '2', url: '/p/', iso: '' },
      ],
    },
    { label: 'Started', values: [{ text: 'now', url: '', iso: '2026-01-02T03:04:05Z' }] },
  ],
  links: [{ heading: ODD, className: 'branches', items: [link, link] }],
  search: ODD,
  tiles: [{ heading: ODD, more: link, items: [{ ...link, glyph: ODD, bars: ODD, facts: [ODD] }] }],
  lists: [
    {
      heading: ODD,
      id: 'day',
      items: [
        {
          ...link,
          title: ODD,
          summary: ODD,
          badges: ['failed'],
          glyph: ODD,
          iso: '2026-01-02',
          date: 'today',
          facts: [link],
          tags: [link],
        },
        {
          ...link,
          title: '',
          summary: '',
          badges: [],
          glyph: '',
          iso: '',
          date: '',
          facts: [{ label: '1', url: '' }],
          tags: [],
        },
      ],
    },
    { heading: '', id: 'all', items: [] },
  ],
  pager: {
    newer: link,
    older: link,
    pages: [
      { ...link, current: false },
      { label: '2', url: '', current: true },
      { label: '…', url: '', current: false },
    ],
  },
  empty: ODD,
};

function pageOf(template: string, url: string, own: Partial<PageModel> = {}): ShellPage {
  return {
    model: { ...frame.page({ title: ODD, url, template: 'list.njk' }), ...own, url, template },
    body: encodeHtml(BODY),
  };
}

/** Eleventy, and what it was asked for. */
function openEleventy(templates: ReadonlyMap<string, string>) {
  const asked: string[] = [];
  const open = async (): Promise<ShellRenderer> => {
    const renderer = createShellRenderer(templates, join(cache, 'shells'));
    return {
      render(batch) {
        asked.push(...batch.map(({ model }) => model.url));
        return renderer.render(batch);
      },
    };
  };
  return { asked, open };
}

const asText = (pages: ReadonlyMap<string, Uint8Array>) =>
  new Map([...pages].map(([url, bytes]) => [url, Buffer.from(bytes).toString()] as const).toSorted());

const pageTemplates = readdirSync(templatesDir).filter((name) => name.endsWith('.njk') && !SHARED.includes(name));

describe('our own templates', () => {
  const batch = pageTemplates.flatMap((template) => [
    pageOf(template, `/${template}/bare/`),
    pageOf(template, `/${template}/full/`, full),
    pageOf(template, `/${template}/local/`, {
      fromDisk: '',
      robots: '',
      canonical: '',
      icon: '',
      styles: [],
      scripts: [],
    }),
    pageOf(template, `/${template}/more/`, { ...full, headingClass: 'long', empty: '' }),
  ]);

  it.each(pageTemplates)('%s needs nothing of Eleventy, and comes out the same', async (template) => {
    const own = batch.filter(({ model }) => model.template === template);
    const expected = await (await openEleventy(inputs.templates).open()).render(own);
    const plain = createPlainShells(inputs.templates);
    const filled = new Map(own.map((page) => [page.model.url, plain.find(page) ?? new Uint8Array()]));
    expect(asText(filled)).toEqual(asText(expected));
    expect(asText(filled).get(`/${template}/full/`)).toContain('&lt;b&gt;');
  });

  it('come out the same when they were compiled before, and anew when they have changed since', () => {
    const compiled = compileTemplates(inputs.templates);
    const fill = (templates: ReadonlyMap<string, string>, made: typeof compiled) => {
      const shells = createPlainShells(templates, made);
      return asText(new Map(batch.map((page) => [page.model.url, shells.find(page) ?? new Uint8Array()])));
    };
    expect(fill(inputs.templates, compiled)).toEqual(fill(inputs.templates, {}));
    const marked = Object.entries(compiled).map(([name, { source, code }]) => [
      name,
      { source, code: code.replaceAll('<body', '<body data-made') },
    ]);
    expect([...fill(inputs.templates, Object.fromEntries(marked)).values()].join('')).toContain('data-made');
    const changed = new Map([...inputs.templates].map(([name, source]) => [name, `${source}\n`]));
    expect(fill(changed, Object.fromEntries(marked))).toEqual(fill(changed, {}));
  });

  it('come out the same at the root of the disk', async () => {
    const own = batch.slice(0, 1);
    const expected = await (await openEleventy(inputs.templates).open()).render(own);
    const here = process.cwd();
    process.chdir('/');
    try {
      expect(asText(await (await openEleventy(inputs.templates).open()).render(own))).toEqual(asText(expected));
    } finally {
      process.chdir(here);
    }
  });

  it('are shown to Eleventy as samples once, and not at all when a build before did', async () => {
    const first = openEleventy(inputs.templates);
    const filler = createShellFiller(inputs.templates, [], first.open);
    const filled = await filler.fill(batch);
    expect(filler.listPlain()).toEqual(pageTemplates.toSorted());
    expect(first.asked).toEqual(batch.map(({ model }) => model.url).filter((url) => !url.endsWith('/more/')));
    const second = openEleventy(inputs.templates);
    const again = await createShellFiller(inputs.templates, filler.listPlain(), second.open).fill(batch);
    expect(second.asked).toEqual([]);
    expect(asText(again)).toEqual(asText(filled));
  });
});

describe('a template that asks for more than its page', () => {
  it.each([
    ['Eleventy’s own page', '{{ page.url }}'],
    ['what is not there, only to see whether it is', '{% if collections %}some{% endif %}'],
    ['a filter of Eleventy’s', '{{ page_model.title | slugify }}'],
    ['all pages of the batch', '{{ pages | length }}'],
    ['the version of Eleventy', '{{ eleventy.generator }}'],
    ['a name that is set further on', '{% if later %}x{% endif %}{% set later = 1 %}'],
    ['the body of another page', '{{ "/other/" | body }}'],
  ])('%s is filled by Eleventy', async (_, source) => {
    const templates = new Map([['own.njk', `${source}: {{ page_model.url | body | safe }}\n`]]);
    const page = pageOf('own.njk', '/own/', full);
    const eleventy = openEleventy(templates);
    const filler = createShellFiller(templates, [], eleventy.open);
    const filled = asText(await filler.fill([page, pageOf('own.njk', '/other/')]));
    expect(eleventy.asked).toContain('/own/');
    expect(filler.listPlain()).toEqual([]);
    expect(filled).toEqual(
      asText(await (await openEleventy(templates).open()).render([page, pageOf('own.njk', '/other/')])),
    );
  });

  it('on some pages only is filled by Eleventy there', async () => {
    const templates = new Map([['own.njk', '{% if page_model.empty %}{{ page.url }}{% endif %}.']]);
    const pages = ['/1/', '/2/', '/3/', '/4/'].map((url) => pageOf('own.njk', url));
    const eleventy = openEleventy(templates);
    const filled = await createShellFiller(templates, [], eleventy.open).fill([
      ...pages,
      pageOf('own.njk', '/5/', full),
    ]);
    expect(eleventy.asked).toEqual(['/1/', '/2/', '/3/', '/5/']);
    expect([...asText(filled).values()]).toEqual(['.', '.', '.', '.', '/5/.']);
  });

  it('sets names of its own and includes its like without needing Eleventy', async () => {
    const templates = new Map([
      [
        'own.njk',
        '{% set word = page_model.title | upper %}{% include "part.njk" %}{{ word }}{% for n in range(3) %}{{ loop.index }}{% endfor %}',
      ],
      ['part.njk', '{% macro m(page) %}{{ page }}{% endmacro %}{{ m(page_model.url) }}'],
    ]);
    const eleventy = openEleventy(templates);
    const filler = createShellFiller(templates, [], eleventy.open);
    const filled = await filler.fill([pageOf('own.njk', '/own/', { title: 'a' })]);
    expect([asText(filled).get('/own/'), filler.listPlain()]).toEqual(['/own/A123', ['own.njk']]);
  });

  it('says what is wrong with it as Eleventy says it', async () => {
    const templates = new Map([['own.njk', '{% if %}']]);
    const filling = createShellFiller(templates, [], openEleventy(templates).open).fill([pageOf('own.njk', '/own/')]);
    await expect(filling).rejects.toThrow(/does not render/);
  });
});

describe('what a build knows before it has seen a template filled', () => {
  const templates = new Map([['own.njk', 'x']]);
  const known = (kept: readonly string[], given: Pick<typeof inputs, 'templates' | 'templatesAreOurs'>) => {
    const state = openState(mkdtempSync(join(cache, 'state-')), join(cache, 'site'));
    try {
      keepPlainTemplates(state, { templates, templatesAreOurs: false }, kept);
      return listPlainTemplates(state, given);
    } finally {
      state.close();
    }
  };

  it('ours need nothing of Eleventy', () => {
    expect(inputs.templatesAreOurs).toBe(true);
    expect(known([], inputs)).toEqual(expect.arrayContaining(pageTemplates));
  });

  it('one of the user’s among them: nothing of any, until a build saw it', () => {
    const userTemplatesDir = mkdtempSync(join(cache, 'user-'));
    const mixed = readInputs({ templatesDir, userTemplatesDir, contentDir: none, color: '', checks: false });
    expect(mixed.templatesAreOurs).toBe(false);
    expect(known([], mixed)).toEqual([]);
    expect(known(['own.njk'], { templates, templatesAreOurs: false })).toEqual(['own.njk']);
    expect(known(['own.njk'], { templates: new Map([['own.njk', 'y']]), templatesAreOurs: false })).toEqual([]);
  });
});

it('asks Eleventy again when one of the two packages is another version', () => {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  expect(manifest.dependencies).toMatchObject(ENGINES);
});
