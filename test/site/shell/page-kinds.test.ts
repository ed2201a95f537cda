/** Pages carry the styles and scripts of their kind, no more and no less, and no script is left that no page has. */
/** Read from the finished pages of a public and of a private site, held against the table. */

import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReadingEntry, ReadingFeed } from '../../../src/model/reading/entries.ts';
import type { Replica } from '../../../src/replica/replica.ts';
import {
  COMMON_SCRIPTS,
  COMMON_STYLES,
  PAGE_KINDS,
  type PageKind,
  scriptName,
} from '../../../src/site/shell/page-kinds.ts';
import { readScripts } from '../../../src/site/shell/scripts/scripts.ts';
import {
  answer,
  config,
  createTestSite,
  openTestArchive,
  prompt,
  type TestSite,
  tell,
  turnAt,
} from '../site-fixture.ts';

const kinds: Readonly<Record<string, PageKind>> = PAGE_KINDS;

interface Page {
  readonly path: string;
  readonly kind: string;
  readonly styles: readonly string[];
  readonly scripts: readonly string[];
}

/** Nothing is published with it: that there is one is what pages show. */
const REPLICA: Replica = {
  epoch: '',
  size: 0,
  walkLog: () => [],
  walkConversation: () => [],
  walkBlobs: () => [],
  sizeOf: () => undefined,
  readBlob: () => undefined,
};
const KEY = '0000000000000001';
const ENTRY: ReadingEntry = {
  ...{ key: KEY, feed: KEY, title: 'News', html: '<p>words</p>', categories: [], enclosures: [] },
  ...{ timeMs: 0, unread: true, starred: false },
};
const FEED: ReadingFeed = {
  ...{ key: KEY, title: 'Blog', url: 'https://blog.example.org/feed', folder: '', unread: 1, pictures: false },
  ...{ failures: 0, bytes: 0 },
};

/** `/assets/page-0a1b2c3d.js` is `page.js`. */
function nameOf(url: string): string {
  return basename(url).replace(/-[0-9a-f]{8}(?=\.\w+$)/, '');
}

function readPages(site: TestSite): readonly Page[] {
  return [...site.readAll()]
    .filter(([path]) => path.endsWith('.html'))
    .map(([path, html]) => ({
      path,
      kind: /<body class="page-([a-z]+)">/.exec(html)?.[1] ?? '',
      styles: [...html.matchAll(/<link rel="stylesheet" href="([^"]+)"/g)].map(([, url = '']) => nameOf(url)),
      scripts: [...html.matchAll(/<script src="([^"]+)"/g)].map(([, url = '']) => nameOf(url)),
    }));
}

describe('every page', () => {
  const sites: TestSite[] = [];
  let pages: readonly Page[];

  beforeAll(async () => {
    const archive = openTestArchive();
    const told = tell(archive, {
      // long enough for two pages, and with them a page of all prompts
      items: [prompt('where is the lock'), answer('there '.repeat(30_000)), prompt('and the key'), answer('beside it')],
      meta: { title: 'The lock', tags: ['open'] },
    });
    const { id, turns } = told;
    archive.append({ turns: [], heads: [{ conversation: id, name: 'b-0123abcd', turn: turnAt(told, 1).hash }] });
    expect(turns).toHaveLength(4);
    for (const mode of ['public', 'local'] as const) {
      const site = createTestSite();
      sites.push(site);
      const contentDir = join(dirname(site.outputDir), 'content');
      mkdirSync(join(contentDir, 'pages'));
      writeFileSync(join(contentDir, 'pages/about.md'), '# About\n\nA test.\n');
      const following = { river: true, blogroll: true, neighbours: true, wander: true };
      const reading = {
        ...{ key: '', listFeeds: () => [FEED], listEntries: () => [ENTRY], countEntries: () => 1 },
        findEntry: () => ({ entry: ENTRY }),
        wordsOf: () => '',
      };
      await site.build(archive, {
        mode,
        config: { ...config, following },
        following: { sources: [], river: [], wander: [] },
        ...(mode === 'public' ? { replica: REPLICA } : { reading }),
      });
    }
    archive.close();
    pages = sites.flatMap(readPages);
  });
  afterAll(() => {
    for (const site of sites) site.remove();
  });

  it('has the styles and scripts of its kind, in their order', () => {
    for (const { path, kind, styles, scripts } of pages) {
      const own = kinds[kind];
      expect({ path, styles, scripts }).toEqual({
        path,
        styles: [...COMMON_STYLES, ...(own?.styles ?? [])],
        // what is joined with others comes with them
        scripts: (own?.scripted ? own.scripts : [...COMMON_SCRIPTS, ...(own?.scripts ?? [])]).map(scriptName),
      });
    }
  });

  it('is of a kind, and no kind is without a page', () => {
    expect([...new Set(pages.map(({ kind }) => kind))].sort()).toEqual(Object.keys(PAGE_KINDS).sort());
  });
});

describe('scripts and styles', () => {
  /** Loaded by name and not by a page: the service worker, and what a module of Node has in its place. */
  const ELSEWHERE = /^(?:sw|instead\/.*|pagefind-types)$/;
  const browser = join(import.meta.dirname, '../../../src/browser');

  it('are all served: a module that no page and no other module asks for was lost', () => {
    const scripts = readScripts(new Map(), true);
    const served = new Set([...scripts].flatMap(([name, { joined = [] }]) => [name, ...joined]));
    const modules = readdirSync(browser, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .map((entry) => relative(browser, join(entry.parentPath, entry.name)).replace(/\.ts$/, ''))
      .filter((module) => !ELSEWHERE.test(module));
    expect(modules.filter((module) => !served.has(scriptName(module)))).toEqual([]);
  });

  it('are all asked for: a sheet that no kind has was lost', () => {
    const asked = new Set([...COMMON_STYLES, ...Object.values(kinds).flatMap(({ styles }) => styles)]);
    const sheets = readdirSync(join(import.meta.dirname, '../../../templates/assets')).filter((name) =>
      /\.css$/.test(name),
    );
    expect(sheets.filter((name) => !asked.has(name))).toEqual([]);
  });
});
