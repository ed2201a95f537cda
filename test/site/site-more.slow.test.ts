/** Feeds' archives, images, hostile names, authored pages, own templates: the corners of a build. */
/** On archives in memory; every test has an output folder of its own. */

import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ArchiveWriter } from '../../src/archive/archive.ts';
import { concatBytes, decodeUtf8, encodeUtf8 } from '../../src/base/bytes.ts';
import { TemplateError } from '../../src/site/errors.ts';
import { renderDocument } from '../../src/site/render/document.ts';
import { createRenderPool } from '../../src/site/render/render-pool.ts';
import { branchListUrl, conversationUrl, imageUrl, outputPath } from '../../src/site/urls.ts';
import { pairRows } from '../../src/site/view/rows.ts';
import {
  answer,
  config,
  createTestSite,
  openTestArchive,
  prompt,
  sampleItems,
  type TestSite,
  tell,
  turnAt,
} from './site-fixture.ts';
import { xssPayloads } from './xss-corpus.ts';

let site: TestSite;
let archive: ArchiveWriter;

beforeEach(() => {
  site = createTestSite();
  archive = openTestArchive();
});
afterEach(() => {
  archive.close();
  site.remove();
});

const meta = { agent: 'codex', project: 'clockwork', title: 'The slow clock', tags: ['open'] };

describe('feeds of a long conversation (RFC 5005)', () => {
  it('have archive documents that never change once they are full', async () => {
    const exchanges = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, i) => [
        prompt(`Question ${from + i}`),
        answer(`Answer ${from + i}`),
      ]).flat();
    const told = tell(archive, { items: exchanges(0, 101), meta });
    await site.build(archive);
    const folder = outputPath(conversationUrl(told.id)).replace(/index\.html$/, '');
    const archives = ['1', '2'].flatMap((n) =>
      ['atom.xml', 'rss.xml', 'feed.json'].map((name) => `${folder}feed/${n}/${name}`),
    );
    const before = archives.map((path) => site.read(path));
    expect(before[0]).toContain('<fh:archive');
    expect(before[0]?.match(/<entry>/g)).toHaveLength(50);
    expect(site.read(`${folder}atom.xml`)).toContain(`${conversationUrl(told.id)}feed/2/atom.xml`);
    expect(existsSync(join(site.outputDir, folder, 'feed', '3'))).toBe(false);
    tell(archive, { items: exchanges(101, 160), after: turnAt(told, -1), conversation: told.id, minute: 500 });
    await site.build(archive);
    expect(archives.map((path) => site.read(path))).toEqual(before);
    expect(existsSync(join(site.outputDir, folder, 'feed', '3', 'atom.xml'))).toBe(true);
    const ids = [
      ...archives.filter((path) => path.endsWith('atom.xml')),
      `${folder}feed/3/atom.xml`,
      `${folder}atom.xml`,
    ].flatMap((path) => site.read(path).match(/urn:turnpress:turn:[0-9a-f]{64}(?=<\/id>)/g) ?? []);
    expect(new Set(ids.filter((id) => !id.endsWith(told.id) || id.endsWith(turnAt(told, 0).hash))).size).toBe(160);
  });

  it('say that they are complete when they are', async () => {
    const told = tell(archive, { items: sampleItems('the clock'), meta });
    await site.build(archive);
    const feed = site.read(outputPath(`${conversationUrl(told.id)}atom.xml`));
    expect(feed).toContain('<fh:complete');
    expect(feed).not.toContain('prev-archive');
  });
});

