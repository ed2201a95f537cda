/** Turns what was read into turns of the archive: keys become hashes, batches become commits with their heads and meta. */
/** The ledger is written after the commit it speaks of: it may lag behind the archive, never lead it. */

import { type LedgerSource, prepareTurn } from '../../archive/archive.ts';
import type { ConversationId, TurnHash } from '../../model/ids.ts';
import { findItem, ITEM_PAYLOAD } from '../../model/payload.ts';
import type { Counts } from '../../secrets/secrets.ts';
import { BlobMismatchError } from '../errors.ts';
import type { ImportedConversation } from '../kit/importer.ts';
import type { Fired, ReadPart, ReadTurn } from '../read/read-source.ts';
import { createBelow } from './below.ts';
import { Batch, commitBatch, type Placed, type Row } from './commit.ts';
import { type Contribution, emptyContribution, encodeMemory, type Memory, type TailTurn } from './memory.ts';
import { addCounts, growMeta } from './meta.ts';
import type { PlannedSource } from './plan.ts';
import type { Counters } from './report.ts';
import type { IngestStore, StoredConversation } from './store.ts';
import { isUnfinishedCopy } from './superseded.ts';

export interface Appender {
  /** Whether a turn of this key was taken, in this run or in an earlier one. */
  isKnown(key: string): boolean;
  /** Takes the next part of a source. Turns with unknown parents start conversations. */
  take(source: PlannedSource, part: ReadPart): void;
  /** Commits what was taken. */
  flush(): void;
  /** Conversations that sources spoke of, with what the archive knew of them before. */
  readonly touched: ReadonlyMap<ConversationId, Before>;
  /** Notes what is known of a conversation, before it changes. */
  touch(conversation: ConversationId): void;
}

/** A conversation before this run. */
export interface Before {
  readonly known: boolean;
  readonly size: number;
  readonly prompts: number;
  readonly branches: number;
}

