/** The words of pages as the index takes them: in the order of time, without what is gone. */
/** Pieces that are read at once are larger than what is walked here, and smaller. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openState, type SiteState } from '../../../src/site/state/state.ts';
import type { SearchUnit } from '../../../src/site/state/units.ts';

let folder: string;
let state: SiteState;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'turnpress-units-'));
  state = openState(join(folder, 'cache'), join(folder, 'site'));
});
afterEach(() => {
  state.close();
  rmSync(folder, { recursive: true });
});

function unit(url: string, day: string, more: Partial<SearchUnit> = {}): SearchUnit {
  const records = [{ models: ['m'], passages: [{ anchor: 't-1', role: 'prompt', text: `words of ${url}` }] }];
  const startMs = Date.parse(day);
  return { url, day, startMs, title: 'T', agent: 'codex', project: '', tags: ['open'], records, ...more };
}

it('are walked by time, whatever the order in which they came, and from where the last walk ended', () => {
  for (let i = 1500; i > 0; i--) {
    const url = `/c/${i}/`;
    state.units.save(`c${i}`, url, [unit(url, '2026-01-01', { startMs: i })]);
  }
  const first = [...state.units.walkMarks(undefined, 1200)];
  expect(first.map((mark) => mark.startMs)).toEqual(Array.from({ length: 1199 }, (_, i) => i + 1));
  const rest = [...state.units.walkMarks(first.at(-1), Number.POSITIVE_INFINITY)];
  expect(rest.map((mark) => mark.startMs)).toEqual(Array.from({ length: 301 }, (_, i) => i + 1200));
  const [from, to] = [first[99], first[199]];
  if (from === undefined || to === undefined) throw new Error('no such marks');
  expect([...state.units.walkUnits(from, to)].map((one) => one.url)).toEqual(
    first.slice(99, 200).map((mark) => mark.url),
  );
});

it('keep a past day as it was when the page says more', () => {
  const past = unit('/c/1/', '2026-01-01');
  state.units.save('c1', '/c/1/', [past]);
  const [before] = state.units.walkMarks(undefined, Number.POSITIVE_INFINITY);
  state.units.save('c1', '/c/1/', [past, unit('/c/1/', '2026-01-02')]);
  const [after, more] = state.units.walkMarks(undefined, Number.POSITIVE_INFINITY);
  expect(after).toEqual(before);
  expect(more?.day).toBe('2026-01-02');
});

it('are gone with their page, and so is what could be chosen because of them', () => {
  state.units.save('c1', '/c/1/', [unit('/c/1/', '2026-01-01')]);
  state.units.save('c1', '/c/1/p2/', [unit('/c/1/p2/', '2026-01-02', { agent: 'claude', tags: [] })]);
  expect(state.units.listFacets()).toEqual({
    agent: ['claude', 'codex'],
    project: [],
    model: ['m'],
    role: ['prompt'],
    tag: ['open'],
    date: ['2026-01-01', '2026-01-02'],
  });
  state.units.keep('c1', ['/c/1/p2/']);
  expect([...state.units.walkMarks(undefined, Number.POSITIVE_INFINITY)].map((mark) => mark.url)).toEqual(['/c/1/p2/']);
  expect(state.units.listFacets()).toMatchObject({ agent: ['claude'], tag: [], date: ['2026-01-02'] });
});
