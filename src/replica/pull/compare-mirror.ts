/** Compares what was published here with what a host shows: the archive log, the root of each conversation, and bytes where they are asked for. */
/** Roots first: while they are equal, everything they count is, as long as the host has it; a request for each conversation says so. */

import {
  decodeRecord,
  emptyFrontier,
  hasPayload,
  type ParsedCheckpoint,
  parseCheckpoint,
  TILE_WIDTH,
  verifyCheckpoint,
} from '../../archive/format/format.ts';
import { blake3Hex } from '../../base/blake3.ts';
import { TurnpressError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { ConversationId } from '../../model/ids.ts';
import { LaggingReplicaError, NetworkError } from '../errors.ts';
import type { ArchiveLog } from '../log/archive-log.ts';
import type { LoggedState } from '../log/log-index.ts';
import { relateCheckpoint } from '../log/relate-checkpoint.ts';
import { parseVerifierKey } from '../log/verifier-key.ts';
import { CHECKPOINT_NAME, LOG_FOLDER } from '../publish/replica-names.ts';
import { countRevisions } from '../publish/revisions.ts';
import { fetchBlob, fetchCheckpoint, fetchPayloads, fetchRecords } from './conversation-tiles.ts';
import { inOrder, type ReplicaSource } from './source.ts';

/** `missing`: the host does not have it; `wrong`: it has something else. */
export interface Difference {
  readonly conversation: ConversationId;
  readonly kind: 'missing' | 'wrong';
  readonly message: string;
}

export interface MirrorReport {
  /**
   * Of the host's archive log: `same`; `stale`: a beginning of the one here; `ahead`: it has more records than are here; `forked`: it
   * contradicts the one here; `lies`: it is not signed by the key of the log here, or is of another archive.
   */
  readonly found: 'same' | 'stale' | 'ahead' | 'forked' | 'lies';
  readonly logSize: number;
  readonly shownSize: number;
  /** Published conversations that were compared, and payloads and blobs whose bytes were. */
  readonly conversations: number;
  readonly payloads: number;
  readonly differences: readonly Difference[];
}

export interface CompareOptions {
  readonly source: ReplicaSource;
  readonly log: ArchiveLog;
  /** Absent: all that are published. */
  readonly conversations?: readonly ConversationId[];
  /** Every record, payload and blob is fetched and hashed, too. */
  readonly bytes: boolean;
  readonly onProgress: (done: number, total: number, conversation: ConversationId) => void;
}

const WIDTH = 6;

/** Changes nothing. Throws NetworkError, and LaggingReplicaError when there is no archive log. */
export async function compareMirror(options: CompareOptions): Promise<MirrorReport> {
  const { source, log, conversations, onProgress } = options;
  const path = `${LOG_FOLDER}/${CHECKPOINT_NAME}`;
  const shown = await source.find(path, limits.checkpoint, (bytes) => ({ bytes, checkpoint: parseCheckpoint(bytes) }));
  if (shown === undefined) throw new LaggingReplicaError(path, 'the host has no archive log there');
  const sizes = { logSize: log.size, shownSize: shown.checkpoint.size };
  const found = relate(log, shown.checkpoint, shown.bytes);
  if (found === 'forked' || found === 'lies')
    return { found, ...sizes, conversations: 0, payloads: 0, differences: [] };
  const states = [...listStates(log, conversations)];
  const differences: Difference[] = [];
  let [done, payloads] = [0, 0];
  for await (const each of inOrder(states, WIDTH, (state) => compareOne(options, state))) {
    payloads += each.payloads;
    differences.push(...each.differences);
    const id = states[done++]?.conversation;
    if (id !== undefined) onProgress(done, states.length, id);
  }
  return { found, ...sizes, conversations: states.length, payloads, differences };
}

function relate(log: ArchiveLog, checkpoint: ParsedCheckpoint, bytes: Uint8Array): MirrorReport['found'] {
  if (checkpoint.origin !== log.origin) return 'lies';
  const keys = log.listKeys().map(({ key }) => parseVerifierKey(key));
  if (keys.length > 0 && !keys.some(({ name, publicKey }) => verifyCheckpoint(checkpoint, name, publicKey)))
    return 'lies';
  const relation = relateCheckpoint(log, bytes);
  if (relation === 'after') return 'ahead';
  if (relation === 'other') return 'forked';
  return checkpoint.size === log.size ? 'same' : 'stale';
}

function* listStates(log: ArchiveLog, wanted: readonly ConversationId[] | undefined): Generator<LoggedState> {
  for (const state of log.walkStates())
    if (state.published && (wanted === undefined || wanted.includes(state.conversation))) yield state;
}

interface Compared {
  readonly payloads: number;
  readonly differences: readonly Difference[];
}

async function compareOne({ source, log, bytes }: CompareOptions, state: LoggedState): Promise<Compared> {
  const { conversation } = state;
  const signers = log.listKeys().map(({ key }) => parseVerifierKey(key));
  const differences: Difference[] = [];
  let payloads = 0;
  const told = async (work: () => Promise<void>): Promise<boolean> => {
    try {
      await work();
      return true;
    } catch (error) {
      if (!(error instanceof TurnpressError) || error instanceof NetworkError) throw error;
      const kind = error instanceof LaggingReplicaError ? 'missing' : 'wrong';
      differences.push({ conversation, kind, message: error.message });
      return false;
    }
  };
  const isThere = await told(async () => {
    await fetchCheckpoint(source, log.origin, state, signers);
  });
  if (isThere && bytes)
    await told(async () => {
      const tiles = await fetchRecords(source, state, emptyFrontier, []);
      const differ = (message: string) => differences.push({ conversation, kind: 'wrong', message });
      if (tiles === undefined) {
        differ('its records do not have the root that the archive log says');
        return;
      }
      const decoded = tiles.map((tile) => tile.list().map((record) => decodeRecord(record)));
      const revisions = countRevisions(decoded.flat());
      const taken = new Set<string>();
      for (const record of decoded.flat())
        if (record.kind === 'tombstone') taken.add(record.action === 'meta withheld' ? record.meta : record.turn);
      for (const [n, records] of decoded.entries())
        await told(async () => {
          const tile = await fetchPayloads(source, state, n, revisions.get(n) ?? 0);
          for (const [i, record] of records.entries()) {
            if (!hasPayload(record) || taken.has(record.kind === 'turn' ? record.hash : record.payloadHash)) continue;
            const position = n * TILE_WIDTH + i;
            const isBlob = tile.slots[i]?.tag === 'blob';
            const raw = isBlob ? (await fetchBlob(source, record.payloadHash))?.raw : tile.find(position);
            payloads++;
            if (raw === undefined)
              differences.push({ conversation, kind: 'missing', message: `payload ${position} is not there` });
            else if (blake3Hex(raw) !== record.payloadHash) differ(`payload ${position} does not hash to its name`);
          }
        });
    });
  return { payloads, differences };
}
