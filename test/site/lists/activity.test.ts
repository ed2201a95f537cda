/** The year as a strip: weeks from Monday to Sunday, the newest last, whatever the clock says. */
/** Squares are counted in the drawing itself. */

import { expect, it } from 'vitest';
import { barsOf, mondayOf, renderStrip, startOfYear } from '../../../src/site/lists/activity.ts';

it('ends with the week of the last day and begins on a Monday', () => {
  for (const last of ['2026-06-26', '2026-06-29', '2024-02-29', '2026-01-01']) {
    const first = startOfYear(last);
    expect(new Date(first).getUTCDay()).toBe(1);
    expect(Math.round((mondayOf(last) - Date.parse(first)) / 86_400_000)).toBe(52 * 7);
  }
});

it('has a square for each day until the last, darker where more was done, and says all of it in words and in a table', () => {
  const days = [
    { day: '2026-06-22', n: 1 },
    { day: '2026-06-23', n: 2 },
    { day: '2026-06-25', n: 40 },
    { day: '2026-06-26', n: 1000 },
  ];
  const strip = renderStrip(days, '2026-06-26', 'turn');
  const squares = [...strip.matchAll(/class="tone-(\d)" d="([^"]*)"/g)].map(([, tone, path = '']) => [
    tone,
    path.split('M').length - 1,
  ]);
  expect(squares).toEqual([
    ['0', 52 * 7 + 5 - 4],
    ['1', 1],
    ['2', 1],
    ['3', 1],
    ['4', 1],
  ]);
  expect(strip).toContain('1,043 turns on 4 days in the year to 26 Jun 2026');
  expect(strip).toContain('<tr><th scope="row">2026-06</th><td>1,043</td><td>4</td></tr>');
});

it('names a month that begins at the end inside of the drawing', () => {
  for (const last of ['2026-02-03', '2026-02-10', '2026-02-20', '2026-06-26']) {
    const strip = renderStrip([{ day: last, n: 1 }], last, 'turn');
    const width = Number(/viewBox="0 0 (\d+) /.exec(strip)?.[1]);
    const names = [...strip.matchAll(/<text x="(\d+)" y="10"( text-anchor="end")?>(\w+)</g)];
    expect(names.length, last).toBeGreaterThan(10);
    for (const [, x, end] of names) expect(Number(x) + (end === undefined ? 28 : 0), last).toBeLessThanOrEqual(width);
  }
  expect(renderStrip([], '2026-02-03', 'turn')).toMatch(/text-anchor="end">Feb</);
});

it('bars are weeks: what was done on Monday and on Sunday of one stands in one bar', () => {
  const week = [
    { day: '2026-06-15', n: 3 },
    { day: '2026-06-21', n: 3 },
  ];
  expect(barsOf(week, '2026-06-26', 4)).toBe(barsOf([{ day: '2026-06-18', n: 6 }], '2026-06-26', 4));
  expect(barsOf(week, '2026-06-26', 4).match(/M/g)).toHaveLength(1);
  expect(barsOf([{ day: '2020-01-01', n: 3 }], '2026-06-26', 4)).toBe('');
});
