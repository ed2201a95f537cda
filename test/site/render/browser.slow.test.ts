/** The XSS corpus in a real browser, with the policy and without it; and axe over every kind of turn. */
/** Needs Chromium: TURNPRESS_CHROMIUM names one, else the usual place is tried; without it the tests say that they skip. */

import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readScripts } from '../../../src/site/shell/scripts/scripts.ts';
import { xssPayloads } from '../xss-corpus.ts';
import { callPart, item, render, renderAnswered, responsePart, textPart } from './samples.ts';

const executablePath = process.env.TURNPRESS_CHROMIUM ?? '/usr/bin/chromium';
const found = existsSync(executablePath);
if (!found) console.warn('skipped: no Chromium; set TURNPRESS_CHROMIUM to its path');

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'";
const ORIGIN = 'http://site.test';
const assets = (name: string) => readFileSync(new URL(`../../../templates/assets/${name}`, import.meta.url), 'utf8');
const scripts = readScripts(new Map(), true);

describe.skipIf(!found)('turns in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  });
  afterAll(async () => {
    await browser.close();
  });

  async function open(body: string, policy: boolean, options: Parameters<Browser['newContext']>[0] = {}) {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    const events: string[] = [];
    page.on('console', (message) => events.push(`console: ${message.text()}`));
    page.on('pageerror', (error) => events.push(`error: ${error.message}`));
    page.on('dialog', (dialog) => void dialog.dismiss());
    await page.addInitScript('window.ran = []; window.xss = (x) => { window.ran.push(String(x)); };');
    await page.route('**/*', async (route) => {
      const { pathname, origin } = new URL(route.request().url());
      if (origin !== ORIGIN) events.push(`request: ${route.request().url()}`);
      if (origin === ORIGIN && pathname === '/') {
        const headers = policy ? { 'content-security-policy': POLICY } : {};
        return route.fulfill({ contentType: 'text/html; charset=utf-8', headers, body });
      }
      if (pathname === '/newsreader.woff2')
        return route.fulfill({
          contentType: 'font/woff2',
          body: readFileSync(new URL('../../../templates/assets/newsreader.woff2', import.meta.url)),
        });
      if (pathname === '/site.css')
        return route.fulfill({ contentType: 'text/css', body: assets('site.css') + assets('conversation.css') });
      const script = [...scripts.values()].find(({ url }) => url === pathname);
      if (script !== undefined) {
        return route.fulfill({ contentType: 'text/javascript', body: Buffer.from(script.content) });
      }
      return route.fulfill({ contentType: 'image/png', body: Buffer.alloc(0) });
    });
    await page.goto(`${ORIGIN}/`);
    return { page, events, close: () => context.close() };
  }

  const hostile = document(
    xssPayloads
      .flatMap((text) => [
        render(item('user', textPart(text))),
        render(
          item(
            'assistant',
            textPart(text),
            callPart('mcp', { [text]: text }, text),
            callPart('shell', { command: text }),
          ),
        ),
        render(item('tool', responsePart(text, { status: 'error', diff: text }))),
        render({ ...item('system', textPart(text)), model: text }),
      ])
      .map((html, i) => html.replace(/id="t-[0-9a-f]{16}"/, `id="t-${String(i).padStart(16, '0')}"`))
      .join(''),
  );

  for (const policy of [true, false]) {
    it(`run nothing and load nothing from elsewhere, with the policy ${policy ? 'on' : 'off'}`, async () => {
      const { page, events, close } = await open(hostile, policy);
      await page.evaluate('document.querySelectorAll("details").forEach((d) => { d.open = true; })');
      for (const event of ['mouseover', 'focus', 'toggle', 'error']) {
        await page.evaluate(`document.querySelectorAll("*").forEach((e) => e.dispatchEvent(new Event("${event}")))`);
      }
      expect(await page.evaluate('window.ran')).toEqual([]);
      expect(events).toEqual([]);
      const odd =
        'document.querySelectorAll(".turn :is(script,style,iframe,object,embed,form,input,base,meta,link,svg,math,[style],[name],[onclick])").length';
      expect(await page.evaluate(odd)).toBe(0);
      expect(await page.evaluate('typeof document.location.href')).toBe('string');
      await close();
    });
  }

  it('notice what does run: the alarm itself works', async () => {
    const { page, events, close } = await open(document('<img src="https://evil.example/x" onerror="xss(1)">'), false);
    await page.waitForFunction('window.ran.length > 0');
    expect(events.join()).toContain('evil.example');
    await close();
  });

  const sample = document(
    [
      item('user', textPart('Fix `a`:\n\n```ts\nconst a: string = "b"; // c\n```\n\n| a | b |\n| - | - |\n| 1 | 2 |')),
      item(
        'assistant',
        { type: 'reasoning', content: 'x' },
        textPart('## A\n\n#### B\n\n- [x] c'),
        callPart('edit', { path: 'a', old_string: 'a', new_string: 'b'.repeat(200) }),
      ),
      item(
        'assistant',
        callPart('todo', { todos: [{ content: 'x', status: 'in_progress' }] }),
        callPart('shell', { command: 'a\nb' }),
      ),
      item(
        'tool',
        responsePart(
          [1, 2, 3, 4, 5, 6, 7, 90, 94, 97].map((n) => `\u001b[${n > 8 ? n : 30 + n}mcolour\u001b[0m`).join(' '),
          { status: 'error', exit_code: 1 },
        ),
      ),
      { ...item('system', textPart('said so')), note: 'error' as const },
      { ...item('system', textPart('summary\n'.repeat(200))), note: 'compaction' as const },
    ]
      .map((one, i) => render(one).replace(/id="t-[0-9a-f]{16}"/, `id="t-${String(i).padStart(16, '0')}"`))
      .join(''),
  );

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [360, 1280]) {
      it(`pass axe and never scroll sideways: ${colorScheme}, ${width} wide`, async () => {
        const { page, events, close } = await open(sample, true, {
          colorScheme,
          viewport: { width, height: 800 },
          bypassCSP: true,
        });
        await page.evaluate('document.querySelectorAll("details").forEach((d) => { d.open = true; })');
        await page.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
        const violations = await page.evaluate(
          'axe.run(document).then((r) => r.violations.map((v) => v.id + ": " + v.nodes.map((n) => n.html).join(" | ")))',
        );
        expect(violations).toEqual([]);
        expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
        expect(events).toEqual([]);
        await close();
      });
    }
  }

  it('do more with the script, under trusted types: more or less of the work, find what is folded, go by keys', async () => {
    const { page, events, close } = await open(sample, true);
    const count = (what: string) => page.evaluate(`document.querySelectorAll(${JSON.stringify(what)}).length`);
    await page.getByRole('button', { name: 'Everything' }).click();
    expect(await count('.turn details:not([open])')).toBe(0);
    await page.getByRole('button', { name: 'Work' }).click();
    expect(await count('.turn details:not([open])')).toBeGreaterThan(0);
    await page.keyboard.press('f');
    await page.keyboard.type('summary');
    await page.keyboard.press('Enter');
    expect(await page.locator('.find span').textContent()).toMatch(/^1 of /);
    await page.keyboard.press('Escape');
    await page.keyboard.press('j');
    await page.keyboard.press('?');
    expect(await page.locator('dialog.keys').isVisible()).toBe(true);
    await page.keyboard.press('Escape');
    await page.getByText('View', { exact: true }).click();
    await page.getByLabel('Colours').selectOption('dark');
    expect(await page.evaluate('getComputedStyle(document.documentElement).colorScheme')).toBe('dark');
    expect(events).toEqual([]);
    await close();
  });

  it('go on from prompt to prompt with j, and back with k', async () => {
    const prompts = [1, 2, 3].map((n) => render(item('user', textPart(`Prompt ${n}\n\n${'word '.repeat(900)}`))));
    const sections = prompts.map((html, n) =>
      html.replace(/id="t-[0-9a-f]{16}"/, `id="t-${String(n).padStart(16, '0')}"`),
    );
    const { page, close } = await open(document(sections.join('</section><section class="exchange">')), true);
    const here = () => page.evaluate('document.activeElement.closest(".turn")?.id.slice(-1) ?? ""');
    const seen: unknown[] = [];
    for (const key of 'jjjkk') {
      await page.keyboard.press(key);
      seen.push(await here());
    }
    expect(seen).toEqual(['0', '1', '2', '1', '0']);
    await close();
  });

  it('bring a reader back to the line he left, with what was unfolded and what was filtered', async () => {
    const work = Array.from({ length: 12 }, (_, i) => {
      const call = callPart('shell', { command: `make ${i}` });
      const html = renderAnswered(
        item('assistant', textPart('word '.repeat(200)), call),
        responsePart('line\n'.repeat(60)),
      );
      return html.replace(/id="t-[0-9a-f]{16}"/, `id="t-${String(i).padStart(16, '0')}"`);
    });
    const { page, close } = await open(document(work.join('')), true);
    const here = () =>
      page.evaluate(
        '[scrollY, document.querySelectorAll(".turn details[open]").length, document.querySelectorAll(".turn")[8].getBoundingClientRect().top, document.querySelector(".talk").dataset.only]',
      );
    const untouched = await here();
    await page.evaluate(
      'for (const fold of [...document.querySelectorAll(".turn details")].slice(0, 5)) fold.open = true',
    );
    await page.getByText('View', { exact: true }).click();
    await page.locator('.menu select').first().selectOption('shell');
    await page.evaluate('document.querySelectorAll(".turn")[8].scrollIntoView()');
    const left = await here();
    expect(left).not.toEqual(untouched);
    await page.goto(`${ORIGIN}/elsewhere`);
    await page.goBack();
    await page.waitForLoadState();
    await expect.poll(here).toEqual(left);
    await close();
  });

  it('unfold the result that an address names, without scripts', async () => {
    const call = callPart('shell', { command: 'make' });
    const html = renderAnswered(item('assistant', call), responsePart('all is made'));
    const { page, close } = await open(document(html), true, { javaScriptEnabled: false });
    expect(await page.locator('.result').isVisible()).toBe(false);
    await page.goto(`${ORIGIN}/#t-1111111111111111`);
    expect(await page.locator('.result').isVisible()).toBe(true);
    await close();
  });

  it('can be read with scripts off', async () => {
    const { page, close } = await open(sample, true, { javaScriptEnabled: false });
    expect(await page.locator('main').textContent()).toContain('Fix a:');
    await page.locator('summary').first().click();
    await close();
  });
});

function document(turns: string): string {
  return (
    '<!doctype html><html lang="en"><head><title>t</title><meta name="viewport" content="width=device-width">' +
    '<link rel="stylesheet" href="/site.css"><link rel="icon" href="/icon.png">' +
    ['page.js', 'talk-talk.js']
      .map((name) => `<script type="module" src="${scripts.get(name)?.url}"></script>`)
      .join('') +
    '</head><body>' +
    `<main><h1>t</h1><div class="talk"><div class="tools"></div><section class="exchange"><h2>Exchange</h2>${turns}</section></div></main></body></html>`
  );
}
