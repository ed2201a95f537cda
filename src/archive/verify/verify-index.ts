/** The private index against a conversation's bytes: places, summary, tombstones, and the checksum of each chunk. */
/** A checksum shows a flipped bit even where decompression passes over it. */

import { equalBytes } from '../../base/bytes.ts';
import { canonicalJson } from '../../base/json.ts';
import { plural } from '../../model/counts.ts';
import type { ConversationId } from '../../model/ids.ts';
import type { DamageReport } from '../contract.ts';
import { tileFile } from '../files/conversation-files.ts';
import { rootOf } from '../format/merkle.ts';
import { listBlobsOf } from '../index/blob-parts.ts';
import type { ConversationRow } from '../index/conversation-row.ts';
import type { Store } from '../index/store.ts';
import type { ScannedConversation } from '../scan/scan.ts';

/** What was found of a conversation's turns while they were read. */
export interface CheckedTurns {
  /** The index leads to every one of them. */
  readonly inPlace: boolean;
  /** Hashes of the blobs that they need. */
  readonly blobs: ReadonlySet<string>;
}

/** Nothing for a conversation whose log is damaged (but for its chunks): the index may remember more than is there. */
export function checkIndex(store: Store, scanned: ScannedConversation, turns: CheckedTurns): DamageReport[] {
  const { id } = scanned;
  const row = store.index.findRow(id);
  // opening brought it in step with every log that it found: what it lacks was written since, and cannot be held against it
  const since = !store.writable && row?.stamp !== store.stampOf(id);
  if (since && row?.frontier.size !== scanned.frontier.size) return [];
  if (row === undefined)
    return scanned.frontier.size === 0 ? [] : [problem(id, 'the conversation is not in the index')];
  const chunks = checkChunks(store, scanned, row);
  if (scanned.readOnly !== undefined || chunks.length > 0) return chunks;
  const message = findDifference(store, scanned, row, turns);
  return message === undefined ? [] : [problem(id, message)];
}

function checkChunks(store: Store, { id, chunks }: ScannedConversation, row: ConversationRow): DamageReport[] {
  if (row.damage !== undefined) return [];
  const known = new Map(store.index.listChunks(row.key).map((chunk) => [`${chunk.tile}/${chunk.first}`, chunk]));
  return chunks.flatMap((chunk) => {
    const written = known.get(`${chunk.tile}/${chunk.first}`);
    if (
      written === undefined ||
      (written.length === chunk.length && written.crc === chunk.crc && written.offset === chunk.offset)
    )
      return [];
    const next = chunks.find((other) => other.tile === chunk.tile && other.first > chunk.first)?.first;
    const end = next ?? Math.min(row.frontier.size, (chunk.tile + 1) * 256);
    const positions = Array.from({ length: Math.max(0, end - chunk.first) }, (_, i) => chunk.first + i);
    const message = 'the bytes of a chunk are not those that were written';
    return [
      {
        kind: 'payload',
        file: tileFile(id, 'payload', chunk.tile),
        offset: chunk.offset,
        conversation: id,
        turns: [],
        positions,
        message,
      },
    ];
  });
}

function findDifference(
  store: Store,
  scanned: ScannedConversation,
  row: ConversationRow,
  turns: CheckedTurns,
): string | undefined {
  if (row.frontier.size !== scanned.frontier.size || !equalBytes(rootOf(row.frontier), rootOf(scanned.frontier))) {
    return `it knows ${plural(row.frontier.size, 'record')} of another log than these ${scanned.frontier.size}`;
  }
  if (row.damage !== undefined) return 'it calls the conversation damaged, which it is not';
  // a place too many leads nowhere and misleads nobody: what stands there must hash to what was asked for
  if (!turns.inPlace) return 'it has turns in other places than the log';
  if (store.index.listChunks(row.key).length !== scanned.chunks.length) return 'it knows other chunks than there are';
  if (spell(row.state) !== spell(scanned.state)) return 'its summary is not that of the log';
  const tombstones = scanned.tombstones.map(({ position: _, ...tombstone }) => tombstone);
  const known = [...store.index.listTombstones(row.key), ...store.index.listMetaTombstones(row.key)];
  if (spellAll(known) !== spellAll(tombstones)) return 'its tombstones are not those of the log';
  const metas = scanned.metas.flatMap(({ record, withheld }) => (withheld ? [] : listBlobsOf(record, undefined)));
  const blobs = new Set([...turns.blobs, ...metas]);
  if (store.index.listBlobUse(row.key).join() !== [...blobs].sort().join())
    return 'it has other uses of blobs than the log';
  return undefined;
}

function spell(state: ScannedConversation['state']): string {
  return canonicalJson({ ...state, heads: [...state.heads.values()].sort((a, b) => (a.name < b.name ? -1 : 1)) });
}

/** Whatever their order: the index keeps those of turns and those of metas apart. */
function spellAll(values: readonly object[]): string {
  return values.map(canonicalJson).sort().join();
}

function problem(conversation: ConversationId, message: string): DamageReport {
  return { kind: 'index', file: 'private/index.db', conversation, turns: [], message };
}
