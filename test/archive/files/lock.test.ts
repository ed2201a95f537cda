/** The lock: one holder at a time whatever the moment, taken over only from the dead. */
/** A second process is let in between any two disk operations of the first. */

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createArchive, LockedError, openArchive } from '../../../src/archive/archive.ts';
import { isLocked, type Process, releaseLock, takeLock, thisProcess } from '../../../src/archive/files/lock.ts';
import { encodeUtf8 } from '../../../src/base/bytes.ts';
import { replaceFile } from '../../../src/base/disk.ts';
import { SimulatedDisk } from '../simulated-disk.ts';

const LOCK = '/lock';
const process1: Process = { pid: 1, host: 'h', boot: 'now', isAlive: (pid) => pid < 3 };
const process2: Process = { ...process1, pid: 2 };

/** Whether it got the lock; any other failure is the test's. */
function tries(disk: SimulatedDisk, self: Process): boolean {
  try {
    takeLock(disk, LOCK, self);
    return true;
  } catch (error) {
    if (error instanceof LockedError) return false;
    throw error;
  }
}

function putLock(disk: SimulatedDisk, text: string): void {
  replaceFile(disk, LOCK, `${LOCK}.made`, encodeUtf8(text));
}

describe('two processes that want the lock at once', () => {
  it.each([
    ['a free one', undefined],
    ['one whose holder is dead', '{"pid":7,"host":"h","boot":"now"}'],
    ['one of another boot', '{"pid":1,"host":"h","boot":"before"}'],
    ['one that a power cut emptied', ''],
  ])('never both get %s', (_, before) => {
    let points = 0;
    for (let point = 1, more = true; more; point++) {
      const disk = new SimulatedDisk();
      if (before !== undefined) putLock(disk, before);
      const from = disk.operations;
      let second: boolean | undefined;
      disk.fault = () => {
        if (second !== undefined || disk.operations < from + point) return;
        second = false;
        second = tries(disk, process2);
      };
      const first = tries(disk, process1);
      more = second !== undefined;
      points += more ? 1 : 0;
      expect(
        [first, second].filter((held) => held === true),
        `at operation ${point}`,
      ).toHaveLength(1);
      expect(isLocked(disk, LOCK, process1)).toBe(true);
      releaseLock(disk, LOCK, first ? process1 : process2);
      expect(disk.list('/')).toEqual([]);
    }
    expect(points).toBeGreaterThanOrEqual(4);
  });
});

describe('a lock', () => {
  it('of another host is never taken over', () => {
    const disk = new SimulatedDisk();
    putLock(disk, '{"pid":7,"host":"elsewhere","boot":"x"}');
    expect(() => takeLock(disk, LOCK, process1)).toThrow('process 7 on elsewhere');
  });

  it('says whom it was taken over from, and is let go of by its holder only', () => {
    const disk = new SimulatedDisk();
    putLock(disk, '{"pid":7,"host":"h","boot":"now"}');
    expect(takeLock(disk, LOCK, process1).tookOver).toBe('process 7 on h');
    releaseLock(disk, LOCK, process2);
    expect(isLocked(disk, LOCK, process2)).toBe(true);
    releaseLock(disk, LOCK, process1);
    expect(takeLock(disk, LOCK, process2).tookOver).toBeUndefined();
  });

  it('whose takeover was itself cut off can be taken over', () => {
    for (let point = 0; point < 12; point++) {
      const disk = new SimulatedDisk();
      putLock(disk, '{"pid":7,"host":"h","boot":"now"}');
      disk.cutAt = disk.operations + point;
      try {
        takeLock(disk, LOCK, { ...process1, pid: 8 });
      } catch {
        // the power cut
      }
      const after = disk.crash('all', () => 0);
      takeLock(after, LOCK, process1);
      expect(() => takeLock(after, LOCK, process2)).toThrow(LockedError);
    }
  });

  it('is made in place where a file can have one name only', () => {
    const disk = new SimulatedDisk();
    disk.fault = (operation) => {
      if (operation === 'link') throw Object.assign(new Error('EPERM'), { code: 'EPERM' });
    };
    takeLock(disk, LOCK, process1);
    expect(() => takeLock(disk, LOCK, process2)).toThrow(LockedError);
    expect(disk.list('/')).toEqual(['lock']);
  });
});

describe('a lock on the real disk', () => {
  let dir: string;
  beforeEach(() => {
    dir = join(mkdtempSync(join(tmpdir(), 'turnpress-lock-')), 'a');
    createArchive(dir, { origin: 'example.org/lock', nowMs: 0 });
    openArchive(dir, { mode: 'write' }).close();
  });
  afterEach(() => rmSync(join(dir, '..'), { recursive: true, force: true }));

  function leaveLock(pid: number, more: object = {}): void {
    writeFileSync(join(dir, 'private/lock'), JSON.stringify({ ...thisProcess(), pid, start: undefined, ...more }));
  }

  it('that a dead writer left is taken over, and the log says so', () => {
    leaveLock(0x3fffffff);
    const said: string[] = [];
    openArchive(dir, { mode: 'write', log: { info: (text) => said.push(text), detail() {}, problem() {} } }).close();
    expect(said.join()).toContain(`process ${0x3fffffff} on ${hostname()}`);
    expect(readdirSync(join(dir, 'private')).filter((name) => name.startsWith('lock'))).toEqual([]);
  });

  it.skipIf(!existsSync('/proc/self/stat'))(
    'is not held by a zombie, nor by a later process with the same pid',
    async () => {
      const parent = spawn('sh', ['-c', 'sleep 0.1 & echo $!; exec sleep 30'], { stdio: ['ignore', 'pipe', 'ignore'] });
      try {
        const zombie = Number(
          await new Promise<string>((done) => parent.stdout.once('data', (b: Buffer) => done(String(b)))),
        );
        while (!/\) Z /.test(readFileSync(`/proc/${zombie}/stat`, 'latin1')))
          await new Promise((done) => setTimeout(done, 5));
        leaveLock(zombie);
        openArchive(dir, { mode: 'write' }).close();
        const living = parent.pid ?? 0;
        leaveLock(living);
        expect(() => openArchive(dir, { mode: 'write' })).toThrow(LockedError);
        leaveLock(living, { start: '1' });
        openArchive(dir, { mode: 'write' }).close();
      } finally {
        parent.kill('SIGKILL');
      }
    },
  );
});
