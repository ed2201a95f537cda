/** A24: archives that say they were written by a newer turnpress. */
/** Read only as far as they allow it, never written, never "repaired". */

import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createArchive, FutureFormatError, openArchive } from '../../../src/archive/archive.ts';
import { at, chain } from '../turns.ts';

const turns = chain(3, 'turn');
let dir: string;

beforeEach(() => {
  dir = join(mkdtempSync(join(tmpdir(), 'turnpress-future-')), 'a');
  createArchive(dir, { origin: 'example.org/future', nowMs: 0 });
  const archive = openArchive(dir, { mode: 'write' });
  archive.append({ turns });
  archive.close();
});
afterEach(() => rmSync(join(dir, '..'), { recursive: true, force: true }));

function say(change: object): void {
  const path = join(dir, 'archive.json');
  writeFileSync(path, `${JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...change })}\n`);
}

/** Every byte outside private/. */
function published(): string[] {
  const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).filter((path) => !path.includes('/private/'));
  return paths.sort().map((path) => `${path} ${readFileSync(path, 'hex')}`);
}

describe.each([
  ['with private/', () => {}],
  ['without private/', () => rmSync(join(dir, 'private'), { recursive: true })],
])('an archive %s', (_, prepare) => {
  it.each([{ version: 2 }, { version: '1' }, { features: ['packed'] }, { features: ['write-x', 'packed'] }])(
    'that says %o is not opened',
    (change) => {
      prepare();
      say(change);
      const before = published();
      expect(() => openArchive(dir, { mode: 'read' })).toThrow(FutureFormatError);
      expect(() => openArchive(dir, { mode: 'write' })).toThrow(FutureFormatError);
      expect(published()).toEqual(before);
    },
  );

  it('with a feature that concerns writing is read, not written, and its torn tails stay', () => {
    prepare();
    say({ features: ['write-packed'] });
    const tile = join(dir, 'conversations', at(turns, 0).hash, 'tile/entries/000');
    writeFileSync(tile, Buffer.concat([readFileSync(tile), Buffer.from('something newer')]));
    const before = published();
    const archive = openArchive(dir, { mode: 'read' });
    expect(archive.info.features).toEqual(['write-packed']);
    expect(archive.listTurns(at(turns, 0).hash)).toHaveLength(3);
    expect(archive.readPayload(archive.getTurn(at(turns, 2).hash)).status).toBe('present');
    archive.close();
    expect(() => openArchive(dir, { mode: 'write' })).toThrow(FutureFormatError);
    expect(published()).toEqual(before);
  });
});

it('a record of an unknown kind is damage that is named, and nothing is cut', () => {
  const copy = join(dir, '..', 'b');
  cpSync(dir, copy, { recursive: true });
  const tile = join(copy, 'conversations', at(turns, 0).hash, 'tile/entries/000');
  const bytes = readFileSync(tile);
  bytes[2] = 9;
  writeFileSync(tile, bytes);
  rmSync(join(copy, 'private'), { recursive: true });
  const archive = openArchive(copy, { mode: 'write' });
  expect(archive.damage.map(({ kind }) => kind)).toContain('log');
  archive.close();
  expect(readFileSync(tile)).toEqual(bytes);
});
