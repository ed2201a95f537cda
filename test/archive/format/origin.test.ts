/** Names of archives: what no verifier key can hold is refused wherever a name comes in. */
/** Reading archive.json is covered by the golden vectors. */

import { describe, expect, it } from 'vitest';
import { createArchive } from '../../../src/archive/archive.ts';
import {
  findArchiveOrigin,
  generateCheckpoint,
  isLogOrigin,
  isOrigin,
  parseCheckpoint,
  RecordError,
} from '../../../src/archive/format/format.ts';
import { createMemoryDisk } from '../../../src/base/memory-disk.ts';
import { openTerminal } from '../../cli/world.ts';

const id = 'ab'.repeat(32);
const bad = [
  '',
  ' ',
  'a b',
  'a+b',
  'a\tb',
  'a\nb',
  'a\u00a0b',
  'a\u2028b',
  'a\u0000b',
  'a\u0085b',
  'a\u200bb',
  'a\u202eb',
  '\ud800',
];
const good = ['a', 'example.org/archive', 'Ünïcode.example/大', 'x'.repeat(512)];

describe('an origin', () => {
  it.each([...bad, 'x'.repeat(513)])('is not %j, anywhere', async (origin) => {
    expect(isOrigin(origin)).toBe(false);
    expect(() => createArchive('/a', { origin, nowMs: 0, disk: createMemoryDisk() })).toThrow(TypeError);
    const terminal = openTerminal();
    await expect(terminal.run('init', '.', '--origin', origin)).rejects.toThrow(/--origin/);
    terminal.close();
  });

  it.each(bad.filter((name) => name.isWellFormed()))('with %j in it is none of a checkpoint', (origin) => {
    const text = generateCheckpoint({ origin: `${origin}/${id}`, size: 1, root: new Uint8Array(32) });
    const found = () => findArchiveOrigin(parseCheckpoint(Buffer.from(text)).origin, id);
    if (origin === '') expect(found()).toBeUndefined();
    else expect(found).toThrow(RecordError);
  });

  it.each(good)('may be %j', (origin) => {
    expect([isOrigin(origin), isLogOrigin(`${origin}/${id}`)]).toEqual([true, true]);
    const text = generateCheckpoint({ origin: `${origin}/${id}`, size: 1, root: new Uint8Array(32) });
    expect(findArchiveOrigin(parseCheckpoint(Buffer.from(text)).origin, id)).toBe(origin);
    expect(findArchiveOrigin(`${origin}/${id}`, 'cd'.repeat(32))).toBeUndefined();
  });
});
