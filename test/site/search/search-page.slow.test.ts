/** The search page over an index of several parts, in Chromium. */
/** Words are made by a counter: enough of them that the units do not fit into one part. */

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ArchiveWriter } from '../../../src/archive/archive.ts';
import { chromiumPath, launchChromium, openTab } from '../../whole/chromium.ts';
import { serveFolder } from '../serve-folder.ts';
import { createTestSite, openTestArchive, prompt, type TestSite, tell } from '../site-fixture.ts';

const DAYS = 120;

function words(seed: number, count: number): string {
  return Array.from({ length: count }, (_, i) => ((seed * 7919 + i * 104_729) % 50_021).toString(36)).join(' ');
}

/** What one day says that others do not. The newest part knows neither the issue nor the animal, only what begins like them. */
const SAID: Readonly<Record<number, string>> = {
  0: 'quokka',
  3: 'ENT-207',
  40: 'fix/ENT-207 and ENT-20',
  50: '(ENT-207), later',
  [DAYS - 1]: 'axolotl',
};
const LATE = 'ent ent ENT-2 ENT-20 207 entry ax axolot quok';

function tellDays(archive: ArchiveWriter, from: number, to: number): void {
  for (let day = from; day < to; day++) {
    const said = `everyday ${SAID[day] ?? ''} ${day > 100 && day < DAYS - 1 ? LATE : ''} ${words(day, 1500)}`;
    tell(archive, { items: [prompt(said)], meta: { agent: 'codex', title: `Day ${day}` }, minute: day * 24 * 60 });
  }
}

it('an index that grew has the same bytes as one that was made at once', async () => {
  const archive = openTestArchive();
  const [grown, cold] = [createTestSite(), createTestSite()];
  for (const [from, to] of [
    [0, 40],
    [40, 90],
    [90, DAYS],
  ] as const) {
    tellDays(archive, from, to);
    await grown.build(archive);
  }
  await cold.build(archive);
  const indexOf = (site: TestSite): readonly (readonly [string, string])[] =>
    [...site.readAll()].filter(([path]) => /^(?:pagefind|search)\//.test(path));
  expect(new Map(indexOf(grown))).toEqual(new Map(indexOf(cold)));
  archive.close();
  grown.remove();
  cold.remove();
});

describe.skipIf(chromiumPath === undefined)('the search page (skipped without Chromium)', () => {
  let archive: ArchiveWriter;
  let site: TestSite;
  let browser: Browser;
  let server: Awaited<ReturnType<typeof serveFolder>>;

  beforeAll(async () => {
    archive = openTestArchive();
    site = createTestSite();
    tellDays(archive, 0, DAYS);
    await site.build(archive);
    server = await serveFolder(site.outputDir, { policy: true });
    browser = await launchChromium();
  });

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    archive?.close();
    site?.remove();
  });

  it('finds the oldest and the newest words in one query, in few requests', async () => {
    const { shards } = JSON.parse(site.read('search/shards.json')) as { shards: readonly string[] };
    expect(shards.length).toBeGreaterThan(1);
    const { page, wrongs, close } = await openTab(browser, server.url);
    const titles = (): Promise<readonly string[]> => page.locator('.search-result h2').allTextContents();
    await page.goto(`${server.url}/search/`);
    await page.getByText('Type what you look for.').waitFor();
    let bytes = 0;
    let requests = 0;
    page.on('response', async (response) => {
      requests++;
      bytes += (await response.body()).length;
    });
    for (const [word, title] of [
      ['quokka', 'Day 0'],
      ['axolotl', `Day ${DAYS - 1}`],
    ] as const) {
      await page.fill('#q', word);
      await page.waitForFunction(
        (wanted) => document.querySelector('.search-result h2')?.textContent === wanted,
        title,
      );
      expect((await titles())[0]).toBe(title);
    }
    await page.waitForLoadState('networkidle');
    expect(bytes).toBeLessThan(300_000);
    expect(requests).toBeLessThan(60);
    expect(wrongs).toEqual([]);
    await close();
  });

  it('puts pages that have the word before those of other parts that only have its beginning', async () => {
    const { page, wrongs, close } = await openTab(browser, server.url);
    const shown = async (): Promise<readonly string[]> =>
      page.locator('.search-results > li').evaluateAll((items) => {
        return items.map((item) => (item.querySelector('h2') ?? item).textContent ?? '');
      });
    await page.goto(`${server.url}/search/?q=ENT-207`);
    await page.getByText('2 results').waitFor();
    await page.locator('.search-similar').waitFor();
    expect((await shown()).slice(0, 3)).toEqual(['Day 3', 'Day 50', 'Words that begin alike']);
    expect(await shown()).toContain('Day 40');
    await page.goto(`${server.url}/search/?q=quokka+everyday`);
    await page.getByText('1 result').waitFor();
    expect((await shown())[0]).toBe('Day 0');
    expect(wrongs).toEqual([]);
    await close();
  });

  it('says which word nobody used, and shows no other word in its place', async () => {
    const { page, wrongs, close } = await openTab(browser, server.url);
    for (const [query, said] of [
      ['axolotlish', 'No page has “axolotlish”.'],
      ['everyday zyxwv', 'No page has “zyxwv”.'],
      ['quokka axolotl', 'No page has all of these words.'],
      ['"axolotl quokka"', 'No page has this phrase.'],
    ] as const) {
      await page.goto(`${server.url}/search/?q=${encodeURIComponent(query)}`);
      await page.getByText(said).waitFor();
      expect(await page.locator('.search-results > li').count()).toBe(0);
      expect(await page.locator('#search-more').isVisible()).toBe(false);
    }
    await page.goto(`${server.url}/search/?q=quokk`);
    await page.getByText('No page has “quokk”.').waitFor();
    expect(await page.locator('.search-result h2').allTextContents()).toEqual(['Day 0']);
    expect(wrongs).toEqual([]);
    await close();
  });

  it('orders by date over all parts, page after page', async () => {
    const { page, wrongs, close } = await openTab(browser, server.url);
    await page.goto(`${server.url}/search/?q=everyday&order=desc`);
    await page.getByText(`${DAYS} results`).waitFor();
    for (let shown = 10; shown < DAYS; shown += 10) {
      await page
        .locator('.search-result')
        .nth(shown - 1)
        .waitFor();
      await page.click('#search-more');
    }
    await page
      .locator('.search-result')
      .nth(DAYS - 1)
      .waitFor();
    const titles = await page.locator('.search-result h2').allTextContents();
    expect(titles).toEqual(Array.from({ length: DAYS }, (_, i) => `Day ${DAYS - 1 - i}`));
    expect(await page.locator('#search-more').isVisible()).toBe(false);
    expect(wrongs).toEqual([]);
    await close();
  });
});
