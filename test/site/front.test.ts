/** The front of a site: work done, files that were changed, numbers, and what the owner writes about conversations. */
/** Each is held against a build from nothing: what a change leaves behind is what was always there. */

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ArchiveWriter } from '../../src/archive/archive.ts';
import type { Part } from '../../src/model/item.ts';
import { conversationUrl, fileAnchor, folderUrl, outputPath, turnAnchor } from '../../src/site/urls.ts';
import {
  answer,
  config,
  createTestSite,
  openTestArchive,
  prompt,
  response,
  sampleItems,
  type TestSite,
  type Told,
  tell,
  turnAt,
} from './site-fixture.ts';

let site: TestSite;
let archive: ArchiveWriter;
let notes: string;

beforeEach(() => {
  site = createTestSite();
  archive = openTestArchive();
  notes = join(site.outputDir, '..', 'content', 'notes');
  mkdirSync(notes);
});
afterEach(() => {
  archive.close();
  site.remove();
});

const meta = { agent: 'claude-code', project: 'clockwork', cwd: '~/dev/clockwork', tags: ['open'] };

function edit(id: string, path: string): Part {
  return {
    type: 'tool_call',
    id,
    name: 'Edit',
    tool: 'edit',
    arguments: { file_path: path, old_string: 'a', new_string: 'b' },
  };
}

function tellEdit(minute: number, why: string, path: string): Told {
  const items = [prompt(why), answer('Yes.', edit('e1', path)), response('e1', 'ok')];
  return tell(archive, { items, meta: { ...meta, title: why }, minute });
}

async function expectAsFromNothing(): Promise<void> {
  const grown = site.readAll();
  rmSync(site.cacheDir, { recursive: true });
  rmSync(site.outputDir, { recursive: true });
  await site.build(archive);
  const fresh = site.readAll();
  expect([...grown.keys()].filter((path) => grown.get(path) !== fresh.get(path))).toEqual([]);
  expect([...fresh.keys()].filter((path) => !grown.has(path))).toEqual([]);
}

it('a changed file leads to the prompts and the turns, also after one more conversation changed it', async () => {
  const first = tellEdit(0, 'Mend <the> clock', '~/dev/clockwork/src/clock.ts');
  await site.build(archive);
  const page = outputPath(folderUrl('clockwork', 'src'));
  const edited = `${conversationUrl(first.id)}#${turnAnchor(turnAt(first, 1).hash)}`;
  expect(site.read(page)).toContain(`href="${edited}">Mend &lt;the&gt; clock</a>`);
  expect(site.read(page)).toContain(`id="${fileAnchor('clock.ts')}"`);
  const second = tellEdit(60, 'Wind it up', '~/dev/clockwork/src/clock.ts');
  tellEdit(120, 'Another folder', '~/dev/clockwork/docs/read.md');
  await site.build(archive);
  expect(site.read(page).indexOf('Wind it up')).toBeLessThan(site.read(page).indexOf('Mend &lt;the&gt;'));
  expect(site.read(page)).toContain(conversationUrl(second.id));
  expect(site.read('files/clockwork/index.html')).toContain('docs/');
  expect(site.read('files/clockwork/index.html')).toContain('src/clock.ts</a>');
  expect(site.read('stats/index.html')).toContain('<th scope="row">Edit</th><td>3</td><td>0</td>');
  await expectAsFromNothing();
});

it('a commit stands on the page of its project, with where it can be seen and the prompt that led to it', async () => {
  const committed = (minute: number, why: string, hash: string): Told => {
    const call: Part = {
      type: 'tool_call',
      id: 'c1',
      name: 'Bash',
      tool: 'shell',
      arguments: { command: 'git commit -am x' },
    };
    const items = [prompt(why), answer('Done.', call), response('c1', `[main ${hash}] Fix <the> ${why}`)];
    const git = { remote: 'git@github.com:me/clockwork.git', branch: 'main' };
    return tell(archive, { items, meta: { ...meta, title: why, git }, minute });
  };
  const first = committed(0, 'spring', '1a2b3c4');
  await site.build(archive);
  committed(60, 'wheel', '5d6e7f8');
  await site.build(archive);
  const page = site.read('projects/clockwork/index.html');
  expect(page).toContain('href="https://github.com/me/clockwork/commit/1a2b3c4"');
  expect(page).toContain(
    `<a href="${conversationUrl(first.id)}#${turnAnchor(turnAt(first, 0).hash)}">Fix &lt;the&gt; spring</a>`,
  );
  expect(page.indexOf('wheel</a>')).toBeLessThan(page.indexOf('spring</a>'));
  expect(page).toContain('Claude Code (2)');
  archive.withdraw(turnAt(first, 2).hash, 1, Date.UTC(2026, 5, 1));
  await site.build(archive);
  expect(site.read('projects/clockwork/index.html')).not.toContain('1a2b3c4');
  await expectAsFromNothing();
});

