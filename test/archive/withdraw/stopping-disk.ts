/** The real disk, until so many changing operations have been done; from then on each of them fails. */
/** For taking an operation apart: it is stopped once at every step, and the archive opened again. */

import { type Disk, realDisk } from '../../../src/base/disk.ts';

export interface StoppingDisk extends Disk {
  /** Undefined: it never fails (again). */
  stopAfter(operations: number | undefined): void;
}

export function stoppingDisk(): StoppingDisk {
  let countdown = Number.POSITIVE_INFINITY;
  const guard = () => {
    if (countdown-- <= 0) throw Object.assign(new Error('stopped here'), { code: 'EIO' });
  };
  return {
    ...realDisk,
    stopAfter: (operations) => {
      countdown = operations ?? Number.POSITIVE_INFINITY;
    },
    write: (file, bytes, offset, position) => {
      guard();
      return realDisk.write(file, bytes, offset, position);
    },
    fsync: (file) => {
      guard();
      realDisk.fsync(file);
    },
    rename: (from, to) => {
      guard();
      realDisk.rename(from, to);
    },
    unlink: (path) => {
      guard();
      realDisk.unlink(path);
    },
    fsyncDir: (path) => {
      guard();
      realDisk.fsyncDir(path);
    },
    fsyncBeside: async (file) => {
      guard();
      await realDisk.fsyncBeside(file);
    },
    fsyncDirBeside: async (path) => {
      guard();
      await realDisk.fsyncDirBeside(path);
    },
  };
}
