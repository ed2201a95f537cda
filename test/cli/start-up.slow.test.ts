/** What a command loads before it can say anything: counted, because each file costs every run of it. */
/** The sources, as they stand; test/whole/bundle.slow.test.ts asks the same of the bundle. */

import { join } from 'node:path';
import { expect, it } from 'vitest';
import { DOES_WITHOUT, roomsOf, watchLoading } from './loaded-files.ts';

const root = join(import.meta.dirname, '..', '..');

it.each(DOES_WITHOUT)('%s loads nothing of %j before it has something to do', (command, others) => {
  const rooms = roomsOf(watchLoading(join(root, 'src/cli/main.ts'), command).loaded);
  expect([...rooms]).toEqual(expect.arrayContaining(['cli', 'base']));
  expect(others.filter((name) => rooms.has(name))).toEqual([]);
});

it('looks for no module of its own, of which each import says where it is', () => {
  const { loaded, lookedFor } = watchLoading(join(root, 'bin/turnpress.js'), 'log');
  expect(loaded).toContainEqual(expect.stringMatching(/\/(?:src\/cli\/main\.ts|dist\/main\.js)$/));
  expect(lookedFor).toContainEqual(expect.stringMatching(/^node:sqlite file:/));
  const ours = lookedFor.filter((line) => !line.includes('/node_modules/'));
  expect(ours.filter((line) => /^\.\.?\/.* file:.*\/(?:src|dist)\//.test(line))).toEqual([]);
});
