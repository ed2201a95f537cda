/** The guide to deploying, held against a site that was built with each of its addresses: what hosts find in the folder is what it says. */
/** A host is what it does with a path: the file itself, the index of a folder, else 404.html. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ArchiveWriter } from '../../src/archive/archive.ts';
import { commands } from '../../src/cli/commands.ts';
import { basePathOf } from '../../src/site/base-path.ts';
import { config, createTestSite, openTestArchive, sampleItems, type TestSite, tell } from '../site/site-fixture.ts';

const guide = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'deploying.md'), 'utf8');
const hosts = [...guide.matchAll(/^## (.+)\n\n```json\n(.+)\n```\n\n```\n(.+)\n```/gm)].map(
  ([, name = '', settings = '', command = '']) => {
    return { name, url: String(JSON.parse(settings).url), command };
  },
);

let archive: ArchiveWriter;
let site: TestSite;

beforeAll(() => {
  archive = openTestArchive();
  site = createTestSite();
  tell(archive, { items: sampleItems('the clock'), meta: { agent: 'codex', project: 'clockwork', tags: ['open'] } });
  tell(archive, { items: sampleItems('a private matter'), meta: { agent: 'codex', project: 'hidden' }, minute: 90 });
});
afterAll(() => {
  site.remove();
  archive.close();
});

it('names five hosts, each with an address and a command that there is', () => {
  expect(hosts.map(({ name }) => name)).toEqual([
    'Netlify',
    'GitHub Pages',
    'Cloudflare Pages',
    'S3 and any CDN',
    'Any web server',
  ]);
  const names = new Set(commands.map(({ name }) => name));
  for (const [, name = ''] of guide.matchAll(/^turnpress ([a-z]+)/gm)) expect(names, name).toContain(name);
});

it.each(hosts)('$name finds every address of the site in the folder, and nothing private', async ({ url }) => {
  await site.build(archive, { mode: 'public', config: { ...config, url } });
  const files = site.readAll();
  const base = basePathOf(url);
  const missing = new Set<string>();
  for (const [path, content] of files) {
    expect(content, path).not.toContain('a private matter');
    if (!/\.(?:html|xml|opml)$/.test(path)) continue;
    for (const [, address = ''] of content.matchAll(/<[a-z][^<>]* (?:href|src|xmlUrl)="([^"]+)"/g)) {
      const { origin, pathname } = new URL(address, `${url}${path.replace(/index\.html$/, '')}`);
      if (origin !== new URL(url).origin) continue;
      const own = pathname.startsWith(`${base}/`) ? pathname.slice(base.length + 1) : `outside: ${pathname}`;
      if (!files.has(own === '' || own.endsWith('/') ? `${own}index.html` : own)) missing.add(`${own} on ${path}`);
    }
  }
  expect([...missing]).toEqual([]);
  expect(files.has('404.html')).toBe(true);
  expect([...files.keys()].filter((path) => path.startsWith('private/') || path.endsWith('index.db'))).toEqual([]);
  expect(files.get('_headers')).toContain(`${base}/c/*\n`);
});

it('keeps the headers within what Cloudflare Pages reads', () => {
  const lines = site.read('_headers').split('\n');
  const rules = lines.filter((line) => /^\S/.test(line));
  expect(rules.length).toBeLessThanOrEqual(100);
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(2000);
  for (const rule of rules) expect(rule.split('*').length, rule).toBeLessThanOrEqual(2);
});
