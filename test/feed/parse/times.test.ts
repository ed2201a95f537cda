/** Single values of foreign feeds: times that mean the same on every machine. */

import { afterEach, expect, it } from 'vitest';
import { timeOf } from '../../../src/feed/parse/times.ts';
import { STRANGE_DATES } from './broken-shapes.ts';

const zone = process.env.TZ;
afterEach(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

it.each([
  ['Thu, 01 Jan 2026 03:00:00 GMT', '2026-01-01T03:00:00.000Z'],
  ['Thu, 01 Jan 2026 03:00:00 -0500', '2026-01-01T08:00:00.000Z'],
  ['Thu, 01 Jan 2026 03:00:00 EST', '2026-01-01T08:00:00.000Z'],
  ['Thu, 01 Jan 2026 03:00:00 GMT (UTC)', '2026-01-01T03:00:00.000Z'],
  ['Thu, 01 Jan 2026 03:00:00', '2026-01-01T03:00:00.000Z'],
  ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05.000Z'],
  ['2026-01-02T03:04:05+01:00', '2026-01-02T02:04:05.000Z'],
  ['2026-01-02T03:04:05.123', '2026-01-02T03:04:05.123Z'],
  ['2026-01-02 03:04', '2026-01-02T03:04:00.000Z'],
  ['2026-01-02', '2026-01-02T00:00:00.000Z'],
  ['January 2, 2026', '2026-01-02T00:00:00.000Z'],
  ['Fri, 2 Jan 2026 3:04 PM', '2026-01-02T15:04:00.000Z'],
])('%s is %s, wherever it is read', (text, iso) => {
  for (const place of ['UTC', 'America/New_York', 'Asia/Kolkata']) {
    process.env.TZ = place;
    expect(new Date(timeOf(text) ?? 0).toISOString(), place).toBe(iso);
  }
});

it.each(STRANGE_DATES)('a publisher’s %s is %s', (text, iso) => {
  const ms = timeOf(text.replace('&#32;', ' '));
  expect(ms === undefined ? '-' : new Date(ms).toISOString()).toBe(iso);
});

it.each(['', 'soon', 'yesterday GMT', '2026-13-45T99:99:99'])('"%s" is no time', (text) => {
  expect(timeOf(text)).toBeUndefined();
});