describe('images', () => {
  const pixel = concatBytes([
    encodeUtf8('GIF89a'),
    new Uint8Array([1, 0, 1, 0, 0, 0, 0, 0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0, 0x3b]),
  ]);
  const withImage = (bytes: Uint8Array, mime: string) => {
    const hash = archive.putBlob(bytes);
    const part = { type: 'blob', modality: 'image', mime_type: mime, hash, size: bytes.length, name: 'shot' } as const;
    const told = tell(archive, {
      items: [{ role: 'user', parts: [{ type: 'text', content: 'See this' }, part] }],
      meta,
    });
    return { told, hash };
  };

  it('are files of their conversation', async () => {
    const { told, hash } = withImage(pixel, 'image/gif');
    await site.build(archive, { mode: 'public' });
    const url = imageUrl(told.id, hash, 'gif');
    expect(site.read(outputPath(conversationUrl(told.id)))).toContain(`src="${url}"`);
    expect(existsSync(join(site.outputDir, url))).toBe(true);
  });

  it('stay out of a public site that does not want them', async () => {
    const { told, hash } = withImage(pixel, 'image/gif');
    await site.build(archive, { mode: 'public' });
    expect(existsSync(join(site.outputDir, imageUrl(told.id, hash, 'gif')))).toBe(true);
    await site.build(archive, { mode: 'public', config: { ...config, images: { publish: false } } });
    expect(existsSync(join(site.outputDir, imageUrl(told.id, hash, 'gif')))).toBe(false);
    expect(site.read(outputPath(conversationUrl(told.id)))).not.toContain('<img');
  });

  it('that only claim to be images are named, never published', async () => {
    const { told, hash } = withImage(encodeUtf8('<svg onload="xss()"/>'), 'image/png');
    await site.build(archive);
    expect(existsSync(join(site.outputDir, imageUrl(told.id, hash, 'png')))).toBe(false);
    expect(site.read(outputPath(conversationUrl(told.id)))).toContain('is not published here');
  });
});

describe('names from outside', () => {
  it('never become a path that leaves the folder or means anything', async () => {
    const names = [
      '../../etc/passwd',
      '..',
      '.',
      'CON',
      'a/b\\c',
      'Größe',
      '日本',
      'x'.repeat(400),
      '%2e%2e%2f',
      '\u0000',
      ...xssPayloads,
    ];
    for (const [i, raw] of names.map((name) => name.toWellFormed()).entries()) {
      const told = tell(archive, {
        items: [prompt(`number ${i}`)],
        meta: { agent: raw, project: raw, title: raw, tags: [raw] },
        minute: i,
      });
      if (i < 20) {
        tell(archive, {
          items: [prompt('left')],
          after: turnAt(told, 0),
          conversation: told.id,
          head: raw.slice(0, 50),
          minute: i,
        });
        tell(archive, { items: [prompt('main')], after: turnAt(told, 0), conversation: told.id, minute: i });
      }
    }
    await site.build(archive);
    const paths = readdirSync(site.outputDir, { recursive: true, encoding: 'utf8' });
    expect(paths.filter((path) => !/^(?:[a-z0-9_-]+\/)*[a-zA-Z0-9_.-]+$/.test(path))).toEqual([]);
    const lower = new Set(paths.map((path) => path.toLowerCase()));
    expect(lower.size).toBe(paths.length);
    expect(paths.filter((path) => path.startsWith('projects/') && path.endsWith('index.html')).length).toBe(
      new Set(names.map((name) => name.toWellFormed()).filter((name) => name !== '')).size + 1,
    );
    expect(existsSync(join(dirname(site.outputDir), 'etc'))).toBe(false);
  });

  it('are data to templates, never source', async () => {
    const source = '{{ 7 * 7 }}{% raw %}{% include "layout.njk" %}{{ "x" | body | safe }}';
    const told = tell(archive, {
      items: [prompt(source), answer(source)],
      meta: { ...meta, title: source, tags: [source] },
    });
    await site.build(archive, { config: { ...config, title: source } });
    expect(site.read(outputPath(conversationUrl(told.id)))).toContain('{{ 7 * 7 }}');
  });
});

describe('templates and authored pages', () => {
  it('a user’s template stands in the place of ours', async () => {
    const own = join(dirname(site.outputDir), 'templates');
    mkdirSync(own);
    writeFileSync(join(own, 'home.njk'), '<!doctype html><title>{{ page_model.title }}</title>My own list');
    await site.build(archive, { userTemplatesDir: own });
    expect(site.read('index.html')).toContain('My own list');
  });

  it('a broken template stops the build before anything is written', async () => {
    const own = join(dirname(site.outputDir), 'templates');
    mkdirSync(own);
    writeFileSync(join(own, 'list.njk'), '{% block %}');
    await expect(site.build(archive, { userTemplatesDir: own })).rejects.toThrow(TemplateError);
    expect(existsSync(site.outputDir)).toBe(false);
    await site.build(archive);
  });

  it('documents link to each other’s pages and have headings that can be linked', () => {
    const source =
      '# Title\n\nSee [the format](archive-format.md#records) and [here](#why).\n\n## Why\n\n### Deep\n\n## Why\n';
    const html = decodeUtf8(renderDocument(source));
    expect(html).toContain('<a href="/docs/archive-format/#h-records">the format</a>');
    expect(html).toContain('<a href="#h-why">here</a>');
    expect(html).toContain('<h2 id="h-why">Why</h2>');
    expect(html).toContain('<h3 id="h-deep">Deep</h3>');
    expect(html).toContain('<h2 id="h-why-1">Why</h2>');
  });
});

