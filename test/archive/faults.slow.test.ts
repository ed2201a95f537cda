/** Faults from outside: a writer killed at any moment, torn tails, a full disk, system calls that fail. */
/** Numbers in names are those of the list of faults that the archive has to survive. */

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createArchive, LockedError, openArchive } from '../../src/archive/archive.ts';
import type { TurnHash } from '../../src/model/ids.ts';

const writerScript = join(import.meta.dirname, 'killed-writer.ts');
/** Milliseconds: ends a process that hangs, however slow the machine is. */
const HANGS = 300_000;
/** TURNPRESS_KILLS raises it; 1,000 is for a release. */
const rounds = Number(process.env.TURNPRESS_KILLS ?? 25);
let dir: string;

beforeEach(() => {
  dir = join(mkdtempSync(join(tmpdir(), 'turnpress-fault-')), 'a');
  createArchive(dir, { origin: 'example.org/fault', nowMs: 0 });
});
afterEach(() => rmSync(join(dir, '..'), { recursive: true, force: true }));

describe('a writer that is killed', () => {
  it(
    `A1: at ${rounds} moments of appending, keeps every acknowledged turn and opens again`,
    async () => {
      let acknowledged: TurnHash | undefined;
      let batches = 0;
      for (let round = 0; round < rounds; round++) {
        const said = await appendUntilKilled(batches, round);
        batches += said.length + 1;
        acknowledged = said.at(-1) ?? acknowledged;
        const reader = openArchive(dir, { mode: 'write' });
        try {
          if (acknowledged !== undefined) {
            const branch = reader.listBranch(acknowledged);
            expect(branch.length).toBe(reader.getTurn(acknowledged).depth + 1);
            for (const hash of said) expect(reader.readPayload(reader.getTurn(hash)).status).toBe('present');
          }
          expect(reader.damage.filter(({ kind }) => kind !== 'torn-tail')).toEqual([]);
          if (round % 10 === 9 || round === rounds - 1) expect(reader.verify().damage).toEqual([]);
        } finally {
          reader.close();
        }
      }
      expect(acknowledged).toBeDefined();
    },
    rounds * HANGS,
  );

  it('A18: leaves a lock that the next writer takes over, and a living one holds its own', () => {
    const first = openArchive(dir, { mode: 'write' });
    const second = spawnSync(process.execPath, [writerScript, dir], { encoding: 'utf8', timeout: HANGS });
    expect(second.stderr).toContain(`process ${process.pid}`);
    expect(() => openArchive(dir, { mode: 'write' })).toThrow(LockedError);
    first.close();
    openArchive(dir, { mode: 'write' }).close();
  });
});

describe('torn tails', () => {
  it.each([
    ['zeros', Buffer.alloc(100)],
    ['noise', Buffer.from(Array.from({ length: 333 }, (_, i) => (i * 89) % 251))],
    ['one byte', Buffer.from([1])],
  ])('A4, A5: of %s behind every tile are kept in quarantine and cut off', async (_, tail) => {
    await appendUntilKilled(0, 20, 8);
    openArchive(dir, { mode: 'write' }).close();
    const tiles = listTiles();
    const before = tiles.map((path) => readFileSync(path));
    for (const path of tiles) appendFileSync(path, tail);
    const reader = openArchive(dir, { mode: 'read' });
    const report = reader.verify();
    expect(report.damage).toEqual([]);
    expect(report.notes.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['torn-tail']));
    reader.close();
    const writer = openArchive(dir, { mode: 'write' });
    const open = tiles.filter((_path, i) => readFileSync(tiles[i] ?? '').equals(before[i] ?? tail));
    expect(open.length).toBeGreaterThanOrEqual(3);
    expect(readdirSync(join(dir, 'private/quarantine')).length).toBeGreaterThanOrEqual(3);
    writer.close();
  });
});

describe('the index', () => {
  it('A11, A12: deleted, cut, overwritten or from another archive, is built again and equals a fresh one', async () => {
    await appendUntilKilled(0, 30, 6);
    const good = openArchive(dir, { mode: 'write' });
    const expected = JSON.stringify([...good.walkConversations()]);
    good.close();
    const index = join(dir, 'private/index.db');
    const bytes = readFileSync(index);
    const spoil: Record<string, () => void> = {
      deleted: () => rmSync(index),
      empty: () => writeOver(index, Buffer.alloc(0)),
      'cut in half': () => writeOver(index, bytes.subarray(0, bytes.length >> 1)),
      noise: () => writeOver(index, Buffer.from('no database at all'.repeat(100))),
    };
    for (const [what, act] of Object.entries(spoil)) {
      for (const end of ['-wal', '-shm']) rmSync(index + end, { force: true });
      act();
      const again = openArchive(dir, { mode: 'write' });
      expect(JSON.stringify([...again.walkConversations()]), what).toBe(expected);
      expect(again.verify().damage, what).toEqual([]);
      again.close();
    }
  });
});

