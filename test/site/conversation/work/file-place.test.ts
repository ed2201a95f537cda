/** Where a changed file is in its project. */
/** Names come from outside: they may hold anything. */

import { describe, expect, it } from 'vitest';
import { placeOfFile } from '../../../../src/site/conversation/work/file-place.ts';

describe('the place of a file', () => {
  it.each([
    ['~/dev/a/src/x.ts', { cwd: '~/dev/a' }, 'src', 'x.ts'],
    ['~/dev/a/x.ts', { cwd: '~/dev/a/' }, '', 'x.ts'],
    ['~/dev/ab/x.ts', { cwd: '~/dev/a' }, '~/dev/ab', 'x.ts'],
    ['~/dev/a/sub/x.ts', { cwd: '~/dev/a', folders: ['~/dev/a', '~/dev/a/sub'] }, '', 'x.ts'],
    ['./src/x.ts', {}, 'src', 'x.ts'],
    ['C:\\work\\a\\src\\x.ts', { cwd: 'C:\\work\\a' }, 'src', 'x.ts'],
    ['/x', { cwd: '/' }, '', 'x'],
    ['src/', {}, 'src', '(unnamed)'],
    ['a\u001b[31m/b\nc.ts', {}, 'a', 'b c.ts'],
    ['__init__/*x*_y_.py', {}, '__init__', '*x*_y_.py'],
  ])('%j', (path, meta, folder, file) => expect(placeOfFile(path, meta)).toEqual({ folder, file }));
});
