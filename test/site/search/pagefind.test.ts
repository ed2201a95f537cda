/** The indexer's child process: same bytes each time, ended when it hangs, and turns found where they stand. */
/** Starts the real Pagefind. */

import { gunzipSync } from 'node:zlib';
import { afterAll, expect, it } from 'vitest';
import { type Cbor, decodeCbor } from '../../../src/model/search/cbor.ts';
import { listTokens } from '../../../src/model/search/tokens.ts';
import { mayHold, SLICES, sliceOf } from '../../../src/model/search/word-filter.ts';
import { SearchIndexError } from '../../../src/site/errors.ts';
import { cutPieces } from '../../../src/site/search/cut-pieces.ts';
import { type IndexFile, type IndexRecord, openIndexer } from '../../../src/site/search/pagefind.ts';
import { describePart } from '../../../src/site/search/part-list.ts';
import { recordsOf } from '../../../src/site/search/search-records.ts';
import { cleanText } from '../../../src/site/search/search-text.ts';

const indexer = await openIndexer(0);
const options = { timeoutMs: 60_000 };

afterAll(() => indexer.stop());

function record(url: string, content: string): IndexRecord {
  return { url, content, meta: { title: 'T' }, filters: { role: ['prompt'] }, sort: { date: '2026-01-02' } };
}

it('gives the same bytes for the same records', async () => {
  const records = Array.from({ length: 30 }, (_, i) => ({
    ...record(`/c/${i}/`, `some words ${i * 7919}`),
    filters: { role: ['prompt', 'answer'], date: [`2026-01-${i}`], model: [`m${i % 3}`, 'n'] },
  }));
  const first = await indexer.index('one', records, options);
  expect(first.length).toBeGreaterThan(30);
  const other = await openIndexer(1);
  expect(await other.index('two', records, options)).toEqual(first);
  await other.stop();
});

it('is ended with an error when it does not answer in time, and a new one works', async () => {
  const records = [record('/x/', 'word')];
  await expect(indexer.index('slow', records, { timeoutMs: 0 })).rejects.toThrow(SearchIndexError);
  expect((await indexer.index('next', records, options)).length).toBeGreaterThan(2);
});

it('remembers where each turn begins, and no word of its own', async () => {
  const passages = [
    { anchor: 't-0123456789abcdef', role: 'prompt', text: cleanText('The clock is <b>slow</b>.') },
    { anchor: 't-fedcba9876543210', role: 'tool', text: cleanText('It lost ___PAGEFIND_ANCHOR___h2:0:t-1 an hour.') },
  ];
  const unit = { url: '/c/1/', day: '2026-01-02', startMs: 0, title: 'Clock', agent: 'codex', project: '', tags: [] };
  const records = recordsOf({ ...unit, records: [{ models: [], passages }] });
  const files = await indexer.index('turns', records, options);
  const fragment = files.find((file) => file.path.startsWith('fragment/'));
  const page: unknown = JSON.parse(
    gunzipSync(fragment?.content ?? new Uint8Array())
      .toString()
      .slice('pagefind_dcd'.length),
  );
  expect(page).toMatchObject({
    url: '/c/1/?day=2026-01-02&n=0',
    content: `${passages[0]?.text} ${passages[1]?.text}`,
    meta: { title: 'Clock', date: '2026-01-02' },
    filters: { agent: ['codex'], date: ['2026-01-02'], role: ['prompt', 'tool'] },
    anchors: [
      { element: 'prompt', id: 't-0123456789abcdef', location: 0 },
      { element: 'tool', id: 't-fedcba9876543210', location: 6 },
    ],
  });
});

it('names words as the search page does', async () => {
  const words =
    'running errors added vying evening biologist pasting skies happily organized naïve café Straße мой ガム foo_bar.ts x²';
  const [one] = recordsOf({
    ...{ url: '/c/1/', day: '', startMs: 0, title: '', agent: '', project: '', tags: [] },
    records: [{ models: [], passages: [{ anchor: 't-1', role: 'prompt', text: cleanText(words) }] }],
  });
  const files = await indexer.index('words', one === undefined ? [] : [one], options);
  const { words: filter } = describePart(cutPieces(files));
  const size = filter.length / SLICES;
  for (const token of listTokens(words))
    expect(mayHold(filter.subarray(sliceOf(token) * size, (sliceOf(token) + 1) * size), token), token).toBe(true);
});

it('has its pieces cut smaller, each entry as it was', async () => {
  const records = Array.from({ length: 12 }, (_, i) =>
    record(`/c/${i}/`, Array.from({ length: 300 }, (_, k) => `w${(i * 300 + k) * 7919} all`).join(' ')),
  );
  const files = await indexer.index('pieces', records, options);
  const cut = cutPieces(files);
  const inside = (file: IndexFile | undefined): Uint8Array =>
    gunzipSync(file?.content ?? new Uint8Array()).subarray(12);
  const piecesOf = (all: readonly IndexFile[]): readonly (readonly Cbor[])[] => {
    const meta = decodeCbor(inside(all.find(({ path }) => path.endsWith('.pf_meta'))));
    const ranges = Array.isArray(meta) && Array.isArray(meta[2]) ? meta[2] : [];
    const piece = (hash: Cbor | undefined): Cbor =>
      decodeCbor(inside(all.find(({ path }) => path === `index/${String(hash)}.pf_index`)));
    return ranges.map((range) => {
      const [entries] = [piece(Array.isArray(range) ? range[2] : undefined)].flat(1);
      return Array.isArray(entries) ? entries : [];
    });
  };
  const pieces = piecesOf(cut.files);
  expect(pieces.length).toBeGreaterThan(piecesOf(files).length);
  expect(pieces.flat()).toEqual(piecesOf(files).flat());
  expect(pieces.flat().map((entry) => Array.isArray(entry) && entry[0])).toEqual(cut.words);
  expect(cutPieces(files)).toEqual(cut);
  const entry = cut.files.find(({ path }) => path.endsWith('.json'));
  expect(cut.meta).toContain(JSON.parse(Buffer.from(entry?.content ?? []).toString()).languages.en.hash);
});

it('is never given its own orders in what was said', () => {
  expect(cleanText('a ___PAGEFIND_WEIGHT___9 b ___END_PAGEFIND_WEIGHT___ c ___pagefind_anchor___')).not.toMatch(
    /pagefind_/i,
  );
  expect(cleanText('lone \ud800 surrogate\u0000\u001b[31m').isWellFormed()).toBe(true);
});
