import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ArchiveWriter } from '../../src/archive/archive.ts';
import { conversationUrl } from '../../src/site/urls.ts';
import {
  answer,
  createTestSite,
  openTestArchive,
  prompt,
  type TestSite,
  type Told,
  tell,
  turnAt,
} from './site-fixture.ts';

describe('links between pages', () => {
  let archive: ArchiveWriter;
  let site: TestSite;
  let told: Told;
  beforeAll(async () => {
    archive = openTestArchive();
    site = createTestSite();
    const question = `Why is the clock slow, ${'and slow, '.repeat(20)}and late?`;
    const items = Array.from({ length: 60 }, (_, i) => [
      prompt(i === 0 ? question : `Question ${i}`),
      answer(`Answer ${i}. ${'The clock is slow. '.repeat(1000)}`),
    ]).flat();
    told = tell(archive, { items, meta: { agent: 'codex', project: 'clockwork' } });
    const other = { items: [prompt('Leave it.'), answer('Left.')], after: turnAt(told, 1), conversation: told.id };
    tell(archive, { ...other, head: 'b-0123abcd', minute: 500 });
    await site.build(archive);
  });
  afterAll(() => {
    archive.close();
    site.remove();
  });

  const linksOf = (html: string): readonly string[] =>
    [...html.matchAll(/<a href="([^"]*)"[^>]*>([^<]*)<\/a>/g)].map(([, url, label]) => `${url} ${label}`);

  it('the plain list of all pages names each page by its number and branch, in order', () => {
    const page = site.read('search/index.html');
    const own = linksOf(page).filter((link) => link.startsWith('/c/'));
    const base = conversationUrl(told.id);
    const title = 'Why is the clock slow';
    expect(own.length).toBeGreaterThan(8);
    for (const [i, link] of own.slice(0, -1).entries()) {
      expect(link).toMatch(
        i === 0 ? new RegExp(`^${base} ${title}[^:]*$`) : new RegExp(`^${base}p${i + 1}/ ${title}.*, page ${i + 1}$`),
      );
    }
    expect(own.at(-1)).toMatch(new RegExp(`^${base}b/b-0123abcd/ ${title}.*, branch b-0123abcd$`));
  });

  it('a drawing has its size without a style sheet, as where a page is opened from disk', () => {
    const pages = ['index.html', `${conversationUrl(told.id).slice(1)}index.html`];
    const drawings = pages.flatMap((page) => site.read(page).match(/<svg[^>]*>/g) ?? []);
    expect(drawings.length).toBeGreaterThan(3);
    expect(drawings.filter((drawing) => !/ width="\d+" height="\d+"/.test(drawing))).toEqual([]);
  });

  it('the pager says where numbers are left out', () => {
    const page = site.read(`${conversationUrl(told.id).slice(1)}index.html`);
    const pagers = [...page.matchAll(/<nav class="pager" aria-label="([^"]*)">(.*?)<\/nav>/gs)];
    expect(pagers).toHaveLength(1);
    expect(pagers[0]?.[2]).toMatch(/>5<\/a><\/li>\s*<li><span>…<\/span><\/li>\s*<li><a/);
    expect(pagers[0]?.[2]).toContain('<span aria-current="page">1</span>');
  });

  it('a list does not repeat a title that is the first prompt, however long', () => {
    const page = site.read('index.html');
    expect(page.match(/Why is the clock slow/g)).toHaveLength(1);
  });

  it('a branch is called by its own first prompt, below the conversation that it belongs to', () => {
    const page = site.read(`${conversationUrl(told.id).slice(1)}b/b-0123abcd/index.html`);
    expect(page).toContain('<h1>Leave it.');
    expect(page).toMatch(/<title>Why is the clock slow[^<]*Leave it\.\) · Test sessions<\/title>/);
  });
});
