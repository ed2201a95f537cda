/** What the site search is told of a page. */
/** Turns are made by hand; only what the collector reads of them is there. */

import { expect, it } from 'vitest';
import { turnHash } from '../../../src/model/ids.ts';
import { ITEM_TYPE, type Item } from '../../../src/model/item.ts';
import { cleanText, createSearchCollector } from '../../../src/site/search/search-text.ts';
import type { SearchPassage, SearchRecord } from '../../../src/site/state/units.ts';
import type { TurnView } from '../../../src/site/view/turn-view.ts';
import { answer, call, prompt } from '../site-fixture.ts';

function view(item: Item | undefined, time: string, number: number): TurnView {
  const hash = turnHash(number.toString(16).padStart(64, '0'));
  const turn = {
    hash,
    timeMs: Date.parse(time),
    typeId: ITEM_TYPE,
    rawLength: 1,
  } as TurnView['turn'];
  return { turn, prompt: false, ...(item === undefined ? {} : { item }) };
}

function collect(...views: readonly TurnView[]) {
  const collector = createSearchCollector({ toolOutput: false });
  for (const one of views) collector.add(one);
  return collector.finish();
}

const rolesOf = ({ passages }: SearchRecord): readonly string[] => passages.map(({ role }) => role);
const toolsOf = (records: readonly SearchRecord[]): readonly SearchPassage[] =>
  records.flatMap(({ passages }) => passages.filter(({ role }) => role === 'tool'));

it('keeps a question and its answers together, and every turn of a long one', () => {
  const views = Array.from({ length: 40 }, (_, i) =>
    view(i % 20 === 0 ? prompt(`ask ${i}`) : answer(`word${i} `.repeat(150)), '2026-01-02T10:00:00Z', i + 1),
  ).map((one, i) => ({ ...one, prompt: i % 20 === 0 }));
  const [day] = collect(...views);
  const records = day?.records ?? [];
  expect(records.length).toBe(4);
  expect(records.map((record) => rolesOf(record)[0])).toEqual(['prompt', 'answer', 'prompt', 'answer']);
  expect(records.flatMap(({ passages }) => passages).length).toBe(40);
});

it('keeps days apart, so that a past day never changes', () => {
  const first = view(prompt('on the first day'), '2026-01-02T23:59:00Z', 1);
  const next = view(answer('on the next', call('a', 'ls -la')), '2026-01-03T00:01:00Z', 2);
  const before = collect(first);
  const days = collect(first, next);
  expect(days.map((day) => [day.day, day.startMs, day.records.flatMap(rolesOf)])).toEqual([
    ['2026-01-02', first.turn.timeMs, ['prompt']],
    ['2026-01-03', next.turn.timeMs, ['answer', 'tool']],
  ]);
  expect(days[0]).toEqual(before[0]);
});

it('says nothing of turns that were taken back', () => {
  expect(collect(view(undefined, '2026-01-02T00:00:00Z', 1))).toEqual([]);
});

it('takes as many characters of a turn as docs/site.md says', () => {
  const [day] = collect(view(prompt(`${'word '.repeat(3000)}end`), '2026-01-02T00:00:00Z', 1));
  const text = day?.records[0]?.passages[0]?.text ?? '';
  expect(text.length).toBeGreaterThan(8180);
  expect(text.length).toBeLessThanOrEqual(8192);
  const calls = Array.from({ length: 100 }, (_, i) => call(`c${i}`, 'x'.repeat(1000)));
  const [many] = collect(view(answer('', ...calls), '2026-01-02T00:00:00Z', 1));
  expect(toolsOf(many?.records ?? [])[0]?.text.length).toBeLessThanOrEqual(8192);
});

it('leaves one space of every run of spaces, line ends and controls', () => {
  expect(cleanText('one two  three\n\tfour \u0007 five\u00a0six\u200b\u2028 seven ')).toBe(
    'one two three four five six seven',
  );
  expect(cleanText(' \n ')).toBe('');
});