it('a list says how to follow it where it begins, and only there', async () => {
  tellEdit(0, 'Mend it', '~/dev/clockwork/src/clock.ts');
  await site.build(archive);
  for (const page of ['index.html', 'projects/clockwork/index.html']) {
    const [above = '', below = ''] = site.read(page).split('<div class="sum-up">');
    expect(above, page).toMatch(/<p class="feeds">Follow: <a href="[^"]*rss\.xml"/);
    expect(below, page).not.toContain('class="feeds"');
  }
});

it('a folder with more than a few files says where each of them stands', async () => {
  const names = ['a <b>.ts', 'clock.ts', 'door.ts'];
  for (const [i, name] of names.entries()) tellEdit(i, 'Mend it', `~/dev/clockwork/src/${name}`);
  await site.build(archive);
  const page = outputPath(folderUrl('clockwork', 'src'));
  expect(site.read(page)).not.toContain('class="file-names"');
  tellEdit(60, 'One more', '~/dev/clockwork/src/zebra.ts');
  await site.build(archive);
  const list = /<nav class="file-names"[\s\S]*?<\/nav>/.exec(site.read(page))?.[0];
  for (const name of [...names, 'zebra.ts'])
    expect(list).toContain(`href="#${fileAnchor(name)}">${name.replace('<b>', '&lt;b&gt;')}</a>`);
  await expectAsFromNothing();
});

it('what was taken back takes its files and its numbers with it', async () => {
  const told = tellEdit(0, 'Mend the clock', '~/dev/clockwork/src/clock.ts');
  tellEdit(60, 'Wind it up', '~/dev/clockwork/src/other.ts');
  await site.build(archive);
  archive.withdraw(turnAt(told, 1).hash, 1, Date.UTC(2026, 5, 1));
  await site.build(archive);
  expect(site.read(outputPath(folderUrl('clockwork', 'src')))).not.toContain('clock.ts<');
  expect(site.read('stats/index.html')).toContain('<th scope="row">Edit</th><td>1</td>');
  await expectAsFromNothing();
});

it('a note gives title, tags, cover and text beside a turn; when it goes, all of that goes', async () => {
  const told = tell(archive, { items: sampleItems('the clock'), meta });
  const file = join(notes, `${told.id.slice(0, 16)}.md`);
  await site.build(archive);
  const before = site.read('index.html');
  const turn = turnAnchor(turnAt(told, 3).hash);
  writeFileSync(
    file,
    `---\ntitle: "A <clock> & its hands"\ntags: [curated]\npinned: true\nsummary: What it came to\n---\nRead *this*.\n\n## ${turn}\n\n<script>alert(1)</script> Here.\n`,
  );
  await site.build(archive);
  const page = site.read(outputPath(conversationUrl(told.id)));
  expect(page).toContain('A &lt;clock&gt; &amp; its hands');
  expect(page).toContain('Read <em>this</em>.');
  expect(page).not.toContain('<script>alert');
  // not landmarks: those of a page need names of their own
  const asides = page.match(/<aside[^>]*>/g) ?? [];
  expect(asides.length).toBeGreaterThan(1);
  for (const aside of asides) expect(aside).toContain(' role="note"');
  expect(page.indexOf('Here.')).toBeGreaterThan(page.indexOf(`id="${turn}"`));
  expect(site.read('index.html')).toContain('>Pinned</h2>');
  expect(site.read('index.html')).toContain('What it came to');
  expect(site.read('tags/curated/index.html')).toContain(conversationUrl(told.id));
  await expectAsFromNothing();
  rmSync(file);
  await site.build(archive);
  expect(site.read('index.html')).toBe(before);
});

