/** The reader's pages in a real browser: by keys, without scripts, on a host that only gives files, and for everybody's eyes. */
/** `serve` and a plain host give the same pages of the same memory. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import { createReaderServer } from '../../src/cli/following/reader-server.ts';
import { startServer } from '../../src/cli/site-server.ts';
import { openReaderStore, type ReaderStore } from '../../src/reader/reader.ts';
import { openTerminal, type Terminal } from '../cli/world.ts';
import { serveFolder } from '../site/serve-folder.ts';

const executablePath = [process.env.TURNPRESS_CHROMIUM, '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
  (path) => path !== undefined && existsSync(path),
);
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const NOW = Date.UTC(2026, 0, 2);
const FEED = { url: 'https://blog.example.org/feed', title: 'Blog', folder: 'News' };
const OPML = `<opml version="2.0"><head><title>x</title></head><body><outline text="News"><outline text="Blog" type="rss" xmlUrl="${FEED.url}"/></outline></body></opml>`;
const SAID =
  '<h1>One</h1><p>Words <img src="https://pics.example.org/a.png" alt="a cat"></p><h4>Two</h4><pre>code  that goes on and on and on and on and on and on and on and on and on and on</pre><table><tr><td>1</td></tr></table><iframe src="https://x.example.org/"></iframe><script>document.title = "taken"</script>';

describe.skipIf(executablePath === undefined)('in Chromium (skipped where none is found)', () => {
  let terminal: Terminal;
  let store: ReaderStore;
  let server: Server;
  let files: Awaited<ReturnType<typeof serveFolder>>;
  let browser: Browser;
  let origin: string;

  beforeAll(async () => {
    terminal = openTerminal({ XDG_STATE_HOME: '' });
    await terminal.run('init', '.', '--origin', 'reader.example/archive');
    writeFileSync(join(terminal.folder, 'content', 'subscriptions.opml'), OPML);
    await terminal.run('read');
    store = openReaderStore(join(terminal.folder, 'archive', 'private', 'reader.db'), silentLog);
    const entries = Array.from({ length: 60 }, (_, n) => {
      const url = `https://blog.example.org/${n}`;
      return {
        id: `e${n}`,
        title: `Entry ${n}`,
        url,
        html: SAID,
        publishedMs: NOW - n * 60_000,
        categories: ['a'],
        enclosures: [],
      };
    });
    store.entries.take(store.feeds.find(FEED.url)?.id ?? -1, entries, [], NOW);
    expect(await terminal.run('build')).toBe(0);
    const folder = join(terminal.folder, '_private');
    const reader = await createReaderServer({
      folder,
      site: 'http://localhost:8080/',
      store,
      now: () => NOW,
      log: silentLog,
    });
    server = await startServer(folder, 0, 'private', reader);
    origin = `http://localhost:${(server.address() as AddressInfo).port}`;
    files = await serveFolder(folder, { policy: true });
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: ['--no-sandbox'] });
  });

  beforeEach(() => {
    const ids = store.entries.list({ limit: 100 }).map(({ id }) => id);
    store.entries.mark(ids, { unread: true, starred: false }, NOW);
  });

  afterAll(async () => {
    await browser.close();
    await files.close();
    server.closeAllConnections();
    server.close();
    store.close();
    terminal.close();
  });

  const entry = (guid: string) => store.entries.list({ limit: 100 }).find((each) => each.guid === guid);

  /** Waits until the server has what the page did. */
  async function until(page: Page, holds: () => boolean): Promise<void> {
    for (let n = 0; n < 1200 && !holds(); n++) await page.waitForTimeout(25);
    expect(holds()).toBe(true);
  }

  it('is worked with keys alone', async () => {
    const page = await browser.newPage();
    await page.goto(`${origin}/reader/`);
    const focused = () => page.evaluate(() => document.activeElement?.textContent);
    await page.keyboard.press('j');
    await page.keyboard.press('n');
    expect(await focused()).toBe('Entry 1');
    await page.keyboard.press('k');
    expect(await focused()).toBe('Entry 0');
    await page.keyboard.press('s');
    await until(page, () => entry('e0')?.starred === true);
    await page.keyboard.press('m');
    await until(page, () => entry('e0')?.unread === false);
    expect(await page.locator('.entry').first().getAttribute('class')).toBe('entry starred');
    expect(await focused()).toBe('Entry 1');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('M');
    await until(page, () => entry('e2')?.unread === false);
    expect(await focused()).toBe('Entry 1');
    await page.keyboard.press('o');
    await page.waitForURL('**/reader/entry/**');
    await until(page, () => entry('e1')?.unread === false);
    await page.keyboard.press('j');
    await page.waitForFunction(() => document.title.startsWith('Entry 2'));
    await page.keyboard.press('?');
    expect(await page.getAttribute('#reading-keys', 'open')).toBe('');
    await page.keyboard.press('Escape');
    expect(await page.getAttribute('#reading-keys', 'open')).toBe(null);
    await page.keyboard.press('g');
    await page.keyboard.press('b');
    await page.waitForURL('**/reader/starred/');
    expect(await page.locator('.entry').count()).toBe(1);
    await page.keyboard.press('/');
    await page.keyboard.type('words');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/reader/search/?q=words');
    await page.keyboard.press('l');
    await page.waitForURL('**/reader/search/p2/?q=words');
    expect(await page.locator('.entry').count()).toBe(10);
    await page.close();
  });

  it('is swiped: rows are read, entries turned; scrolling, slanting and code that scrolls do nothing', async () => {
    const context = await browser.newContext({ hasTouch: true, viewport: { width: 390, height: 800 } });
    const page = await context.newPage();
    const client = await context.newCDPSession(page);
    const swipe = async (selector: string, across: number, down = 0): Promise<void> => {
      const target = page.locator(selector).first();
      await target.scrollIntoViewIfNeeded();
      const box = await target.boundingBox();
      const [x, y] = [195, (box?.y ?? 0) + Math.min(20, (box?.height ?? 0) / 2)];
      const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', part: number) =>
        client.send('Input.dispatchTouchEvent', {
          type,
          touchPoints: type === 'touchEnd' ? [] : [{ x: x + across * part, y: y + down * part }],
        });
      await touch('touchStart', 0);
      for (const part of [0.5, 1]) await touch('touchMove', part);
      await touch('touchEnd', 1);
    };
    // no choice about it was made by keys: their clock is far ahead of the server's, where such choices stand for a day
    const row = '.entry >> nth=5';
    await page.goto(`${origin}/reader/`);
    await swipe(row, 20, 120);
    await swipe(row, 100, 90);
    expect(entry('e5')?.unread).toBe(true);
    // what still rolls from the strokes before would move the row from under the finger
    await page.goto(`${origin}/reader/`);
    await swipe(row, 120);
    await until(page, () => entry('e5')?.unread === false);
    await swipe(row, -120);
    await page.locator(row).and(page.locator('.unread')).waitFor();
    await page.locator(`${row} >> .entry-title a`).click();
    await page.waitForURL('**/reader/entry/**');
    await page.locator('.reading-entry pre').evaluate((pre) => {
      pre.style.whiteSpace = 'pre';
      pre.style.overflowX = 'auto';
    });
    await swipe('.reading-entry pre', -120);
    await page.waitForTimeout(100);
    expect(await page.title()).toMatch(/^Entry 5/);
    await swipe('.reading-entry p', -120);
    await page.waitForFunction(() => document.title.startsWith('Entry 6'));
    await page.waitForLoadState('load');
    await swipe('.reading-entry p', 120);
    await page.waitForFunction(() => document.title.startsWith('Entry 5'));
    await context.close();
  });

  it('is whole without scripts', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(`${origin}/reader/`);
    await page.locator('.entry').nth(2).getByRole('button', { name: 'Read to here' }).click();
    expect(await page.locator('.entry-title').first().textContent()).toContain('Entry 3');
    expect(entry('e2')?.unread).toBe(false);
    await page.locator('.entry-title a').first().click();
    expect(entry('e3')?.unread).toBe(true);
    await page.getByRole('button', { name: 'Star', exact: true }).click();
    expect(entry('e3')?.starred).toBe(true);
    await page.getByRole('button', { name: 'Read, and on to the next' }).click();
    expect(await page.textContent('h1')).toBe('Entry 4');
    expect(entry('e3')?.unread).toBe(false);
    await page.goto(`${origin}/reader/feeds/`);
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByText('Save as a file').click()]);
    const file = join(terminal.folder, 'reading.json');
    await download.saveAs(file);
    store.entries.mark([entry('e3')?.id ?? 0], { starred: false }, NOW);
    await page.setInputFiles('#state-file', file);
    await page.getByRole('button', { name: 'Merge it' }).click();
    await page.waitForURL('**/reader/feeds/');
    // the star was taken back after the file was saved
    expect(entry('e3')?.starred).toBe(false);
    await context.close();
  });

  it('asks nobody for anything, and runs nothing of an entry', async () => {
    const page = await browser.newPage();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).host));
    await page.goto(`${origin}/reader/entry/${entry('e5')?.key}/`);
    await page.waitForLoadState('networkidle');
    expect(new Set(asked)).toEqual(new Set([new URL(origin).host]));
    expect(await page.title()).toBe('Entry 5');
    const picture = page.waitForRequest('https://pics.example.org/a.png');
    await page.getByRole('link', { name: 'Show 1 picture' }).click();
    expect((await picture).headers().referer ?? '').toBe('');
    await page.close();
  });

  it('keeps the state in the browser on a host that only gives files, and takes it along', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${files.url}/reader/`);
    await page.locator('.entry').first().getByRole('button', { name: 'Star', exact: true }).click();
    await page.locator('.entry-title a').first().click();
    await page.waitForURL('**/reader/entry/**');
    await page.goto(`${files.url}/reader/`);
    expect(await page.locator('.entry:visible .entry-title').first().textContent()).toContain('Entry 1');
    await page.goto(`${files.url}/reader/feeds/`);
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByText('Save as a file').click()]);
    const file = join(terminal.folder, 'browser.json');
    await download.saveAs(file);
    expect(await terminal.run('read', '--import', file)).toBe(0);
    expect(entry('e0')).toMatchObject({ unread: false, starred: true });
    const elsewhere = await (await browser.newContext()).newPage();
    await elsewhere.goto(`${files.url}/reader/feeds/`);
    await elsewhere.setInputFiles('#state-file', file);
    await elsewhere.getByRole('button', { name: 'Merge it' }).click();
    await elsewhere.getByText('Merged.').waitFor();
    await elsewhere.goto(`${files.url}/reader/all/`);
    expect(await elsewhere.locator('.entry').first().getAttribute('class')).toBe('entry starred');
    await elsewhere.context().close();
    await context.close();
  });

  it('finds words in entries on a host that only gives files, and in the search of the site', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const wrong: string[] = [];
    page.on('console', (message) => void (message.type() === 'error' && wrong.push(message.text())));
    await page.goto(`${files.url}/reader/`);
    await page.locator('#reading-q').fill('"Entry 17" words');
    await page.locator('#reading-q').press('Enter');
    const row = page.locator('.entries .entry');
    await row.first().waitFor();
    expect(await row.count()).toBe(1);
    const key = entry('e17')?.key ?? '';
    expect(await row.locator('.entry-title a').getAttribute('href')).toBe(`/reader/entry/${key}/`);
    expect(await row.textContent()).toMatch(/Entry 17.*Blog · 2026-01-01.*Words/s);
    expect(await row.textContent()).not.toContain('taken');
    await row.locator('.mark-star').click();
    expect(await row.locator('.mark-star').textContent()).toBe('Unstar');
    await page.locator('#reading-q').blur();
    await page.keyboard.press('j');
    await page.keyboard.press('o');
    await page.waitForURL(`**/reader/entry/${key}/`);
    expect(await page.locator('article').getAttribute('class')).toContain('starred');
    await page.goto(`${files.url}/reader/search/?q=${encodeURIComponent('nowhere-to-be-found')}`);
    await page.getByText('No entry has all of these words.').waitFor();
    await page.goto(`${files.url}/search/?q=${encodeURIComponent('"Entry 17"')}&role=entry`);
    const found = page.locator('#search-results .search-result');
    await found.first().waitFor();
    expect(await found.first().textContent()).toContain('Blog');
    await found.first().locator('a').first().click();
    await page.waitForURL(`**/reader/entry/${key}/#content`);
    expect(wrong).toEqual([]);
    await context.close();
  });

  it('has no finding of axe, light and dark, wide and narrow, and is never too wide', async () => {
    const paths = [
      '/reader/',
      `/reader/entry/${entry('e5')?.key}/`,
      '/reader/feeds/',
      '/reader/search/?q=words',
      '/reader/starred/',
    ];
    for (const [width, colorScheme] of [
      [1280, 'light'],
      [390, 'dark'],
    ] as const) {
      const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, bypassCSP: true });
      const page = await context.newPage();
      for (const path of paths) {
        await page.goto(origin + path);
        await page.evaluate(axe);
        const found = await page.evaluate(async () => {
          const { violations } = await (
            globalThis as unknown as {
              axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
            }
          ).axe.run();
          return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
        });
        expect(found, `${path} ${width}`).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${path} ${width}`).toBe(
          true,
        );
      }
      await context.close();
    }
  });
});
