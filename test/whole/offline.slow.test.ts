/** Reading without a net: what was read and what was saved opens, search included; what was not says so; nothing stays stale. */
/** In a real browser, against a server that goes away. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { conversationUrl } from '../../src/site/urls.ts';
import { serveFolder } from '../site/serve-folder.ts';
import {
  answer,
  config,
  createTestSite,
  openTestArchive,
  prompt,
  type TestSite,
  type Told,
  tell,
} from '../site/site-fixture.ts';

const executablePath = [process.env.TURNPRESS_CHROMIUM, '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
  (path) => path !== undefined && existsSync(path),
);

describe.skipIf(executablePath === undefined)('without a net (skipped where no Chromium is found)', () => {
  let site: TestSite;
  let server: Awaited<ReturnType<typeof serveFolder>>;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let origin: string;
  let [read, saved, other]: Told[] = [];

  beforeAll(async () => {
    const archive = openTestArchive();
    site = createTestSite();
    const long = Array.from({ length: 40 }, (_, i) => [
      prompt(`Question ${i}?`),
      answer(`Answer ${i}: ${'many words '.repeat(600)}`),
    ]);
    read = tell(archive, { items: [prompt('What is a quince?'), answer('A fruit.')], meta: { title: 'Quinces' } });
    saved = tell(archive, {
      items: [...long.flat(), prompt('And the last word?'), answer('Zyzzyva.')],
      meta: { title: 'Long' },
      minute: 10,
    });
    other = tell(archive, { items: [prompt('Never looked at'), answer('Indeed.')], minute: 200 });
    await site.build(archive, { config });
    archive.close();
    mkdirSync(join(site.outputDir, 'archive'), { recursive: true });
    writeFileSync(join(site.outputDir, 'archive', 'archive.json'), '{}');
    server = await serveFolder(site.outputDir, { policy: true });
    const { port } = new URL(server.url);
    origin = `http://site.test:${port}`;
    // a name that is not this machine's own, on which the worker starts by itself
    browser = await chromium.launch({
      executablePath: executablePath ?? '',
      args: [
        '--no-sandbox',
        '--host-resolver-rules=MAP site.test 127.0.0.1',
        `--unsafely-treat-insecure-origin-as-secure=${origin}`,
      ],
    });
    context = await browser.newContext();
    page = await context.newPage();
  });

  afterAll(async () => {
    await browser.close();
    await server.close().catch(() => undefined);
    site.remove();
  });

  const urlOf = (told: Told | undefined, part = 1): string =>
    origin + (told === undefined ? '' : conversationUrl(told.id, part));

  it('opens what was read, and what was saved with all of its pages', async () => {
    await page.goto(`${origin}/`);
    await page.evaluate(() => navigator.serviceWorker.ready);
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await page.goto(urlOf(read));
    await page.evaluate(() => fetch('/archive/archive.json').then((got) => got.text()));
    await page.goto(urlOf(saved));
    await page.getByRole('button', { name: 'Save for reading offline' }).click();
    await page.getByRole('button', { name: 'Remove from this device' }).waitFor();
    await server.close();
    await page.goto(urlOf(read));
    expect(await page.textContent('main')).toContain('A fruit.');
    const last = lastPageOf(site, saved);
    expect(last).toBeGreaterThan(1);
    await page.goto(urlOf(saved, last));
    expect(await page.textContent('main')).toContain('Zyzzyva');
    await page.goto(urlOf(other));
    expect(await page.title()).toBe('Not kept');
    expect(await page.getByRole('link', { name: 'Search' }).getAttribute('href')).toBe('/search/');
  });

  it('finds words in what is kept', async () => {
    await page.goto(`${origin}/search/?q=zyzzyva`);
    const link = page.locator('#search-results a').first();
    await link.waitFor();
    expect(await link.getAttribute('href')).toContain(conversationUrl((saved as Told).id));
    await page.fill('#q', 'looked at');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => /: 0 places/.test(document.querySelector('#search-status')?.textContent ?? ''));
  });

  it('keeps nothing of the replica, and a bounded number of files', async () => {
    const kept = await page.evaluate(async () => {
      const names = await caches.keys();
      const lists = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
      return { names, urls: lists.flat().map(({ url }) => new URL(url).pathname) };
    });
    expect(kept.names.every((name) => /^turnpress::(?:pages|parts|saved):1$/.test(name))).toBe(true);
    expect(kept.urls.filter((url) => url.startsWith('/archive/') || url === '/sw.js')).toEqual([]);
  });

  it('shows what is new as soon as the net is back', async () => {
    const file = join(site.outputDir, conversationUrl((read as Told).id), 'index.html');
    writeFileSync(file, readFileSync(file, 'utf8').replace('A fruit.', 'A fruit, and a jelly.'));
    server = await serveFolder(site.outputDir, { policy: true, port: Number(new URL(origin).port) });
    await page.goto(urlOf(read));
    expect(await page.textContent('main')).toContain('and a jelly');
    await server.close();
    await page.goto(urlOf(read));
    expect(await page.textContent('main')).toContain('and a jelly');
  });
});

function lastPageOf(site: TestSite, told: Told | undefined): number {
  let last = 1;
  while (told !== undefined && existsSync(join(site.outputDir, conversationUrl(told.id, last + 1)))) last++;
  return last;
}
