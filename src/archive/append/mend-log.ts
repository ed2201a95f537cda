/** A log whose records are damaged or gone, made whole from records that others have. */
/** Only records that together give exactly the size and root that are known here are written; who offers them is not asked. */

import { equalBytes } from '../../base/bytes.ts';
import { makeFolders, readFile, replaceFile } from '../../base/disk.ts';
import type { ConversationId } from '../../model/ids.ts';
import type { LogOffer, LogState, MendOptions } from '../contract.ts';
import { RecordError } from '../errors.ts';
import { checkpointFile, conversationPath, tileFile } from '../files/conversation-files.ts';
import { type ParsedCheckpoint, parseCheckpoint } from '../format/checkpoint.ts';
import { encodeEntries } from '../format/entry-tile.ts';
import { emptyFrontier, type Frontier, growFrontier, leafHash, rootOf, splitHashes } from '../format/merkle.ts';
import { findArchiveOrigin } from '../format/origin.ts';
import { TILE_WIDTH, tileCount, tileRecords } from '../format/tile-names.ts';
import { findKnownLog, listLostLogs } from '../index/lost-logs.ts';
import type { Store } from '../index/store.ts';
import { writeCheckpoint } from '../scan/checkpoint-file.ts';
import { quarantineFile } from '../scan/quarantine.ts';
import { knownOrigin, reindex } from '../scan/reindex.ts';
import { viewTile } from '../scan/scan-tile.ts';

type Leaves = readonly Uint8Array[];

/**
 * Writes what of `offers`, or of what is here, makes the log one that is known: that of its checkpoint, of the index's memory, or of
 * `states`, the greatest first, and never less than what the index knew. False: nothing was to be written. What stood in a file is in quarantine.
 */
export function mendLog(
  store: Store,
  id: ConversationId,
  offers: readonly LogOffer[],
  { states = [], dry = false }: MendOptions,
): boolean {
  store.files.forget(id);
  for (const state of listStates(store, id, states)) {
    const records = [hereOf(store, id, state.size), ...offers.map((offer) => offer.slice(0, state.size))];
    const found = findLeaves(store, id, state, records);
    if (found === undefined) continue;
    if (store.files.listProblems(id).length > 0) return false; // out of reach, and maybe whole
    if (dry) return true;
    const wrote = store.write(() => writeLog(store, id, found, records));
    reindex(store, id);
    return wrote;
  }
  return false;
}

/** Greatest size that is known of a log: so many records are worth asking for. 0: nothing is known. */
export function knownSize(store: Store, id: ConversationId, states: readonly LogState[]): number {
  return listStates(store, id, states)[0]?.size ?? 0;
}

/** What was known before the damage. What the index made of damaged tiles is no knowledge: it would make the damage the truth. */
function knownBefore(store: Store, id: ConversationId): LogState | undefined {
  const isLost = listLostLogs(store.index).some((lost) => lost.id === id);
  const row = store.index.findRow(id);
  const isWhole = row?.damage === undefined || areTilesWhole(store, id, row.frontier.size);
  return isLost || isWhole ? findKnownLog(store.index, id) : undefined;
}

/** Records and leaf hashes bear each other out: only the checkpoint, or what others say, is against them. */
function areTilesWhole(store: Store, id: ConversationId, size: number): boolean {
  return tilesOf(size).every((n) => {
    const { records, leaves } = viewTile(store.files, id, n, tileRecords(size, n));
    return records.every((record, i) => {
      const leaf = leaves[i];
      return record !== undefined && leaf !== undefined && equalBytes(leafHash(record), leaf);
    });
  });
}

function listStates(store: Store, id: ConversationId, states: readonly LogState[]): readonly LogState[] {
  const known = knownBefore(store, id);
  const stated = ownCheckpoint(store, id);
  const all = [...(stated === undefined ? [] : [stated]), ...(known === undefined ? [] : [known]), ...states];
  return all
    .filter(({ size }) => size > 0 && size >= (known?.size ?? 0) && size <= MOST_RECORDS)
    .sort((a, b) => b.size - a.size);
}

/** Records of one log that are in memory together. */
const MOST_RECORDS = 2 ** 20;

