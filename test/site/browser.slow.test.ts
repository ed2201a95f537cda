/** The built site in a real browser: policy, scripts, search, permalinks, accessibility. */
/** Skipped with a word where no Chromium is found; TURNPRESS_CHROMIUM names another one. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ArchiveWriter } from '../../src/archive/archive.ts';
import { conversationUrl, turnAnchor } from '../../src/site/urls.ts';
import { serveFolder } from './serve-folder.ts';
import {
  answer,
  call,
  config,
  createTestSite,
  openTestArchive,
  prompt,
  response,
  sampleItems,
  type TestSite,
  type Told,
  tell,
  turnAt,
} from './site-fixture.ts';
import { xssPayloads } from './xss-corpus.ts';

const executablePath = [
  process.env.TURNPRESS_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path !== undefined && existsSync(path));
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

describe.skipIf(executablePath === undefined)('in Chromium (skipped when none is found)', () => {
  let archive: ArchiveWriter;
  let site: TestSite;
  let browser: Browser;
  let server: Awaited<ReturnType<typeof serveFolder>>;
  let open: Awaited<ReturnType<typeof serveFolder>>;
  let clock: Told;
  let branch: Told;

  beforeAll(async () => {
    archive = openTestArchive();
    site = createTestSite();
    clock = tell(archive, {
      items: sampleItems('the clock'),
      meta: { agent: 'claude-code', project: 'clockwork', title: 'The slow clock' },
    });
    branch = tell(archive, {
      items: [prompt('Leave it, 日本語のテキスト検索 please.'), answer('Left alone.')],
      after: turnAt(clock, 3),
      conversation: clock.id,
      head: 'b-"><script>xss()</script>',
      minute: 40,
    });
    const hostile = xssPayloads
      .map((text) => text.toWellFormed())
      .flatMap((text, i) => [prompt(text), answer(text, call(`x${i}`, text)), response(`x${i}`, text)]);
    const name = '<img src=x onerror=xss()>';
    tell(archive, {
      items: hostile,
      meta: {
        agent: name,
        project: name,
        title: name,
        tags: [name, '"><svg onload=xss()>'],
        models: [name],
        git: { branch: name },
      },
      minute: 100,
    });
    await site.build(archive, { config: { ...config, title: 'Sessions <img src=x onerror=xss()>' } });
    server = await serveFolder(site.outputDir, { policy: true });
    open = await serveFolder(site.outputDir, { policy: false });
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: ['--no-sandbox'] });
  });

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await open?.close();
    archive?.close();
    site?.remove();
  });

  function listPages(): readonly string[] {
    return readdirSync(site.outputDir, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.html'))
      .map((path) => `/${path.replace(/index\.html$/, '')}`);
  }

  /** A page that notes what must not happen. */
  async function openPage(
    base: string,
    options: { javaScriptEnabled?: boolean } = {},
  ): Promise<{ page: Page; wrongs: string[]; close(): Promise<void> }> {
    const context = await browser.newContext({ viewport: { width: 1000, height: 800 }, ...options });
    const page = await context.newPage();
    const wrongs: string[] = [];
    await page.exposeFunction('xss', () => wrongs.push('xss ran'));
    page.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(base) && !url.startsWith('data:') && !url.startsWith('blob:')) wrongs.push(`asked ${url}`);
    });
    page.on('console', (message) => {
      if (message.type() === 'error') wrongs.push(message.text());
    });
    page.on('pageerror', (error) => wrongs.push(error.message));
    await page.addInitScript(() => {
      addEventListener('securitypolicyviolation', (event) =>
        console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`),
      );
    });
    return { page, wrongs, close: () => context.close() };
  }

  it('breaks no policy, runs nothing foreign and asks no other host on any page', async () => {
    const { page, wrongs, close } = await openPage(server.url);
    for (const path of listPages()) {
      await page.goto(server.url + path, { waitUntil: 'load' });
      expect(wrongs, path).toEqual([]);
    }
    await close();
  });

  it('runs nothing foreign even without the policy', async () => {
    const { page, wrongs, close } = await openPage(open.url);
    for (const path of listPages()) {
      await page.goto(open.url + path, { waitUntil: 'load' });
      expect(wrongs, path).toEqual([]);
    }
    await close();
  });

  it('has no accessibility violation on any kind of page', async () => {
    const { page, close } = await openPage(open.url);
    const kinds = [
      '/',
      '/projects/',
      '/projects/clockwork/',
      '/search/',
      '/t/',
      '/404.html',
      '/about/',
      conversationUrl(clock.id),
    ];
    for (const path of [...kinds, ...listPages().filter((one) => one.includes('/b/'))]) {
      await page.goto(open.url + path, { waitUntil: 'load' });
      await page.addScriptTag({ content: axe });
      const found = await page.evaluate(async () => {
        const { violations } = await (globalThis as unknown as { axe: { run(): Promise<AxeResult> } }).axe.run();
        return violations.map(
          (one) =>
            `${one.id}: ${one.nodes
              .map((node) => node.html)
              .slice(0, 2)
              .join(' | ')}`,
        );
      });
      expect(found, path).toEqual([]);
    }
    await close();
  });

  interface AxeResult {
    readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[];
  }

  it('finds words under the strict policy and lands on the turn', async () => {
    const { page, wrongs, close } = await openPage(server.url);
    await page.goto(`${server.url}/search/?q=watch`);
    const turn = page.locator('.search-result .search-turn a').first();
    await turn.waitFor();
    expect(await turn.getAttribute('href')).toBe(`${conversationUrl(clock.id)}#${turnAnchor(turnAt(clock, 1).hash)}`);
    await turn.click();
    await page.waitForURL(/#t-/);
    const marked = await page.waitForFunction(() =>
      [...(CSS.highlights.get('found') ?? [])].map((range) => ({
        words: String(range).toLowerCase(),
        turn: range.startContainer.parentElement?.closest('.turn')?.id,
      })),
    );
    expect(await marked.jsonValue()).toContainEqual({ words: 'watch', turn: turnAnchor(turnAt(clock, 1).hash) });

    expect(wrongs).toEqual([]);
    await close();
  });

  it('filters exactly by role and date, and finds words of scripts without spaces', async () => {
    const { page, wrongs, close } = await openPage(server.url);
    await page.goto(`${server.url}/search/?q=clock`);
    await page.locator('.search-result').first().waitFor();
    const facts = async (): Promise<readonly string[]> => page.locator('.search-role').allTextContents();
    expect(await facts()).toContain('Answer');
    await page.selectOption('#filter-role', 'prompt');
    await page.waitForFunction(() => {
      const shown = [...document.querySelectorAll('.search-role')];
      return shown.length > 0 && shown.every((one) => one.textContent === 'Prompt');
    });
    expect((await facts()).length).toBeGreaterThan(0);
    await page.fill('#to', '2025-01-01');
    await page.waitForFunction(
      () => document.querySelector('#search-status')?.textContent === 'Nothing found with these filters.',
    );
    await page.goto(`${server.url}/search/?q=${encodeURIComponent('検索')}`);
    await page.locator('.search-result').first().waitFor();
    expect(await page.locator('.search-result .search-turn a').first().getAttribute('href')).toContain(
      turnAnchor(turnAt(branch, 0).hash),
    );
    expect(await page.locator('.search-result mark').first().textContent()).toBe('検索');
    expect(wrongs).toEqual([]);
    await close();
  });

  it('shows hostile titles in results as text', async () => {
    const { page, wrongs, close } = await openPage(open.url);
    await page.goto(`${open.url}/search/?q=onerror`);
    await page.locator('.search-result').first().waitFor();
    expect(await page.locator('.search-result img, .search-result script').count()).toBe(0);
    expect(wrongs).toEqual([]);
    await close();
  });

  it('finds a turn by its hash, and sends on from a page that does not hold it', async () => {
    const { page, wrongs, close } = await openPage(server.url);
    const { hash } = turnAt(branch, 0);
    await page.goto(`${server.url}/t/#${hash}`);
    await page.locator(`#${turnAnchor(hash)}`).waitFor();
    expect(page.url()).toMatch(/\/b\/[^/]+\/#t-/);
    await page.goto(`${server.url}${conversationUrl(clock.id)}#${turnAnchor(hash)}`);
    await page.locator(`#${turnAnchor(hash)}`).waitFor();
    await page.goto(`${server.url}/t/#${'0'.repeat(64)}`);
    await page.getByText('No turn with this hash is published here.').waitFor();
    expect(wrongs.filter((wrong) => !wrong.includes('404'))).toEqual([]);
    await close();
  });

  it('is complete without scripts', async () => {
    const { page, close } = await openPage(server.url, { javaScriptEnabled: false });
    await page.goto(server.url + conversationUrl(clock.id));
    expect(await page.locator('.turn, .result').count()).toBe(6);
    await page.goto(`${server.url}/search/`);
    expect(await page.locator(`#search-fallback a[href="${conversationUrl(clock.id)}"]`).count()).toBe(1);
    expect(await page.locator('#search-form').isVisible()).toBe(false);
    await close();
  });
});
