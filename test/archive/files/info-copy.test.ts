/** archive.json and its private copy: what a change of one of them means. */
/** Line ends are git's, garbage in the copy is nobody's loss, another origin is damage. */

import { describe, expect, it } from 'vitest';
import { createArchive, openArchive } from '../../../src/archive/archive.ts';
import { encodeUtf8 } from '../../../src/base/bytes.ts';
import { type Disk, writeAll } from '../../../src/base/disk.ts';
import { SimulatedDisk } from '../simulated-disk.ts';
import { chain } from '../turns.ts';

const INFO = '/archive/archive.json';
const COPY = '/archive/private/archive.json';

function makeArchive(): SimulatedDisk {
  const disk = new SimulatedDisk();
  createArchive('/archive', { origin: 'example.org/a', nowMs: 0, disk });
  write(disk, (archive) => archive.append({ turns: chain(2, 'turn') }));
  return disk;
}

function write(disk: Disk, work: (archive: ReturnType<typeof openWriter>) => void = () => {}): void {
  const archive = openWriter(disk);
  work(archive);
  archive.close();
}

function openWriter(disk: Disk) {
  return openArchive('/archive', { mode: 'write', disk, indexPath: ':memory:' });
}

function verify(disk: Disk) {
  const archive = openArchive('/archive', { mode: 'read', disk, indexPath: ':memory:' });
  const { damage } = archive.verify();
  archive.close();
  return damage;
}

function put(disk: Disk, path: string, bytes: Uint8Array): void {
  const file = disk.open(path, 'replace');
  writeAll(disk, path, file, bytes, 0);
  disk.close(file);
}

function textOf(disk: SimulatedDisk, path: string): string {
  return Buffer.from(disk.files().get(path) ?? []).toString();
}

describe('archive.json and its copy', () => {
  it.each([
    ['the line ends that git gives on Windows', (text: string) => text.replaceAll('\n', '\r\n')],
    ['blanks and lines of its own', (text: string) => JSON.stringify(JSON.parse(text), null, 2)],
  ])('say the same with %s: it is read, verified and written', (_, change) => {
    for (const path of [INFO, COPY]) {
      const disk = makeArchive();
      put(disk, path, encodeUtf8(change(textOf(disk, path))));
      expect(verify(disk)).toEqual([]);
      write(disk, (archive) => expect(archive.append({ turns: chain(2, 'more') }).newTurns).toBe(2));
    }
  });

  it.each(['', '{', 'garbage', '{"format":"turnpress"}', '\0'.repeat(90)])(
    'a copy that says %j is set aside and made anew, and is no damage',
    (garbage) => {
      const disk = makeArchive();
      put(disk, COPY, encodeUtf8(garbage));
      expect(verify(disk)).toEqual([]);
      write(disk);
      expect(textOf(disk, COPY)).toBe(textOf(disk, INFO));
      expect(textOf(disk, `${COPY}.broken`)).toBe(garbage);
      expect(verify(disk)).toEqual([]);
    },
  );

  it('another origin in one of them is damage, and nothing is written', () => {
    for (const path of [INFO, COPY]) {
      const disk = makeArchive();
      put(disk, path, encodeUtf8(textOf(disk, path).replace('example.org', 'examplf.org')));
      expect(verify(disk).map(({ file }) => file)).toContain('archive.json');
      expect(() => openWriter(disk)).toThrow('differs from its copy');
    }
  });

  it('with archive.json itself unreadable the copy is kept, and says which archive it was', () => {
    const disk = makeArchive();
    put(disk, INFO, encodeUtf8('garbage'));
    expect(verify(disk).map(({ file }) => file)).toContain('archive.json');
    expect(() => openWriter(disk)).toThrow('differs from its copy');
    expect(textOf(disk, COPY)).toContain('example.org/a');
  });
});
