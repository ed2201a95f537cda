/** An archive in memory: the same bytes on a disk that is not there. */
/** For previews and tests. It runs the same code, so what holds on disk holds here. */

import { createMemoryDisk } from '../base/memory-disk.ts';
import { createArchive, openArchive } from './archive-disk.ts';
import type { ArchiveWriter } from './contract.ts';

/** An empty archive, open to be written. Gone when nobody holds it. `origin` as for `createArchive`. */
export function createMemoryArchive({
  origin,
  nowMs = 0,
}: {
  readonly origin: string;
  readonly nowMs?: number;
}): ArchiveWriter {
  const disk = createMemoryDisk();
  createArchive('/archive', { origin, nowMs, disk });
  return openArchive('/archive', { mode: 'write', disk, indexPath: ':memory:' });
}
