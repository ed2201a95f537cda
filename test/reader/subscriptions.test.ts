/** The list of subscriptions as a plain OPML file: read, added to, written again without a loss. */
/** Lists of other readers come with folders, attributes and faults of their own. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  addSubscription,
  mergeSubscriptions,
  moveSubscription,
  readSubscriptions,
  removeSubscription,
  SubscriptionsError,
} from '../../src/reader/reader.ts';
import { checkOpml } from '../feed/check-opml.ts';

const folder = mkdtempSync(join(tmpdir(), 'turnpress-opml-'));
afterAll(() => rmSync(folder, { recursive: true }));

const ONE = { url: 'https://one.example.org/feed', title: 'One & only', folder: '' };
const TWO = {
  url: 'https://two.example.org/feed',
  title: 'Two',
  folder: 'News / Local',
  home: 'https://two.example.org/',
};

/** As another reader exports it: no titles, own attributes, a folder in a folder, a link that is no feed. */
const THEIRS = `<?xml version="1.0" encoding="UTF-8"?>
<opml version="1.0"><head><title>My feeds</title><ownerName>Ada</ownerName></head><body>
<outline text="Tech" custom="kept"><outline text="Deep"><outline type="rss" text="A" xmlUrl="https://a.example.org/rss" htmlUrl="https://a.example.org/" category="/x" isComment="false"/></outline></outline>
<outline type="rss" text="A again" xmlUrl="https://a.example.org/rss"/>
<outline type="link" text="A page" url="https://b.example.org/"/>
<outline type="rss" text="No address"/>
<outline type="rss" text="Script" xmlUrl="javascript:alert(1)"/>
</body></opml>`;

function fileOf(name: string, text?: string): string {
  const file = join(folder, name);
  if (text !== undefined) writeFileSync(file, text);
  return file;
}

