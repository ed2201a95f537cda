/** An archive as it was at chosen sizes: each conversation up to so many records, and those without a size not at all. */
/** What was published is such a beginning of a log, while the log goes on growing. What was taken back since is gone here, too. */

import { decodeUtf8, encodeHex } from '../../base/bytes.ts';
import { LruCache } from '../../base/lru-cache.ts';
import { type ConversationSummary, type Head, listLiveHeads } from '../../model/conversation.ts';
import type { BlobHash, ConversationId, PayloadHash, TurnHash } from '../../model/ids.ts';
import { isMeta } from '../../model/meta.ts';
import type { LoggedTurn, Payload } from '../../model/turn.ts';
import type {
  ArchiveInfo,
  ArchiveReader,
  ConversationCounts,
  ConversationFilter,
  DamageReport,
  Revision,
  SearchHit,
  SearchQuery,
  VerifyOptions,
  VerifyReport,
  WalkOptions,
} from '../contract.ts';
import { NotFoundError } from '../errors.ts';
import { emptyFrontier, type Frontier, growFrontier, leafHash, rootOf } from '../format/merkle.ts';
import { decodeRecord, type LogRecord, type Tombstone } from '../format/record.ts';
import { TILE_WIDTH } from '../format/tile-names.ts';
import { parseMeta } from '../index/index-rows.ts';
import { addTurn, emptySummary, type SummaryState } from '../index/summary.ts';

export interface PublishedSizes {
  /** Records that are shown of a conversation. Undefined: it is not there at all. More than its log has: it is damaged. */
  readonly sizeOf: (conversation: ConversationId) => number | undefined;
  /** Changes whenever a size does: revisions of another key are not to be compared. */
  readonly key: string;
}

/** Closing it closes `archive`. A conversation that is shown whole costs nothing more than there. */
export function cutArchive(archive: ArchiveReader, sizes: PublishedSizes): ArchiveReader {
  return new CutArchive(archive, sizes);
}

/** Summaries in memory, in records of which they were made. */
const RECORDS_KEPT = 1_000_000;
/** As a search of the whole gives when nobody says how many. */
const DEFAULT_HITS = 20;

class CutArchive implements ArchiveReader {
  readonly info: ArchiveInfo;
  readonly #whole: ArchiveReader;
  readonly #sizes: PublishedSizes;
  readonly #cuts = new LruCache<Cut>(RECORDS_KEPT);

  constructor(whole: ArchiveReader, sizes: PublishedSizes) {
    this.#whole = whole;
    this.#sizes = sizes;
    this.info = whole.info;
  }

  get damage(): readonly DamageReport[] {
    return this.#whole.damage;
  }

  /** In the order of the whole archive. */
  *walkConversations(options: WalkOptions = {}): Generator<ConversationSummary> {
    const { agent: _, project: __, joined: ___, ...order } = options;
    for (const whole of this.#whole.walkConversations(order)) {
      const summary = this.#cut(whole)?.summary;
      if (summary !== undefined && fits(summary, options)) yield summary;
    }
  }

  countConversations(filter: ConversationFilter = {}): ConversationCounts {
    let [conversations, turns] = [0, 0];
    for (const summary of this.walkConversations({ ...filter, order: 'changed' })) {
      conversations++;
      turns += summary.turns;
    }
    return { conversations, turns };
  }

  revision(): Revision {
    const { generation, revision } = this.#whole.revision();
    return { generation: `${generation}/${this.#sizes.key}`, revision };
  }

