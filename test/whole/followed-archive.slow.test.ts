/** An archive that was pulled, opened in the own site: its pages, its turns in the finder and in search, its news in the reader. */
/** Two people's folders, a real server between them, and a browser. */

import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openArchive } from '../../src/archive/archive.ts';
import { silentLog } from '../../src/base/log.ts';
import { createReaderServer } from '../../src/cli/following/reader-server.ts';
import { startServer } from '../../src/cli/site-server.ts';
import { openReaderStore } from '../../src/reader/reader.ts';
import { conversationUrl, turnAnchor } from '../../src/site/urls.ts';
import { openTerminal, type Terminal } from '../cli/world.ts';
import { answer, prompt, type Told, tell, turnAt } from '../site/site-fixture.ts';

const executablePath = [process.env.TURNPRESS_CHROMIUM, '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
  (path) => path !== undefined && existsSync(path),
);

let publisher: Terminal;
let reader: Terminal;
let server: Server;
let told: Told;
const closing: (() => void)[] = [];

beforeAll(async () => {
  publisher = openTerminal({ XDG_STATE_HOME: '' });
  reader = openTerminal({ XDG_STATE_HOME: '' });
  await publisher.run('init', '.', '--origin', 'author.example/archive');
  writeFileSync(
    join(publisher.folder, 'content', 'site.json'),
    JSON.stringify({ publish: [{ conversation: '*', visibility: 'public' }] }),
  );
  const archive = openArchive(join(publisher.folder, 'archive'), { mode: 'write' });
  told = tell(archive, {
    items: [prompt('Why is the marmalade bitter?'), answer('The peel boiled too long.')],
    meta: { agent: 'claude-code', project: '~/kitchen', title: 'Bitter marmalade' },
  });
  archive.close();
  expect(await publisher.run('publish', '--yes')).toBe(0);
  const author = await startServer(join(publisher.folder, '_site'), 0);
  closing.push(() => stop(author));
  await reader.run('init', '.', '--origin', 'reader.example/archive');
  const host = `http://localhost:${(author.address() as AddressInfo).port}/`;
  await reader.run('subscribe', host, '--allow-host', 'localhost');
  expect(await reader.run('build')).toBe(0);
  const folder = join(reader.folder, '_private');
  const store = openReaderStore(join(reader.folder, 'archive', 'private', 'reader.db'), silentLog);
  closing.push(() => store.close());
  const pages = await createReaderServer({
    ...{ folder, site: 'http://localhost:8080/', store, now: () => Date.now(), log: silentLog },
  });
  server = await startServer(folder, 0, 'private', pages);
  closing.push(() => stop(server));
});

afterAll(() => {
  for (const close of closing.reverse()) close();
  publisher.close();
  reader.close();
});

function stop(one: Server): void {
  one.closeAllConnections();
  one.close();
}

function copyName(): string {
  return readdirSync(join(reader.folder, '_private', 'from'))[0] ?? '';
}

it('has its own pages, which say where they come from and lead back', () => {
  const folder = join(reader.folder, '_private', 'from', copyName());
  const page = readFileSync(join(folder, conversationUrl(told.id), 'index.html'), 'utf8');
  expect(page).toContain('A copy of author.example/archive');
  expect(page).toMatch(/fingerprint is “\w+ \w+ \w+/);
  expect(page).toContain(`href="/from/${copyName()}/../../"`);
  expect(page).toContain(`href="/from/${copyName()}/../../reader/"`);
  expect(page).not.toContain('badge private');
});

it('costs nothing when nothing changed', async () => {
  await reader.run('build', '--json');
  expect(reader.json()).toMatchObject({ pagesWritten: 0, filesWritten: 0 });
});

it.skipIf(executablePath === undefined)(
  'is read, found and searched beside the own (skipped without a browser)',
  async () => {
    const browser = await chromium.launch({ executablePath: executablePath ?? '', args: ['--no-sandbox'] });
    const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
    try {
      const page = await browser.newPage();
      const wrong: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error') wrong.push(message.text());
      });
      await page.goto(`${origin}/reader/`);
      await page.locator('.entry-title a').first().click();
      await page.waitForURL('**/reader/entry/**');
      await page.locator('h1 a.original').click();
      await page.waitForURL(`**/from/${copyName()}/c/**`);
      await page.goto(`${origin}/reader/`);
      await page.locator('.empty-list').waitFor();
      await page.goto(`${origin}/t/#${turnAt(told, 1).hash}`);
      await page.waitForURL(`**/from/${copyName()}/c/**#${turnAnchor(turnAt(told, 1).hash)}`);
      await page.goto(`${origin}/search/?q=marmalade`);
      const found = page.locator('#search-results .search-result').first();
      await found.waitFor();
      expect(await found.textContent()).toContain(`from ${copyName()}`);
      expect(await found.locator('a').first().getAttribute('href')).toContain(`/from/${copyName()}/c/`);
      // a shard of the finder that is not there is its answer
      expect(wrong.filter((text) => !/404/.test(text))).toEqual([]);
    } finally {
      await browser.close();
    }
  },
);

