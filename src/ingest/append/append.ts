/** Turns what was read into turns of the archive: keys become hashes, batches become commits with their heads and meta. */
/** The ledger is written after the commit it speaks of: it may lag behind the archive, never lead it. */

import { type LedgerSource, type LostParent, type PreparedTurn, prepareTurn } from '../../archive/archive.ts';
import type { ConversationId, TurnHash } from '../../model/ids.ts';
import { encodeItem } from '../../model/item.ts';
import { findItem, ITEM_PAYLOAD } from '../../model/payload.ts';
import type { Counts } from '../../secrets/secrets.ts';
import { BlobMismatchError } from '../errors.ts';
import type { ImportedConversation } from '../kit/importer.ts';
import type { Fired, ReadPart, ReadTurn } from '../read/read-source.ts';
import { createBelow } from './below.ts';
import { Batch, commitBatch, type Placed, type Row } from './commit.ts';
import { type Contribution, emptyContribution, encodeMemory, joinWords, type Memory, type TailTurn } from './memory.ts';
import { addCounts, growMeta } from './meta.ts';
import type { PlannedSource } from './plan.ts';
import { type Grafting, type KnownTurn, moveBelow, moveTurn } from './regraft.ts';
import type { Counters } from './report.ts';
import type { IngestStore, StoredConversation } from './store.ts';
import { isFuller, tellsAll } from './superseded.ts';

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

type Retelling = Pick<ReadTurn, 'timeMs'> & Partial<Pick<ReadTurn, 'payloadHash'>>;

