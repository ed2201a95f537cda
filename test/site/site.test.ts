/** Building a whole site: what stands on its pages, what a second build does, what a change touches. */
/** On archives in memory; every test has an output folder of its own. */

import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ArchiveWriter } from '../../src/archive/archive.ts';
import { ForeignOutputError } from '../../src/site/errors.ts';
import { branchUrl, conversationUrl, outputPath, turnAnchor } from '../../src/site/urls.ts';
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

const open = { agent: 'claude-code', project: 'clockwork', title: 'The slow clock', tags: ['open'] };

describe('a build', () => {
  it('makes pages, feeds and search for every conversation', async () => {
    const told = tell(archive, { items: sampleItems('the clock'), meta: open });
    const report = await site.build(archive);
    const page = site.read(outputPath(conversationUrl(told.id)));
    for (const turn of told.turns) expect(page).toContain(`id="${turnAnchor(turn.hash)}"`);
    expect(page).toContain('The slow clock');
    expect(page).toContain('<strong>wrong</strong>');
    for (const path of [
      'index.html',
      'projects/clockwork/index.html',
      'agents/claude-code/index.html',
      'tags/open/index.html',
    ]) {
      expect(site.read(path), path).toContain(conversationUrl(told.id));
    }
    for (const path of ['search/index.html', 't/index.html', '404.html', 'about/index.html', 'sitemap.xml']) {
      expect(existsSync(join(site.outputDir, path)), path).toBe(true);
    }
    // ours is on our own site alone
    expect(existsSync(join(site.outputDir, 'docs'))).toBe(false);
    for (const folder of [
      '',
      'projects/clockwork/',
      'agents/claude-code/',
      'tags/open/',
      `c/${told.id.slice(0, 16)}/`,
    ]) {
      for (const feed of ['rss.xml', 'atom.xml', 'feed.json']) {
        expect(site.read(folder + feed), folder + feed).toContain(`urn:turnpress:turn:${turnAt(told, 0).hash}`);
      }
    }
    expect(report).toMatchObject({ private: 0, public: 1, problems: 0, shardsBuilt: 1 });
  });

  it('builds an empty archive into a site that says so', async () => {
    const report = await site.build(archive);
    expect(site.read('index.html')).toContain('Nothing is published here yet.');
    expect(report.problems).toBe(0);
  });

  it('writes nothing when nothing changed', async () => {
    tell(archive, { items: sampleItems('the clock'), meta: open });
    const first = await site.build(archive);
    const before = statSync(join(site.outputDir, 'index.html')).mtimeMs;
    const second = await site.build(archive);
    expect(second).toMatchObject({ pagesWritten: 0, filesWritten: 0, pagesDeleted: 0, bytes: 0, shardsBuilt: 0 });
    expect(second.pagesUnchanged).toBe(first.pagesWritten);
    expect(statSync(join(site.outputDir, 'index.html')).mtimeMs).toBe(before);
  });

  it('gives the same bytes in another folder, and step by step as at once', async () => {
    const other = createTestSite();
    try {
      const told = tell(archive, { items: sampleItems('the clock'), meta: open });
      await site.build(archive);
      tell(archive, { items: sampleItems('another thing'), meta: { ...open, title: 'Another' }, minute: 60 });
      tell(archive, {
        items: [prompt('More?'), answer('More.')],
        after: turnAt(told, -1),
        conversation: told.id,
        minute: 90,
      });
      await site.build(archive);
      await other.build(archive);
      expect([...site.readAll()]).toEqual([...other.readAll()]);
    } finally {
      other.remove();
    }
  });

  it('touches only what shows the turn that was added', async () => {
    const grown = tell(archive, { items: sampleItems('the clock'), meta: open });
    const other = tell(archive, {
      items: sampleItems('the door'),
      meta: { agent: 'codex', project: 'doors' },
      minute: 60,
    });
    await site.build(archive);
    const before = site.readAll();
    tell(archive, { items: [prompt('Thanks!')], after: turnAt(grown, -1), conversation: grown.id, minute: 30 });
    const report = await site.build(archive);
    const changed = [...site.readAll()].filter(([path, text]) => before.get(path) !== text).map(([path]) => path);
    expect(changed.filter((path) => path.startsWith(`c/${other.id.slice(0, 16)}`))).toEqual([]);
    expect(changed.filter((path) => /^(?:projects\/doors|agents\/codex|docs|about)/.test(path))).toEqual([]);
    expect(changed).toContain(outputPath(conversationUrl(grown.id)));
    expect(report.shardsBuilt).toBe(1);
    expect(changed.filter((path) => /^t\/..\.json$/.test(path))).toHaveLength(1);
  });

  it('writes each page of a long conversation once: a full page never changes and never moves', async () => {
    const long = Array.from({ length: 60 }, (_, i) => [prompt(`Question ${i}`), answer(`word `.repeat(1200))]).flat();
    const told = tell(archive, { items: long.slice(0, 90), meta: open });
    await site.build(archive);
    const pageOf = (n: number): string => outputPath(conversationUrl(told.id, n));
    const second = site.read(pageOf(2));
    expect(existsSync(join(site.outputDir, pageOf(3)))).toBe(true);
    tell(archive, { items: long.slice(90), after: turnAt(told, -1), conversation: told.id, minute: 90 });
    await site.build(archive);
    expect(site.read(pageOf(2))).toBe(second);
    for (const turn of told.turns.slice(0, 3)) expect(site.read(pageOf(1))).toContain(turnAnchor(turn.hash));
  });

  it('shows another branch from its fork on, with links both ways', async () => {
    const told = tell(archive, { items: sampleItems('the clock'), meta: open });
    const left = tell(archive, {
      items: [prompt('Leave it as it is.'), answer('Left alone.')],
      after: turnAt(told, 3),
      conversation: told.id,
      head: 'b-12345678',
      minute: 40,
    });
    await site.build(archive);
    const main = site.read(outputPath(conversationUrl(told.id)));
    const branch = site.read(outputPath(branchUrl(told.id, 'b-12345678')));
    expect(main).toContain(`href="${branchUrl(told.id, 'b-12345678')}"`);
    expect(branch).toContain(`href="${conversationUrl(told.id)}#${turnAnchor(turnAt(told, 3).hash)}"`);
    expect(branch).toContain(turnAnchor(turnAt(left, 0).hash));
    expect(branch).not.toContain(`id="${turnAnchor(turnAt(told, 0).hash)}"`);
    expect(site.read(outputPath(`${branchUrl(told.id, 'b-12345678')}atom.xml`))).toContain('Leave it as it is.');
  });

  it('leads from a page that goes on with an exchange back to its prompt', async () => {
    const answers = Array.from({ length: 60 }, (_, i) => answer(`${i} ${'word '.repeat(1200)}`));
    const told = tell(archive, { items: [prompt('Why is it slow?'), ...answers], meta: open });
    await site.build(archive);
    expect(site.read(outputPath(`${conversationUrl(told.id)}p2/`))).toContain(
      `<section class="exchange continued">\n<h2><a href="${conversationUrl(told.id)}#${turnAnchor(turnAt(told, 0).hash)}">Why is it slow?</a></h2>`,
    );
  });

  it('links a sub-agent from the turn that started it, and back', async () => {
    const parent = tell(archive, { items: sampleItems('the clock'), meta: open });
    const child = tell(archive, {
      items: sampleItems('the spring'),
      meta: {
        ...open,
        title: 'Spring search',
        parent: { session: 's', conversation: parent.id, turn: turnAt(parent, 1).hash },
      },
      minute: 2,
    });
    await site.build(archive);
    expect(site.read(outputPath(conversationUrl(parent.id)))).toContain(
      `href="${conversationUrl(child.id)}">Spring search`,
    );
    const begun = `href="${conversationUrl(parent.id)}#${turnAnchor(turnAt(parent, 1).hash)}"`;
    const page = site.read(outputPath(conversationUrl(child.id)));
    expect(page).toContain(`<dt>Started by</dt><dd><a ${begun}`);
    // what leads up goes to the last of the crumbs
    expect(/<nav class="crumbs"[\s\S]*?<\/nav>/.exec(page)?.[0].split('<li>').at(-1)).toContain(begun);
    expect(site.read('index.html')).not.toContain(`href="${conversationUrl(child.id)}"`);
  });

  it('resolves every turn to the page that holds it', async () => {
    const told = tell(archive, { items: sampleItems('the clock'), meta: open });
    await site.build(archive);
    for (const { hash } of told.turns) {
      const table = JSON.parse(site.read(`t/${hash.slice(0, 2)}.json`)) as Record<string, string>;
      expect(table[hash.slice(0, 16)]).toBe(conversationUrl(told.id));
    }
  });
});