export function createAppender(store: IngestStore, counters: Counters): Appender {
  const touched = new Map<ConversationId, Before>();
  const drafts = new Map<string, Draft>();
  let pending = new Batch();

  const find = (key: string): Placed | null | undefined => {
    const here = pending.keys.get(key);
    if (here !== undefined) return here;
    const hash = store.ledger.findKey(key);
    return hash === undefined ? undefined : store.findTurn(hash);
  };

  const touch = (conversation: ConversationId) => {
    if (touched.has(conversation)) return;
    const summary = store.findConversation(conversation);
    touched.set(conversation, {
      known: summary !== undefined,
      size: summary?.size ?? 0,
      prompts: summary?.prompts ?? 0,
      branches: branchCount(summary),
    });
  };

  const flush = () => {
    const batch = pending;
    if (batch.isEmpty()) return;
    pending = new Batch();
    const lost = commitBatch(store, batch, counters);
    const keys = [...batch.keys].flatMap(([key, placed]) =>
      placed === null || lost.has(placed.conversation) ? [] : [{ key, turn: placed.hash }],
    );
    const sources = batch.rows.map(({ memory, ...row }): LedgerSource => {
      const started = memory.contributions.flatMap(({ conversation, startedBy }) =>
        startedBy === undefined ? [] : [{ conversation, startedBy }],
      );
      // links of its sub-agents are looked at when the run ends, or by the next one
      return { ...row, state: encodeMemory(memory), started, unfinished: started.length > 0 };
    });
    const kept = sources.filter((source) => !source.conversations.some((id) => lost.has(id)));
    if (keys.length > 0 || kept.length > 0) store.ledger.record({ keys, sources: kept });
  };

  const payloadOf = (hash: TurnHash): Uint8Array | undefined => {
    const waiting = pending.turns.get(hash);
    if (waiting !== undefined) return waiting.prepared.payload;
    const turn = store.findTurn(hash);
    const [payload] = turn === undefined ? [] : store.readPayloads([turn]);
    return payload?.status === 'present' ? payload.bytes : undefined;
  };

  /** A shorter copy of a message that is known whole (an older snapshot, read later) must not take over its key. */
  const isOlderCopy = (key: string, placed: Placed, payload: Uint8Array): boolean => {
    const known = find(key);
    if (known === undefined || known === null || known.hash === placed.hash) return false;
    const whole = payloadOf(known.hash);
    const [copy, item] = [payload, whole].map((bytes) => bytes && findItem(ITEM_PAYLOAD, bytes));
    return copy !== undefined && item !== undefined && isUnfinishedCopy(copy, item);
  };

  /** A fork's copy has times of its own: with the key, the words and the parent of a known turn it is that turn. */
  const findCopied = ({ key, payloadHash }: ReadTurn, parent: Placed | null): Placed | undefined => {
    const known = find(key);
    if (known === undefined || known === null) return undefined;
    const turn = pending.turns.get(known.hash)?.prepared ?? store.findTurn(known.hash);
    return turn?.payloadHash === payloadHash && turn.parent === (parent?.hash ?? null) ? known : undefined;
  };

  const below = createBelow({
    listTurns: (id) => [
      ...(store.findConversation(id) === undefined ? [] : store.listTurns(id)),
      ...[...pending.turns.values()].flatMap((each) => (each.conversation === id ? [each.prepared] : [])),
    ],
    readPayload: payloadOf,
  });

  /** What a turn hangs on, null for a conversation's first. */
  const findParent = (turn: ReadTurn): Placed | null => {
    if (turn.parent === null) return null;
    const named = find(turn.parent);
    if (named === undefined && turn.otherwise !== undefined) return find(turn.otherwise) ?? null;
    if (named === undefined || named === null) return null;
    if (turn.place === 'below') return below.find(named, turn.kind === 'prompt');
    return turn.place === 'beside' ? parentOf(named) : named;
  };

  const parentOf = ({ hash, conversation }: Placed): Placed | null => {
    const parent = (pending.turns.get(hash)?.prepared ?? store.findTurn(hash))?.parent ?? null;
    const above = parent === null ? undefined : (pending.turns.get(parent)?.prepared ?? store.findTurn(parent));
    return above === undefined ? null : { hash: above.hash, depth: above.depth, timeMs: above.timeMs, conversation };
  };

  const place = (turn: ReadTurn, part: ReadPart, leaf: boolean): Placed | null => {
    const parent = findParent(turn);
    if (turn.length < 0) {
      for (const key of [turn.key, ...turn.aliases]) pending.keys.set(key, parent);
      return null;
    }
    const copied = part.conversations.some((each) => each.meta.fork_of !== undefined)
      ? findCopied(turn, parent)
      : undefined;
    if (copied !== undefined) {
      for (const alias of turn.aliases) pending.keys.set(alias, copied);
      return copied;
    }
    const payload = part.payloads.subarray(turn.at, turn.at + turn.length);
    const prepared = prepareTurn({
      parent,
      timeMs: turn.timeMs ?? parent?.timeMs ?? 0,
      ...ITEM_PAYLOAD,
      payload,
      payloadHash: turn.payloadHash,
    });
    const { hash, depth, timeMs } = prepared;
    const placed = { hash, depth, timeMs, conversation: parent?.conversation ?? hash };
    if (!leaf || !isOlderCopy(turn.key, placed, payload)) {
      for (const key of [turn.key, ...turn.aliases]) pending.keys.set(key, placed);
    }
    pending.add(prepared, placed.conversation);
    below.add(placed, prepared.parent);
    return placed;
  };

  const take = (source: PlannedSource, part: ReadPart) => {
    const { path, importer } = source.task;
    for (const blob of part.blobs) {
      const hash = store.putBlob(blob.bytes);
      if (hash !== blob.hash) throw new BlobMismatchError(path, blob.hash, hash);
    }
    const draft = part.fresh ? new Draft() : (drafts.get(path) ?? new Draft(source.before));
    draft.startPart();
    const parents = new Set(part.turns.map((turn) => turn.parent));
    const fired = new Map(part.fired.map((each) => [each.turn, each]));
    part.turns.forEach((turn, i) => {
      const leaf = !parents.has(turn.key) && !turn.aliases.some((alias) => parents.has(alias));
      const placed = place(turn, part, leaf);
      if (placed === null) return;
      touch(placed.conversation);
      draft.addTurn(turn.key, placed, fired.get(i));
      if (pending.bytes >= BATCH_BYTES || pending.turns.size >= BATCH_TURNS) flush();
    });
    for (const [alias, key] of part.aliases) {
      const placed = find(key);
      if (placed !== undefined) pending.keys.set(alias, placed);
    }
    for (const each of part.conversations) {
      const placed = find(each.turn);
      const current = each.current === undefined ? undefined : find(each.current);
      if (placed === undefined || placed === null) continue;
      touch(placed.conversation);
      draft.addWord(placed.conversation, each, current, part.consumed);
    }
    if (!part.last) {
      drafts.set(path, draft);
      return;
    }
    drafts.delete(path);
    pending.rows.push(rowOf(path, importer, part, draft));
    for (const { conversation } of draft.contributions.values()) touch(conversation);
    if (pending.bytes >= SOFT_BATCH_BYTES || pending.rows.length >= BATCH_ROWS) flush();
  };

  return {
    isKnown: (key) => find(key) !== undefined,
    take,
    flush,
    touched,
    touch,
  };
}

