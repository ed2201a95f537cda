/** Recomputes an archive from its bytes and says everything that is not as it was written. */
/** Reads only: what it finds is for `repair` and for people. Every single flipped bit outside `private/` shows here. */

import { plural } from '../../model/counts.ts';
import type { ConversationId, TurnHash } from '../../model/ids.ts';
import type { DamageReport, VerifyOptions, VerifyReport } from '../contract.ts';
import { isDamage } from '../damage.ts';
import { ConversationFiles, checkpointFile, tileFile } from '../files/conversation-files.ts';
import { findInfoDifference } from '../files/info-copy.ts';
import { parseCheckpoint, verifyCheckpoint } from '../format/checkpoint.ts';
import type { PayloadRecord } from '../format/record.ts';
import { TILE_WIDTH } from '../format/tile-names.ts';
import { listBlobsOf } from '../index/blob-parts.ts';
import { findKnownLog, listLostLogs } from '../index/lost-logs.ts';
import type { Store } from '../index/store.ts';
import { findLoss, lossReport } from '../scan/find-loss.ts';
import { knownOrigin } from '../scan/reindex.ts';
import { type ScannedConversation, type SeenMeta, scanConversation } from '../scan/scan.ts';
import { isPurging } from '../withdraw/purge.ts';
import { isWrittenByOthers, lookUntilSettled } from './beside-writer.ts';
import { BlobUse } from './blob-use.ts';
import { verifyBlobs } from './verify-blobs.ts';
import { checkIndex } from './verify-index.ts';
import { checkItem } from './verify-items.ts';
import { finishOrder, verifyOrder } from './verify-order.ts';
import { listStrays, listStraysOf } from './verify-strays.ts';

/** `clock`: milliseconds, never going back. Never throws for damage. */
export function verifyArchive(store: Store, options: VerifyOptions, clock: () => number): VerifyReport {
  const use = new BlobUse();
  try {
    return verifyAll(store, options, clock, use);
  } finally {
    use.close();
  }
}

function verifyAll(store: Store, options: VerifyOptions, clock: () => number, use: BlobUse): VerifyReport {
  const start = clock();
  const damage: DamageReport[] = [
    ...listOf(findInfoDifference(store.disk, store.dir)),
    ...listGone(store),
    ...listStrays(store),
  ];
  const { ids, all } = verifyOrder(store, options);
  let done = 0;
  let turns = 0;
  let payloads = 0;
  for (const id of ids) {
    if (options.maxDurationMs !== undefined && done > 0 && clock() - start >= options.maxDurationMs) break;
    const found = lookUntilSettled(store, id, () => verifyConversation(store, id, use));
    damage.push(...found.damage);
    turns += found.turns;
    payloads += found.payloads;
    done++;
    options.onProgress?.(done, ids.length, id);
  }
  const complete = done === all;
  finishOrder(store, ids.slice(0, done), complete);
  const blobs = verifyBlobs(store, use, complete, new Set(damage.map(({ file }) => file)));
  return {
    conversations: done,
    turns,
    payloads,
    blobs: blobs.count,
    complete,
    damage: [...damage, ...blobs.damage].filter(isDamage),
    notes: damage.filter((report) => !isDamage(report)),
  };
}

/** Conversations that were known and have no folder: lost before, or since the archive was opened. */
function listGone(store: Store): DamageReport[] {
  const gone = new Map(listLostLogs(store.index).map((lost) => [lost.id, lost]));
  for (const { id } of store.index.walkStamps()) {
    const known = store.hasFolder(id) ? undefined : findKnownLog(store.index, id);
    if (known !== undefined) gone.set(id, known);
  }
  return [...gone.values()].filter(({ id }) => !store.hasFolder(id)).map(lossReport);
}

/** All that is kept of a turn while its conversation is read: to name it, and the one before it, should they be damaged. */
interface NamedTurn {
  readonly hash: TurnHash;
  readonly parent: TurnHash | null;
  readonly position: number;
}

function verifyConversation(
  store: Store,
  id: ConversationId,
  use: BlobUse,
): { readonly damage: readonly DamageReport[]; readonly turns: number; readonly payloads: number } {
  const before = store.stampOf(id);
  const known = isUncommitted(store, id) ? undefined : findKnownLog(store.index, id);
  const row = store.index.findRow(id);
  const extent = { origin: knownOrigin(store, row), size: known?.size ?? 0 };
  const turns: NamedTurn[] = [];
  const found: DamageReport[] = [];
  const blobs = new Set<string>();
  let inPlace = true;
  let payloads = 0;
  const scanned = scanConversation(new ConversationFiles(store.disk, store.dir), id, extent, (hash, position, seen) => {
    use.note(hash, seen);
    found.push(...listOf(checkItem(id, position, seen)), ...listOf(checkWithdrawal(store, id, { ...seen, position })));
    if (!seen.withheld) for (const blob of listBlobsOf(seen.record, seen.payload)) blobs.add(blob);
    if (row !== undefined) inPlace &&= store.index.hasPlace(row.key, hash, position);
    if (seen.payload !== undefined) payloads++;
    turns.push({ hash, parent: seen.record.parent, position });
  });
  for (const meta of scanned.metas) use.noteMeta(meta);
  if (store.stampOf(id) !== before) return verifyConversation(store, id, use); // somebody committed meanwhile
  // what is damaged is said already, and cannot be held against what was known
  const loss = scanned.readOnly === undefined ? findLoss(known, scanned) : undefined;
  const damage = [
    ...scanned.damage,
    ...scanned.oddities,
    ...found,
    ...listOf(checkMain(scanned)),
    ...listStraysOf(store, id),
    ...scanned.metas.flatMap((seen) => listOf(checkWithdrawal(store, id, seen))),
    ...checkTails(store, scanned),
    ...(loss === undefined
      ? [...listOf(checkCheckpoint(store, scanned)), ...checkIndex(store, scanned, { inPlace, blobs })]
      : [loss]),
  ];
  return { damage: damage.map((report) => nameTurns(store, report, turns)), turns: turns.length, payloads };
}

