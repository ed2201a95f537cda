import { readdirSync, readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer } from '../../src/cli/site-server.ts';
import { checkAtom } from '../feed/check-atom.ts';
import { checkJsonFeed } from '../feed/check-json-feed.ts';
import { checkOpml } from '../feed/check-opml.ts';
import { checkRss } from '../feed/check-rss.ts';
import { parseXml } from '../feed/xml-tree.ts';
import { serveFolder } from '../site/serve-folder.ts';
import { xssPayloads } from '../site/xss-corpus.ts';
import { chromiumPath, launchChromium, openTab, visitAll, visitInFrames } from './chromium.ts';
import { openPlace, type Place } from './command-line.ts';
import { makeHostileFiles } from './hostile-files.ts';
import { claudePath, claudeSession } from './sessions.ts';

const control = Array.from({ length: 32 }, (_, code) => String.fromCharCode(code)).join('');
const payloads = xssPayloads.map((text) => text.toWellFormed());
const tag = '<img src=x onerror=xss()>';

let place: Place;
beforeAll(async () => {
  place = openPlace();
  for (const [path, text] of makeHostileFiles(payloads)) place.write(path, text);
  const feed = claudeSession('hostile feed', { cwd: '/srv/]]>' });
  feed.prompt(`${'a very long prompt <script>xss()</script> '.repeat(26_000)}`);
  feed.answer([
    { type: 'text', text: `${control}\u007f\ufffe\uffff ]]> 👩‍👩‍👧 <![CDATA[ ]]]]>]]&gt; &#0; &bogus; \ud800` },
  ]);
  feed.prompt(control);
  feed.loose({ type: 'custom-title', customTitle: `]]> ${control} 👩‍👩‍👧`, sessionId: feed.id });
  place.write(claudePath(feed.id, '-srv-feed'), feed.text());
  place.configure({
    title: `Sessions ${tag}`,
    description: `"><script>xss()</script>`,
    author: tag,
    publish: [{ conversation: '*', visibility: 'public' }],
    tags: [{ agent: 'codex', add: [tag, '"><svg onload=xss()>', ']]>'] }],
    search: { toolOutput: true },
    images: { publish: true },
    documentation: true,
  });
  for (const argv of [['init', '.', '--origin', 'test.example/archive'], ['ingest'], ['publish', '--yes']]) {
    const ran = await place.turnpress(...argv);
    expect(ran.code, `${argv.join(' ')}: ${ran.err.slice(0, 2000)}`).toBe(0);
  }
});
afterAll(() => place?.close());

function listFiles(end: string): readonly string[] {
  return readdirSync(place.site, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(end))
    .sort();
}

function read(path: string): string {
  return readFileSync(join(place.site, path), 'utf8');
}

describe('hostile sessions, published', () => {
  it('make a page of every kind', () => {
    const pages = listFiles('.html').join('\n');
    const kinds = [
      '',
      'c/[0-9a-f]{16}/',
      'c/[0-9a-f]{16}/p2/',
      'c/[0-9a-f]{16}/b/[^/]+/',
      'projects/[^/]+/',
      'agents/codex/',
    ];
    for (const kind of [...kinds, 'tags/[^/]+/', 'search/', 't/', 'about/', 'docs/[^/]+/'])
      expect(pages, kind).toMatch(new RegExp(`^${kind}index\\.html$`, 'm'));
  });

  it('write only files whose names are made of harmless characters', () => {
    const names = readdirSync(place.site, { recursive: true, encoding: 'utf8' });
    expect(names.filter((name) => !/^[a-zA-Z0-9/._-]+$/.test(name) || name.includes('..'))).toEqual([]);
  });

  it('reach the terminal without a control sequence', async () => {
    for (const argv of [
      ['log', '--limit', '0'],
      ['search', 'xss', '--limit', '500'],
      ['log', '--json'],
    ]) {
      const { out, err } = await place.inside(...argv);
      expect(`${out}${err}`).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
    }
  });

  it('have feeds that are well-formed, every one of them', () => {
    const wrong: string[] = [];
    for (const path of listFiles('rss.xml')) wrong.push(...checkRss(read(path)).map((said) => `${path}: ${said}`));
    for (const path of listFiles('feed.json'))
      wrong.push(...checkJsonFeed(read(path)).map((said) => `${path}: ${said}`));
    for (const path of [...listFiles('atom.xml'), 'sitemap.xml', 'feeds.opml']) parseXml(read(path));
    wrong.push(...checkOpml(read('feeds.opml')));
    expect(wrong).toEqual([]);
  });

  it('have Atom feeds that fit the grammar', async () => {
    const big = listFiles('atom.xml').toSorted((a, b) => read(b).length - read(a).length);
    for (const path of [...big.slice(0, 4), 'atom.xml']) expect(await checkAtom(read(path)), path).toEqual([]);
  });
});