/** Branches other than `main` that are not retired. */
export function branchCount(summary: StoredConversation | undefined): number {
  if (summary === undefined) return 0;
  return summary.heads.filter((head) => head.name !== 'main' && head.turn !== summary.id).length;
}

/** A source's word on its conversations, growing part by part. */
class Draft {
  readonly contributions: Map<ConversationId, Contribution>;
  /** Turns of the part before that had counts: what follows `consumed` is read, and said, again. */
  private before: ReadonlyMap<string, TailTurn>;
  private tail = new Map<string, TailTurn>();

  constructor(memory?: Memory) {
    this.contributions = new Map(memory?.contributions.map((each) => [each.conversation, each]));
    this.before = new Map(memory?.tail.map((each) => [each.key, each]));
  }

  startPart(): void {
    if (this.tail.size === 0) return;
    this.before = this.tail;
    this.tail = new Map();
  }

  addTurn(key: string, { conversation }: Placed, fired: Fired | undefined): void {
    const word = this.contributions.get(conversation) ?? emptyContribution(conversation);
    const [redactions, findings] = [fired?.redactions ?? NONE, fired?.findings ?? NONE];
    const again = this.tail.get(key) ?? this.before.get(key);
    if (fired !== undefined) this.tail.set(key, { key, redactions, findings });
    if (fired === undefined && again === undefined && this.contributions.has(conversation)) return;
    this.contributions.set(conversation, {
      ...word,
      redactions: addCounts(addCounts(word.redactions, again?.redactions ?? NONE, -1), redactions),
      findings: addCounts(addCounts(word.findings, again?.findings ?? NONE, -1), findings),
    });
  }

  addWord(
    conversation: ConversationId,
    said: ImportedConversation,
    current: Placed | null | undefined,
    consumed: number,
  ): void {
    const { current: _, ...word } = this.contributions.get(conversation) ?? emptyContribution(conversation);
    this.contributions.set(conversation, {
      ...word,
      meta: growMeta(word.meta, said.meta),
      asOfMs: Math.max(word.asOfMs, said.asOfMs),
      consumed,
      ...(current?.conversation === conversation ? { current: current.hash } : {}),
      ...(said.startedBy === undefined ? {} : { startedBy: said.startedBy }),
    });
  }

  /** A message that waits for its end may have been said by an earlier run, and is not in this one. */
  private openTail(waiting: boolean): ReadonlyMap<string, TailTurn> {
    if (this.tail.size === 0) return this.before;
    return waiting ? new Map([...this.before, ...this.tail]) : this.tail;
  }

  memory(part: ReadPart): Memory {
    return {
      state: part.state,
      nextLine: part.nextLine,
      waiting: part.waiting,
      contributions: [...this.contributions.values()],
      tail: part.consumed >= part.size ? [] : [...this.openTail(part.waiting > 0).values()],
    };
  }
}

function rowOf(path: string, importer: string, part: ReadPart, draft: Draft): Row {
  return {
    path,
    importer,
    size: part.size,
    mtimeNs: part.mtimeNs,
    consumed: part.consumed,
    guard: part.guard,
    memory: draft.memory(part),
    conversations: [...draft.contributions.keys()],
  };
}

const NONE: Counts = {};

/** A commit is bounded in payload bytes and in turns: memory, and what a crash can cost. */
const BATCH_BYTES = 8 * 1024 * 1024;
const BATCH_TURNS = 4096;
/** At a source's end a commit may come sooner: writing then goes on beside reading, and no conversation is split. */
const SOFT_BATCH_BYTES = 2 * 1024 * 1024;
const BATCH_ROWS = 256;
