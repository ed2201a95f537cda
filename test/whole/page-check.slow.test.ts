/** The button "Check this page", in Chromium: it holds for honest pages and names what `turnpress check` names. */
/** Against the tables of tampered pages and hosts, on a host that does what each test says; `check` and `proof` say the same. */

import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { TurnpressError } from '../../src/base/errors.ts';
import { openTerminal, type Terminal } from '../cli/world.ts';
import { chromiumPath, launchChromium, openTab, type Tab } from './chromium.ts';
import { type Orchard, openOrchard } from './orchard.ts';
import { listTamperedHosts } from './tampered-hosts.ts';
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
  let me: Terminal;
  beforeAll(async () => {
    orchard = await openOrchard();
    browser = await launchChromium();
    tab = await openTab(browser, orchard.server.url);
    me = openTerminal();
  });
  afterEach(() => orchard.serve(undefined));
  afterAll(async () => {
    me.close();
    await tab.close();
    await browser.close();
    await orchard.close();
  });

  async function press(path: string, before?: string): Promise<Answer> {
    const { page } = tab;
    await page.goto(orchard.server.url + path);
    if (before !== undefined) await page.evaluate(before);
    const button = page.getByRole('button', { name: 'Check this page', includeHidden: true });
    // one of the changes hides the whole page
    if (await page.locator('main').isVisible()) await button.click();
    else await button.dispatchEvent('click');
    await page.locator('.check-verdict').waitFor({ state: 'attached' });
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

  it('says of a host that changed its replica what check and proof say: the whole table', async () => {
    const [path = '', second = ''] = orchard.paths;
    const isEarly = existsSync(join(orchard.early, 'archive/conversations', idOf(path)));
    // the conversation that was published later
    const [page, other] = isEarly ? [second, path] : [path, second];
    const turn = orchard.turnsOf(page)[3] ?? '';
    const address = `${orchard.server.url}${page}#t-${turn}`;
    const said: (readonly (string | undefined)[])[] = [];
    const expected: typeof said = [];
    for (const { name, rule, verdict } of listTamperedHosts(page, other, orchard.early)) {
      orchard.server.rules = [rule, ...orchard.usual];
      const signed = SIGNS[(await press(page)).verdict.charAt(0)];
      const asked = [address, '--allow-host', '127.0.0.1'] as const;
      said.push([name, signed, await judge('check', ...asked), await judge('proof', ...asked)]);
      expected.push([name, verdict, verdict, verdict]);
    }
    expect(said).toEqual(expected);
    orchard.server.rules = [...orchard.usual];
    writeFileSync(join(me.folder, 'said.proof'), await proofOf(address));
    expect(await judge('proof', '--check', 'said.proof')).toBe('holds');
    expect(me.out()).toContain('test.example/orchard');
    tab.wrongs.length = 0;
  });

  function idOf(path: string): string {
    const digits = path.split('/')[2] ?? '-';
    return readdirSync(join(orchard.place.site, 'archive/conversations')).find((name) => name.startsWith(digits)) ?? '';
  }

  async function proofOf(address: string): Promise<string> {
    expect(await me.run('proof', address, '--allow-host', '127.0.0.1')).toBe(0);
    return me.out();
  }

  /** What a command's exit code says. */
  async function judge(...argv: readonly string[]): Promise<string | undefined> {
    try {
      return CODES[await me.run(...argv)];
    } catch (error) {
      if (!(error instanceof TurnpressError)) throw error;
      // what is not published has no proof
      return error.code === 'NOT_PUBLISHED' ? 'contradicts' : KINDS[error.kind];
    }
  }
});

const SIGNS: Readonly<Record<string, string>> = { '✓': 'holds', '✗': 'contradicts', '?': 'unknown' };
const CODES: Readonly<Record<number, string>> = { 0: 'holds', 4: 'contradicts', 5: 'unknown' };
const KINDS: Readonly<Record<string, string>> = { damaged: 'contradicts', network: 'unknown', usage: 'unknown' };