describe.skipIf(chromiumPath === undefined)('in Chromium (skipped: none was found)', () => {
  let browser: Browser;
  let served: Server;
  let strict: string;
  let bare: Awaited<ReturnType<typeof serveFolder>>;
  beforeAll(async () => {
    browser = await launchChromium();
    served = await startServer(place.site, 0);
    strict = `http://127.0.0.1:${(served.address() as AddressInfo).port}`;
    bare = await serveFolder(place.site, { policy: false });
  });
  afterAll(async () => {
    await browser?.close();
    served?.closeAllConnections();
    served?.close();
    await bare?.close();
  });

  const listPages = (): readonly string[] => listFiles('.html').map((path) => `/${path.replace(/index\.html$/, '')}`);

  it('no page runs, loads or opens anything, and none breaks the policy', async () => {
    // Pages that differ in nothing but the payload of one session are opened without the policy, all of them.
    const pages = listPages().filter((path, i) => !/^\/(?:c|projects|files|stats)\//.test(path) || i % 12 === 0);
    expect(await visitAll(browser, strict, pages)).toEqual([]);
  });

  it('no page runs, loads or opens anything without the policy', async () => {
    // Pages of branches, of files and of numbers show what the pages of conversations show; each third is opened, of branches fewer.
    const each = (path: string): number =>
      path.includes('/b/') ? 8 : /^\/(?:projects|files|stats)\//.test(path) ? 3 : 1;
    const pages = listPages().filter((path, i) => i % each(path) === 0);
    const wrongs = await visitInFrames(browser, bare.url, pages, () => {
      const all = [...document.querySelectorAll('*')];
      const attributes = all.flatMap((one) => [...one.attributes]);
      const urls = attributes.filter(({ name }) =>
        /^(?:href|src|action|data|formaction|xlink:href|ping|poster)$/i.test(name),
      );
      return [
        ...attributes
          .filter(({ name }) => /^on|^style$|^srcdoc$/i.test(name))
          .map(({ name, value }) => `${name}=${value}`),
        ...urls.filter(({ value }) => !/^(?:https?:|mailto:|\/(?!\/)|#)/i.test(value)).map(({ value }) => value),
        ...all
          .filter((one) => one.matches('iframe,object,embed,base,style,form[action],meta[http-equiv=refresh],math'))
          .filter((one) => !one.matches('form:is(.search-box, .header-search)[action="/search/"]'))
          .map((one) => one.outerHTML.slice(0, 100)),
        // the site's own drawings are made of shapes and words
        ...all
          .filter(
            (one) => one.closest('svg') !== null && !/^(?:svg|g|path|rect|circle|line|text|title)$/.test(one.localName),
          )
          .map((one) => `in a drawing: ${one.outerHTML.slice(0, 100)}`),
        ...['location', 'getElementById', 'constructor', '__proto__'].filter(
          (id) => document.getElementById(id) !== null,
        ),
      ];
    });
    expect(wrongs).toEqual([]);
  });

  it('the watch sees a page that does run something', async () => {
    place.write('live/about/index.html', '<!doctype html><p>about');
    place.write('live/index.html', '<!doctype html><img src="/x" onerror="xss()"><img src="http://127.0.0.1:9/x">');
    const live = await serveFolder(join(place.folder, 'live'), { policy: false });
    const wrongs = await visitInFrames(browser, live.url, ['/'], () => []);
    expect(wrongs).toContainEqual(expect.stringContaining('a script of the session ran'));
    expect(wrongs).toContainEqual(expect.stringContaining('asked http://127.0.0.1:9/x'));
    expect((await visitAll(browser, live.url, ['/'])).length).toBeGreaterThan(1);
    await live.close();
  });

  it('no content of a feed runs or loads anything in a reader without a policy', async () => {
    const tab = await openTab(browser, bare.url);
    await tab.page.goto(`${bare.url}/about/`);
    for (const path of listFiles('feed.json')) {
      const items = (JSON.parse(read(path)) as Feed).items.map((item) => item.content_html);
      const live = await tab.page.evaluate((contents) => {
        document.body.innerHTML = contents.join('\n');
        return [...document.body.querySelectorAll('script,style,iframe,object,embed,form,svg,math,link,meta,base')].map(
          (one) => one.outerHTML.slice(0, 100),
        );
      }, items);
      expect(live, path).toEqual([]);
    }
    await tab.page.waitForTimeout(200);
    expect(tab.wrongs).toEqual([]);
    await tab.close();
  });

  it('a hostile title is found by search, shown as text, and leads to its page', async () => {
    const tab = await openTab(browser, strict);
    await tab.page.goto(`${strict}/search/?q=${encodeURIComponent('onerror')}`);
    const result = tab.page.locator('.search-result h2 a', { hasText: 'onerror=xss()' }).first();
    await result.waitFor();
    expect(await tab.page.locator('.search-results').locator('img, script, svg, iframe').count()).toBe(0);
    const title = await result.textContent();
    await result.click();
    await tab.page.locator('main h1').waitFor();
    expect(await tab.page.locator('main h1').textContent()).toContain((title ?? '?').slice(0, 20));
    expect(tab.page.url()).toMatch(/\/c\/[0-9a-f]{16}\//);
    expect(tab.wrongs).toEqual([]);
    await tab.close();
  });

  it('the text is there when scripts are off', async () => {
    const tab = await openTab(browser, strict, { javaScriptEnabled: false });
    const log = JSON.parse((await place.inside('log', '--limit', '0', '--json')).out) as readonly Listed[];
    const biggest = log.toSorted((a, b) => b.turns - a.turns).slice(0, 2);
    let text = '';
    for (const path of listPages()) {
      if (!biggest.some(({ id }) => path.startsWith(`/c/${id.slice(0, 16)}/`))) continue;
      await tab.page.goto(strict + path);
      text += await tab.page.locator('main').textContent();
    }
    for (const words of [
      '<ScRiPt src=//evil.example/x.js></sCrIpT>',
      '</textarea><script>xss()</script>',
      '[a](javascript:xss())',
    ])
      expect(text.includes(words), words).toBe(true);
    await tab.page.goto(`${strict}/search/`);
    expect(await tab.page.locator('#search-fallback a').count()).toBeGreaterThan(payloads.length);
    await tab.close();
  });
});

interface Listed {
  readonly id: string;
  readonly turns: number;
}

interface Feed {
  readonly items: readonly { readonly content_html: string }[];
}