describe('what was taken back', () => {
  it('is nowhere in pages, feeds, search and caches of the site', async () => {
    const canary = 'canary-plum-orchard';
    const told = tell(archive, {
      items: [...sampleItems('the clock'), prompt(`my word is ${canary}`), answer('Noted.')],
      meta: open,
    });
    await site.build(archive);
    expect([...site.readAll().values()].some((text) => text.includes(canary))).toBe(true);
    archive.withdraw(turnAt(told, 6).hash, 1, Date.UTC(2026, 5, 1));
    await site.build(archive);
    for (const [path, text] of site.readAll()) expect(text.includes(canary), path).toBe(false);
    expect(site.read(outputPath(conversationUrl(told.id)))).toContain('What stood here was taken back');
    expect(site.read('atom.xml')).toContain('deleted-entry');
  });
});

describe('the output folder', () => {
  it('is refused when others made it', async () => {
    mkdirSync(site.outputDir);
    writeFileSync(join(site.outputDir, 'thesis.txt'), 'mine');
    await expect(site.build(archive)).rejects.toThrow(ForeignOutputError);
    expect(readFileSync(join(site.outputDir, 'thesis.txt'), 'utf8')).toBe('mine');
  });

  it('keeps files that we did not make', async () => {
    tell(archive, { items: sampleItems('the clock'), meta: open });
    await site.build(archive);
    writeFileSync(join(site.outputDir, 'CNAME'), 'sessions.example.org');
    tell(archive, { items: sampleItems('the door'), meta: open, minute: 60 });
    await site.build(archive);
    expect(site.read('CNAME')).toBe('sessions.example.org');
  });

  it('is made again when it was deleted', async () => {
    tell(archive, { items: sampleItems('the clock'), meta: open });
    await site.build(archive);
    const before = [...site.readAll()];
    rmSync(site.outputDir, { recursive: true });
    await site.build(archive);
    expect([...site.readAll()]).toEqual(before);
  });

  it('changes with the configuration', async () => {
    tell(archive, { items: sampleItems('the clock'), meta: open });
    await site.build(archive);
    await site.build(archive, { config: { ...config, title: 'A new name' } });
    expect(site.read('index.html')).toContain('A new name');
    expect(site.read('atom.xml')).toContain('A new name');
  });
});
