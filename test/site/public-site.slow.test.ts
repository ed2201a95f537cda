/** Building the public site: what it leaves out, what stops it, where it never goes. */
/** On archives in memory; every test has an output folder of its own. Slow: each draws cards. */

import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ArchiveWriter } from '../../src/archive/archive.ts';
import { silentProgress } from '../../src/base/log.ts';
import { ArchiveGrewError, PublishBlockedError } from '../../src/site/errors.ts';
import { conversationUrl, outputPath } from '../../src/site/urls.ts';
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

/** Makes everything public. */
const ALL = [{ conversation: '*', visibility: 'public' }] as const;
const open = { agent: 'claude-code', project: 'clockwork', title: 'The slow clock', tags: ['open'] };

describe('a public build', () => {
  const secret = { agent: 'codex', project: 'veiled-project', title: 'Veiled title', tags: ['veiled-tag'] };

  it('leaves no trace of a private conversation, in a folder that showed it before', async () => {
    const shown = tell(archive, { items: sampleItems('the clock'), meta: open });
    const hidden = tell(archive, {
      items: [prompt('canary-quince'), answer('canary-medlar')],
      meta: secret,
      minute: 70,
    });
    await site.build(archive, { mode: 'public', config: { ...config, publish: ALL } });
    expect(site.read(outputPath(conversationUrl(hidden.id)))).toContain('canary-quince');
    const report = await site.build(archive, { mode: 'public' });
    expect(report).toMatchObject({ public: 1, private: 0, leftOut: 1 });
    const traces = [
      'canary-',
      'veiled',
      'Veiled',
      'codex',
      'Codex',
      hidden.id.slice(0, 16),
      ...hidden.turns.map((turn) => turn.hash.slice(0, 16)),
    ];
    for (const [path, text] of site.readAll()) {
      for (const trace of traces)
        expect(text.includes(trace) || path.includes(trace), `${trace} in ${path}`).toBe(false);
    }
    expect(existsSync(join(site.outputDir, outputPath(conversationUrl(shown.id))))).toBe(true);
  });

  it('never goes where the private site is, nor the other way round', async () => {
    tell(archive, { items: [prompt('canary-quince'), answer('canary-medlar')], meta: secret });
    await site.build(archive);
    const before = site.readAll();
    await expect(site.build(archive, { mode: 'public' })).rejects.toThrow(/holds the private site/);
    rmSync(join(site.outputDir, '..', 'cache'), { recursive: true });
    await expect(site.build(archive, { mode: 'public' })).rejects.toThrow(/holds the private site/);
    expect(site.readAll()).toEqual(before);
    rmSync(site.outputDir, { recursive: true });
    await site.build(archive, { mode: 'public' });
    await expect(site.build(archive)).rejects.toThrow(/holds the public site/);
    expect([...site.readAll()].flat().join('\n')).not.toContain('canary-');
  });

  it('is for search engines, and the private site is not', async () => {
    tell(archive, { items: sampleItems('the clock'), meta: open });
    await site.build(archive, { mode: 'public' });
    expect([...site.readAll()].flat().join('\n')).not.toMatch(/noindex/i);
    expect(site.read('robots.txt')).toContain('Allow: /');
    expect(existsSync(join(site.outputDir, '.gitignore'))).toBe(false);
    rmSync(site.outputDir, { recursive: true });
    await site.build(archive);
    const pages = [...site.readAll()].filter(([path]) => path.endsWith('.html'));
    expect(pages.length).toBeGreaterThan(5);
    for (const [path, html] of pages) expect(html, path).toContain('<meta name="robots" content="noindex,');
    expect(site.read('robots.txt')).toBe('User-agent: *\nDisallow: /\n');
    expect(site.read('_headers')).toMatch(/^\/\*\n {2}X-Robots-Tag: noindex/);
    expect(site.read('.gitignore')).toBe('*\n');
  });

  it('of private conversations is an empty site', async () => {
    tell(archive, { items: sampleItems('the clock'), meta: secret });
    const report = await site.build(archive, { mode: 'public' });
    expect(report).toMatchObject({ public: 0, private: 0, leftOut: 1 });
    expect(site.read('index.html')).toContain('Nothing is published here yet.');
    expect(existsSync(join(site.outputDir, 'c'))).toBe(false);
  });

  it('does not link to a private parent or list a private sub-agent', async () => {
    const parent = tell(archive, { items: sampleItems('the clock'), meta: secret });
    const link = { session: 's', conversation: parent.id, turn: turnAt(parent, 1).hash };
    const child = tell(archive, { items: sampleItems('the spring'), meta: { ...open, parent: link }, minute: 2 });
    tell(archive, {
      items: [prompt('canary-quince')],
      meta: { ...secret, parent: { session: 't', conversation: child.id } },
      minute: 3,
    });
    await site.build(archive, { mode: 'public' });
    expect(site.read('index.html')).toContain(conversationUrl(child.id));
    for (const [path, text] of site.readAll()) {
      expect(text.includes(parent.id.slice(0, 16)) || text.includes('canary-quince'), path).toBe(false);
    }
  });

  it('stops at a blocked conversation and leaves the folder as it was', async () => {
    const told = tell(archive, { items: sampleItems('the clock'), meta: open });
    await site.build(archive, { mode: 'public' });
    const before = [...site.readAll()];
    const more = tell(archive, { items: [prompt('x')], after: turnAt(told, -1), conversation: told.id, minute: 30 });
    const blocked = new Map([[told.id, `turn ${turnAt(more, 0).hash.slice(0, 16)}, rule github-token`]]);
    const failure = site.build(archive, { mode: 'public', blocked });
    await expect(failure).rejects.toThrow(PublishBlockedError);
    await expect(failure).rejects.toThrow(/github-token/);
    expect([...site.readAll()]).toEqual(before);
  });

  it('shows nothing that was written after the gate looked, and goes on once it has looked again', async () => {
    const told = tell(archive, { items: sampleItems('the clock'), meta: open });
    const first = archive.revision();
    await site.build(archive, { mode: 'public', gated: first });
    const before = [...site.readAll()];
    tell(archive, { items: [prompt('canary-medlar')], after: turnAt(told, -1), conversation: told.id, minute: 30 });
    await expect(site.build(archive, { mode: 'public', gated: first })).rejects.toThrow(ArchiveGrewError);
    expect([...site.readAll()]).toEqual(before);
    // while pages are made
    const second = archive.revision();
    const progress = {
      ...silentProgress,
      start: (name: string) => {
        if (name === 'lists') tell(archive, { items: [prompt('canary-service')], meta: open, minute: 90 });
      },
    };
    await expect(site.build(archive, { mode: 'public', gated: second, progress })).rejects.toThrow(ArchiveGrewError);
    expect([...site.readAll()]).toEqual(before);
    await site.build(archive, { mode: 'public', gated: archive.revision() });
    expect(site.readAll().get(outputPath(conversationUrl(told.id)))).toContain('canary-medlar');
  });

  it('without a gate stops at the doubtful findings of the import', async () => {
    tell(archive, { items: sampleItems('the clock'), meta: { ...open, findings: { entropy: 1 } } });
    await expect(site.build(archive, { mode: 'public' }, 'ungated')).rejects.toThrow(/entropy/);
  });

  it('loses what it no longer shows even when the cache was deleted', async () => {
    const hidden = tell(archive, { items: sampleItems('the clock'), meta: { title: 'Hidden' } });
    await site.build(archive, { mode: 'public', config: { ...config, publish: ALL } });
    expect(existsSync(join(site.outputDir, outputPath(conversationUrl(hidden.id))))).toBe(true);
    rmSync(join(site.outputDir, '..', 'cache'), { recursive: true });
    await site.build(archive, { mode: 'public' });
    expect(existsSync(join(site.outputDir, outputPath(conversationUrl(hidden.id))))).toBe(false);
  });
});