export function createAppender(store: IngestStore, counters: Counters): Appender {
  const touched = new Map<ConversationId, Before>();
  const drafts = new Map<string, Draft>();
  let pending = new Batch();
  let anyLost = store.ledger.hasLost();

  /** Where a turn stands now. */
  const current = (placed: Placed): Placed => {
    let at = placed;
    for (let into = pending.moved.get(at.hash); into !== undefined && into.hash !== at.hash; ) {
      at = into;
      into = pending.moved.get(at.hash);
    }
    return at;
  };

  /** The turn that stands for this one in the end. */
  const endOf = (turn: TurnHash): TurnHash => {
    const before = store.ledger.findMoved(turn) ?? turn;
    return pending.movedFrom(before) ?? before;
  };

  const find = (key: string): Placed | null | undefined => {
    const here = pending.keys.get(key);
    if (here === null) return null;
    if (here !== undefined) return current(here);
    const hash = store.ledger.findKey(key);
    const turn = hash === undefined ? undefined : turnOf(hash);
    return turn === undefined ? undefined : current(turn);
  };

  /** A turn that was taken, whether or not it was committed. */
  const turnOf = (hash: TurnHash): (KnownTurn & Placed) | undefined => {
    const waiting = pending.turns.get(hash);
    return waiting === undefined ? store.findTurn(hash) : { ...waiting.prepared, conversation: waiting.conversation };
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
    const isThere = ({ conversation }: Placed) => !lost.has(conversation);
    const keys = [...batch.keys].flatMap(([key, placed]) =>
      placed === null || !isThere(placed) ? [] : [{ key, turn: placed.hash, provisional: batch.provisional.has(key) }],
    );
    const moved = [...batch.moved].flatMap(([turn, into]) => (isThere(into) ? [{ turn, into: into.hash }] : []));
    const joined = [...batch.joined].flatMap(([conversation, into]) =>
      lost.has(into) ? [] : [{ conversation, into }],
    );
    const waiting = [...batch.lost.values()].flat().filter(({ turn }) => !batch.found.has(turn));
    const sources = batch.rows.map(({ memory, ...row }): LedgerSource => {
      const started = memory.contributions.flatMap(({ conversation, startedBy }) =>
        startedBy === undefined ? [] : [{ conversation, startedBy }],
      );
      // links of its sub-agents are looked at when the run ends, or by the next one
      return { ...row, state: encodeMemory(memory), started, unfinished: started.length > 0 };
    });
    const kept = sources.filter((source) => !source.conversations.some((id) => lost.has(id)));
    store.ledger.record({ keys, sources: kept, moved, joined, lost: waiting, found: [...batch.found] });
  };

  const payloadOf = (hash: TurnHash): Uint8Array | undefined => {
    const waiting = pending.turns.get(hash);
    if (waiting !== undefined) return waiting.prepared.payload;
    const turn = store.findTurn(hash);
    const [payload] = turn === undefined ? [] : store.readPayloads([turn]);
    return payload?.status === 'present' ? payload.bytes : undefined;
  };

  const listTurns = (id: ConversationId): readonly KnownTurn[] => {
    const stored = store.findConversation(id) === undefined ? [] : store.listTurns(id);
    const fresh = [...pending.turns.values()].flatMap((each) => (each.conversation === id ? [each.prepared] : []));
    return [...stored, ...fresh];
  };
  const below = createBelow({ listTurns, readPayload: payloadOf });

  const add = (prepared: PreparedTurn, conversation: ConversationId): Placed => {
    const { hash, depth, timeMs, parent } = prepared;
    const placed = { hash, depth, timeMs, conversation };
    pending.add(prepared, conversation);
    below.add(placed, parent);
    return placed;
  };
  const grafting: Grafting = {
    listTurns,
    payloadOf,
    add: (prepared, conversation) => {
      add(prepared, conversation);
      if (pending.bytes >= BATCH_BYTES || pending.turns.size >= BATCH_TURNS) flush();
    },
    move: (turn, into) => pending.moved.set(turn, into),
    isMoved: (turn) => {
      const into = endOf(turn);
      // two that were moved to each other's places are none of them gone
      return into !== turn && endOf(into) === into;
    },
  };

  /** What a turn hangs on, null for a conversation's first. */
  const findParent = (turn: Pick<ReadTurn, 'parent' | 'otherwise' | 'place' | 'kind'>): Placed | null => {
    if (turn.parent === null) return null;
    const named = find(turn.parent);
    if (named === undefined && turn.otherwise !== undefined) return find(turn.otherwise) ?? null;
    if (named === undefined || named === null) return null;
    if (turn.place === 'below') return below.find(named, turn.kind === 'prompt');
    return turn.place === 'beside' ? parentOf(named) : named;
  };

  const parentOf = ({ hash }: Placed): Placed | null => {
    const parent = turnOf(hash)?.parent ?? null;
    return parent === null ? null : (turnOf(parent) ?? null);
  };

  const touchBoth = (from: ConversationId, into: ConversationId) => {
    // what had been joined to the one before names the one that took it over last
    for (const id of [from, into, ...store.ledger.listJoined(from)]) {
      touch(id);
      pending.changed.add(id);
    }
  };

  /** A conversation's first turn belongs behind a turn of another one. */
  const join = (root: KnownTurn & Placed, parent: Placed): Placed => {
    const into = moveTurn(root, parent, grafting) ?? parent;
    if (into.hash === parent.hash) moveBelow(root, parent, grafting);
    takeOver(root, into);
    return into;
  };

  const takeOver = ({ hash, conversation }: Placed, into: Placed) => {
    pending.joined.set(conversation, into.conversation);
    pending.found.add(hash);
    touchBoth(conversation, into.conversation);
  };

  /** The agent says something else now, or all of what was taken before its end: it takes the place of what is known. */
  const replace = (known: KnownTurn & Placed, turn: Retelling, payload: Uint8Array): Placed => {
    const parent = parentOf(known);
    const timeMs = turn.timeMs ?? known.timeMs;
    const told = turn.payloadHash === undefined ? {} : { payloadHash: turn.payloadHash };
    const prepared = prepareTurn({ parent, timeMs, ...ITEM_PAYLOAD, payload, ...told });
    const into = add(prepared, parent?.conversation ?? (prepared.hash as string as ConversationId));
    if (into.hash === known.hash) return into;
    pending.moved.set(known.hash, into);
    moveBelow(known, into, grafting);
    if (into.conversation !== known.conversation) pending.joined.set(known.conversation, into.conversation);
    touchBoth(known.conversation, into.conversation);
    return into;
  };

  /** What was cut off before `rest`: the turn that tells both. Undefined: it has another end, and nothing is missing. */
  const complete = (key: string, begun: Placed, where: LostParent['place'], rest: Uint8Array): Placed | undefined => {
    if (where !== 'rest' && where !== 'instead') return undefined;
    const known = turnOf(begun.hash);
    const [before, after] = [payloadOf(begun.hash), rest].map((bytes) => bytes && findItem(ITEM_PAYLOAD, bytes));
    if (known === undefined || before === undefined || after === undefined) return undefined;
    if (tellsAll(before, after)) return begun;
    if (!isProvisional(key)) return undefined;
    const parts = where === 'instead' ? after.parts : [...before.parts, ...after.parts];
    const into = replace(known, { timeMs: known.timeMs }, encodeItem({ ...before, parts }));
    pending.keys.set(key, into);
    pending.provisional.delete(key);
    return into;
  };

  const nameTurn = (turn: ReadTurn, placed: Placed | null) => {
    pending.keys.set(turn.key, placed);
    if (turn.provisional === true) pending.provisional.add(turn.key);
    else pending.provisional.delete(turn.key);
    if (placed !== null) nameAliases(turn.aliases, placed);
    else for (const alias of turn.aliases) if (find(alias) === undefined) pending.keys.set(alias, placed);
  };

  /** The first meaning of a name stands, but for a turn that was taken before it could be known that this one says it. */
  const nameAliases = (aliases: readonly string[], placed: Placed) => {
    for (const alias of aliases) {
      const known = find(alias);
      if (known === undefined || known === null) pending.keys.set(alias, placed);
      else if (known.hash !== placed.hash && isProvisional(alias) && saysSame(known, placed)) {
        pending.moved.set(known.hash, placed);
        moveBelow(known, placed, grafting);
        pending.keys.set(alias, placed);
        pending.provisional.delete(alias);
        pending.changed.add(placed.conversation);
      }
    }
  };

  const saysSame = (a: Placed, b: Placed): boolean => turnOf(a.hash)?.payloadHash === turnOf(b.hash)?.payloadHash;

  const isProvisional = (key: string): boolean =>
    pending.keys.has(key) ? pending.provisional.has(key) : store.ledger.isProvisional(key);

  /** What came of a message that was not whole may stand behind something else in the whole. */
  const moveToParent = (known: KnownTurn & Placed, turn: ReadTurn): Placed => {
    const parent = turn.place === undefined ? findParent(turn) : null;
    if (parent === null || parent.hash === known.parent || parent.hash === known.hash) return known;
    pending.changed.add(known.conversation);
    return moveTurn(known, parent, grafting) ?? known;
  };

  /** A key that is known means the turn that it meant first, whatever this source says under it. */
  const placeKnown = (turn: ReadTurn, known: Placed, payload: Uint8Array, draft: Draft): Placed => {
    const stored = turnOf(known.hash);
    let placed: Placed = known;
    pending.repeated++;
    if (stored !== undefined && stored.payloadHash !== turn.payloadHash) {
      const before = payloadOf(known.hash);
      const open = isProvisional(turn.key);
      const [item, said] = [before, payload].map((bytes) => bytes && findItem(ITEM_PAYLOAD, bytes));
      const fuller = item !== undefined && said !== undefined && isFuller(item, said);
      if (before !== undefined && (turn.replaces === true || (open && (fuller || turn.rewritten === true))))
        placed = replace(stored, turn, payload);
      else if (item === undefined || said === undefined || !isFuller(said, item)) draft.differing++;
      if (placed !== known) {
        nameTurn(turn, placed);
        draft.toldMore = true;
      }
    } else if (stored !== undefined && isProvisional(turn.key)) {
      // an older telling that is no fuller moves nothing back
      if (turn.provisional !== true || draft.toldMore) placed = moveToParent(stored, turn);
      if (turn.provisional !== true || placed !== known) nameTurn(turn, placed);
    }
    if (placed.depth === 0 && turn.parent !== null && turn.replaces !== true) {
      const parent = findParent(turn);
      const root = turnOf(placed.hash);
      if (root !== undefined && parent !== null && parent.conversation !== placed.conversation)
        placed = join(root, parent);
    }
    nameAliases(turn.aliases, placed);
    return placed;
  };

  const place = (turn: ReadTurn, part: ReadPart, draft: Draft): Placed | null => {
    const payload = turn.length < 0 ? undefined : part.payloads.subarray(turn.at, turn.at + turn.length);
    const known = find(turn.key);
    if (payload !== undefined && known !== undefined && known !== null) return placeKnown(turn, known, payload, draft);
    const parent = findParent(turn);
    if (payload === undefined || (known === undefined && store.ledger.isWithdrawn(turn.key))) {
      nameTurn(turn, parent);
      return null;
    }
    if (parent !== null && turn.parent !== null) {
      const whole = complete(turn.parent, parent, turn.place ?? 'at', payload);
      if (whole !== undefined) {
        nameTurn(turn, whole);
        draft.toldMore = true;
        return whole;
      }
    }
    const { payloadHash } = turn;
    const timeMs = turn.timeMs ?? parent?.timeMs ?? 0;
    const prepared = prepareTurn({ parent, timeMs, ...ITEM_PAYLOAD, payload, payloadHash });
    const placed = add(prepared, parent?.conversation ?? (prepared.hash as string as ConversationId));
    nameTurn(turn, placed);
    draft.toldMore = true;
    // behind a first turn that was left out: what is said of that one is said of this
    if (parent === null && turn.parent !== null) {
      if (find(turn.parent) === null) pending.keys.set(turn.parent, placed);
      else waitFor(turn.parent, placed, turn.place ?? 'at');
    }
    return placed;
  };

  /** Its parent may be read later, in this run or in another one. */
  const waitFor = (parent: string, { hash }: Placed, where: LostParent['place']) => {
    anyLost = true;
    pending.lost.set(parent, [...(pending.lost.get(parent) ?? []), { parent, turn: hash, place: where }]);
  };

  /** Joins what waited for one of these keys. */
  const joinLost = (keys: Iterable<string>) => {
    if (!anyLost) return;
    for (const key of keys) {
      for (const { turn, place: where } of [...(pending.lost.get(key) ?? []), ...store.ledger.listLost(key)]) {
        const root = turnOf(turn);
        const named = find(key);
        if (root === undefined || named === undefined || named === null || pending.found.has(turn)) continue;
        if (named.conversation === root.conversation || pending.moved.has(turn)) continue;
        const payload = payloadOf(turn);
        const whole = payload === undefined ? undefined : complete(key, named, where, payload);
        if (whole !== undefined) {
          pending.moved.set(turn, whole);
          moveBelow(root, whole, grafting);
          takeOver(root, whole);
          continue;
        }
        const prompt = payload !== undefined && findItem(ITEM_PAYLOAD, payload)?.role === 'user';
        const parent = where === 'below' ? below.find(named, prompt) : where === 'beside' ? parentOf(named) : named;
        if (parent !== null) join(root, parent);
      }
    }
  };

  const take = (source: PlannedSource, part: ReadPart) => {
    const { path, importer } = source.task;
    for (const blob of part.blobs) {
      const hash = store.putBlob(blob.bytes);
      if (hash !== blob.hash) throw new BlobMismatchError(path, blob.hash, hash);
    }
    const draft = part.fresh ? new Draft() : (drafts.get(path) ?? new Draft(source.before));
    draft.startPart();
    const fired = new Map(part.fired.map((each) => [each.turn, each]));
    part.turns.forEach((turn, i) => {
      const placed = place(turn, part, draft);
      if (placed === null) return;
      touch(placed.conversation);
      draft.addTurn(turn.key, placed, fired.get(i));
      if (pending.bytes >= BATCH_BYTES || pending.turns.size >= BATCH_TURNS) flush();
    });
    for (const [alias, key] of part.aliases) {
      const placed = find(key);
      if (placed !== undefined && placed !== null) nameAliases([alias], placed);
    }
    joinLost(walkKeys(part));
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
    if (draft.differing > 0) counters.differing(path, draft.differing);
    draft.follow((id) => {
      const before = store.ledger.findJoined(id) ?? id;
      return pending.joinedFrom(before) ?? before;
    });
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

function* walkKeys(part: ReadPart): Generator<string> {
  for (const { key, aliases } of part.turns) {
    yield key;
    yield* aliases;
  }
  for (const [alias] of part.aliases) yield alias;
}

/** Branches other than `main` that are not retired. */
export function branchCount(summary: StoredConversation | undefined): number {
  if (summary === undefined) return 0;
  return summary.heads.filter((head) => head.name !== 'main' && head.turn !== summary.id).length;
}

/** A source's word on its conversations, growing part by part. */
class Draft {
  contributions: Map<ConversationId, Contribution>;
  /** Turns that say something else under a key that is known. */
  differing = 0;
  /** This part has said something that was not known. */
  toldMore = false;
  /** Turns of the part before that had counts: what follows `consumed` is read, and said, again. */
  private before: ReadonlyMap<string, TailTurn>;
  private tail = new Map<string, TailTurn>();

  constructor(memory?: Memory) {
    this.contributions = new Map(memory?.contributions.map((each) => [each.conversation, each]));
    this.before = new Map(memory?.tail.map((each) => [each.key, each]));
  }

  /** What was said of a conversation that another one took over is said of that one. */
  follow(into: (id: ConversationId) => ConversationId): void {
    const followed = new Map<ConversationId, Contribution>();
    for (const word of this.contributions.values()) {
      const conversation = into(word.conversation);
      const own = { ...word, conversation };
      const before = followed.get(conversation);
      followed.set(conversation, before === undefined ? own : joinWords(before, own));
    }
    this.contributions = followed;
  }

  startPart(): void {
    this.toldMore = false;
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
    lookAgainMs: part.lookAgainMs,
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