  /** Also those that changed and are not shown: they may have been before they changed. */
  *walkGone(since: number): Generator<ConversationId> {
    yield* this.#whole.walkGone(since);
    for (const { id } of this.#whole.walkConversations({ order: 'changed', since }))
      if (this.#sizes.sizeOf(id) === undefined) yield id;
  }

  findConversation(idOrPrefix: string): ConversationSummary | undefined {
    const whole = this.#whole.findConversation(idOrPrefix);
    return whole === undefined ? undefined : this.#cut(whole)?.summary;
  }

  getConversation(id: ConversationId): ConversationSummary {
    return this.#get(id).summary;
  }

  findTurn(hashOrPrefix: string): LoggedTurn | undefined {
    const turn = this.#whole.findTurn(hashOrPrefix);
    return turn !== undefined && this.#shows(turn) ? turn : undefined;
  }

  getTurn(hash: TurnHash): LoggedTurn {
    const turn = this.#whole.getTurn(hash);
    if (this.#shows(turn)) return turn;
    throw new NotFoundError('turn', hash);
  }

  listTurns(conversation: ConversationId, from = 0): readonly LoggedTurn[] {
    const { size } = this.#get(conversation).summary;
    const turns = this.#whole.listTurns(conversation, from);
    return turns.filter(({ position }) => position < size);
  }

  listBranch(turn: TurnHash, after?: TurnHash): readonly LoggedTurn[] {
    return this.#whole.listBranch(this.getTurn(turn).hash, after);
  }

  /** Of turns that are shown, also when it was taken back later. */
  listTombstones(conversation: ConversationId): readonly Tombstone[] {
    this.#get(conversation);
    return this.#whole.listTombstones(conversation).filter(({ turn }) => this.findTurn(turn) !== undefined);
  }

  listHeads(conversation: ConversationId): readonly Head[] {
    return this.#get(conversation).heads ?? this.#whole.listHeads(conversation);
  }

  readRecords(conversation: ConversationId, from: number, to: number): readonly Uint8Array[] {
    const { size } = this.#get(conversation).summary;
    return this.#whole.readRecords(conversation, from, Math.min(to, size));
  }

  getFrontier(conversation: ConversationId): Frontier {
    const { size } = this.#get(conversation).summary;
    const whole = this.#whole.getFrontier(conversation);
    return whole.size === size ? whole : frontierOf(this.#whole, conversation, size);
  }

  readPayloadTile(conversation: ConversationId, n: number, size: number): Uint8Array {
    return this.#whole.readPayloadTile(conversation, n, Math.min(size, this.#get(conversation).summary.size));
  }

  readMetas(conversation: ConversationId): readonly Payload[] {
    const { metas } = this.#get(conversation);
    return this.#whole.readMetas(conversation).slice(0, metas);
  }

  readPayload(turn: LoggedTurn): Payload {
    return this.#whole.readPayload(turn);
  }

  readPayloads(turns: readonly LoggedTurn[]): readonly Payload[] {
    return this.#whole.readPayloads(turns);
  }

  hasBlob(hash: BlobHash | PayloadHash): boolean {
    return this.#whole.hasBlob(hash);
  }

  readBlob(hash: BlobHash | PayloadHash): Uint8Array | undefined {
    return this.#whole.readBlob(hash);
  }

  readBlobFrame(hash: BlobHash | PayloadHash): Uint8Array | undefined {
    return this.#whole.readBlobFrame(hash);
  }

  /** Of the whole archive: a beginning is sound when the whole is. */
  verify(options?: VerifyOptions): VerifyReport {
    return this.#whole.verify(options);
  }

  search(query: SearchQuery): readonly SearchHit[] {
    const wanted = query.limit ?? DEFAULT_HITS;
    for (let limit = wanted; ; limit *= 2) {
      const hits = this.#whole.search({ ...query, limit });
      const shown = hits.filter(({ turn }) => this.findTurn(turn) !== undefined);
      if (shown.length >= wanted || hits.length < limit) return shown.slice(0, wanted);
    }
  }

  close(): void {
    this.#whole.close();
  }

  #shows(turn: LoggedTurn): boolean {
    const size = this.#sizes.sizeOf(turn.conversation);
    return size !== undefined && turn.position < size;
  }

  #get(id: ConversationId): Cut {
    const cut = this.#cut(this.#whole.getConversation(id));
    if (cut === undefined) throw new NotFoundError('conversation', id);
    return cut;
  }

  #cut(whole: ConversationSummary): Cut | undefined {
    const size = this.#sizes.sizeOf(whole.id);
    if (size === undefined) return undefined;
    if (size === whole.size) return { summary: whole };
    if (size > whole.size) {
      const lost = `${size} records of it were published, ${whole.size} are here`;
      return { summary: { ...whole, damage: whole.damage ?? lost } };
    }
    const key = `${whole.id}/${size}/${whole.rootHash}`;
    const known = this.#cuts.get(key);
    if (known !== undefined) return known;
    const cut = makeCut(this.#whole, whole, size);
    this.#cuts.set(key, cut, size);
    return cut;
  }
}

/** `heads`, `metas`: all that the beginning has; absent: all there are. */
interface Cut {
  readonly summary: ConversationSummary;
  readonly heads?: readonly Head[];
  readonly metas?: number;
}

/** Read again from the log and its payloads: only for one that grew since. Throws DamageError for a record that is not as it was. */
function makeCut(archive: ArchiveReader, whole: ConversationSummary, size: number): Cut {
  const heads = new Map<string, Head>();
  let state: SummaryState = emptySummary;
  let frontier = emptyFrontier;
  let metas = 0;
  for (let from = 0; from < size; from += TILE_WIDTH) {
    const records = archive.readRecords(whole.id, from, Math.min(size, from + TILE_WIDTH));
    frontier = growFrontier(frontier, records.map(leafHash));
    const turns = records.flatMap((bytes, i) => loggedTurn(decodeRecord(bytes), whole.id, from + i));
    for (const [i, payload] of archive.readPayloads(turns).entries()) {
      const turn = turns[i];
      if (turn === undefined) continue;
      state = addTurn(state, turn, payload.status === 'present' ? payload.bytes : undefined);
      if (payload.status === 'withheld') state = { ...state, withheld: state.withheld + 1 };
    }
    for (const bytes of records) {
      const record = decodeRecord(bytes);
      if (record.kind === 'meta') metas++;
      if (record.kind === 'head')
        heads.set(record.name, { name: record.name, turn: record.turn, timeMs: record.timeMs });
    }
  }
  const last = archive.readMetas(whole.id)[metas - 1];
  const metaJson = last?.status === 'present' && isMeta(last.bytes) ? decodeUtf8(last.bytes) : '';
  const { metaJson: _, heads: __, ...counts } = state;
  const named = [...heads.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const summary: ConversationSummary = {
    ...counts,
    ...{ id: whole.id, size, rootHash: encodeHex(rootOf(frontier)), heads: listLiveHeads(named, whole.id) },
    meta: parseMeta(metaJson),
    metaWithheld: whole.metaWithheld,
    ...(whole.origin === undefined ? {} : { origin: whole.origin }),
    ...(whole.damage === undefined ? {} : { damage: whole.damage }),
  };
  return { summary, heads: named, metas };
}

function frontierOf(archive: ArchiveReader, id: ConversationId, size: number): Frontier {
  let frontier = emptyFrontier;
  for (let from = 0; from < size; from += TILE_WIDTH)
    frontier = growFrontier(frontier, archive.readRecords(id, from, Math.min(size, from + TILE_WIDTH)).map(leafHash));
  return frontier;
}

function loggedTurn(record: LogRecord, conversation: ConversationId, position: number): readonly LoggedTurn[] {
  if (record.kind !== 'turn') return [];
  const { kind: _, ...turn } = record;
  return [{ ...turn, conversation, position }];
}

function fits({ meta }: ConversationSummary, { agent, project, joined }: ConversationFilter): boolean {
  return (
    (agent === undefined || meta.agent === agent) &&
    (project === undefined || meta.project === project) &&
    (joined === undefined || meta.joined === undefined)
  );
}
