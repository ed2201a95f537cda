/** River, neighbours, wander, and all other pages of the reader's side, with axe: light and dark, wide and narrow. */
/** Pages that the owner may show of what is followed; what stands on them is tested in test/site/following.slow.test.ts. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConversationId } from '../../src/model/ids.ts';
import { serveFolder } from '../site/serve-folder.ts';
import { config, createTestSite, openTestArchive, sampleItems, type TestSite, tell } from '../site/site-fixture.ts';
import { chromiumPath, launchChromium } from './chromium.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const START = Date.UTC(2026, 0, 3);
const long = `https://blog.example.net/${'a-very-long-name-'.repeat(12)}`;
const following = {
  sources: [
    { title: 'A blog', feed: 'https://blog.example.net/feed.xml', home: 'https://blog.example.net/', folder: 'News' },
    { title: '', feed: long, folder: '' },
    {
      ...{ title: 'turns of B', feed: 'https://b.example.net/atom.xml', folder: '' },
      archive: 'https://b.example.net/archive/',
    },
  ],
  river: Array.from({ length: 60 }, (_, i) => ({
    ...{ guid: `g${i}`, title: i === 1 ? 'W'.repeat(180) : `Post ${i}`, excerpt: i === 2 ? '' : `Words of ${i}` },
    ...{ url: i === 3 ? '' : `https://blog.example.net/p/${i}`, timeMs: START - i * 60_000 },
    ...{ source: i === 4 ? long : 'A blog', sourceUrl: 'https://blog.example.net/' },
  })),
  wander: [
    {
      ...{ title: 'How B built a boat', source: 'turns of B', startedMs: START },
      url: { home: 'https://b.example.net/name/', conversation: 'ab'.repeat(32) as ConversationId },
    },
  ],
};

describe.skipIf(chromiumPath === undefined)('pages of what is followed (skipped without a browser)', () => {
  let site: TestSite;
  let files: Awaited<ReturnType<typeof serveFolder>>;
  let browser: Browser;
  beforeAll(async () => {
    const archive = openTestArchive();
    site = createTestSite();
    tell(archive, { items: sampleItems('the clock'), meta: { tags: ['open'] } });
    const shown = { river: true, blogroll: true, neighbours: true, wander: true };
    await site.build(archive, { following, config: { ...config, documentation: false, following: shown } });
    archive.close();
    files = await serveFolder(site.outputDir, { policy: true });
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser.close();
    await files.close();
    site.remove();
  });

  it('are found by the search of the site, as far as the river shows them', async () => {
    const page = await browser.newPage();
    await page.goto(`${files.url}/search/?q=${encodeURIComponent('"Post 57" "words of 57"')}`);
    const found = page.locator('#search-results .search-result');
    await found.first().waitFor();
    expect([await found.count(), await found.first().textContent()]).toEqual([1, expect.stringContaining('A blog')]);
    const address = (await found.locator('a').first().getAttribute('href')) ?? '';
    expect(address).toMatch(/^\/river\/page\/2\/#e-[0-9a-f]{16}$/);
    await page.goto(files.url + address);
    expect(await page.locator(new URL(address, files.url).hash).textContent()).toContain('Post 57');
    await page.close();
  });

  it('have no finding of axe and are never too wide, with scripts and without', async () => {
    for (const [width, colorScheme, javaScriptEnabled] of [
      [1280, 'light', true],
      [1280, 'dark', true],
      [390, 'light', true],
      [390, 'dark', true],
      [390, 'light', false],
    ] as const) {
      const viewport = { width, height: 900 };
      const context = await browser.newContext({ viewport, colorScheme, javaScriptEnabled, bypassCSP: true });
      const page = await context.newPage();
      for (const path of ['/river/', '/river/page/2/', '/neighbours/', '/wander/']) {
        const name = `${path} ${width} ${colorScheme}`;
        const answer = await page.goto(files.url + path);
        expect(answer?.status(), name).toBe(200);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(wide, name).toBeLessThanOrEqual(0);
        if (!javaScriptEnabled) continue;
        await page.evaluate(axe);
        const found = await page.evaluate(async () => {
          const { violations } = await (
            globalThis as unknown as {
              axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
            }
          ).axe.run();
          return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
        });
        expect(found, name).toEqual([]);
      }
      await context.close();
    }
  });
});
