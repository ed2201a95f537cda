/** Good bytes out of a replica on a host, by the names that follow from its own checkpoint of each conversation. */
/** What it lacks, or answers with other things, is not found; only a host that does not answer at all is told. */

import { type LogOffer, RecordError } from '../../archive/archive.ts';
import {
  decodeEntries,
  decodeRecord,
  hasPayload,
  type LogRecord,
  parseCheckpoint,
  RECORD_LIMIT,
  TILE_WIDTH,
  tileCount,
  tileRecords,
} from '../../archive/format/format.ts';
import { blake3Hex } from '../../base/blake3.ts';
import { TurnpressError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import type { ConversationId } from '../../model/ids.ts';
import { NetworkError } from '../errors.ts';
import type { Fetcher } from '../fetch/fetcher.ts';
import { CHECKPOINT_NAME, conversationFolder, entriesName, LOG_FOLDER } from '../publish/replica-names.ts';
import { countRevisions } from '../publish/revisions.ts';
import { fetchBlob, fetchPayloads } from '../pull/conversation-tiles.ts';
import { findReplica } from '../pull/discover.ts';
import { ReplicaSource } from '../pull/source.ts';
import type { Contents, GoodLog, GoodSource } from './good-source.ts';

/** Records of one log that are in memory together. */
const MOST_RECORDS = 2 ** 20;

/** `address`: any of the site. Nothing is asked before it is needed; then NoReplicaError is thrown when there is none. */
export function openReplicaSource(address: string, fetcher: Fetcher, patienceMs?: number): GoodSource {
  let found: Promise<ReplicaFinder> | undefined;
  const finder = (): Promise<ReplicaFinder> => {
    found ??= findReplica(address, fetcher).then(
      ({ base }) =>
        new ReplicaFinder(new ReplicaSource({ fetcher, base, ...(patienceMs === undefined ? {} : { patienceMs }) })),
    );
    return found;
  };
  return {
    name: address,
    listRecords: async (id, size) => (await (await finder()).listRecords(id)).slice(0, size),
    findLog: async () => (await finder()).findLog(),
    findContents: async (id, hashes) => (await finder()).findContents(id, hashes),
    close: () => {},
  };
}

class ReplicaFinder {
  readonly #source: ReplicaSource;
  #last: { readonly id: ConversationId; readonly records: LogOffer } | undefined;

  constructor(source: ReplicaSource) {
    this.#source = source;
  }

  async findLog(): Promise<GoodLog | undefined> {
    const checkpoint = await this.#findCheckpoint(LOG_FOLDER);
    if (checkpoint === undefined) return undefined;
    return {
      checkpoint,
      readTile: (n, size) => {
        const width = tileRecords(size, n);
        return this.#find(`${LOG_FOLDER}/${entriesName(n, width)}`, limits.entryTile, (bytes) =>
          decodeEntries(bytes, width),
        );
      },
      readConversation: (id) => this.#findCheckpoint(conversationFolder(id)),
    };
  }

  /** Those of the conversation that was asked for last stay in memory: contents are asked for after them. */
  async listRecords(id: ConversationId): Promise<LogOffer> {
    if (this.#last?.id === id) return this.#last.records;
    const folder = conversationFolder(id);
    const stated = await this.#find(`${folder}/${CHECKPOINT_NAME}`, limits.checkpoint, parseCheckpoint);
    const size = Math.min(stated?.size ?? 0, MOST_RECORDS);
    const records: (Uint8Array | undefined)[] = [];
    for (let n = 0; n < tileCount(size); n++) {
      const width = tileRecords(size, n);
      const tile = await this.#find(`${folder}/${entriesName(n, width)}`, width * (RECORD_LIMIT + 2), (bytes) =>
        decodeEntries(bytes, width).map((each) => new Uint8Array(each)),
      );
      records.push(...(tile ?? Array.from({ length: width }, () => undefined)));
    }
    this.#last = { id, records };
    return records;
  }

  async findContents(id: ConversationId, hashes: ReadonlySet<string>): Promise<Contents> {
    const found: Contents = new Map();
    const records = (await this.listRecords(id)).map(tryRecord);
    const present = records.filter((record) => record !== undefined);
    // with a record unread nobody knows the names of payload tiles
    if (present.length === records.length)
      for (let n = 0; n < tileCount(records.length); n++) {
        const own = present.slice(n * TILE_WIDTH, (n + 1) * TILE_WIDTH);
        if (!own.some((record) => hasPayload(record) && hashes.has(record.payloadHash))) continue;
        const log = { conversation: id, size: records.length };
        const revision = countRevisions(present).get(n) ?? 0;
        const payloads = await orNothing(() => fetchPayloads(this.#source, log, n, revision));
        for (const [i] of own.entries()) {
          const bytes = payloads?.find(n * TILE_WIDTH + i);
          const hash = bytes === undefined ? '' : blake3Hex(bytes);
          if (bytes !== undefined && hashes.has(hash)) found.set(hash, new Uint8Array(bytes));
        }
      }
    for (const hash of hashes) {
      if (found.has(hash)) continue;
      const blob = await orNothing(() => fetchBlob(this.#source, hash));
      if (blob !== undefined) found.set(hash, blob.raw);
    }
    return found;
  }

  #findCheckpoint(folder: string): Promise<Uint8Array | undefined> {
    return this.#find(`${folder}/${CHECKPOINT_NAME}`, limits.checkpoint, (bytes) => {
      parseCheckpoint(bytes);
      return bytes;
    });
  }

  #find<T>(path: string, limit: number, decode: (bytes: Uint8Array) => T): Promise<T | undefined> {
    return orNothing(() => this.#source.find(path, limit, decode));
  }
}

/** Undefined also for other things than were asked for. Throws NetworkError. */
async function orNothing<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof NetworkError || !(error instanceof TurnpressError)) throw error;
    return undefined;
  }
}

function tryRecord(bytes: Uint8Array | undefined): LogRecord | undefined {
  if (bytes === undefined) return undefined;
  try {
    return decodeRecord(bytes);
  } catch (error) {
    if (error instanceof RecordError) return undefined;
    throw error;
  }
}