/** Undefined: there is none that can be read, or it is that of another log. */
function ownCheckpoint(store: Store, id: ConversationId): ParsedCheckpoint | undefined {
  const bytes = store.files.readCheckpointBytes(id);
  if (bytes === undefined) return undefined;
  try {
    const parsed = parseCheckpoint(bytes);
    const origin = findArchiveOrigin(parsed.origin, id);
    const expected = knownOrigin(store, store.index.findRow(id)) ?? store.info.origin;
    return origin === expected ? parsed : undefined;
  } catch (error) {
    if (error instanceof RecordError) return undefined;
    throw error;
  }
}

/** What the tiles here still hold, by position. */
function hereOf(store: Store, id: ConversationId, size: number): LogOffer {
  return tilesOf(size).flatMap((n) => [...viewTile(store.files, id, n, tileRecords(size, n)).records]);
}

function tilesOf(size: number): readonly number[] {
  return Array.from({ length: tileCount(size) }, (_, n) => n);
}

interface FoundLeaves {
  readonly leaves: Leaves;
  readonly frontier: Frontier;
}

/** All leaf hashes of the state: of the leaf tiles and records here, and of each offer. What one lacks the other one fills in. */
function findLeaves(
  store: Store,
  id: ConversationId,
  state: LogState,
  records: readonly LogOffer[],
): FoundLeaves | undefined {
  const stored = tilesOf(state.size).flatMap((n) => {
    const width = tileRecords(state.size, n);
    const leaves = splitHashes(store.files.readTileBytes(id, '0', n) ?? new Uint8Array(0));
    return Array.from({ length: width }, (_, i) => leaves[i]);
  });
  const sides = [stored, ...records.map((each) => each.map((record) => record && leafHash(record)))];
  const known = knownBefore(store, id);
  for (const first of sides)
    for (const second of sides) {
      const leaves: Uint8Array[] = [];
      for (let i = 0; i < state.size; i++) {
        const leaf = first[i] ?? second[i];
        if (leaf === undefined) break;
        leaves.push(leaf);
      }
      if (leaves.length < state.size) continue;
      const frontier = growFrontier(emptyFrontier, leaves);
      if (!equalBytes(rootOf(frontier), state.root)) continue;
      const begins = known === undefined ? undefined : growFrontier(emptyFrontier, leaves.slice(0, known.size));
      if (known === undefined || (begins !== undefined && equalBytes(rootOf(begins), known.root)))
        return { leaves, frontier };
    }
  return undefined;
}

/** Tiles first, the checkpoint last; a tile of which a record is found nowhere stays as it is. */
function writeLog(
  store: Store,
  id: ConversationId,
  { leaves, frontier }: FoundLeaves,
  records: readonly LogOffer[],
): boolean {
  let wrote = false;
  for (const n of tilesOf(leaves.length)) {
    const first = n * TILE_WIDTH;
    const own = leaves.slice(first, first + TILE_WIDTH);
    const found = own.flatMap((leaf, i) => {
      const fits = (record: Uint8Array | undefined) => record !== undefined && equalBytes(leafHash(record), leaf);
      return records.map((each) => each[first + i]).find(fits) ?? [];
    });
    wrote = replace(store, tileFile(id, '0', n), Buffer.concat(own)) || wrote;
    if (found.length === own.length) wrote = replace(store, tileFile(id, 'entries', n), encodeEntries(found)) || wrote;
  }
  const stated = ownCheckpoint(store, id);
  if (stated !== undefined && stated.size === frontier.size && equalBytes(stated.root, rootOf(frontier))) return wrote;
  const folder = store.path(conversationPath(id));
  for (const touched of makeFolders(store.disk, folder)) store.disk.fsyncDir(touched);
  quarantineFile(store, checkpointFile(id));
  writeCheckpoint(store, id, frontier, store.index.findRow(id)?.origin);
  return true;
}

/** False: these bytes stand there already. Beyond them may be a torn tail, which opening moves away. */
function replace(store: Store, file: string, bytes: Uint8Array): boolean {
  const path = store.path(file);
  const there = readFile(store.disk, path);
  if (there !== undefined && equalBytes(there.subarray(0, bytes.length), bytes)) return false;
  const folder = path.slice(0, path.lastIndexOf('/'));
  for (const touched of makeFolders(store.disk, folder)) store.disk.fsyncDir(touched);
  quarantineFile(store, file);
  replaceFile(store.disk, path, `${path}.tmp`, bytes);
  store.disk.fsyncDir(folder);
  return true;
}
