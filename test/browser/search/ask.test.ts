/** The search page's index against the texts themselves, over several parts, with the real indexer. */
/** The check reads texts with a pattern of its own and knows neither tokens nor stems: made-up words have no endings. */

import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { openSearchIndex, type SearchIndex } from '../../../src/browser/search/ask.ts';
import { listNear } from '../../../src/browser/search/near-words.ts';
import { parseQuery, type Question } from '../../../src/browser/search/query.ts';
import type { PartList } from '../../../src/model/search/parts.ts';
import { cutPieces } from '../../../src/site/search/cut-pieces.ts';
import { openIndexer } from '../../../src/site/search/pagefind.ts';
import { describePart, putPartList } from '../../../src/site/search/part-list.ts';
import { recordsOf } from '../../../src/site/search/search-records.ts';
import { cleanText } from '../../../src/site/search/search-text.ts';
import type { Output } from '../../../src/site/state/output.ts';

const PARTS = 4;
const PER_PART = 30;
const WORDS = [
  'kumo',
  'tilda',
  'vorpa',
  'zandu',
  'ENT-207',
  'ent',
  '207',
  'fix/ENT-207',
  'src/foo_bar.ts',
  'bar.ts',
  'v1.2.3',
];
const RARE = ['quokka', 'axolotl', 'ENT-2070', '検索の海', 'наука'];

/** Texts by address: day and number. Each is a handful of words, some of them everywhere, some once. */
const texts = new Map<string, string>();
for (let part = 0; part < PARTS; part++) {
  for (let i = 0; i < PER_PART; i++) {
    const seed = part * PER_PART + i;
    const words = Array.from({ length: 6 }, (_, k) => WORDS[(seed * 7 + k * k * 5 + part) % WORDS.length] ?? '');
    const rare = seed % 24 === 0 ? [RARE[seed / 24] ?? ''] : [];
    texts.set(`/c/${part}-${i}/`, [...words, ...rare, `only${seed.toString(36)}q`].join(' '));
  }
}

/** So many words that the index of the first part is cut into several pieces. */
const LONG = Array.from({ length: 24 }, (_, i) =>
  Array.from({ length: 400 }, (_, k) => `long${((i * 400 + k) * 7919).toString(36)}q${'abcdefgh'[k % 8]}`),
);

function longRecord(words: readonly string[], i: number) {
  return recordsOf({
    ...{ url: `/long/${i}/`, day: '2026-01-01', startMs: 0, title: 'T', agent: '', project: '', tags: [] },
    records: [{ models: [], passages: [{ anchor: 't-0123456789abcdef', role: 'prompt', text: words.join(' ') }] }],
  });
}

const files = new Map<string, Uint8Array>();
const asked: string[] = [];
let list: PartList;
let index: SearchIndex;

beforeAll(async () => {
  const indexer = await openIndexer(7);
  const parts: Parameters<typeof putPartList>[1][number][] = [];
  for (let part = 0; part < PARTS; part++) {
    const day = `2026-01-0${part + 1}`;
    const records = [...texts]
      .filter(([url]) => url.startsWith(`/c/${part}-`))
      .flatMap(([url, text]) =>
        recordsOf({
          ...{ url, day, startMs: 0, title: 'T', agent: part < 2 ? 'old' : 'new', project: '', tags: [] },
          records: [
            { models: [], passages: [{ anchor: 't-0123456789abcdef', role: 'prompt', text: cleanText(text) }] },
          ],
        }),
      );
    if (part === 0) records.push(...LONG.flatMap(longRecord));
    const made = cutPieces(await indexer.index(`part ${part}`, records, { timeoutMs: 60_000 }));
    const path = `/pagefind/${part}/`;
    for (const file of made.files) files.set(path + file.path, file.content);
    parts.push({ path, from: day, ...describePart(made) });
  }
  await indexer.stop();
  const output = {
    take: () => undefined,
    declare: () => true,
    put: (path: string, content: string | Uint8Array) => void files.set(`/${path}`, Buffer.from(content)),
  } as unknown as Output;
  putPartList(output, parts, {}, false);
  list = JSON.parse(Buffer.from(files.get('/search/shards.json') ?? []).toString());
  vi.stubGlobal('fetch', async (url: string) => {
    asked.push(url);
    const found = files.get(url);
    return new Response(found === undefined ? null : Buffer.from(found), { status: found === undefined ? 404 : 200 });
  });
  index = openSearchIndex([{ site: '', list }]);
});
afterEach(() => void asked.splice(0));
afterAll(() => void vi.unstubAllGlobals());

const NOTHING_CHOSEN = { chosen: {}, from: '', to: '', order: 'best' as const };

async function search(words: string, more: Partial<Question> = {}): Promise<readonly string[]> {
  const question = { ...NOTHING_CHOSEN, terms: parseQuery(words), ...more };
  const query = await index.ask(question);
  const urls: string[] = [];
  for (let lookedTo = ' '; lookedTo !== ''; ) {
    const next = await query.next();
    for (const { part, record } of next.hits) urls.push((await part.read(record)).url.replace(/\?.*/, ''));
    lookedTo = next.lookedTo;
  }
  return urls;
}