it('brings a new turn as unread, in the reader and in the terminal', async () => {
  const archive = openArchive(join(publisher.folder, 'archive'), { mode: 'write' });
  tell(archive, {
    ...{
      items: [prompt('And the sugar?'), answer('Less of it.')],
      after: turnAt(told, 1),
      conversation: told.id,
      minute: 9,
    },
  });
  archive.close();
  expect(await publisher.run('publish', '--yes')).toBe(0);
  expect(await reader.run('pull')).toBe(0);
  expect(await reader.run('build')).toBe(0);
  await reader.run('read');
  expect(reader.out()).toContain('And the sugar?');
  expect(reader.out()).not.toContain('Why is the marmalade');
});

it('is checked against the archive that it is a copy of, and says which that is', async () => {
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  const page = `${origin}/from/${copyName()}${conversationUrl(told.id)}`;
  const asked = ['--allow-host', 'localhost'];
  expect([await reader.run('check', page, ...asked), reader.out()]).toEqual([0, reader.out()]);
  expect(reader.out()).toMatch(/^archive +author\.example\/archive: /m);
  expect(await reader.run('proof', `${page}#${turnAnchor(turnAt(told, 1).hash)}`, ...asked)).toBe(0);
  const stranger = openTerminal();
  try {
    await expect(stranger.run('check', page, ...asked)).rejects.toThrow(/names a replica on another host/);
  } finally {
    stranger.close();
  }
});

it.skipIf(executablePath === undefined)(
  'shows in a browser what is new as unread, and nothing of what was taken back (skipped without a browser)',
  async () => {
    const browser = await chromium.launch({ executablePath: executablePath ?? '', args: ['--no-sandbox'] });
    const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
    const renew = async (): Promise<void> => {
      expect(await publisher.run('publish', '--yes')).toBe(0);
      expect(await reader.run('pull')).toBe(0);
      expect(await reader.run('build')).toBe(0);
    };
    try {
      const page = await browser.newPage();
      const titles = async (): Promise<string> => {
        await page.goto(`${origin}/reader/`);
        return (await page.locator('.entry.unread .entry-title').allTextContents()).join('\n');
      };
      expect(await titles()).toContain('And the sugar?');
      await page.locator('.entry.unread .mark-read').first().click();
      await page.locator('.entry:not(.unread)').first().waitFor();
      const archive = openArchive(join(publisher.folder, 'archive'), { mode: 'write' });
      const last = archive.listTurns(told.id).at(-1);
      if (last === undefined) throw new Error('no turn');
      const grown = tell(archive, {
        items: [prompt('And the lemon is MELLOWQUINCE?'), answer('It is.')],
        ...{ after: { ...last, payload: new Uint8Array(0) }, conversation: told.id, minute: 30 },
      });
      archive.close();
      await renew();
      expect(await titles()).toContain('MELLOWQUINCE');
      const entry = (await page.locator('.entry-title a').first().getAttribute('href')) ?? '';
      for (const { hash } of grown.turns)
        expect(await publisher.run('withdraw', hash, '--reason', 'secret', '--yes')).toBe(0);
      await renew();
      expect(await titles()).not.toContain('MELLOWQUINCE');
      for (const path of [entry, '/reader/all/', '/reader/search/?q=mellowquince'])
        expect(await (await page.request.get(origin + path)).text()).not.toMatch(/MELLOWQUINCE|It is\./);
      await page.goto(`${origin}/from/${copyName()}${conversationUrl(told.id)}#${turnAnchor(turnAt(grown, 0).hash)}`);
      expect(await page.locator('.turn-withheld').count()).toBe(2);
      expect(await page.content()).not.toContain('MELLOWQUINCE');
      writeFileSync(join(publisher.folder, 'content', 'site.json'), '{"publish":[]}');
      expect(await publisher.run('unpublish', told.id.slice(0, 16))).toBe(0);
      expect(await reader.run('pull')).toBe(0);
      expect(await reader.run('build')).toBe(0);
      expect(await titles()).toBe('');
      await page.goto(`${origin}/reader/all/`);
      expect(await page.locator('.entry').count()).toBe(0);
    } finally {
      await browser.close();
    }
  },
);

it('is gone from the site when its copy is', async () => {
  rmSync(join(reader.folder, 'archive', 'private', 'replicas'), { recursive: true });
  expect(await reader.run('build')).toBe(0);
  expect(readdirSync(join(reader.folder, '_private', 'from'))).toEqual([]);
  expect(readFileSync(join(reader.folder, '_private', 'index.html'), 'utf8')).not.toContain(
    'Archives that are followed',
  );
});
