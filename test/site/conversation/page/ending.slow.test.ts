/** The end of a conversation: what was held around it, and what it has to do with. */
/** Built in steps or at once it says the same; what is private is nowhere in it. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ArchiveWriter } from '../../../../src/archive/archive.ts';
import type { Item } from '../../../../src/model/item.ts';
import { branchUrl, conversationUrl, outputPath, turnAnchor } from '../../../../src/site/urls.ts';
import {
  answer,
  createTestSite,
  openTestArchive,
  prompt,
  response,
  type TestSite,
  type Told,
  tell,
  turnAt,
} from '../../site-fixture.ts';

let archive: ArchiveWriter;
let site: TestSite;

beforeEach(() => {
  archive = openTestArchive();
  site = createTestSite();
});

afterEach(() => {
  site.remove();
});

const open = { agent: 'claude-code', project: 'clocks', cwd: '~/clocks', tags: ['open'] };

/** A prompt that led to changes of these files. */
function edits(words: string, ...files: readonly string[]): readonly Item[] {
  const parts = files.map((file, i) => ({
    ...{ type: 'tool_call' as const, id: `${words}-${i}`, name: 'Edit', tool: 'edit' as const },
    arguments: { file_path: `~/clocks/${file}`, old_string: 'a', new_string: 'b' },
  }));
  const results = parts.map(({ id }) => response(id, 'The file was updated.'));
  return [prompt(words), answer('Changing.', ...parts), ...results, answer('Done.')];
}

function endOf({ id }: Told): string {
  const page = site.read(outputPath(conversationUrl(id)));
  return page.slice(page.indexOf('<nav class="ending-links"'), page.indexOf('</nav>', page.indexOf('ending-links')));
}

function changedSince(before: ReadonlyMap<string, string>): readonly string[] {
  return [...site.readAll()].filter(([path, text]) => before.get(path) !== text).map(([path]) => path);
}

async function expectSameAtOnce(): Promise<void> {
  const other = createTestSite();
  try {
    await other.build(archive);
    expect([...site.readAll()]).toEqual([...other.readAll()]);
  } finally {
    other.remove();
  }
}

describe('the end of a conversation', () => {
  it('leads to what was held before and after it, and to earlier ones that changed the same files or stand on its branch', async () => {
    const git = { branch: 'wind' };
    const first = tell(archive, { items: edits('Wind the spring', 'spring.ts', 'wheel.ts'), meta: { ...open, git } });
    const second = tell(archive, { items: edits('Oil the door', 'door.ts'), meta: open, minute: 60 });
    const third = tell(archive, { items: edits('Turn the wheel', 'wheel.ts'), meta: open, minute: 120 });
    const fourth = tell(archive, { items: edits('Wind it again'), meta: { ...open, git }, minute: 180 });
    const elsewhere = tell(archive, { items: edits('A door', 'wheel.ts'), meta: { project: 'doors' }, minute: 90 });
    await site.build(archive);
    const end = endOf(third);
    expect(end).toContain(`<li class="before"><a href="${conversationUrl(second.id)}">`);
    expect(end).toContain(`<li class="next"><a href="${conversationUrl(fourth.id)}">`);
    expect(end).toContain(`<li><a href="${conversationUrl(first.id)}">Wind the spring</a>`);
    expect(end).toContain('1 same file: wheel.ts');
    expect(endOf(fourth)).toContain('branch wind');
    expect(endOf(first)).not.toContain('Related');
    expect(endOf(elsewhere)).not.toContain('class="ways"');
  });

  it('changes one page of another conversation when a new one is held', async () => {
    tell(archive, { items: edits('One', 'a.ts'), meta: open });
    const last = tell(archive, { items: edits('Two', 'a.ts'), meta: open, minute: 60 });
    await site.build(archive);
    const before = site.readAll();
    const added = tell(archive, { items: edits('Three', 'a.ts'), meta: open, minute: 120 });
    await site.build(archive);
    const pages = changedSince(before).filter((path) => /^c\/.*\.html$/.test(path));
    expect(pages.sort()).toEqual([last, added].map(({ id }) => outputPath(conversationUrl(id))).sort());
    await expectSameAtOnce();
  });

  it('says the same built step by step, also when an earlier one comes to share a file, is renamed, or comes late', async () => {
    const first = tell(archive, { items: edits('One', 'a.ts'), meta: open });
    const second = tell(archive, { items: edits('Two', 'b.ts'), meta: open, minute: 60 });
    await site.build(archive);
    expect(endOf(second)).not.toContain('Related');
    tell(archive, {
      items: edits('And b', 'b.ts'),
      after: turnAt(first, -1),
      conversation: first.id,
      meta: { ...open, title: 'One, renamed' },
      minute: 90,
    });
    await site.build(archive);
    expect(endOf(second)).toContain('1 same file: b.ts');
    tell(archive, { items: edits('Between', 'b.ts'), meta: open, minute: 30 });
    await site.build(archive);
    expect(endOf(second)).toContain('Between');
    expect(endOf(second)).toContain('One, renamed');
    await expectSameAtOnce();
  });

  it('names nothing that is private, and forgets what became so', async () => {
    const closed = { ...open, tags: [] };
    tell(archive, { items: edits('canary-quince', 'canary-medlar.ts', 'a.ts'), meta: closed });
    const shown = tell(archive, { items: edits('Two', 'a.ts', 'b.ts'), meta: open, minute: 60 });
    const later = tell(archive, { items: edits('Three', 'a.ts', 'b.ts'), meta: open, minute: 120 });
    await site.build(archive, { mode: 'public' });
    expect(endOf(later)).toContain('2 same files: a.ts, b.ts');
    for (const [path, text] of site.readAll()) expect(/canary/.test(text), path).toBe(false);
    archive.append({ turns: [], heads: [], metas: [{ conversation: shown.id, meta: closed, timeMs: 1 }] });
    await site.build(archive, { mode: 'public' });
    expect(endOf(later)).not.toContain(conversationUrl(shown.id));
    for (const [path, text] of site.readAll()) expect(text.includes(shown.id.slice(0, 16)), path).toBe(false);
  });
});

