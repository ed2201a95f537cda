/** A log against its Merkle root: which records are those that the checkpoint counts. */
/** Records and stored leaf hashes are two witnesses; the one that fits the root convicts the other. */

import { equalBytes } from '../../base/bytes.ts';
import { plural } from '../../model/counts.ts';
import type { ConversationId } from '../../model/ids.ts';
import { type ConversationFiles, checkpointFile, tileFile } from '../files/conversation-files.ts';
import type { Checkpoint } from '../format/checkpoint.ts';
import { emptyFrontier, type Frontier, growFrontier, LEAF_LENGTH, leafHash, rootOf } from '../format/merkle.ts';
import { listChunks } from '../format/payload-tile.ts';
import { TILE_WIDTH, tileCount, tileRecords } from '../format/tile-names.ts';
import type { Findings } from './scan-findings.ts';
import { viewTile } from './scan-tile.ts';

interface CheckedTree {
  readonly frontier: Frontier;
  /** See ScannedConversation. */
  readonly knownRoot: Uint8Array | undefined;
}

/** Compares records, leaf tiles and root. Fills `bad` with the positions whose record is not the one under the root. */
export function checkTree(
  files: ConversationFiles,
  findings: Findings,
  size: number,
  checkpoint: Checkpoint | undefined,
  known: number,
): CheckedTree {
  let byRecord: Frontier = emptyFrontier;
  let byLeaf: Frontier = emptyFrontier;
  const differ: number[] = [];
  const missing: number[] = [];
  const absent: number[] = [];
  let knownRoot: Uint8Array | undefined;
  for (let n = 0; n < tileCount(size); n++) {
    const view = viewTile(files, findings.id, n, tileRecords(size, n));
    const own = view.records.map((record) => (record === undefined ? undefined : leafHash(record)));
    for (const [i, leaf] of own.entries()) {
      const position = n * TILE_WIDTH + i;
      const stored = view.leaves[i];
      if (leaf === undefined) missing.push(position);
      else if (stored === undefined || !equalBytes(leaf, stored)) differ.push(position);
      if (leaf !== undefined && stored === undefined) absent.push(position);
      if (leaf !== undefined && view.records[i]?.[0] === 3) findings.noteTombstone(view.records[i], position);
    }
    const zero = new Uint8Array(LEAF_LENGTH);
    const leaves = own.map((leaf, i) => leaf ?? view.leaves[i] ?? zero);
    const until = known - n * TILE_WIDTH;
    if (until > 0 && until <= leaves.length) knownRoot = rootOf(growFrontier(byRecord, leaves.slice(0, until)));
    byRecord = growFrontier(byRecord, leaves);
    byLeaf = growFrontier(
      byLeaf,
      own.map((leaf, i) => view.leaves[i] ?? leaf ?? zero),
    );
    for (const i of view.badFrames) {
      const position = n * TILE_WIDTH + i;
      findings.report('log', tileFile(findings.id, 'entries', n), 'the length before a record is wrong', true, {
        positions: [position],
      });
    }
  }
  const root = checkpoint?.root ?? rootOf(byRecord);
  if (isSizeWrong(files, findings, missing, size, root)) return { frontier: byRecord, knownRoot };
  const logFits = equalBytes(rootOf(byRecord), root);
  const leavesFit = equalBytes(rootOf(byLeaf), root);
  if (!logFits) for (const position of differ) findings.bad.add(position);
  for (const position of missing) findings.bad.add(position);
  findings.reportByTile('log', 'entries', [...findings.bad], 'the record is damaged or missing');
  const wrong = differ.filter((position) => !leavesFit || absent.includes(position));
  findings.reportByTile('leaf', '0', wrong, 'the leaf hash is missing or not that of its record');
  if (!logFits && !leavesFit && differ.length === 0 && missing.length === 0) {
    findings.report('checkpoint', checkpointFile(findings.id), 'its root is not that of the log', true);
  }
  return { frontier: leavesFit && !logFits ? byLeaf : byRecord, knownRoot };
}

/** The checkpoint counts more records than there are, and its root is that of those that are there: its size is the bad part. */
function isSizeWrong(
  files: ConversationFiles,
  findings: Findings,
  missing: readonly number[],
  size: number,
  root: Uint8Array,
): boolean {
  const [first] = missing;
  if (first === undefined || missing.length !== size - first) return false;
  let frontier: Frontier = emptyFrontier;
  for (let n = 0; n < tileCount(first); n++) {
    const { records } = viewTile(files, findings.id, n, tileRecords(first, n));
    if (records.some((record) => record === undefined)) return false;
    frontier = growFrontier(
      frontier,
      records.flatMap((record) => (record === undefined ? [] : [leafHash(record)])),
    );
  }
  if (!equalBytes(rootOf(frontier), root)) return false;
  const message = `it counts ${plural(size, 'record')}, but its root is that of the ${first} that are there`;
  findings.report('checkpoint', checkpointFile(findings.id), message, true);
  for (const position of missing) findings.bad.add(position);
  return true;
}

/** Records that stand whole with their leaf hash and payload chunk, from the start without a gap. */
export function longestPrefix(files: ConversationFiles, id: ConversationId): number {
  for (let n = 0; ; n++) {
    const { records, leaves } = viewTile(files, id, n, TILE_WIDTH);
    let whole = 0;
    while (whole < TILE_WIDTH) {
      const record = records[whole];
      const leaf = leaves[whole];
      if (record === undefined || leaf === undefined || !equalBytes(leafHash(record), leaf)) break;
      whole++;
    }
    const covered = chunkEnds(files, id, n).findLast((end) => end <= n * TILE_WIDTH + whole);
    if (whole < TILE_WIDTH || covered !== (n + 1) * TILE_WIDTH) return covered ?? n * TILE_WIDTH;
  }
}

function chunkEnds(files: ConversationFiles, id: ConversationId, n: number): number[] {
  const bytes = files.readTileBytes(id, 'payload', n) ?? new Uint8Array(0);
  return listChunks(bytes, n * TILE_WIDTH).chunks.map((chunk) => chunk.first + chunk.slots.length);
}
