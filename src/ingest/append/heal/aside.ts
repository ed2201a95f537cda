/** Reads kept sources into an archive aside, run by run as they once grew, so that also metas of long ago come out as they were. */
/** By the same code as any ingest, so that what it makes of a source is what it made of it then, if its rules are the same. */

import { rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type ArchiveReader, type ArchiveWriter, createArchive, openArchive } from '../../../archive/archive.ts';
import { blake3Hex } from '../../../base/blake3.ts';
import { makeRealFolders } from '../../../base/confined-disk.ts';
import { realDisk, replaceFile } from '../../../base/disk.ts';
import { messageOf } from '../../../base/errors.ts';
import type { Problem } from '../../../base/log.ts';
import type { BlobHash } from '../../../model/ids.ts';
import type { RedactOptions } from '../../../secrets/secrets.ts';
import type { Importer } from '../../kit/importer.ts';
import { createLocalReaders, type Readers } from '../../read/readers.ts';
import { findKeptSource, type KeptSource, restoreSource } from '../../read/sources.ts';
import { findMemory } from '../memory.ts';
import type { PlannedSource } from '../plan.ts';
import { createCounters } from '../report.ts';

export interface HealOptions {
  /** `private/sources`; a folder beside it is used meanwhile and removed. */
  readonly sourcesDir: string;
  readonly redact: RedactOptions;
  /** Of the program: another one may read sources otherwise. */
  readonly version?: string;
}

/** How sources are told again: all at once is cheap and has nearly all; run by run has the metas of each run, too. */
export interface Telling {
  readonly byRun: boolean;
  readonly settle: boolean;
}

/** The archive that kept sources are read into: made for one telling, removed after it. */
export class Aside {
  readonly #options: HealOptions;
  readonly #importers: readonly Importer[];
  readonly #problem: (problem: Problem) => void;
  readonly #dir: string;
  /** Of each source, the one that was read last. */
  readonly #generations = new Map<string, number>();

  constructor(options: HealOptions, importers: readonly Importer[], problem: (problem: Problem) => void) {
    this.#options = options;
    this.#importers = importers;
    this.#problem = problem;
    this.#dir = join(dirname(options.sourcesDir), 'healing');
  }