describe('a conversation that cannot be made', () => {
  it('is a named problem and a page that says so; the others are built, and the next build tries again', async () => {
    const good = tell(archive, { items: sampleItems('the clock'), meta });
    const bad = tell(archive, { items: sampleItems('the door'), meta: { ...meta, title: 'The door' }, minute: 60 });
    const failing = new Proxy(archive, {
      get: (target, name) => {
        if (name === 'listTombstones') {
          return (id: string) => {
            if (id === bad.id) throw new RangeError('the tile of the door is odd');
            return target.listTombstones(id as typeof bad.id);
          };
        }
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const report = await site.build(failing);
    expect(report.problems).toBe(1);
    expect(site.problems).toMatchObject([{ code: 'CONVERSATION_FAILED', file: bad.id }]);
    const page = outputPath(conversationUrl(bad.id));
    expect(site.read(page)).toContain('could not be made: the tile of the door is odd');
    expect(site.read('index.html')).toContain(`href="${conversationUrl(bad.id)}"`);
    expect(site.read(outputPath(conversationUrl(good.id)))).toContain('<strong>wrong</strong>');
    expect((await site.build(failing)).problems).toBe(1);
    expect((await site.build(archive)).problems).toBe(0);
    expect(site.read(page)).toContain('<strong>wrong</strong>');
    const other = createTestSite();
    await other.build(archive);
    expect([...site.readAll()]).toEqual([...other.readAll()]);
    other.remove();
  });

  it('because a blob of it is gone has its pages, and the blob is named', async () => {
    const part = { type: 'blob', modality: 'image', mime_type: 'image/png', hash: 'ab'.repeat(32), size: 9, name: 'x' };
    const { id } = tell(archive, { items: [{ role: 'user', parts: [part as never] }], meta });
    expect((await site.build(archive)).problems).toBe(1);
    expect(site.problems).toMatchObject([{ code: 'DAMAGED_BLOB' }]);
    const page = site.read(outputPath(conversationUrl(id)));
    expect(page).toContain('its bytes are missing or damaged');
    expect(page).not.toContain('not published here');
    expect((await site.build(archive)).problems).toBe(1);
  });
});

describe('a conversation with more branches than a page can list', () => {
  it('names the first of them, and all of them on pages of their own', async () => {
    const told = tell(archive, { items: sampleItems('the clock'), meta });
    for (let n = 0; n < 60; n++) {
      const items = [prompt(`Another way ${n}`), answer('As you like.')];
      tell(archive, {
        items,
        after: turnAt(told, 3),
        conversation: told.id,
        head: `b-${10_000_000 + n}`,
        minute: n + 9,
      });
    }
    await site.build(archive);
    const page = site.read(outputPath(conversationUrl(told.id)));
    expect(page.match(/Another way \d+/g)).toHaveLength(100);
    expect(page).toContain(`href="${branchListUrl(told.id)}">All 60 branches`);
    expect(site.read(outputPath(branchListUrl(told.id))).match(/Another way \d+/g)).toHaveLength(60);
  });
});

describe('rendering on another thread', () => {
  it('gives the same bytes as here', async () => {
    const turns = [...sampleItems('the clock'), ...xssPayloads.map((text) => answer(text.toWellFormed()))].map(
      (item, i) => ({
        hash: turnAt(tell(archive, { items: [prompt(`${i}`)] }), 0).hash,
        timeMs: i,
        typeId: 'turnpress.item',
        rawLength: 1_000,
        item,
      }),
    );
    const job = {
      rows: pairRows(turns),
      folders: [],
      around: [],
      beside: [],
      calls: [],
      blobs: new Map(),
      known: new Map(),
    };
    const [here, there] = [createRenderPool(0), createRenderPool(1_000_000)];
    expect(await there.run('page', job, 1)).toEqual({ ...(await here.run('page', job, 1)), pack: expect.anything() });
    await there.close();
  });
});