/** Texts that have every word, each between signs, spaces or borders. */
function expected(words: string): readonly string[] {
  const sure = words.split(' ').map((word) => {
    const parts = word.split(/[^\p{L}\p{N}]+/u).map((piece) => piece.replace(/[\u3040-\u9fff](?=.)/gu, '$& *'));
    const [first, last] = [word.at(0) ?? '', word.at(-1) ?? ''];
    const open = /[\u3040-\u9fff]/.test(first) ? '' : '(?<![\\p{L}\\p{N}])';
    const close = /[\u3040-\u9fff]/.test(last) ? '' : '(?![\\p{L}\\p{N}])';
    return new RegExp(open + parts.join('[^\\p{L}\\p{N}]+') + close, 'iu');
  });
  return [...texts].filter(([, text]) => sure.every((pattern) => pattern.test(text))).map(([url]) => url);
}

it('finds what the texts have, all of it and nothing else', async () => {
  const queries = [
    ...WORDS,
    ...RARE,
    '検索',
    'の海',
    'foo_bar',
    'foo',
    'kumo tilda',
    'kumo quokka',
    'ENT-207 v1.2.3 zandu',
  ];
  for (const query of [...queries, 'fix/ent', 'src/foo_bar.ts kumo', 'only0q', 'only0q only1q', 'nowhere']) {
    const found = await search(query);
    expect([query, [...found].sort()]).toEqual([query, [...expected(query)].sort()]);
    expect(new Set(found).size, query).toBe(found.length);
  }
});

it('finds every word of an index in several pieces, the first and the last of each too', async () => {
  expect([...files.keys()].filter((path) => path.startsWith('/pagefind/0/index/')).length).toBeGreaterThan(1);
  for (const [i, words] of LONG.entries())
    for (const word of words) {
      const query = await index.ask({ ...NOTHING_CHOSEN, terms: parseQuery(word) });
      const { hits } = await query.next();
      expect([word, hits.length]).toEqual([word, 1]);
      if (word === words[0]) expect((await hits[0]?.part.read(hits[0].record))?.url).toMatch(`/long/${i}/`);
    }
});

/** Numbers of the parts whose words were asked for, and how many pieces of their indexes. */
function askedOf(): { readonly parts: readonly string[]; readonly pieces: number } {
  const parts = asked.filter((url) => /\/(?:index|fragment)\//.test(url)).map((url) => url.split('/')[2] ?? '');
  return { parts: [...new Set(parts)].sort(), pieces: asked.filter((url) => url.includes('/index/')).length };
}

it('asks parts that have a word, and of the others the newest alone, which has no filter', async () => {
  expect(list.parts.map(({ slice }) => slice > 0)).toEqual([true, true, true, false]);
  index = openSearchIndex([{ site: '', list }]);
  expect(await search('only0q')).toHaveLength(1);
  expect(askedOf().parts).toEqual(['0', '3']);
  asked.splice(0);
  index = openSearchIndex([{ site: '', list }]);
  expect(await search('nowhere kumo')).toEqual([]);
  expect(askedOf().parts).toEqual(['3']);
});

it('reads the few records that are left in the place of more pieces', async () => {
  const [first = '', ...others] = LONG.map((words) => words[7] ?? '');
  const same = LONG[0] ?? [];
  index = openSearchIndex([{ site: '', list }]);
  expect(await search(same.slice(0, 12).join(' '))).toEqual(['/long/0/']);
  expect(askedOf().pieces).toBeLessThanOrEqual(2);
  asked.splice(0);
  expect(await search(`"${same.slice(30, 50).join(' ')}"`)).toEqual(['/long/0/']);
  expect(await search(`"${same[31]} ${same[30]}"`)).toEqual([]);
  expect(await search(`${first} ${others[0]}`)).toEqual([]);
});

it('asks all parts when what tells them apart cannot be had, or is of another build', async () => {
  for (const changed of [
    { ...list, key: '0123456789abcdef' },
    { ...list, files: list.files * 2 },
  ]) {
    index = openSearchIndex([{ site: '', list: changed }]);
    expect(await search('quokka')).toEqual(expected('quokka'));
  }
  index = openSearchIndex([{ site: '', list }]);
});

it('filters, orders by day and keeps to days', async () => {
  const byDay = async (order: 'newest' | 'oldest') => (await search('kumo', { order })).map((url) => url.slice(3, 4));
  const upwards = await byDay('oldest');
  expect(upwards).toEqual(upwards.toSorted());
  expect(await byDay('newest')).toEqual(upwards.toReversed());
  expect([...(await search('kumo', { chosen: { agent: 'old' } }))].sort()).toEqual(
    expected('kumo')
      .filter((url) => /^\/c\/[01]-/.test(url))
      .toSorted(),
  );
  expect(
    [...(await search('', { from: '2026-01-02', to: '2026-01-03' }))].every((url) => /^\/c\/[12]-/.test(url)),
  ).toBe(true);
  expect(await search('', { from: '2026-01-02', to: '2026-01-02' })).toHaveLength(PER_PART);
});

it('says which word nothing has, and which are spelt like it', async () => {
  const terms = parseQuery('quokak');
  const query = await index.ask({ ...NOTHING_CHOSEN, terms });
  expect((await query.next()).missing).toEqual(terms);
  expect(terms[0] && (await listNear(index, terms[0]))).toEqual(['quokka']);
  expect(await listNear(index, { said: 'zzzzzzzzz', phrase: false, tokens: ['zzzzzzzzz'], humps: [] })).toEqual([]);
});