describe('the end of a branch', () => {
  it('leads back to the fork, to the other ways, to those that left it, and on in its project', async () => {
    const clock = tell(archive, { items: edits('Wind the spring', 'spring.ts'), meta: open });
    const on = tell(archive, {
      items: [prompt('And oil it'), answer('Oiled.')],
      after: turnAt(clock, -1),
      conversation: clock.id,
      minute: 10,
    });
    const way = (words: string, head: string, after: Told, minute: number): Told =>
      tell(archive, {
        items: [prompt(words), answer(`${words}: done.`)],
        after: turnAt(after, -1),
        conversation: clock.id,
        head,
        minute,
      });
    const left = way('Leave it', 'b-00000001', clock, 20);
    way('Sell it', 'b-00000002', clock, 30);
    way('And leave it', 'b-00000001', left, 35);
    way('Leave it dry', 'b-00000003', left, 40);
    archive.append({ turns: [], heads: [{ conversation: clock.id, name: 'b-00000004', turn: turnAt(on, -2).hash }] });
    const next = tell(archive, { items: edits('Oil the door', 'door.ts'), meta: open, minute: 90 });
    await site.build(archive);
    const page = site.read(outputPath(branchUrl(clock.id, 'b-00000001')));
    const end = page.slice(page.indexOf('aria-label="Around this branch"'));
    const at = (told: Told, index: number): string =>
      `${conversationUrl(told.id)}#${turnAnchor(turnAt(told, index).hash)}`;
    expect(end).toContain(
      `<li class="before"><a href="${at(clock, -1)}"><small>Back to the fork, after</small>\n<span>Wind the spring</span>`,
    );
    expect(end).toContain(
      `<a href="${conversationUrl(clock.id)}#${turnAnchor(turnAt(on, 0).hash)}"><small>The other way went on</small>\n<span>And oil it</span>`,
    );
    expect(end).toContain(`<a href="${branchUrl(clock.id, 'b-00000002')}">Sell it</a> <small>Sell it: done.</small>`);
    expect(end).toContain(`<a href="${branchUrl(clock.id, 'b-00000003')}">Leave it dry</a>`);
    expect(end).toContain(`<li class="next"><a href="${conversationUrl(next.id)}">`);
    expect(end).not.toContain(`href="${branchUrl(clock.id, 'b-00000001')}"`);
    const shared = site.read(outputPath(branchUrl(clock.id, 'b-00000004')));
    expect(shared).toContain(
      `<a href="${conversationUrl(clock.id)}#${turnAnchor(turnAt(on, -2).hash)}">It ends at this turn.`,
    );
    await expectSameAtOnce();
  });
});

describe('the files on a cover', () => {
  it('lead to all that was done to them', async () => {
    const told = tell(archive, { items: edits('One', 'src/a.ts', 'b.ts'), meta: open });
    await site.build(archive);
    const page = site.read(outputPath(conversationUrl(told.id)));
    const links = [...page.matchAll(/href="(\/files\/clocks\/[^"#]*)#([^"]+)"/g)];
    expect(links).toHaveLength(2);
    for (const [, path = '', anchor] of links) expect(site.read(outputPath(path))).toContain(`id="${anchor}"`);
  });
});

describe('the turns of a page', () => {
  it('stand under their language where it is another one than that of the site', async () => {
    const german = 'Bitte schau dir die Uhr an und sag, was nicht geht. Wir haben noch Zeit, und es ist nicht eilig.';
    const told = tell(archive, { items: [prompt(german), answer('Das ist die Feder. Ich werde sie auch noch ölen.')] });
    const english = tell(archive, { items: edits('Please look at the clock and say what is wrong with it', 'a.ts') });
    await site.build(archive);
    expect(site.read(outputPath(conversationUrl(told.id)))).toContain('<div class="talk" lang="de">');
    expect(site.read(outputPath(conversationUrl(english.id)))).toContain('<div class="talk">');
  });
});
