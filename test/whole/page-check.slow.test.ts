/** The button "Check this page", in Chromium: it holds for honest pages and names what `turnpress check` names. */
/** Against the same table of tampered pages, on a host that does what each test says. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { honest, html200, type Mode, status } from '../replica/hostile-server.ts';
import { chromiumPath, launchChromium, openTab, type Tab } from './chromium.ts';
import { type Orchard, openOrchard } from './orchard.ts';
import { otherVersion, tamperedPages } from './tampered-pages.ts';

interface Answer {
  readonly verdict: string;
  /** Turns that are named, each once; empty text: what stands beside them. */
  readonly named: readonly string[];
  readonly text: string;
}

describe.skipIf(chromiumPath === undefined)('a page that checks itself', () => {
  let orchard: Orchard;
  let browser: Browser;
  let tab: Tab;
  beforeAll(async () => {
    orchard = await openOrchard();
    browser = await launchChromium();
    tab = await openTab(browser, orchard.server.url);
  });
  afterEach(() => orchard.serve(undefined));
  afterAll(async () => {
    await tab.close();
    await browser.close();
    await orchard.close();
  });

  async function press(path: string, before?: string): Promise<Answer> {
    const { page } = tab;
    await page.goto(orchard.server.url + path);
    if (before !== undefined) await page.evaluate(before);
    await page.getByRole('button', { name: 'Check this page' }).click();
    await page.locator('.check-verdict').waitFor({ timeout: 15_000 });
    return page.evaluate(() => {
      const out = document.querySelector('.page-check [role="status"]');
      const items = [...(out?.querySelectorAll('li') ?? [])];
      return {
        verdict: out?.querySelector('.check-verdict')?.textContent ?? '',
        named: [...new Set(items.map((item) => item.querySelector('a')?.hash.slice(3) ?? ''))],
        text: out?.textContent ?? '',
      };
    });
  }

  it('costs nothing before it is pressed, and breaks no policy when it is', async () => {
    for (const path of orchard.paths) {
      orchard.server.asked.length = 0;
      await tab.page.goto(orchard.server.url + path);
      expect(orchard.server.asked).toContain(path);
      expect(orchard.server.asked.filter((each) => /check|archive/.test(each) && !/check-button-/.test(each))).toEqual(
        [],
      );
      const { verdict, named, text } = await press(path);
      expect({ verdict, named }).toEqual({ verdict: '✓ All 8 turns on this page are as published.', named: [] });
      expect(text).toMatch(/Signaturevalid/);
      expect(text).toMatch(/Not proven/);
      const others = orchard.server.asked.flatMap((each) => /conversations\/([0-9a-f]{16})/.exec(each)?.[1] ?? []);
      expect([...new Set(others)]).toEqual([path.split('/')[2]]);
    }
    expect(tab.wrongs).toEqual([]);
  });

  it('names what check names: every third row of the table, which test/cli/check.slow.test.ts goes through whole', async () => {
    const [path = '', second = ''] = orchard.paths;
    const html = orchard.source(path);
    const materials = {
      turns: orchard.turnsOf(path),
      other: orchard.source(second),
      otherTurns: orchard.turnsOf(second),
    };
    const rows = tamperedPages.filter(({ only }, i) => only !== undefined || i % 3 === 0);
    for (const { name, change, named, says, only } of rows) {
      orchard.serve(change(html, materials));
      const answer = await press(path);
      if (only === 'check' || only === 'nobody') {
        expect(answer.named, name).toEqual([]);
        continue;
      }
      expect(answer.verdict, name).toMatch(/^✗/);
      const turns = named.flatMap((each) => (each === 'around' ? [] : [materials.turns[each]]));
      expect(answer.named, name).toEqual(expect.arrayContaining(turns));
      if (says !== undefined) expect(answer.text, name).toMatch(says);
    }
    orchard.serve(otherVersion.honest(html));
    expect((await press(path)).verdict).toMatch(/^✓ All 8 .*only the words were compared/);
    tab.wrongs.length = 0;
  });

  it('names what scripts and styles did after the page came', async () => {
    const [path = ''] = orchard.paths;
    const turn = orchard.turnsOf(path)[5] ?? '';
    const there = `document.getElementById('t-${turn}')`;
    for (const [change, says] of [
      [`${there}.querySelector('.prose').append(' Not.')`, /changed after/],
      [`${there}.querySelector('a').setAttribute('href', '#elsewhere')`, /link or a picture/],
      [`${there}.style.visibility = 'hidden'`, /a style hides it/],
      [`${there}.querySelector('.prose p').style.fontSize = '1px'`, /a style hides it/],
      [`${there}.remove()`, /not on it any more/],
      [
        `document.body.append(Object.assign(document.createElement('div'), { id: 'over', textContent: 'Lies' }));
         document.getElementById('over').style.cssText = 'position:fixed;inset:0;background:white;pointer-events:none'`,
        /lies over it/,
      ],
    ] as const) {
      await tab.page.goto(orchard.server.url + path);
      const answer = await press(path, change);
      expect(answer.named, change).toContain(turn);
      expect(answer.text, change).toMatch(says);
    }
    tab.wrongs.length = 0;
  });

  it('says what a replica contradicts, and never takes an old state, another key or another conversation', async () => {
    const [path = '', second = ''] = orchard.paths;
    const folderOf = (of: string) => new RegExp(`conversations/${of.split('/')[2]}[0-9a-f]*/`);
    const old: Mode = (asked) => {
      const file = join(orchard.early, asked.path);
      honest({ ...asked, bytes: existsSync(file) ? readFileSync(file) : undefined });
    };
    const early = existsSync(join(orchard.early, 'archive/conversations')) ? old : status(404);
    const flipped: Mode = (asked) => {
      const bytes = readFileSync(join(asked.folder, asked.path));
      bytes[40] = (bytes[40] ?? 0) ^ 1;
      honest({ ...asked, bytes });
    };
    const rows: readonly (readonly [RegExp | string, Mode, RegExp])[] = [
      [/log\/checkpoint$/, flipped, /contradicts itself/],
      [/log\/tile\/entries/, flipped, /contradicts itself/],
      [/conversations\/.*\/tile\/entries/, flipped, /contradicts itself/],
      [/conversations\/.*\/tile\/payload/, flipped, /contradicts itself/],
      [/conversations\/.*\/checkpoint/, flipped, /contradicts itself/],
      [/archive\.json$/, html200, /host did not give|Not checked/],
      [/log\/checkpoint$/, status(503), /Not checked: the host/],
      [/tile\/payload/, status(404), /Not checked/],
      [folderOf(path), status(404), /Not checked/],
    ];
    for (const [match, mode, says] of rows) {
      orchard.server.rules = [{ match, mode }, ...orchard.usual];
      expect((await press(path)).verdict, String(match)).toMatch(says);
    }
    orchard.server.rules = [{ match: /^\/archive\//, mode: early }, ...orchard.usual];
    const verdicts = [(await press(path)).verdict, (await press(second)).verdict];
    expect(verdicts.filter((each) => /does not have this conversation/.test(each))).toHaveLength(1);
    tab.wrongs.length = 0;
  });
});
