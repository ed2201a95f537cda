import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ArchiveWriter } from '../../src/archive/archive.ts';
import { conversationUrl, outputPath } from '../../src/site/urls.ts';
import {
  config,
  createTestSite,
  openTestArchive,
  sampleItems,
  type TestSite,
  type Told,
  tell,
} from './site-fixture.ts';

let site: TestSite;
let archive: ArchiveWriter;
let whole: Told;
let slice: Told;

const open = { agent: 'codex', project: 'clockwork', title: 'The slow clock', tags: ['open'] };
const from = () => conversationUrl(slice.id);
const to = () => conversationUrl(whole.id);

beforeEach(() => {
  site = createTestSite();
  archive = openTestArchive();
  whole = tell(archive, { items: sampleItems('the clock'), meta: open });
  slice = tell(archive, { items: sampleItems('the clock').slice(2), meta: { ...open, title: 'A slice' }, minute: 60 });
});
afterEach(() => {
  archive.close();
  site.remove();
});

const filesOf = (built: TestSite) => [...built.readAll().keys()];
const join = (meta = open) =>
  archive.append({ turns: [], metas: [{ conversation: slice.id, meta: { ...meta, joined: whole.id }, timeMs: 1 }] });

describe('a conversation that another one took over', () => {
  it('has a page that leads on, with the feeds of the other, and redirects for hosts that know them', async () => {
    await site.build(archive);
    expect(site.read(outputPath(from()))).toContain('A slice');
    expect(filesOf(site)).not.toContain('_redirects');
    join();
    await site.build(archive);
    const page = site.read(outputPath(from()));
    expect(page).toContain(`<a href="${to()}">The slow clock</a>`);
    expect(page).toContain(`<link rel="canonical" href="https://sessions.example.org${to()}">`);
    expect(page).toContain(`href="${to()}atom.xml"`);
    expect(page).toContain('noindex');
    expect(page).not.toContain('A slice');
    expect(page).toContain(`<meta http-equiv="refresh" content="0; url=${to()}">`);
    const rules = ['rss.xml', 'atom.xml', 'feed.json'].map((feed) => `${from()}${feed} ${to()}${feed}`);
    expect(site.read('_redirects').split('\n')).toEqual([
      ...[...rules, `${from()}* ${to()}`].flatMap((rule) => [`${rule} 301!`, `${rule} 301`]),
      '',
    ]);
  });

  it('has feeds that say where to go, for hosts that know no redirects', async () => {
    await site.build(archive);
    join();
    await site.build(archive);
    const address = `https://sessions.example.org${to()}`;
    for (const feed of ['rss.xml', 'atom.xml', 'feed.json']) {
      const said = site.read(outputPath(`${from()}${feed}`));
      expect(said.match(/urn:turnpress:moved:/g), feed).toHaveLength(1);
      expect(said, feed).toContain(address);
      expect(said, feed).toContain(`${address}atom.xml`);
      expect(said, feed).not.toContain('A slice');
    }
  });

  it('stands in no list, feed or sitemap, and its turns are found in the other', async () => {
    join();
    await site.build(archive);
    for (const path of filesOf(site).filter((name) => /index\.html$|\.xml$|\.json$/.test(name))) {
      if (!`/${path}`.startsWith(from())) expect(site.read(path), path).not.toContain(from());
    }
    expect([...archive.walkConversations({ joined: false })].map(({ id }) => id)).toEqual([whole.id]);
    expect(archive.countConversations({ joined: false }).conversations).toBe(1);
    expect(archive.countConversations().conversations).toBe(2);
    expect(archive.search({ text: 'clock' }).map(({ conversation }) => conversation)).not.toContain(slice.id);
    expect(archive.search({ text: 'clock' })).not.toEqual([]);
  });

  it('has no page on a public site that shows neither it nor the other', async () => {
    join({ ...open, tags: [] });
    const named = [{ conversation: whole.id, visibility: 'public' as const }];
    await site.build(archive, { mode: 'public', config: { ...config, publish: named } });
    expect(filesOf(site)).toContain(outputPath(to()));
    expect(filesOf(site)).not.toContain(outputPath(from()));
    await site.build(archive, { mode: 'public' });
    expect(filesOf(site)).not.toContain(outputPath(to()));
    join();
    archive.append({ turns: [], metas: [{ conversation: whole.id, meta: { ...open, tags: [] }, timeMs: 1 }] });
    await site.build(archive, { mode: 'public' });
    expect(filesOf(site)).not.toContain(outputPath(to()));
    expect(filesOf(site)).not.toContain(outputPath(from()));
    expect(filesOf(site)).not.toContain('_redirects');
  });

  it('keeps the other private when a rule keeps it private, from the moment it is joined', async () => {
    const keeping = {
      ...config,
      publish: [...config.publish, { conversation: slice.id.slice(0, 12), visibility: 'private' as const }],
    };
    const build = async () => {
      await site.build(archive, { mode: 'public', config: keeping });
      return filesOf(site);
    };
    expect(await build()).toContain(outputPath(to()));
    expect(filesOf(site)).not.toContain(outputPath(from()));
    join();
    expect(await build()).not.toContain(outputPath(to()));
    for (const path of filesOf(site).filter((name) => /html$|xml$|json$/.test(name)))
      expect(site.read(path), path).not.toContain('The slow clock');
    const fresh = createTestSite();
    try {
      await fresh.build(archive, { mode: 'public', config: keeping });
      expect(filesOf(fresh)).toEqual(filesOf(site));
    } finally {
      fresh.remove();
    }
  });

  it('keeps the other private by its own tags, also those that it is given later', async () => {
    const keeping = { ...config, publish: [...config.publish, { tag: 'draft', visibility: 'private' as const }] };
    const build = async () => {
      await site.build(archive, { mode: 'public', config: keeping });
      return filesOf(site);
    };
    join();
    expect(await build()).toContain(outputPath(to()));
    join({ ...open, tags: ['draft', 'open'] });
    expect(await build()).not.toContain(outputPath(to()));
    join();
    expect(await build()).toContain(outputPath(to()));
  });

  it('is named by the one that took it over, in walks and single looks, by meta or by the ledger alone', () => {
    expect(archive.getConversation(whole.id).tookOver).toBeUndefined();
    join();
    const [walked] = archive.walkConversations({ joined: false });
    for (const summary of [walked, archive.getConversation(whole.id), archive.findConversation(whole.id.slice(0, 9))])
      expect(summary?.tookOver).toEqual([{ id: slice.id, meta: { ...open, joined: whole.id } }]);
    const gone = 'ab'.repeat(32) as typeof slice.id;
    archive.ledger.record({ joined: [{ conversation: gone, into: slice.id }] });
    expect(
      archive
        .getConversation(whole.id)
        .tookOver?.map(({ id, meta }) => [id, meta === undefined])
        .sort(),
    ).toEqual([[slice.id, false] as const, [gone, true] as const].sort());
    expect(archive.getConversation(slice.id).tookOver?.map(({ id }) => id)).toEqual([gone]);
  });

  it('is made into the same files by a first build and by a later one', async () => {
    await site.build(archive);
    join();
    await site.build(archive);
    const grown = filesOf(site);
    const fresh = createTestSite();
    try {
      await fresh.build(archive);
      expect(filesOf(fresh)).toEqual(grown);
      expect(fresh.read('_redirects')).toBe(site.read('_redirects'));
    } finally {
      fresh.remove();
    }
  });
});
