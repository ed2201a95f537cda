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
    const { parts } = JSON.parse(site.read('search/shards.json')) as { parts: readonly unknown[] };
    expect(parts.length).toBeGreaterThan(2);
    const { page, wrongs, close } = await openTab(browser, server.url);
    const titles = (): Promise<readonly string[]> => page.locator('.search-result h2').allTextContents();
    let bytes = 0;
    let requests: readonly string[] = [];
    page.on('response', async (response) => {
      const { pathname } = new URL(response.url());
      if (!pathname.startsWith('/assets/')) requests = [...requests, pathname];
      bytes += (await response.body()).length;
    });
    await page.goto(`${server.url}/search/`);
    await page.locator('#filter-agent option').nth(1).waitFor({ state: 'attached' });
    await page.waitForLoadState('networkidle');
    expect(requests.filter((path) => /^\/(?:search|pagefind)\/./.test(path))).toEqual(['/search/shards.json']);
    bytes = 0;
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
    expect(requests.length).toBeLessThan(40);
    expect(wrongs).toEqual([]);
    await close();
  });

  it('finds a name with signs where it stands, and in longer ones', async () => {
    const { page, wrongs, close } = await openTab(browser, server.url);
    const titles = (): Promise<readonly string[]> => page.locator('.search-result h2').allTextContents();
    await page.goto(`${server.url}/search/?q=ENT-207`);
    await page.getByText('3 exchanges found.').waitFor();
    expect([...(await titles())].sort()).toEqual(['Day 3', 'Day 40', 'Day 50']);
    expect(await page.locator('.search-result mark').allTextContents()).toEqual(['ENT-207', 'ENT-207', 'ENT-207']);
    await page.goto(`${server.url}/search/?q=quokka+everyday`);
    await page.getByText('1 exchange found.').waitFor();
    expect(await titles()).toEqual(['Day 0']);
    expect(wrongs).toEqual([]);
    await close();
  });

  it('says which word nobody used, offers the nearest, and shows no other word in its place', async () => {
    const { page, wrongs, close } = await openTab(browser, server.url);
    for (const [query, said] of [
      ['axolotlish', 'Nothing here has “axolotlish”.'],
      ['everyday zyxwv', 'Nothing here has “zyxwv”.'],
      ['quokka axolotl', 'No exchange has all of these words.'],
      ['"axolotl quokka"', 'Nothing here has “axolotl quokka”.'],
      ['***', 'There is no letter and no number in this: nothing to look for.'],
    ] as const) {
      await page.goto(`${server.url}/search/?q=${encodeURIComponent(query)}`);
      await page.getByText(said).waitFor();
      expect(await page.locator('.search-results > li').count()).toBe(0);
      expect(await page.locator('#search-more').isVisible()).toBe(false);
    }
    await page.goto(`${server.url}/search/?q=quokak`);
    await page.getByText('What tools printed is not in this index.').waitFor();
    await page.getByRole('button', { name: 'quokka' }).click();
    await page.getByText('1 exchange found.').waitFor();
    expect(new URL(page.url()).searchParams.get('q')).toBe('quokka');
    expect(wrongs).toEqual([]);
    await close();
  });

  it('moves nothing while it loads, is led through by keys, and comes back to its place', async () => {
    const { page, wrongs, close } = await openTab(browser, server.url);
    await page.addInitScript(() => {
      const shifts = { moved: 0 };
      Object.assign(globalThis, { shifts });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries() as (PerformanceEntry & { value: number })[]) shifts.moved += entry.value;
      }).observe({ type: 'layout-shift', buffered: true });
    });
    await page.goto(`${server.url}/search/?q=everyday`);
    await page.locator('.search-result').nth(5).waitFor();
    expect(
      await page.evaluate(() => (globalThis as unknown as { shifts: { moved: number } }).shifts.moved),
    ).toBeLessThan(0.01);
    await page.focus('#q');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    const focused = (): Promise<string> =>
      page.evaluate(() => document.activeElement?.getAttribute('href') ?? document.activeElement?.id ?? '');
    expect(await focused()).toMatch(/^\/c\/[0-9a-f]{16}\/#t-[0-9a-f]{16}$/);
    await page.keyboard.press('Escape');
    expect(await focused()).toBe('q');
    await page.click('#search-more');
    await page.locator('.search-result').nth(13).waitFor();
    const last = page.locator('.search-turn a').nth(14);
    await last.scrollIntoViewIfNeeded();
    const top = await page.evaluate(() => scrollY);
    expect(top).toBeGreaterThan(500);
    await last.click();
    await page.waitForURL(/#t-[0-9a-f]{16}/);
    await page.locator(/#t-[0-9a-f]{16}/.exec(page.url())?.[0] ?? '').waitFor();
    await page.goBack();
    await page.waitForFunction((wanted) => Math.abs(scrollY - wanted) < 5, top);
    expect(await page.locator('.search-result').count()).toBeGreaterThanOrEqual(14);
    expect(wrongs).toEqual([]);
    await close();
  });

  it('is asked from the header of every page, and says so without scripts', async () => {
    const { page, wrongs, close } = await openTab(browser, server.url);
    await page.goto(`${server.url}/projects/`);
    await page.keyboard.press('/');
    await page.keyboard.type('quokka');
    await page.keyboard.press('Enter');
    await page.getByText('1 exchange found.').waitFor();
    expect(wrongs).toEqual([]);
    await close();
  });

  it('orders by date over all parts, page after page', async () => {
    const { page, wrongs, close } = await openTab(browser, server.url);
    await page.goto(`${server.url}/search/?q=everyday&order=desc`);
    await page.locator('.search-result').first().waitFor();
    // pressed again and again: nothing comes twice, and at the end it does nothing
    await page.waitForFunction(
      (all) => {
        document.getElementById('search-more')?.click();
        return document.querySelectorAll('.search-result').length >= all;
      },
      DAYS,
      { polling: 100 },
    );
    await page
      .locator('.search-result')
      .nth(DAYS - 1)
      .waitFor();
    await page.getByText(`${DAYS} exchanges found.`).waitFor();
    const titles = await page.locator('.search-result h2').allTextContents();
    expect(titles).toEqual(Array.from({ length: DAYS }, (_, i) => `Day ${DAYS - 1 - i}`));
    expect(await page.locator('#search-more').isVisible()).toBe(false);
    expect(wrongs).toEqual([]);
    await close();
  });
});
