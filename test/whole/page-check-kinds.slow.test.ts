/** Every kind of page there is, checked by its own button in Chromium and by `turnpress check`: both say the same true thing. */
/** On the site, below a path, on a mirror, unsigned, offline, and where pages and replica are of different moments. */

import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openArchive } from '../../src/archive/archive.ts';
import { startServer } from '../../src/cli/site-server.ts';
import { comparePage, notComparedWords } from '../../src/site/site.ts';
import { openTerminal, type Terminal } from '../cli/world.ts';
import { png } from '../model/image-samples.ts';
import { chromiumPath, launchChromium, openTab, type Tab } from './chromium.ts';
import { openPlace } from './command-line.ts';
import { claudePath, claudeSession } from './sessions.ts';
import { tamperedVines } from './tampered-vines.ts';
import { openVineyard, type Vineyard } from './vineyard.ts';

interface Said {
  readonly verdict: string;
  readonly findings: readonly string[];
  readonly text: string;
}

describe.skipIf(chromiumPath === undefined)('pages of every kind', () => {
  let vineyard: Vineyard;
  let browser: Browser;
  let me: Terminal;
  const servers: Server[] = [];
  const tabs = new Map<string, Tab>();
  beforeAll(async () => {
    vineyard = await openVineyard();
    browser = await launchChromium();
    me = openTerminal();
  });
  afterAll(async () => {
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
    await browser.close();
    me.close();
    vineyard.close();
  });

  async function serve(folder: string): Promise<string> {
    const server = await startServer(folder, 0);
    servers.push(server);
    return `http://localhost:${(server.address() as AddressInfo).port}`;
  }

  /** One tab for all of a host, so that the program that checks comes once. */
  async function press(url: string): Promise<Said> {
    const { origin } = new URL(url);
    const tab = tabs.get(origin) ?? (await openTab(browser, origin));
    tabs.set(origin, tab);
    await tab.page.goto(url);
    // one of the changes hides the whole page, another one takes its styles
    await tab.page.getByRole('button', { name: 'Check this page', includeHidden: true }).dispatchEvent('click');
    await tab.page.locator('.check-verdict').waitFor({ state: 'attached' });
    expect(tab.wrongs).toEqual([]);
    return tab.page.evaluate(() => {
      const out = document.querySelector('.page-check [role="status"]');
      return {
        verdict: out?.querySelector('.check-verdict')?.textContent ?? '',
        findings: [...(out?.querySelectorAll('ul li') ?? [])].map((item) => item.textContent.replace(/^t-[^:]*: /, '')),
        text: out?.textContent ?? '',
      };
    });
  }

  /** What both say of it; they agree on each finding. */
  async function both(url: string): Promise<Said> {
    const said = await press(url);
    const code = await me.run('check', url, '--allow-host', 'localhost', '--json');
    const { findings } = me.json() as { readonly findings: readonly { readonly problem: string }[] };
    expect([url, [...said.findings].sort()]).toEqual([url, findings.map(({ problem }) => problem).sort()]);
    expect(code).toBe(/^✓/.test(said.verdict) ? 0 : 4);
    return said;
  }

  const expected: Readonly<Record<string, string>> = {
    main: 'All 4 turns on this page are as published.',
    branch: 'All 2 turns on this page are as published.',
    long: 'All 16 turns on this page are as published.',
    'second page': 'All 16 turns on this page are as published.',
    'taken back': 'All 4 turns on this page are as published, 1 taken back.',
    note: 'All 4 turns on this page are as published. 2 notes and the title: the owner’s words, not proven.',
    foreign: 'All 2 turns on this page are as published.',
    packed: 'All 2 turns on this page are as published.',
    merged: 'Every turn of this branch stands on another one, and ends where this page says.',
    pictures: 'All 4 turns on this page are as published.',
    'sub-agent': 'All 2 turns on this page are as published.',
  };

  it('hold on the site that published them', async () => {
    expect([...vineyard.pages.keys()].sort()).toEqual(Object.keys(expected).sort());
    const origin = await serve(vineyard.place.site);
    for (const [kind, path] of vineyard.pages) {
      const { verdict, text } = await both(origin + path);
      expect([kind, verdict]).toEqual([kind, `✓ ${expected[kind]}`]);
      if (kind === 'pictures') expect(text).toContain('1 picture fetched and compared');
      if (!['merged', 'foreign', 'packed'].includes(kind)) expect(text).toMatch(/told again/);
    }
    expect(await me.run('check', origin + vineyard.pages.get('note'), '--allow-host', 'localhost')).toBe(0);
    expect(me.out()).toContain('2 notes and the title: the owner’s words, not proven');
  });

  it('say what was changed beside the turns: every fourth row of the table by both, all by what they compare with', async () => {
    const { place, pages } = vineyard;
    const folder = join(place.folder, 'lying');
    cpSync(place.site, folder, { recursive: true });
    const origin = await serve(folder);
    const archive = openArchive(place.archive, { mode: 'read' });
    try {
      for (const [i, { name, kind, change, says }] of tamperedVines.entries()) {
        const path = pages.get(kind) ?? '';
        const file = join(folder, path, 'index.html');
        const html = readFileSync(file, 'utf8');
        const changed = change(html);
        expect(changed, name).not.toBe(html);
        const [id] = [...archive.walkConversations()].filter((each) => each.id.startsWith(path.split('/')[2] ?? '-'));
        if (id === undefined) throw new Error('the archive does not have the page');
        const report = await comparePage(archive, id.id, { html: changed, basePath: '', path });
        expect(report.findings.map(({ problem }) => problem).join('\n'), name).toMatch(says ?? /^$/);
        if (says === undefined) expect(notComparedWords(report), name).toContain('1 other line beside the turns');
        if (i % 4 !== 0) continue;
        writeFileSync(file, changed);
        expect((await both(origin + path)).findings.join('\n'), name).toMatch(says ?? /^$/);
        writeFileSync(file, html);
      }
    } finally {
      archive.close();
    }
  });

  it('hold below a path of a host', async () => {
    const { place, pages } = vineyard;
    const output = join(place.folder, 'based');
    place.configure({ ...vineyard.config, url: 'https://me.example.org/turns/of-mine/' });
    expect((await place.inside('build', '--public', '--output', output)).code).toBe(0);
    place.configure(vineyard.config);
    const origin = await serve(output);
    for (const kind of ['pictures', 'second page'])
      expect((await both(`${origin}/turns/of-mine${pages.get(kind)}`)).verdict).toBe(`✓ ${expected[kind]}`);
  });

  it('hold on a mirror, without what the owner wrote', async () => {
    const reader = openTerminal();
    try {
      await reader.run('init', '.', '--origin', 'reader.example/archive');
      const origin = await serve(vineyard.place.site);
      expect(await reader.run('subscribe', `${origin}/`, '--allow-host', 'localhost', '--name', 'vines')).toBe(0);
      const file = join(reader.folder, 'mirror.json');
      writeFileSync(file, JSON.stringify({ ...config, url: 'https://mirror.example/' }));
      const [copy, output] = [join(reader.folder, 'archive/private/replicas/vines'), join(reader.folder, 'mirror')];
      expect(await reader.run('build', '--public', '--archive', copy, '--config', file, '--output', output)).toBe(0);
      const mirror = await serve(output);
      for (const kind of ['branch', 'taken back'])
        expect((await both(mirror + vineyard.pages.get(kind))).verdict).toBe(`✓ ${expected[kind]}`);
      expect((await both(mirror + vineyard.pages.get('note'))).verdict).toMatch(/as published\.$/);
    } finally {
      reader.close();
    }
  });

  it('say what changed where pages and replica are of different moments', async () => {
    const { place, pages, turns } = vineyard;
    const before = join(place.folder, 'before');
    cpSync(place.site, before, { recursive: true });
    const turn = turns.get('main') ?? '';
    expect((await place.inside('withdraw', turn, '--reason', 'secret', '--yes')).code).toBe(0);
    expect((await place.inside('publish', '--yes')).code).toBe(0);
    const mixed = (name: string, replica: string, rest: string): string => {
      const folder = join(place.folder, name);
      cpSync(rest, folder, { recursive: true });
      cpSync(join(replica, 'archive'), join(folder, 'archive'), { recursive: true, force: true });
      return folder;
    };
    const main = pages.get('main') ?? '';
    const old = await both((await serve(mixed('old pages', place.site, before))) + main);
    expect(old.verdict).toBe('✗ 3 of 4 turns on this page are as published.');
    expect(old.findings).toContain('its owner took it back, and the page shows something in its place');
    const early = await press((await serve(mixed('old replica', before, place.site))) + main);
    expect(early.verdict).toMatch(/^✗ 3 of 4 turns/);
    expect(early.findings.join()).toMatch(/what was published says something here/);
  });

  it('name a picture that the host changed, or does not have', async () => {
    const { place, pages } = vineyard;
    const path = pages.get('pictures') ?? '';
    const folder = join(place.folder, 'painted');
    cpSync(place.site, folder, { recursive: true });
    const pictures = readdirSync(join(folder, path, 'i')).map((name) => join(folder, path, 'i', name));
    for (const file of pictures) writeFileSync(file, png(5, 4));
    const origin = await serve(folder);
    expect((await both(origin + path)).findings).toEqual(['the picture in it is another one']);
    expect(readFileSync(pictures[0] ?? '')).not.toHaveLength(0);
  });

  it('say that nobody signed', async () => {
    const place = openPlace();
    try {
      const session = claudeSession('wild');
      session.prompt('Who planted it?');
      session.answer([{ type: 'text', text: 'Nobody.' }]);
      place.write(claudePath(session.id), session.text());
      place.configure(config);
      for (const line of ['init . --origin test.example/wild', 'ingest --settle', 'publish --yes --unsigned'])
        expect((await place.inside(...line.split(' '))).code).toBe(0);
      const [id = ''] = readdirSync(join(place.site, 'c')).filter((name) => /^[0-9a-f]{16}$/.test(name));
      expect((await both(`${await serve(place.site)}/c/${id}/`)).verdict).toBe(
        '✓ All 2 turns on this page are as published, by an archive that nobody signed.',
      );
    } finally {
      place.close();
    }
  });

  it('say nothing of the page without a net, whether they were checked before or not', async () => {
    const origin = await serve(vineyard.place.site);
    const context = await browser.newContext();
    const page = await context.newPage();
    const status = page.locator('.page-check [role="status"]');
    const button = page.getByRole('button', { name: 'Check this page' });
    await page.goto(origin + vineyard.pages.get('long'));
    await page.locator('.offline-tools button').click();
    await page.locator('.offline-tools', { hasText: /files,/ }).waitFor();
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    for (const says of [/^Not checked: the program/, /^\? Not checked: the host/]) {
      await context.setOffline(true);
      await page.reload();
      await button.click();
      await status.getByText(/Not checked/).waitFor();
      expect(await status.textContent()).toMatch(says);
      await context.setOffline(false);
      await page.reload();
      await button.click();
      await page.locator('.check-verdict.holds').waitFor({ timeout: 20_000 });
    }
    await context.close();
  });
});

const config = { publish: [{ conversation: '*', visibility: 'public' }], images: { publish: true } };
