/** A headless Chromium that notes what must not happen: a script of a session's, a dialog, a request elsewhere, a broken policy. */
/** TURNPRESS_CHROMIUM names another one; without any, tests that need it are skipped. */

import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

export const chromiumPath: string | undefined = [
  process.env.TURNPRESS_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path !== undefined && existsSync(path));

export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath ?? '', args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

export interface Tab {
  readonly page: Page;
  /** What must not happen, in order. */
  readonly wrongs: string[];
  close(): Promise<void>;
}

/** `base`: the origin that may be asked. */
export async function openTab(browser: Browser, base: string, options: BrowserContextOptions = {}): Promise<Tab> {
  const context = await browser.newContext({ viewport: { width: 1000, height: 800 }, ...options });
  const page = await context.newPage();
  const wrongs: string[] = [];
  if (options.javaScriptEnabled !== false) {
    await page.exposeFunction('xss', () => {
      wrongs.push('a script of the session ran');
    });
    await page.addInitScript(() => {
      addEventListener('securitypolicyviolation', (event) =>
        console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`),
      );
    });
  }
  page.on('dialog', (dialog) => {
    wrongs.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('popup', (popup) => void wrongs.push(`window: ${popup.url()}`));
  page.on('download', (download) => void wrongs.push(`download: ${download.url()}`));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(`${base}/`) && !url.startsWith('data:')) wrongs.push(`asked ${url.slice(0, 200)}`);
  });
  page.on('console', (message) => {
    if (message.type() === 'error') wrongs.push(message.text());
  });
  page.on('pageerror', (error) => void wrongs.push(error.message));
  return { page, wrongs, close: () => context.close() };
}

/** Visits every path with a few tabs at once; returns what went wrong, with the path in front. */
export async function visitAll(browser: Browser, base: string, paths: readonly string[]): Promise<readonly string[]> {
  const open = [...paths];
  const wrongs: string[] = [];
  const visit = async (): Promise<void> => {
    const tab = await openTab(browser, base);
    for (let path = open.shift(); path !== undefined; path = open.shift()) {
      await tab.page.goto(base + path, { waitUntil: 'load' });
      wrongs.push(...tab.wrongs.splice(0).map((wrong) => `${path}: ${wrong}`));
    }
    await tab.close();
  };
  await Promise.all([visit(), visit(), visit()]);
  return wrongs;
}

/** The same for pages without a policy, many at once in frames of one page; `look` runs in each frame's document. */
export async function visitInFrames(
  browser: Browser,
  base: string,
  paths: readonly string[],
  look: () => readonly string[],
): Promise<readonly string[]> {
  const tab = await openTab(browser, base);
  const found: string[] = [];
  for (let at = 0; at < paths.length; at += AT_ONCE) {
    const some = paths.slice(at, at + AT_ONCE);
    await tab.page.goto(`${base}/about/`, { waitUntil: 'load' });
    await tab.page.evaluate(async (urls) => {
      const loaded = urls.map((url) => {
        const frame = document.createElement('iframe');
        frame.src = url;
        document.body.append(frame);
        return new Promise((done) => frame.addEventListener('load', done, { once: true }));
      });
      await Promise.all(loaded);
    }, some);
    const frames = tab.page.frames().filter((frame) => frame !== tab.page.mainFrame());
    if (frames.length !== some.length) found.push(`${some[0]}: ${frames.length} frames instead of ${some.length}`);
    for (const frame of frames) {
      const path = frame.url().slice(base.length);
      if (!some.includes(path)) found.push(`${path}: a frame went elsewhere`);
      found.push(...(await frame.evaluate(look)).map((wrong) => `${path}: ${wrong}`));
    }
    found.push(...tab.wrongs.splice(0).map((wrong) => `${some[0]} or after: ${wrong}`));
  }
  await tab.close();
  return found;
}

const AT_ONCE = 24;