describe('the list of subscriptions', () => {
  it('keeps attributes of other readers, with the prefixes that the list declares, also when a list is merged', () => {
    const file = fileOf(
      'prefixed.opml',
      '<opml version="2.0" xmlns:x="urn:x"><head/><body><outline text="F" x:open="1" y:open="1"><outline type="rss" text="A" xmlUrl="https://a.example.org/rss" x:rate="5" own="&lt;é&#10;"/></outline></body></opml>',
    );
    expect(addSubscription(file, ONE)).toBe(true);
    const text = readFileSync(file, 'utf8');
    expect(text).toContain('<opml version="2.0" xmlns:x="urn:x">');
    expect(text).toContain('<outline x:open="1" text="F">');
    expect(text).toContain('<outline x:rate="5" own="&lt;é&#10;" text="A"');
    const taken = '<opml version="2.0" xmlns:x="urn:other"><head/><body><outline text="F" own="ours"/></body></opml>';
    const merged = fileOf('merged.opml', taken);
    expect(mergeSubscriptions(merged, file, text)).toEqual({ added: 2, feeds: ['https://a.example.org/rss', ONE.url] });
    const both = readFileSync(merged, 'utf8');
    expect(both).toContain('<opml version="2.0" xmlns:x="urn:other" xmlns:x-2="urn:x">');
    expect(both).toContain(
      '<outline x-2:open="1" own="ours" text="F">\n<outline x-2:rate="5" own="&lt;é&#10;" text="A"',
    );
    expect(checkOpml(both)).toEqual([]);
    expect(mergeSubscriptions(merged, file, text).added).toBe(0);
    expect(readFileSync(merged, 'utf8')).toBe(both);
  });

  it('takes the folders of new feeds from a merged list, its head where there was no list, and believes it no archive', () => {
    const list = THEIRS.replace('</head>', '<dateModified>then</dateModified><a:b>x</a:b></head>')
      .replace('text="A again"', 'text="A again" private="true"')
      .replace('custom="kept"', 'custom="kept" private="false"')
      .replace(
        '</body>',
        '<outline type="rss" text="B" xmlUrl="https://b.example.org/rss" description="Of B" archive="https://b.example.org/archive/"/></body>',
      );
    const file = fileOf('first.opml');
    expect(mergeSubscriptions(file, 'theirs', list).added).toBe(2);
    expect(readSubscriptions(file)).toMatchObject([
      { folder: 'Tech / Deep', private: true },
      { title: 'B', folder: '' },
    ]);
    const first = readFileSync(file, 'utf8');
    for (const kept of ['<title>My feeds</title>', '<ownerName>Ada</ownerName>', 'custom="kept"', 'description="Of B"'])
      expect(first).toContain(kept);
    for (const gone of ['then', 'a:b', 'archive=', 'A page', 'No address']) expect(first).not.toContain(gone);
    expect(checkOpml(first)).toEqual([]);
    const ours = fileOf('ours.opml');
    addSubscription(ours, { ...ONE, folder: 'Tech' });
    mergeSubscriptions(ours, 'theirs', list);
    expect(readSubscriptions(ours)[0]).toEqual({ ...ONE, folder: 'Tech' });
    expect(readFileSync(ours, 'utf8')).not.toContain('Ada');
  });

  it('declares no prefix that would make it unreadable', () => {
    const hostile =
      '<opml version="2.0" xmlns:xml="urn:x" xmlns:e="" xmlns:w="http://www.w3.org/XML/1998/namespace" xmlns:__proto__="urn:p"><head/><body><outline type="rss" text="A" xmlUrl="https://a.example.org/rss" xml:lang="en" e:a="1" w:lang="de" __proto__:a="1" q:a="1"/></body></opml>';
    const file = fileOf('hostile.opml');
    expect(mergeSubscriptions(file, 'theirs', hostile).added).toBe(1);
    const written = readFileSync(file, 'utf8');
    expect(checkOpml(written)).toEqual([]);
    expect(written).toContain('xml:lang="en"');
    expect(written).not.toMatch(/xmlns:(?:xml|e|w)=|e:a=|w:lang|q:a/);
  });

  it('begins without a file, takes each feed once, keeps folders, and is valid OPML', () => {
    const file = fileOf('new.opml');
    expect(readSubscriptions(file)).toEqual([]);
    expect(addSubscription(file, ONE)).toBe(true);
    expect(addSubscription(file, TWO)).toBe(true);
    expect(addSubscription(file, { ...TWO, url: 'https://three.example.org/feed', title: 'Three' })).toBe(true);
    expect(addSubscription(file, { ...ONE, title: 'Again' })).toBe(false);
    expect(readSubscriptions(file)).toEqual([
      ONE,
      TWO,
      { ...TWO, url: 'https://three.example.org/feed', title: 'Three' },
    ]);
    expect(checkOpml(readFileSync(file, 'utf8'))).toEqual([]);
    expect(removeSubscription(file, TWO.url)).toBe(true);
    expect(removeSubscription(file, TWO.url)).toBe(false);
    expect(readSubscriptions(file)).toHaveLength(2);
  });

  it('of another reader is taken as it is, and loses nothing when it is written again', () => {
    const file = fileOf('theirs.opml', THEIRS);
    expect(readSubscriptions(file)).toEqual([
      {
        url: 'https://a.example.org/rss',
        title: 'A',
        more: { category: '/x', isComment: 'false' },
        folder: 'Tech / Deep',
        home: 'https://a.example.org/',
      },
    ]);
    addSubscription(file, ONE);
    const written = readFileSync(file, 'utf8');
    for (const kept of [
      'custom="kept"',
      'category="/x"',
      'isComment="false"',
      'url="https://b.example.org/"',
      'No address',
      'My feeds',
      '<ownerName>Ada</ownerName>',
    ])
      expect(written).toContain(kept);
    expect(checkOpml(written)).toEqual([]);
  });

  it('gets the new address of a feed that moved, wherever it stands', () => {
    const file = fileOf('moved.opml', THEIRS);
    expect(moveSubscription(file, 'https://a.example.org/rss', 'https://new.example.org/rss')).toBe(true);
    expect(readSubscriptions(file)).toMatchObject([{ url: 'https://new.example.org/rss', folder: 'Tech / Deep' }]);
    expect(moveSubscription(file, 'https://a.example.org/rss', 'https://new.example.org/rss')).toBe(false);
  });

  it.each([
    ['cut off', THEIRS.slice(0, 400)],
    ['no OPML', '<html><body>hello</body></html>'],
    ['empty', ''],
    [
      'too deep',
      `<opml version="2.0"><head/><body>${'<outline text="x">'.repeat(60)}${'</outline>'.repeat(60)}</body></opml>`,
    ],
  ])('that cannot be read is neither believed nor overwritten: %s', (name, text) => {
    const file = fileOf(`${name}.opml`, text);
    expect(() => readSubscriptions(file)).toThrow(SubscriptionsError);
    expect(() => addSubscription(file, ONE)).toThrow(SubscriptionsError);
    expect(readFileSync(file, 'utf8')).toBe(text);
  });
});
