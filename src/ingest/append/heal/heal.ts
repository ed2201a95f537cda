/** What the archive has lost and kept sources still say: content is put back where its hash is the recorded one, records are told again. */
/** Before anything is appended, because a damaged conversation takes nothing. Its cost follows the damage. */

import { existsSync } from 'node:fs';
import type { ArchiveWriter } from '../../../archive/archive.ts';
import type { Problem } from '../../../base/log.ts';
import type { ConversationId } from '../../../model/ids.ts';
import { SourceDamageError } from '../../errors.ts';
import { IMPORTERS } from '../../importers/importers.ts';
import type { Importer } from '../../kit/importer.ts';
import { findKeptSource, listKeptSources } from '../../read/sources.ts';
import { Aside, type HealOptions, type Telling } from './aside.ts';
import type { Tried } from './tried.ts';

/** Plain JSON. */
export interface HealReport {
  /** What came back. */
  readonly payloads: number;
  readonly blobs: number;
  /** Kept sources that were read again, because records of theirs were lost and the agent has them no more. */
  readonly sources: number;
  /** What is still lost: no kept source says it, or says it as it would be written today. */
  readonly missing: number;
  readonly problems: readonly Problem[];
}

/** Nothing lost: nothing is read. Else the kept sources of the conversations that lost something are read, and no others. */
export async function heal(
  archive: ArchiveWriter,
  options: HealOptions,
  importers: readonly Importer[] = IMPORTERS,
): Promise<HealReport> {
  const lost = archive.listLost();
  const problems: Problem[] = [];
  let [payloads, blobs] = [0, 0];
  const aside = new Aside(options, importers, (problem) => problems.push(problem));
  if (lost.length > 0) {
    const tried = await openTried(options);
    const groups = Map.groupBy(lost, ({ conversation }) =>
      JSON.stringify(pathsFor(archive, conversation, options.sourcesDir)),
    );
    for (const [key, group] of groups) {
      const paths = JSON.parse(key) as readonly string[];
      const ids = group.map(({ conversation }) => conversation);
      const hashes = group.flatMap((each) => each.hashes);
      if (isTried(tried, hashes, paths)) continue;
      const faults = problems.length;
      const back = await healGroup(archive, ids, paths, aside);
      payloads += back.payloads;
      blobs += back.blobs;
      // a source that could not be read may be whole tomorrow
      const left = problems.length > faults ? [] : lostOf(archive, ids);
      if (left.length > 0) tried.add(tried.nameOf(left, paths));
    }
    tried.save();
  }
  const paths = hasLostRecords(archive) ? listUntold(archive, options.sourcesDir) : [];
  if (paths.length > 0) await aside.tellTo(archive, paths);
  const missing = new Set(lost.length === 0 ? [] : archive.listLost().flatMap(({ hashes }) => hashes)).size;
  return { payloads, blobs, sources: paths.length, missing, problems };
}

/** A log is gone, or an earlier state of it was put in its place. */
function hasLostRecords(archive: ArchiveWriter): boolean {
  return archive.damage.some(({ kind, conversation }) => kind === 'log' && conversation !== undefined);
}

/** Kept sources of which the ledger knows nothing, as of all that said what was lost, and whose files are gone: no other run reads them. */
function listUntold({ ledger }: ArchiveWriter, sourcesDir: string): readonly string[] {
  return listKeptSources(sourcesDir).flatMap(({ path, beside }) =>
    beside === undefined && ledger.findSource(path) === undefined && !existsSync(path) ? [path] : [],
  );
}

/** It brings the rules about secrets with it, which an ingest that has lost nothing may not need. */
async function openTried(options: HealOptions): Promise<Tried> {
  const { Tried } = await import('./tried.ts');
  return new Tried(options);
}

/** A source of which nobody can say what was kept is tried, and named. */
function isTried(tried: Tried, hashes: readonly string[], paths: readonly string[]): boolean {
  try {
    return tried.has(tried.nameOf(hashes, paths));
  } catch (error) {
    if (error instanceof SourceDamageError) return false;
    throw error;
  }
}

function lostOf(archive: ArchiveWriter, ids: readonly ConversationId[]): readonly string[] {
  return archive.listLost().flatMap(({ conversation, hashes }) => (ids.includes(conversation) ? hashes : []));
}

/** Conversations that lost something and have a kept source: those that `heal` may help. */
export function listHealable(archive: ArchiveWriter, sourcesDir: string): readonly ConversationId[] {
  return archive.listLost().flatMap(({ conversation }) => {
    const kept = pathsFor(archive, conversation, sourcesDir).some((path) => {
      const source = findKeptSource(sourcesDir, path);
      return source !== undefined && source.withheld !== true;
    });
    return kept ? [conversation] : [];
  });
}

async function healGroup(
  archive: ArchiveWriter,
  ids: readonly ConversationId[],
  paths: readonly string[],
  aside: Aside,
): Promise<{ readonly payloads: number; readonly blobs: number }> {
  let [payloads, blobs] = [0, 0];
  for (const telling of TELLINGS) {
    const lost = archive.listLost().filter(({ conversation }) => ids.includes(conversation));
    const wanted = new Set(lost.flatMap(({ hashes }) => hashes));
    if (wanted.size === 0 || paths.length === 0) break;
    const found = await aside.read(paths, telling, wanted);
    if (found.size === 0) continue;
    for (const { conversation } of lost) {
      const back = archive.putBack(conversation, found);
      payloads += back.payloads;
      blobs += back.blobs;
    }
  }
  return { payloads, blobs };
}

const TELLINGS: readonly Telling[] = [
  { byRun: false, settle: true },
  { byRun: true, settle: false },
  { byRun: true, settle: true },
];

/** Where the ledger was lost nobody knows which source it was: then any that was kept may be. */
function pathsFor(archive: ArchiveWriter, id: ConversationId, sourcesDir: string): readonly string[] {
  const known = listPaths(archive, id);
  if (known.length > 0) return known;
  return listKeptSources(sourcesDir).flatMap(({ path, beside }) => (beside === undefined ? [path] : []));
}

/** Sources of a conversation, of those that it took over, and of the one whose tool call started it: its meta names that one. */
function listPaths(archive: Pick<ArchiveWriter, 'ledger' | 'findTurn'>, id: ConversationId): readonly string[] {
  const { ledger } = archive;
  const own = [id, ...ledger.listJoined(id)].flatMap((each) => ledger.listSourcesOf(each));
  const starters = own.flatMap(({ started = [] }) =>
    started.flatMap(({ startedBy }) => {
      const hash = ledger.findKey(startedBy);
      const turn = hash === undefined ? undefined : archive.findTurn(hash);
      return turn === undefined ? [] : ledger.listSourcesOf(turn.conversation);
    }),
  );
  return [...new Set([...own, ...starters].map(({ path }) => path))].sort();
}
