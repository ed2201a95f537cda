/** The picture beside links: made for the public site alone, from the site's own words, whatever letters they are in. */
/** Read back as far as a PNG says its size; that it is drawn shows in its bytes. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ArchiveWriter } from '../../../src/archive/archive.ts';
import { cardUrl, conversationUrl } from '../../../src/site/urls.ts';
import { config, createTestSite, openTestArchive, sampleItems, type TestSite, tell } from '../site-fixture.ts';

let site: TestSite;
let archive: ArchiveWriter;

beforeEach(() => {
  site = createTestSite();
  archive = openTestArchive();
  tell(archive, { items: sampleItems('the clock'), meta: { agent: 'codex', tags: ['open'] } });
});
afterEach(() => {
  archive.close();
  site.remove();
});

const open = { ...config, publish: [{ tag: 'open', visibility: 'public' as const }] };
const card = (): Buffer => readFileSync(join(site.outputDir, 'card.png'));

it('is named on every public page, has its size, and is another one when the name is', async () => {
  await site.build(archive, { mode: 'public', config: open });
  const first = card();
  expect(first.subarray(1, 4).toString('latin1')).toBe('PNG');
  expect([first.readUInt32BE(16), first.readUInt32BE(20)]).toEqual([600, 315]);
  expect(site.read('index.html')).toContain(
    `<meta property="og:image" content="https://sessions.example.org/card.png">`,
  );
  await site.build(archive, { mode: 'public', config: { ...open, title: '<svg> & "more" 時計' } });
  expect(card().equals(first)).toBe(false);
});

it('is one of its own for each conversation, stays when it grows, and goes with it', async () => {
  const items = sampleItems('<b>the</b> spring');
  const meta = { agent: 'codex', project: 'clock', tags: ['open'], title: 'Springs & <wheels>' };
  const told = tell(archive, { items, meta, minute: 60 });
  await site.build(archive, { mode: 'public', config: open });
  const url = cardUrl(conversationUrl(told.id));
  const path = join(site.outputDir, url);
  expect(site.read(`${conversationUrl(told.id)}index.html`)).toContain(`content="https://sessions.example.org${url}"`);
  const first = readFileSync(path);
  expect([first.readUInt32BE(16), first.readUInt32BE(20)]).toEqual([600, 315]);
  expect(first.equals(card())).toBe(false);
  tell(archive, { items: [...items, ...sampleItems('more')], meta, minute: 60 });
  await site.build(archive, { mode: 'public', config: open });
  expect(readFileSync(path).equals(first)).toBe(true);
  await site.build(archive, { mode: 'public', config: { ...open, publish: [] } });
  expect(existsSync(path)).toBe(false);
});

it('is not made for the private site', async () => {
  await site.build(archive);
  expect(existsSync(join(site.outputDir, 'card.png'))).toBe(false);
  expect(site.read('index.html')).not.toContain('og:image');
});
