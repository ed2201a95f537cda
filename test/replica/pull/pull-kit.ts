/** A publisher, a host that may lie, and a puller, for tests: each step is a call. */
/** Everything stands in one scratch folder; the copy is held against the origin byte by byte. */

import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ArchiveReader, type ArchiveWriter, createArchive, openArchive } from '../../../src/archive/archive.ts';
import { type Problem, silentLog, silentProgress } from '../../../src/base/log.ts';
import type { ConversationId } from '../../../src/model/ids.ts';
import { Fetcher, type PullOptions, type PullReport, pull } from '../../../src/replica/pull/pulling.ts';
import { at, chain, START } from '../../archive/turns.ts';
import { type HostileServer, serveHostile } from '../hostile-server.ts';
import { fixedKey, type Publication, publish, writeReplica } from '../test-publisher.ts';

export const ORIGIN = 'example.org/pulled';
export const KEY = fixedKey(ORIGIN);

export interface PullWorld {
  readonly dir: string;
  readonly origin: string;
  readonly site: string;
  readonly copy: string;
  readonly server: HostileServer;
  readonly problems: Problem[];
  write<T>(work: (archive: ArchiveWriter) => T): T;
  /** Appends a chain of turns to a new conversation. */
  grow(count: number, word?: string): ConversationId;
  /** Appends turns behind the last one of a conversation. */
  more(id: ConversationId, count: number): void;
  /** States, signature, files. */
  publish(publication?: Publication): void;
  pull(options?: Partial<PullOptions>): Promise<PullReport>;
  /** The error of a pull that must fail. */
  failure(options?: Partial<PullOptions>): Promise<Error & { readonly code?: string }>;
  read<T>(work: (archive: ArchiveReader) => T, dir?: string): T;
  close(): Promise<void>;
}

export async function openPullWorld(): Promise<PullWorld> {
  const dir = mkdtempSync(join(tmpdir(), 'pull-'));
  const [origin, site, copy] = [join(dir, 'origin'), join(dir, 'site'), join(dir, 'copy')];
  createArchive(origin, { origin: ORIGIN, nowMs: START });
  const server = await serveHostile(site);
  const problems: Problem[] = [];
  const using = <A extends { close(): void }, T>(archive: A, work: (archive: A) => T): T => {
    try {
      return work(archive);
    } finally {
      archive.close();
    }
  };
  const world: PullWorld = {
    ...{ dir, origin, site, copy, server, problems },
    write: (work) => using(openArchive(origin, { mode: 'write' }), work),
    read: (work, from = copy) => using(openArchive(from, { mode: 'read' }), work),
    grow(count, word = 'turn') {
      const turns = chain(count, word);
      const id = at(turns, 0).hash;
      const heads = [{ conversation: id, name: 'main', turn: at(turns, -1).hash }];
      world.write((archive) => archive.append({ turns, heads }));
      return id;
    },
    more(id, count) {
      world.write((archive) => {
        const last = at(archive.listTurns(id), -1);
        const parent = { ...last, payload: new Uint8Array(0) };
        const turns = chain(count, 'more', parent);
        archive.append({ turns, heads: [{ conversation: id, name: 'main', turn: at(turns, -1).hash }] });
      });
    },
    publish(publication = { key: KEY }) {
      publish(origin, publication);
      writeReplica(origin, site);
    },
    async pull(options = {}) {
      const { host } = server;
      const fetcher = new Fetcher({ allowHosts: [host], typed: [server.url], userAgent: 'turnpress/test' });
      problems.length = 0;
      const log = { ...silentLog, problem: (problem: Problem) => void problems.push(problem) };
      try {
        return await pull({
          ...{ dir: copy, address: `${server.url}/archive/`, fetcher, log, progress: silentProgress },
          ...{ nowMs: () => START, patienceMs: 1, ...options },
        });
      } finally {
        fetcher.close();
      }
    },
    async failure(options = {}) {
      const error: unknown = await world.pull(options).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      if (!(error instanceof Error)) throw new Error('the pull did not fail');
      return error;
    },
    async close() {
      await server.close();
      rmSync(dir, { recursive: true });
    },
  };
  return world;
}

/** Every file of a folder but for `private/`, by path, as its hash. */
export function filesOf(folder: string): Readonly<Record<string, string>> {
  if (!existsSync(folder)) return {};
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => !name.startsWith('private') && statSync(join(folder, name)).isFile(),
  );
  return Object.fromEntries(
    names.sort().map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex'),
    ]),
  );
}

/** All that people can read of an archive. */
export function said(archive: ArchiveReader) {
  return [...archive.walkConversations({ order: 'oldest' })].map((summary) => {
    const turns = archive.listTurns(summary.id);
    const payloads = archive
      .readPayloads(turns)
      .map((payload) => (payload.status === 'present' ? Buffer.from(payload.bytes).toString() : payload.status));
    const { damage: _, ...rest } = summary;
    return {
      summary: rest,
      turns,
      payloads,
      heads: archive.listHeads(summary.id),
      metas: archive.readMetas(summary.id),
    };
  });
}
