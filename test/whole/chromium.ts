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

/** Visits every path with a few tabs at once; `look` is called on each page that was loaded. */
export async function visitAll(
  browser: Browser,
  base: string,
  paths: readonly string[],
  look: (page: Page, path: string) => Promise<void> = async () => {},
): Promise<readonly string[]> {
  const open = [...paths];
  const wrongs: string[] = [];
  const visit = async (): Promise<void> => {
    const tab = await openTab(browser, base);
    for (let path = open.shift(); path !== undefined; path = open.shift()) {
      await tab.page.goto(base + path, { waitUntil: 'load' });
      await look(tab.page, path);
      wrongs.push(...tab.wrongs.splice(0).map((wrong) => `${path}: ${wrong}`));
    }
    await tab.close();
  };
  await Promise.all([visit(), visit(), visit()]);
  return wrongs;
}
