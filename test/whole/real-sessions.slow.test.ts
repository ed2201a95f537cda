/** A site of real sessions against validators: TURNPRESS_CORPUS and TURNPRESS_SAMPLES name folders of session files. */
/** Skipped without them. What is checked is what a visitor's browser, a feed reader and a validator would say. */

import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { HtmlValidate } from 'html-validate';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkAtom } from '../feed/check-atom.ts';
import { checkJsonFeed } from '../feed/check-json-feed.ts';
import { checkOpml } from '../feed/check-opml.ts';
import { checkRss } from '../feed/check-rss.ts';
import { parseXml } from '../feed/xml-tree.ts';
import { serveFolder } from '../site/serve-folder.ts';
import { chromiumPath, launchChromium, openTab } from './chromium.ts';
import { openPlace, type Place } from './command-line.ts';

const validator = new HtmlValidate({
  extends: ['html-validate:standard'],
  rules: { 'long-title': 'off', 'no-redundant-role': 'off' },
});
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** Bytes of a page as a host sends it. */
const LARGEST_PAGE = 100 * 1024;

for (const name of ['TURNPRESS_CORPUS', 'TURNPRESS_SAMPLES'] as const) {
  const folder = process.env[name];
  describe.skipIf(folder === undefined)(`a site of real sessions (skipped unless ${name} is set)`, () => {
    let place: Place;
    beforeAll(async () => {
      place = openPlace();
      place.configure({
        title: 'Real sessions',
        publish: [{ conversation: '*', visibility: 'public' }],
        images: { publish: true },
      });
      for (const argv of [
        ['init', '.', '--origin', 'test.example/real'],
        ['ingest', folder ?? '', '--settle'],
        ['build'],
      ]) {
        const ran = await place.turnpress(...argv);
        expect(ran.code, `${argv[0]}: ${ran.err.slice(0, 2000)}`).toBe(0);
      }
    });
    afterAll(() => place?.close());

    const listFiles = (end: string): readonly string[] =>
      readdirSync(place.privateSite, { recursive: true, encoding: 'utf8' })
        .filter((path) => path.endsWith(end))
        .sort();
    const read = (path: string): string => readFileSync(join(place.privateSite, path), 'utf8');

    /** Some pages of each kind: the largest, and others spread over the rest. */
    const samplePages = (most: number): readonly string[] => {
      const kinds = Map.groupBy(listFiles('.html'), (path) =>
        path
          .replace(/[0-9a-f]{16}/g, 'id')
          .replace(/p\d+/g, 'p')
          .replace(/\bb\/[^/]+/, 'b/name')
          .replace(
            /^(?!c\/)([^/]+)\/.+\//,
            (inner, first: string) => `${first}${'/name'.repeat(inner.split('/').length - 2)}/`,
          ),
      );
      return [...kinds.values()].flatMap((paths) => {
        const sorted = paths.toSorted((a, b) => read(b).length - read(a).length);
        const step = Math.max(1, Math.floor(sorted.length / most));
        return sorted.filter((_, i) => i % step === 0).slice(0, most);
      });
    };

    it('has valid HTML on pages of every kind', async () => {
      const wrong: string[] = [];
      for (const path of samplePages(4)) {
        const { results } = await validator.validateString(read(path), path);
        for (const { messages } of results)
          for (const { ruleId, message, line } of messages) wrong.push(`${path}:${line} ${ruleId}: ${message}`);
      }
      expect(wrong.slice(0, 20)).toEqual([]);
    });

    it('has valid feeds, all of them', async () => {
      const wrong: string[] = [];
      for (const path of listFiles('rss.xml')) wrong.push(...checkRss(read(path)).map((said) => `${path}: ${said}`));
      for (const path of listFiles('feed.json'))
        wrong.push(...checkJsonFeed(read(path)).map((said) => `${path}: ${said}`));
      for (const path of [...listFiles('atom.xml'), 'sitemap.xml']) parseXml(read(path));
      const atoms = listFiles('atom.xml');
      for (const path of atoms.filter((_, i) => i % Math.ceil(atoms.length / 12) === 0))
        wrong.push(...(await checkAtom(read(path))).map((said) => `${path}: ${said}`));
      wrong.push(...checkOpml(read('feeds.opml')));
      expect(wrong.slice(0, 20)).toEqual([]);
    });

    it('has no page over 100 KB as it is sent', () => {
      const sizes = listFiles('.html').map((path) => ({ path, bytes: gzipSync(read(path)).length }));
      expect(sizes.filter(({ bytes }) => bytes > LARGEST_PAGE)).toEqual([]);
    });

    describe.skipIf(chromiumPath === undefined)('in Chromium (skipped: none was found)', () => {
      let browser: Browser;
      let server: Awaited<ReturnType<typeof serveFolder>>;
      beforeAll(async () => {
        browser = await launchChromium();
        server = await serveFolder(place.privateSite, { policy: false });
      });
      afterAll(async () => {
        await browser?.close();
        await server?.close();
      });

      // Colours do not depend on the width, nor widths on colours.
      const looks = [
        { name: 'light on a desk', viewport: { width: 1280, height: 900 }, colorScheme: 'light' },
        { name: 'dark on a phone', viewport: { width: 360, height: 740 }, colorScheme: 'dark' },
      ] as const;
      for (const { name: look, ...options } of looks) {
        it(`has no accessibility violation, no sideways scrolling and no layout shift: ${look}`, async () => {
          const tab = await openTab(browser, server.url, options);
          await tab.page.addInitScript(watchShifts);
          const wrong: string[] = [];
          for (const path of samplePages(1)) {
            await tab.page.goto(`${server.url}/${path.replace(/index\.html$/, '')}`, { waitUntil: 'load' });
            wrong.push(...(await measure(tab.page)).map((said) => `${path}: ${said}`));
          }
          expect(wrong).toEqual([]);
          expect(tab.wrongs).toEqual([]);
          await tab.close();
        });
      }
    });
  });
}

function watchShifts(): void {
  const seen: { shift: number } = { shift: 0 };
  Object.assign(globalThis, { turnpressShifts: seen });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) seen.shift += (entry as PerformanceEntry & { readonly value: number }).value;
  }).observe({ type: 'layout-shift', buffered: true });
}

/** What is wrong with the page that is open. Conversations never move; a page whose scripts draw a form may a little. */
async function measure(page: Page): Promise<readonly string[]> {
  await page.waitForTimeout(100);
  const found = await page.evaluate(() => {
    const { turnpressShifts } = globalThis as unknown as { turnpressShifts: { shift: number } };
    const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
    return [
      ...(turnpressShifts.shift > (location.pathname.startsWith('/c/') ? 0 : 0.1)
        ? [`layout shift of ${turnpressShifts.shift}`]
        : []),
      ...(wide > 0 ? [`${wide} px wider than the window`] : []),
    ];
  });
  await page.addScriptTag({ content: axe });
  const violations = await page.evaluate(async () => {
    const run = (globalThis as unknown as { axe: { run(): Promise<{ violations: readonly Violation[] }> } }).axe.run;
    return (await run()).violations.map(
      (one) =>
        `${one.id}: ${one.nodes
          .map((node) => node.html.slice(0, 200))
          .slice(0, 2)
          .join(' | ')}`,
    );
  });
  return [...found, ...violations];
}

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}
