/** Sums and changed files: equal to what the pages say, whatever came, grew or went before. */
/** Every step is held against a count that is made anew from the pages that are left. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ConversationId, TurnHash } from '../../../../src/model/ids.ts';
import { openState, type SiteState } from '../../../../src/site/state/state.ts';
import { touches } from '../../../../src/site/state/touched.ts';
import type { Edit } from '../../../../src/site/state/work/edits.ts';
import type { Tally } from '../../../../src/site/state/work/tallies.ts';

let folder: string;
let state: SiteState;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'turnpress-work-'));
  state = openState(join(folder, 'cache'), join(folder, 'site'));
});
afterEach(() => {
  state.close();
  rmSync(folder, { recursive: true });
});

const tally = (kind: Tally['kind'], name: string, day: string, n: number): Tally => ({ kind, name, day, n });
const ONE = 'one' as ConversationId;
const TWO = 'two' as ConversationId;

it('a page that changes takes its old numbers out of the sums, and one that goes takes all', () => {
  const { tallies } = state;
  tallies.save('one', '/c/1/', '/projects/a/', [
    tally('tool', 'Bash', '2026-01-02', 3),
    tally('turn', '', '2026-01-02', 9),
  ]);
  tallies.save('one', '/c/1/p2/', '/projects/a/', [tally('tool', 'Bash', '2026-01-03', 1)]);
  tallies.save('two', '/c/2/', '', [tally('tool', 'Read', '2026-01-03', 5)]);
  expect(tallies.listNames('/', 'tool')).toEqual([
    { name: 'Read', n: 5 },
    { name: 'Bash', n: 4 },
  ]);
  expect(tallies.listNames('/projects/a/', 'tool')).toEqual([{ name: 'Bash', n: 4 }]);
  expect(tallies.listDays('/', 'tool')).toEqual([
    { day: '2026-01-02', n: 3 },
    { day: '2026-01-03', n: 6 },
  ]);
  expect(tallies.listDays('/', 'tool', '2026-01-03')).toEqual([{ day: '2026-01-03', n: 6 }]);

  // it grew, and its project has another name
  tallies.save('one', '/c/1/p2/', '/projects/b/', [tally('tool', 'Bash', '2026-01-03', 2)]);
  expect(tallies.sum('/projects/a/', 'tool')).toBe(3);
  expect(tallies.sum('/projects/b/', 'tool')).toBe(2);
  tallies.keep('one', ['/c/1/']);
  expect(tallies.sum('/', 'tool')).toBe(8);
  tallies.keep('one', []);
  tallies.keep('two', []);
  expect(tallies.listDays('/', 'tool')).toEqual([]);
  expect(tallies.listNames('/projects/a/', 'turn')).toEqual([]);
});

function edit(file: string, more: Partial<Edit> = {}): Edit {
  return {
    ...{ project: 'clock', folder: 'src', file, title: 'The clock', prompt: '0123', why: 'why' },
    ...{ timeMs: 1000, count: 1, turns: ['00' as TurnHash], ...more },
  };
}

it('a folder is touched when what is said of one of its files changes, and only then', () => {
  const { edits, touched } = state;
  const listed = () => touched.listTouched(touches.files).map((each) => each.slice(touches.files.length));
  edits.save(ONE, '/c/1/', [edit('b.ts'), edit('a.ts'), edit('c.ts', { folder: '' })]);
  expect(listed()).toEqual(['["clock",""]', '["clock","src"]']);
  touched.clear();
  edits.save(ONE, '/c/1/', [edit('a.ts'), edit('b.ts'), edit('c.ts', { folder: '' })]);
  expect(listed()).toEqual([]);
  edits.save(ONE, '/c/1/', [edit('a.ts', { title: 'Another name' }), edit('b.ts'), edit('c.ts', { folder: '' })]);
  expect(listed()).toEqual(['["clock",""]', '["clock","src"]']);
  touched.clear();
  edits.keep(ONE, []);
  expect(listed()).toEqual(['["clock",""]', '["clock","src"]']);
  expect(edits.countFiles()).toBe(0);
});

it('a file knows who changed it, newest first, and its place among the files of its folder', () => {
  const { edits } = state;
  edits.save(ONE, '/c/1/', [edit('b.ts', { timeMs: 5 }), edit('a.ts')]);
  edits.save(TWO, '/c/2/', [edit('b.ts', { timeMs: 9, prompt: '0456' }), edit('x.ts', { project: '' })]);
  const place = { project: 'clock', folder: 'src', file: 'b.ts' };
  expect(edits.listEdits(place, 0, 10).map(({ conversation }) => conversation)).toEqual([TWO, ONE]);
  expect(edits.listEdits(place, 1, 10).map(({ conversation }) => conversation)).toEqual([ONE]);
  expect(edits.rankOf(place)).toBe(1);
  expect(edits.listBusiest('clock', 1)).toEqual([
    { project: 'clock', folder: 'src', file: 'b.ts', edits: 2, conversations: 2, lastMs: 9 },
  ]);
  expect(edits.listBusiest(undefined, 9).map(({ project, file }) => [project, file])).toEqual([
    ['clock', 'b.ts'],
    ['', 'x.ts'],
    ['clock', 'a.ts'],
  ]);
  expect(edits.listProjects().map(({ project, files }) => [project, files])).toEqual([
    ['', 1],
    ['clock', 2],
  ]);
  expect(edits.listFolders('clock', 0, 9)).toEqual([{ folder: 'src', files: 2, conversations: 2, lastMs: 1000 }]);
});
