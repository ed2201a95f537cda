/** What stands in a file's place: pipes, links, folders, loops, sparse giants, a checkpoint of any size, a disk that refuses one file. */
/** Each is one conversation's damage, named at once; all others are read as ever, and nothing waits or takes memory. */

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createArchive, DamageError, openArchive } from '../../../src/archive/archive.ts';
import { realDisk } from '../../../src/base/disk.ts';
import { at, chain, rawTurn } from '../turns.ts';

const bad = chain(300, 'bad');
const good = chain(3, 'good');
const blob = rawTurn(at(bad, -1), Buffer.alloc(70_000, 'x'));
const id = at(bad, 0).hash;
const other = at(good, 0).hash;
let dir: string;

beforeEach(() => {
  dir = join(mkdtempSync(join(tmpdir(), 'turnpress-plain-')), 'a');
  createArchive(dir, { origin: 'example.org/plain', nowMs: 0 });
  const archive = openArchive(dir, { mode: 'write' });
  archive.append({ turns: [...bad, ...good, blob] });
  archive.close();
});
afterEach(() => rmSync(join(dir, '..'), { recursive: true, force: true }));

const inPlace: Readonly<Record<string, (path: string) => void>> = {
  'a pipe': (path) => execFileSync('mkfifo', [path]),
  'a folder': (path) => mkdirSync(path),
  'a link to the file elsewhere': (path) => {
    symlinkSync(`${path}.elsewhere`, path);
  },
  'a link to itself': (path) => symlinkSync(path, path),
  'a device': (path) => symlinkSync('/dev/zero', path),
  'a sparse file of 1.5 GB': (path) => {
    writeFileSync(path, '');
    truncateSync(path, 1.5e9);
  },
};

const folder = `conversations/${id}`;
const files = [
  `${folder}/checkpoint`,
  `${folder}/tile/entries/000`,
  `${folder}/tile/0/001`,
  `${folder}/tile/payload/000`,
  `${folder}/tile/entries`,
  `${folder}/tile`,
];

function expectNamed(where: string): void {
  for (const mode of ['read', 'write'] as const) {
    const archive = openArchive(dir, { mode });
    expect(archive.listTurns(other)).toHaveLength(3);
    expect(archive.readPayloads(archive.listTurns(other)).every(({ status }) => status === 'present')).toBe(true);
    if (archive.findConversation(id) !== undefined) archive.readPayloads(archive.listTurns(id));
    expect(archive.search({ text: 'good' })).toHaveLength(3);
    const report = archive.verify();
    expect(report.damage.map(({ file }) => file).join('\n')).toContain(where);
    expect(report.damage.filter(({ conversation }) => conversation === other)).toEqual([]);
    archive.close();
  }
}

describe.each(Object.entries(inPlace))('%s', (_, put) => {
  it.each(files)('in place of %s is named, and stops nothing else', (file) => {
    const path = join(dir, file);
    renameSync(path, `${path}.elsewhere`);
    put(path);
    const before = process.memoryUsage().rss;
    expectNamed(file);
    expect(process.memoryUsage().rss - before).toBeLessThan(300e6);
  });

  it('in place of a blob is named as the blob’s damage', () => {
    const path = join(dir, `blobs/${blob.payloadHash.slice(0, 2)}/${blob.payloadHash}.zst`);
    renameSync(path, `${path}.elsewhere`);
    put(path);
    const archive = openArchive(dir, { mode: 'read' });
    expect(archive.readPayload(archive.getTurn(blob.hash)).status).toBe('damaged');
    expect(archive.verify().damage).toMatchObject([{ kind: 'blob', turns: [blob.hash] }]);
    archive.close();
  });

  it('in place of archive.json is refused in a clear sentence', () => {
    const path = join(dir, 'archive.json');
    rmSync(join(dir, 'private'), { recursive: true });
    renameSync(path, `${path}.elsewhere`);
    put(path);
    expect(() => openArchive(dir, { mode: 'read' })).toThrow(DamageError);
  });
});

it.each(['1000000000000000', '9007199254740991', '4000000000'])(
  'a checkpoint of %s records is an error in milliseconds, and what the tiles hold is served',
  (size) => {
    const path = join(dir, folder, 'checkpoint');
    writeFileSync(path, `example.org/plain/${id}\n${size}\n${Buffer.alloc(32, 7).toString('base64')}\n`);
    expectNamed(`${folder}/checkpoint`);
    const archive = openArchive(dir, { mode: 'read' });
    expect(archive.listTurns(id).length).toBeGreaterThanOrEqual(256);
    archive.close();
  },
);

it.each(['EACCES', 'EIO', 'ELOOP'])('a disk that answers %s for one conversation serves the others', (code) => {
  const refuse = <T>(path: string, work: () => T): T => {
    if (path.includes(`${id}/`)) throw Object.assign(new Error(`${code}: ${path}`), { code });
    return work();
  };
  const disk = {
    ...realDisk,
    open: (path: string, flag: 'read') => refuse(path, () => realDisk.open(path, flag)),
    stat: (path: string) => refuse(path, () => realDisk.stat(path)),
    list: (path: string) => refuse(path, () => realDisk.list(path)),
  };
  const archive = openArchive(dir, { mode: 'read', disk });
  expect(archive.damage.map(({ conversation }) => conversation)).toContain(id);
  expect(archive.listTurns(other)).toHaveLength(3);
  expect(
    archive.verify().damage.every(({ conversation, file }) => conversation === id || file.startsWith('blobs')),
  ).toBe(true);
  archive.close();
});

it.each(Object.entries(inPlace))('%s in place of index.db or search.db costs nothing', (_, put) => {
  for (const name of ['index.db', 'search.db']) {
    const path = join(dir, 'private', name);
    rmSync(path, { force: true });
    put(path);
    const reader = openArchive(dir, { mode: 'read' });
    expect(reader.search({ text: 'good' })).toHaveLength(3);
    expect(reader.damage).toEqual([]);
    reader.close();
    rmSync(path, { recursive: true, force: true });
  }
});
