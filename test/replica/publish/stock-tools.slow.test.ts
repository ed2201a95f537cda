/** Replicas are read by programs that know nothing of turnpress: Go's sumdb/note and tlog, and Tessera's fsck. */
/** Runs where Go can build stock-tools/ (TURNPRESS_GO names the program); fsck where TURNPRESS_FSCK names it or it stands in the path. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createArchive, openArchive } from '../../../src/archive/archive.ts';
import { chain, START } from '../../archive/turns.ts';
import { fixedKey, publish, vkeyOf, writeReplica } from '../test-publisher.ts';

const ORIGIN = 'example.org/stock';
const scratch = mkdtempSync(join(tmpdir(), 'stock-'));
const tool = join(scratch, 'stocktools');
const go = process.env.TURNPRESS_GO ?? 'go';
const built = spawnSync(go, ['build', '-o', tool, '.'], {
  cwd: join(import.meta.dirname, 'stock-tools'),
  timeout: 120_000,
});
const fsck = process.env.TURNPRESS_FSCK ?? 'fsck-tlog';
const hasFsck = spawnSync(fsck, ['--help']).error === undefined;

/** Milliseconds, of which a log of this size takes a few. */
const ENDS = 10_000;
const archive = join(scratch, 'archive');
const site = join(scratch, 'site');
/** Folder of each log below /archive/, and its verifier key. */
const logs: { readonly folder: string; readonly key: string }[] = [];

beforeAll(() => {
  createArchive(archive, { origin: ORIGIN, nowMs: START });
  const writer = openArchive(archive, { mode: 'write' });
  for (const count of [1, 255, 256, 257, 600]) writer.append({ turns: chain(count, `log ${count}`) });
  for (let i = 0; i < 300; i++) writer.append({ turns: chain(1, `small ${i}`) });
  writer.close();
  const key = fixedKey(ORIGIN);
  publish(archive, { key });
  logs.push({ folder: 'log', key: vkeyOf(key) });
  const read = openArchive(archive, { mode: 'read' });
  for (const { id, size } of read.walkConversations()) {
    if (size > 1) logs.push({ folder: `conversations/${id}`, key: vkeyOf(key) });
  }
  read.close();
  writeReplica(archive, site);
});
afterAll(() => rmSync(scratch, { recursive: true }));

/** Flips one bit in the middle of a file for as long as `work` takes. */
function damaged<T>(path: string, work: () => T): T {
  const file = join(site, 'archive', path);
  const bytes = readFileSync(file);
  const bad = Buffer.from(bytes);
  const middle = bad.length >> 1;
  bad[middle] = (bad[middle] ?? 0) ^ 4;
  writeFileSync(file, bad);
  try {
    return work();
  } finally {
    writeFileSync(file, bytes);
  }
}

/** A tile of each kind and the checkpoint of the archive log, which has 306 records. */
const FILES = [
  'checkpoint',
  'tile/entries/000',
  'tile/entries/001.p/50',
  'tile/0/000',
  'tile/0/001.p/50',
  'tile/1/000.p/1',
];

describe.skipIf(built.status !== 0)('golang.org/x/mod', () => {
  const check = (folder: string, key: string) =>
    spawnSync(tool, [join(site, 'archive', folder), key], { encoding: 'utf8' });

  it('accepts the archive log and every conversation log', () => {
    for (const { folder, key } of logs) {
      // an archive signs under its own name; the log's own is the first line of its checkpoint
      expect(check(folder, key).stdout).toMatch(/^ok: example\.org\/stock/);
    }
  });

  it.each(FILES.filter((file) => !file.startsWith('tile/1')))('refuses a flipped bit in %s', (file) => {
    const found = damaged(`log/${file}`, () => check('log', logs[0]?.key ?? ''));
    expect(found.stdout).toMatch(/^refused: /);
    expect(found.status).toBe(1);
  });
});

describe.skipIf(!hasFsck)('Tessera’s fsck', () => {
  /** Its words count: v1.0.4 ends with 0 also when it finds a fault, and never ends when that is in a tile before others. */
  const check = (folder: string, key: string) => {
    const file = join(scratch, 'key.pub');
    writeFileSync(file, `${key}\n`);
    const url = `${pathToFileURL(join(site, 'archive', folder)).href}/`;
    const origin = readFileSync(join(site, 'archive', folder, 'checkpoint'), 'utf8').split('\n')[0] ?? '';
    const args = ['-storage_url', url, '-public_key', file, '-origin', origin, '-ui=false'];
    return spawnSync(fsck, args, { encoding: 'utf8', timeout: ENDS }).stderr;
  };
  const WHOLE = /Successfully fsck'd log/;

  it('accepts the archive log and every conversation log', () => {
    for (const { folder, key } of logs) {
      expect(check(folder, key)).toMatch(WHOLE);
    }
  });

  it.each(FILES)('does not accept a flipped bit in %s', (file) => {
    expect(damaged(`log/${file}`, () => check('log', logs[0]?.key ?? ''))).not.toMatch(WHOLE);
  });
});