it('a hidden conversation stays out of the public site, and a note makes nothing public', async () => {
  const open = tell(archive, { items: sampleItems('the open clock'), meta });
  const hidden = tell(archive, { items: sampleItems('the hidden clock'), meta, minute: 60 });
  const secret = tell(archive, { items: sampleItems('the secret clock'), meta: { agent: 'codex' }, minute: 120 });
  writeFileSync(join(notes, `${hidden.id.slice(0, 16)}.md`), '---\nhidden: true\n---\n');
  writeFileSync(join(notes, `${secret.id.slice(0, 16)}.md`), '---\ntags: [open]\npinned: true\n---\nSecret words\n');
  const entry = `---\ntitle: About it\ndate: 2026-11-21\nturn: "${turnAt(secret, 1).hash}"\n---\nEntry words\n`;
  writeFileSync(join(notes, 'about-it.md'), entry);
  await site.build(archive, {
    mode: 'public',
    config: { ...config, publish: [{ tag: 'open', visibility: 'public' }] },
  });
  const all = [...site.readAll()].map(([path, text]) => `${path}\n${text}`).join('\n');
  expect(all).toContain(conversationUrl(open.id));
  for (const word of [conversationUrl(hidden.id), conversationUrl(secret.id), 'Secret words', 'Entry words'])
    expect(all).not.toContain(word);
  expect(site.problems).toMatchObject([{ code: 'BAD_NOTE', file: 'notes/about-it.md' }]);
});

it('an entry of the link blog has a page that leads to its turn, a place in the list, and one in the feed', async () => {
  const told = tell(archive, { items: sampleItems('the clock'), meta });
  const turn = turnAt(told, 3);
  const entry = `---\ntitle: A good answer\ndate: 2026-11-21\nturn: "${turn.hash.slice(0, 16)}"\ntags: [open, unheard]\n---\nSee [the project](/projects/clockwork/).\n`;
  writeFileSync(join(notes, 'good-answer.md'), entry);
  writeFileSync(join(notes, 'broken.md'), '---\ntitle: [\n---\n');
  await site.build(archive);
  const page = site.read('notes/good-answer/index.html');
  expect(page).toContain(`href="${conversationUrl(told.id)}#${turnAnchor(turn.hash)}"`);
  expect(page).toContain('href="/tags/open/"');
  expect(page).not.toContain('/tags/unheard/');
  expect(site.read('notes/index.html')).toContain('/notes/good-answer/');
  expect(site.read('notes/feed.json')).toContain('https://sessions.example.org/projects/clockwork/');
  expect(site.problems).toMatchObject([{ code: 'BAD_NOTE', file: 'notes/broken.md' }]);
  await expectAsFromNothing();
});

it('a page of the owner has the title and the description of its head, and stays away when that is hidden or wrong', async () => {
  const pages = join(notes, '..', 'pages');
  mkdirSync(pages);
  const hidden = '---\nhidden: true\n---\n# Draft\n\nDraft words.\n';
  writeFileSync(join(pages, 'about.md'), '---\ntitle: Who we are\ndescription: Two & a clock\n---\n\nOur words.\n');
  writeFileSync(join(pages, 'draft.md'), hidden);
  writeFileSync(join(pages, 'plain.md'), '# Plain\n\nWords.\n\n---\n\nMore.\n');
  writeFileSync(join(pages, 'wrong.md'), '---\ntitle: Wrong\nhiden: true\n---\nWrong words.\n');
  writeFileSync(join(pages, 'broken.md'), '---\ntitle: x\nhidden: [\n---\nBroken words.\n');
  await site.build(archive, { mode: 'public' });
  const about = site.read('about/index.html');
  expect(about).toMatch(/<h1[^>]*>Who we are<\/h1>/);
  expect(about).toContain('<meta name="description" content="Two &amp; a clock">');
  expect(about).toContain('Our words.');
  expect(about).not.toContain('title:');
  expect(about).toContain('<a href="/about/plain/">Plain</a>');
  expect(site.read('about/plain/index.html')).toMatch(/<h1[^>]*>Plain<\/h1>/);
  const all = [...site.readAll()].map(([path, text]) => `${path}\n${text}`).join('\n');
  for (const word of ['Untitled', 'about/draft', 'Draft words', 'Wrong words', 'Broken words'])
    expect(all).not.toContain(word);
  expect(site.problems).toMatchObject([
    { code: 'BAD_PAGE', file: 'pages/broken.md', message: expect.stringContaining('at line 3, column 10; the page') },
    { code: 'BAD_PAGE', file: 'pages/wrong.md', message: expect.stringMatching(/^line 3: "hiden" is not known/) },
  ]);
  rmSync(site.outputDir, { recursive: true });
  await site.build(archive);
  expect(site.read('about/draft/index.html')).toMatch(/<h1[^>]*>Draft<\/h1>/);
});
