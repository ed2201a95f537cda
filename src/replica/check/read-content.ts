/** What the turns of a published conversation say, tile by tile, each payload held against its record. */
/** Only the tiles that are asked for are fetched; their names follow from the verified records. */

import {
  blobPath,
  decodeBlob,
  decodeChunk,
  decompressChunk,
  type LogRecord,
  type MetaTombstone,
  type PayloadRecord,
  type PayloadSlot,
  RecordError,
  TILE_WIDTH,
  type Tombstone,
  tileRecords,
} from '../../archive/format/format.ts';
import { blake3Hex } from '../../base/blake3.ts';
import { limits } from '../../base/limits.ts';
import { type Head, listLiveHeads, type Meta } from '../../model/conversation.ts';
import type { ConversationId } from '../../model/ids.ts';
import { decodeMeta } from '../../model/meta.ts';
import type { LoggedTurn, Payload } from '../../model/turn.ts';
import { BadReplicaError } from '../errors.ts';
import { conversationFolder, payloadName } from '../publish/replica-names.ts';
import { countRevisions } from '../publish/revisions.ts';
import { type FetchFile, fetchDecoded } from './log-tail.ts';

export interface ContentReader {
  readonly turns: readonly LoggedTurn[];
  /** Without retired ones. */
  readonly heads: readonly Head[];
  /** What each says, in their order. */
  readPayloads(turns: readonly LoggedTurn[]): Promise<readonly Payload[]>;
  /** What the last meta says; nothing when there is none, or it was taken back. Throws BadReplicaError. */
  readMeta(): Promise<Meta>;
  /** Undefined: it was not published. */
  findBlob(hash: string): Promise<Uint8Array | undefined>;
}

interface Tile {
  readonly slots: readonly PayloadSlot[];
  readonly raw: Uint8Array;
}

export function openContent(
  conversation: ConversationId,
  records: readonly LogRecord[],
  fetchFile: FetchFile,
): ContentReader {
  const folder = conversationFolder(conversation);
  const revisions = countRevisions(records);
  const withheld = new Map<string, Payload>();
  for (const record of records)
    if (record.kind === 'tombstone')
      withheld.set(record.action === 'meta withheld' ? record.meta : record.turn, withheldBy(record));
  // one at a time: turns are asked for in their order
  let open: { readonly n: number; readonly tile: Tile } | undefined;
  const openTile = async (n: number): Promise<Tile> => {
    if (open?.n === n) return open.tile;
    const width = tileRecords(records.length, n);
    const path = `${folder}/${payloadName(n, width, revisions.get(n) ?? 0)}`;
    const tile = await fetchDecoded(fetchFile, path, limits.payloadTile, (bytes) => {
      const chunk = decodeChunk(bytes, 0);
      if (chunk.first !== n * TILE_WIDTH || chunk.slots.length !== width || chunk.length !== bytes.length)
        throw new RecordError('it is not the one chunk of this tile');
      return { slots: chunk.slots, raw: decompressChunk(bytes, chunk) };
    });
    open = { n, tile };
    return tile;
  };
  const findBlob = async (hash: string): Promise<Uint8Array | undefined> => {
    const path = blobPath(hash);
    const bytes = await fetchFile(path, limits.blobFile);
    return bytes === undefined ? undefined : decodeBlob(path, bytes, hash);
  };
  /** `name`: what a tombstone calls it. */
  const readPayload = async (name: string, position: number, record: PayloadRecord): Promise<Payload> => {
    const taken = withheld.get(name);
    if (taken !== undefined) return taken;
    const n = Math.floor(position / TILE_WIDTH);
    const { slots, raw } = await openTile(n);
    const own = slots[position % TILE_WIDTH];
    const slot = own?.tag === 'same' ? slots[own.index - n * TILE_WIDTH] : own;
    const bytes =
      slot?.tag === 'inline'
        ? raw.subarray(slot.offset, slot.offset + slot.rawLength)
        : slot?.tag === 'blob'
          ? await findBlob(record.payloadHash)
          : undefined;
    const file = `${folder}, record ${position}`;
    if (bytes === undefined) return { status: 'damaged', file, problem: 'the host left out what it says' };
    if (bytes.length !== record.rawLength || blake3Hex(bytes) !== record.payloadHash)
      return { status: 'damaged', file, problem: 'what the host has for it is not what its record names' };
    return { status: 'present', bytes };
  };
  return {
    turns: records.flatMap((record, position) =>
      record.kind === 'turn' ? [{ ...record, conversation, position }] : [],
    ),
    heads: listHeads(conversation, records),
    async readPayloads(turns) {
      const payloads: Payload[] = [];
      for (const turn of turns) payloads.push(await readPayload(turn.hash, turn.position, { kind: 'turn', ...turn }));
      return payloads;
    },
    async readMeta() {
      const position = records.findLastIndex(({ kind }) => kind === 'meta');
      const record = records[position];
      if (record?.kind !== 'meta') return {};
      const payload = await readPayload(record.payloadHash, position, record);
      if (payload.status === 'withheld') return {};
      if (payload.status === 'damaged') throw new BadReplicaError(payload.file, payload.problem);
      return decodeMeta(payload.bytes);
    },
    findBlob,
  };
}

/** The last one of a name wins. */
function listHeads(conversation: ConversationId, records: readonly LogRecord[]): readonly Head[] {
  const heads = new Map<string, Head>();
  for (const record of records) if (record.kind === 'head') heads.set(record.name, record);
  return listLiveHeads([...heads.values()], conversation);
}

function withheldBy(tombstone: Tombstone | MetaTombstone): Payload {
  const { reason } = tombstone;
  if (tombstone.action !== 'replaced' || tombstone.replacement === undefined) return { status: 'withheld', reason };
  return { status: 'withheld', reason, replacement: tombstone.replacement };
}