/** Opening found a log that never had a checkpoint: what the index says of it is what was read a moment ago. */
function isUncommitted(store: Store, id: ConversationId): boolean {
  return store.damage.some(({ kind, file }) => kind === 'note' && file === checkpointFile(id));
}

/** A payload that was taken back must be gone, or whoever took it was stopped. */
function checkWithdrawal(
  store: Store,
  id: ConversationId,
  { record, position, slot, withheld }: Omit<SeenMeta, 'record'> & { readonly record: PayloadRecord },
): DamageReport | undefined {
  if (!withheld || slot === undefined || slot.tag === 'withheld') return undefined;
  const file = tileFile(id, 'payload', Math.floor(position / TILE_WIDTH));
  const message = 'the payload is still there although a tombstone took it back';
  const turns = record.kind === 'turn' ? [record.hash] : [];
  const report = { file, conversation: id, turns, positions: [position] } as const;
  if (!isPurging(store, id)) return { ...report, kind: 'payload', message };
  return { ...report, kind: 'note', message: `${message}: the next command that writes removes it` };
}

/** Every importer names the way that its agent went on. */
function checkMain({ id, state }: ScannedConversation): DamageReport | undefined {
  if (state.turns === 0 || state.heads.has('main')) return undefined;
  const message = 'no head is called main: its newest turn is shown as its end';
  return { kind: 'note', file: `conversations/${id}`, conversation: id, turns: [], message };
}

/** Bytes beyond the checkpoint, unless another process is just writing them. */
function checkTails(store: Store, { id, tails }: ScannedConversation): DamageReport[] {
  if (tails.length === 0 || isWrittenByOthers(store)) return [];
  return tails.map(({ file, keep, bytes, records }) => ({
    ...({ kind: 'torn-tail', file, offset: keep, conversation: id, turns: [] } as const),
    message: `${plural(bytes, 'byte')} (${plural(records, 'whole record')}) beyond the checkpoint`,
  }));
}

/** The file must be what we would write, signature included when the key is here. */
function checkCheckpoint(
  store: Store,
  { id, checkpoint, frontier, damage }: ScannedConversation,
): DamageReport | undefined {
  const file = checkpointFile(id);
  const report = { kind: 'checkpoint', file, conversation: id, turns: [] } as const;
  if (checkpoint === undefined) {
    if (damage.length > 0) return undefined; // said there, with its reason
    // nobody knew of a checkpoint here: a first append that was cut off
    if (frontier.size === 0) return undefined;
    if (store.index.isNew) return { ...report, message: 'there is none that can be read' };
    return { ...report, kind: 'note', message: 'none was written yet: the next command that writes makes it' };
  }
  const bytes = store.files.readCheckpointBytes(id) ?? new Uint8Array(0);
  const parsed = parseCheckpoint(bytes);
  const isOwn = checkpoint.origin === `${store.info.origin}/${id}`;
  const key = isOwn ? store.signingKey : undefined;
  // nobody here can say what another archive's signature must be; others' lines beside ours may stand there too
  if (parsed.signatures.length === 0 || key === undefined) return undefined;
  const keys = [key, ...store.formerKeys];
  if (keys.some(({ name, publicKey }) => verifyCheckpoint(parsed, name, publicKey))) return undefined;
  return { ...report, message: 'its signature is not that of this archive' };
}

/** Turns of the positions, from what was read, and from the index for what could not be. */
function nameTurns(store: Store, report: DamageReport, turns: readonly NamedTurn[]): DamageReport {
  if (report.turns.length > 0 || report.positions === undefined || report.conversation === undefined) return report;
  const positions = new Set(report.positions);
  const found = turns.filter((turn) => positions.has(turn.position)).map(({ hash }) => hash);
  const readable = new Set(turns.map((turn) => turn.position));
  const lost = report.positions.filter((position) => !readable.has(position));
  const row = lost.length === 0 ? undefined : store.index.findRow(report.conversation);
  if (row === undefined) return { ...report, turns: found };
  const prefixes = store.index.listTurnPrefixes(row.key);
  const named = [
    ...turns.flatMap((turn) => listOf(turn.parent ?? undefined)),
    ...[...row.state.heads.values()].map((head) => head.turn),
  ];
  const more = lost.flatMap((position) => {
    const prefix = prefixes.get(position);
    return listOf(prefix === undefined ? undefined : named.find((hash) => hash.startsWith(prefix)));
  });
  return { ...report, turns: [...found, ...more] };
}

function listOf<T>(value: T | undefined): T[] {
  return value === undefined ? [] : [value];
}
