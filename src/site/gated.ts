/** Whether the archive is still the one that passed the gate. */
/** Asked before a public build begins and before anything of it is in place: somebody may write meanwhile. */

import type { ArchiveReader } from '../archive/archive.ts';
import { ArchiveGrewError } from './errors.ts';
import type { BuildOptions } from './options.ts';

/** Throws ArchiveGrewError. */
export function checkGated(archive: ArchiveReader, { mode, gated }: BuildOptions): void {
  if (mode !== 'public' || gated === undefined) return;
  const { generation, revision } = archive.revision();
  if (generation !== gated.generation || revision !== gated.revision) throw new ArchiveGrewError();
}