  /** What of `wanted` the sources say, by hash. */
  async read(
    paths: readonly string[],
    telling: Telling,
    wanted: ReadonlySet<string>,
  ): Promise<ReadonlyMap<string, Uint8Array>> {
    const dir = join(this.#dir, 'archive');
    this.#makeRoom();
    try {
      createArchive(dir, { origin: 'healing.invalid', nowMs: 0 });
      const archive = openArchive(dir, { mode: 'write' });
      try {
        await this.#tell(archive, paths, telling);
        return collect(archive, wanted);
      } finally {
        archive.close();
      }
    } finally {
      rmSync(this.#dir, { recursive: true, force: true });
    }
  }

  /** Tells the sources, as they were last, to an archive that has lost records. Nobody writes to them any more. */
  async tellTo(archive: ArchiveWriter, paths: readonly string[]): Promise<void> {
    this.#makeRoom();
    try {
      await this.#tell(archive, paths, { byRun: false, settle: true });
    } finally {
      rmSync(this.#dir, { recursive: true, force: true });
    }
  }

  #makeRoom(): void {
    rmSync(this.#dir, { recursive: true, force: true });
    makeRealFolders(resolve(this.#options.sourcesDir, '..', '..'), resolve(this.#dir));
  }

  async #tell(archive: ArchiveWriter, paths: readonly string[], { byRun, settle }: Telling): Promise<void> {
    const readers = createLocalReaders(this.#importers, this.#options.redact);
    this.#generations.clear();
    try {
      const kept = paths.flatMap((path) => this.#find(path) ?? []);
      const all = kept.flatMap((source) => listStates(source).map((state) => ({ source, ...state })));
      const states = byRun ? all.sort((a, b) => a.run - b.run) : all.filter(({ isLast }) => isLast);
      for (const { source, generation, size } of states) {
        const file = this.#restore(source.path, generation);
        if (file !== undefined) await this.#take(archive, readers, source, { file, size, generation }, settle);
      }
    } finally {
      await readers.close();
    }
  }

  #find(path: string): KeptSource | undefined {
    try {
      const kept = findKeptSource(this.#options.sourcesDir, path);
      return kept?.beside === undefined ? kept : undefined;
    } catch (error) {
      this.#problem({ code: 'KEPT_SOURCE_DAMAGED', file: path, message: messageOf(error) });
      return undefined;
    }
  }

  #restore(path: string, generation: number): string | undefined {
    try {
      const bytes = restoreSource(this.#options.sourcesDir, path, generation);
      if (bytes === undefined) return undefined;
      const file = join(this.#dir, 'source');
      replaceFile(realDisk, file, `${file}.tmp`, bytes);
      return file;
    } catch (error) {
      this.#problem({ code: 'KEPT_SOURCE_DAMAGED', file: path, message: messageOf(error) });
      return undefined;
    }
  }

  /** As an ingest would have read this state of the source, from where the one before ended. */
  async #take(
    archive: ArchiveWriter,
    readers: Readers,
    { path, importer }: KeptSource,
    kept: { readonly file: string; readonly size: number; readonly generation: number },
    settle: boolean,
  ): Promise<void> {
    const counters = createCounters(() => {});
    const [{ createAppender }, { finishLinks }] = await Promise.all([import('../append.ts'), import('../finish.ts')]);
    const appender = createAppender(archive, counters);
    const known = archive.ledger.findSource(path);
    const memory = known === undefined || known.consumed > kept.size ? undefined : findMemory(known);
    const isSame = this.#generations.get(path) === kept.generation;
    this.#generations.set(path, kept.generation);
    const from =
      known === undefined || memory === undefined || !isSame
        ? { from: 0, firstLine: 1 }
        : { from: known.consumed, firstLine: memory.nextLine, state: memory.state };
    const { file, size } = kept;
    const source: PlannedSource = {
      task: {
        ...{ path, root: dirname(path), importer, settle, nowMs: 0 },
        ...from,
        kept: { file, size, sourcesDir: this.#options.sourcesDir },
      },
      bytes: size - from.from,
      ...(from.from === 0 || memory === undefined ? {} : { before: memory }),
    };
    for await (const { result } of readers.read([source])) if ('part' in result) appender.take(source, result.part);
    appender.flush();
    finishLinks(archive, appender);
  }
}

interface KeptState {
  readonly generation: number;
  readonly size: number;
  /** Which of its states this is, from the first on. */
  readonly run: number;
  readonly isLast: boolean;
}

/** Every state in which a source was kept, oldest first. */
function listStates({ generations }: KeptSource): readonly KeptState[] {
  const sizes = generations.flatMap(({ frames }, i) => {
    let size = 0;
    return frames.map(({ raw }) => {
      size += raw;
      return { generation: i + 1, size };
    });
  });
  return sizes.map((state, run) => ({ ...state, run, isLast: run === sizes.length - 1 }));
}

function collect(archive: ArchiveReader, wanted: ReadonlySet<string>): ReadonlyMap<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  for (const { id } of archive.walkConversations()) {
    const turns = archive.listTurns(id).filter(({ payloadHash }) => wanted.has(payloadHash));
    for (const [i, payload] of archive.readPayloads(turns).entries()) {
      const hash = turns[i]?.payloadHash;
      if (payload.status === 'present' && hash !== undefined) found.set(hash, payload.bytes);
    }
    for (const payload of archive.readMetas(id)) {
      if (payload.status !== 'present') continue;
      const hash = blake3Hex(payload.bytes);
      if (wanted.has(hash)) found.set(hash, payload.bytes);
    }
  }
  for (const hash of wanted) {
    const bytes = found.has(hash) ? undefined : archive.readBlob(hash as BlobHash);
    if (bytes !== undefined) found.set(hash, bytes);
  }
  return found;
}