describe.skipIf(!mayMount())('a full disk (needs the right to mount a tmpfs)', () => {
  it('A13: gives an error, acknowledges nothing it did not store, and the archive opens again', () => {
    const mount = join(dir, '..', 'small');
    mkdirSync(mount);
    for (let size = 400; size <= 1600; size += 200) {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}k`, 'tmpfs', mount]);
      try {
        const small = join(mount, 'a');
        createArchive(small, { origin: 'example.org/small', nowMs: 0 });
        const run = spawnSync(process.execPath, [writerScript, small], { encoding: 'utf8', timeout: HANGS });
        expect(run.stderr).toMatch(/ENOSPC|database or disk is full|disk I\/O error|ShortIo/);
        const roomy = join(dir, '..', `copy-${size}`);
        cpSync(small, roomy, { recursive: true, preserveTimestamps: true });
        const writer = openArchive(roomy, { mode: 'write' });
        for (const hash of run.stdout.trim().split('\n').filter(Boolean)) {
          expect(writer.readPayload(writer.getTurn(hash as TurnHash)).status).toBe('present');
        }
        expect(writer.verify().damage).toEqual([]);
        writer.close();
      } finally {
        // Lazily: a process that another test starts at this moment may still hold the folder.
        execFileSync('umount', ['-l', mount]);
      }
    }
  });
});

describe.skipIf(!mayTrace())('system calls that fail (needs strace)', () => {
  it.each([
    ['fsync', 'error=EIO', 17],
    ['pwrite64', 'error=ENOSPC', 17],
    ['rename', 'error=EACCES', 1],
    ['rename', 'signal=SIGKILL', 1],
    ['pwrite64', 'signal=SIGKILL', 17],
    ['fsync', 'signal=SIGKILL', 17],
  ])('A13 to A15: %s with %s, at six calls, every %ith', (call, fault, step) => {
    let injected = 0;
    for (let when = 1; when <= 6 * step; when += step) {
      const copy = join(dir, '..', 'traced');
      rmSync(copy, { recursive: true, force: true });
      createArchive(copy, { origin: 'example.org/traced', nowMs: 0 });
      const trace = join(dir, '..', 'trace');
      const run = spawnSync(
        'strace',
        [
          '-f',
          ...(fault.startsWith('error') ? ['--seccomp-bpf'] : []), // stops for these calls only; a signal needs more
          '-qq',
          '-o',
          trace,
          '-e',
          `trace=${call}`,
          '-e',
          `inject=${call}:${fault}:when=${when}`,
          process.execPath,
          writerScript,
          copy,
          '0',
          '12',
        ],
        {
          encoding: 'utf8',
          timeout: HANGS,
          killSignal: 'SIGKILL',
          env: { ...process.env, UV_THREADPOOL_SIZE: '1', UV_USE_IO_URING: '0' },
        },
      );
      if (/INJECTED|killed by SIGKILL/.test(readFileSync(trace, 'utf8'))) injected++;
      rmSync(join(copy, 'private/lock'), { force: true });
      const writer = openArchive(copy, { mode: 'write' });
      for (const hash of run.stdout
        .trim()
        .split('\n')
        .filter((line) => line.length === 64)) {
        expect(writer.readPayload(writer.getTurn(hash as TurnHash)).status, `${call} ${fault} ${when}`).toBe('present');
      }
      expect(writer.verify().damage).toEqual([]);
      writer.close();
    }
    expect(injected).toBeGreaterThan(3);
  });
});

/** Runs a writer and kills it after some milliseconds or acknowledged batches. The last turn of each acknowledged batch. */
function appendUntilKilled(from: number, round: number, batches?: number): Promise<TurnHash[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [writerScript, dir, String(from)], { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    let wrong = '';
    const kill = () => child.kill('SIGKILL');
    child.stdout.on('data', (chunk: Buffer) => {
      if (said === '' && batches === undefined) setTimeout(kill, (round * 37) % 61);
      said += chunk.toString();
      if (batches !== undefined && said.split('\n').length > batches) kill();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      wrong += chunk.toString();
    });
    child.on('close', () => {
      if (said === '' && wrong !== '') reject(new Error(wrong));
      else resolve(said.split('\n').filter((line) => line.length === 64) as TurnHash[]);
    });
  });
}

function writeOver(path: string, bytes: Uint8Array): void {
  rmSync(path, { force: true });
  appendFileSync(path, bytes);
}

function listTiles(): string[] {
  const all = readdirSync(join(dir, 'conversations'), { recursive: true, withFileTypes: true });
  return all
    .filter((entry) => entry.isFile() && entry.name !== 'checkpoint')
    .map((entry) => join(entry.parentPath, entry.name));
}

function mayMount(): boolean {
  const probe = mkdtempSync(join(tmpdir(), 'turnpress-mount-'));
  const done = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', probe]).status === 0;
  if (done) spawnSync('umount', ['-l', probe]);
  rmSync(probe, { recursive: true, force: true });
  return done;
}

function mayTrace(): boolean {
  return spawnSync('strace', ['-qq', '-o', '/dev/null', 'true']).status === 0;
}
