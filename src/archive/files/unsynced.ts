/** Files that were written and folders that got entries, on their way to being durable together. */
/** One step of a commit: whoever carries the commit out decides whether it waits for the disk or lets other work go on meanwhile. */

import { type Disk, type OpenFlag, writeAll } from '../../base/disk.ts';

export class Unsynced {
  readonly #disk: Disk;
  readonly #files: number[] = [];
  readonly #folders = new Set<string>();

  private constructor(disk: Disk) {
    this.#disk = disk;
  }

  /** What `work` writes; nothing stays open when it throws. */
  static of(disk: Disk, work: (step: Unsynced) => void): Unsynced {
    const step = new Unsynced(disk);
    try {
      work(step);
      return step;
    } catch (error) {
      step.#close();
      throw error;
    }
  }

  /** `replace`: in place of what is there. */
  write(path: string, bytes: Uint8Array, at: number, flag: OpenFlag = 'write'): void {
    const file = this.#disk.open(path, flag);
    this.#files.push(file);
    writeAll(this.#disk, path, file, bytes, at);
  }

  addFolders(paths: Iterable<string>): void {
    for (const path of paths) this.#folders.add(path);
  }

  /** Files, then folders. Nothing is open when it returns or throws. */
  sync(): void {
    try {
      for (const file of this.#files) this.#disk.fsync(file);
    } finally {
      this.#close();
    }
    for (const folder of this.#folders) this.#disk.fsyncDir(folder);
  }

  /** The same, all files at once and then all folders, while other work goes on. */
  async syncBeside(): Promise<void> {
    try {
      await all(this.#files.map((file) => this.#disk.fsyncBeside(file)));
    } finally {
      this.#close();
    }
    await all([...this.#folders].map((folder) => this.#disk.fsyncDirBeside(folder)));
  }

  #close(): void {
    for (const file of this.#files.splice(0)) this.#disk.close(file);
  }
}

/** When all of them have ended: a file must not be closed while its fsync is under way. */
async function all(work: readonly Promise<void>[]): Promise<void> {
  for (const each of await Promise.allSettled(work)) if (each.status === 'rejected') throw each.reason;
}

/** Each step is durable before the next is asked for. */
export function carryOut(steps: Iterable<Unsynced>): void {
  for (const step of steps) step.sync();
}

/** The same while other work goes on. */
export async function carryOutBeside(steps: Iterable<Unsynced>): Promise<void> {
  for (const step of steps) await step.syncBeside();
}
