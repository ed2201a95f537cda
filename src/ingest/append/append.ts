/** Turns what was read into turns of the archive: keys become hashes, batches become commits with their heads and meta. */
/** The ledger is written after the commit it speaks of: it may lag behind the archive, never lead it. */

import { type LedgerSource, type LostParent, prepareTurn } from '../../archive/archive.ts';
import { blobHash, type ConversationId } from '../../model/ids.ts';
import { findItem, ITEM_PAYLOAD } from '../../model/payload.ts';
import { isSameButForMarks } from '../../secrets/secrets.ts';
import { BlobMismatchError } from '../errors.ts';
import type { ReadPart, ReadTurn } from '../read/read-part.ts';
import { isFuller, isLonger } from './branches/superseded.ts';
import { Batch, commitBatch, type Placed } from './commit.ts';
import { Draft, rowOf } from './draft.ts';
import { encodeMemory } from './memory.ts';
import { createPlacer } from './places/placing.ts';
import { moveBelow } from './places/regraft.ts';
import { createStanding } from './places/standing.ts';
import type { PlannedSource } from './plan.ts';
import { noteRedacted } from './redacted.ts';
import type { Counters } from './report.ts';
import type { IngestStore, StoredConversation } from './store.ts';

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
  const standing = createStanding(store);
  const { find, turnOf, parentOf, payloadOf, isProvisional } = standing;
  let anyLost = store.ledger.hasLost();

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
    const { batch } = standing;
    if (batch.isEmpty()) return;
    standing.batch = new Batch();
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
    const redacted = [...batch.redacted.values()];
    store.ledger.record({ keys, sources: kept, moved, joined, lost: waiting, found: [...batch.found], redacted });
  };

  const flushWhenFull = () => {
    if (standing.batch.bytes >= BATCH_BYTES || standing.batch.turns.size >= BATCH_TURNS) flush();
  };
  const placer = createPlacer(standing, { store, touch, flushWhenFull });
  const { add, findUnnamed, below, findParent, join, replace, complete, nameTurn, nameAliases } = placer;

  /** A key that is known means the turn that it meant first, whatever this source says under it. */
  const placeKnown = (turn: ReadTurn, known: Placed, payload: Uint8Array, part: ReadPart, draft: Draft): Placed => {
    const stored = turnOf(known.hash);
    let placed: Placed = known;
    standing.batch.repeated++;
    if (stored !== undefined && turn.timeMs !== null && turn.timeMs < stored.timeMs) draft.tellsAnew = true;
    if (stored !== undefined && stored.payloadHash !== turn.payloadHash) {
      const before = payloadOf(known.hash);
      const open = isProvisional(turn.key);
      const [item, said] = [before, payload].map((bytes) => bytes && findItem(ITEM_PAYLOAD, bytes));
      const fuller = item !== undefined && said !== undefined && isFuller(item, said);
      // a copy that was made in the middle of a message, or of a command, lacks the rest of it
      const longer = item !== undefined && said !== undefined && isLonger(item, said);
      const told = turn.replaces === true || longer || (open && (fuller || turn.rewritten === true));
      // an agent's word that it changed what it wrote is said again each time: what was taken out of that stays out
      const instead = told && !(item !== undefined && said !== undefined && isSameButForMarks(item, said));
      if (before !== undefined && instead) placed = replace(stored, turn, payload);
      else if (item === undefined || said === undefined || !isFuller(said, item)) draft.differing++;
      if (placed !== known) {
        nameTurn(turn, placed);
        draft.toldMore = true;
      }
    } else if (stored !== undefined && isProvisional(turn.key)) {
      // an older telling that is no fuller moves nothing back
      if (turn.provisional !== true || draft.toldMore) placed = placer.moveToParent(stored, turn, part);
      if (turn.provisional !== true || placed !== known) nameTurn(turn, placed);
    }
    if (placed.depth === 0 && turn.parent !== null && turn.replaces !== true) {
      const parent = findParent(turn);
      const root = turnOf(placed.hash);
      if (root !== undefined && parent !== null && parent.conversation !== placed.conversation)
        placed = join(root, parent);
    }
    if (standing.tellsBetween(turn, placed)) draft.tellsAnew = true;
    nameAliases(turn.aliases, placed);
    return placed;
  };

  /** A copy that was made before a message said anything let its id mean what stands above it: that says nothing of the message. */
  const findTold = (turn: ReadTurn, payload: Uint8Array | undefined): Placed | null | undefined => {
    const known = find(turn.key);
    if (known === undefined || known === null || payload === undefined) return known;
    const isMessage = turn.kind === 'call' || turn.kind === 'answer';
    if (!isMessage || turnOf(known.hash)?.payloadHash === turn.payloadHash) return known;
    const before = payloadOf(known.hash);
    const item = before === undefined ? undefined : findItem(ITEM_PAYLOAD, before);
    return item === undefined || item.role === 'assistant' ? known : undefined;
  };

  const place = (turn: ReadTurn, part: ReadPart, draft: Draft): Placed | null => {
    const payload = turn.length < 0 ? undefined : part.payloads.subarray(turn.at, turn.at + turn.length);
    const known = findTold(turn, payload);
    if (payload !== undefined && known !== undefined && known !== null)
      return placeKnown(turn.standsIn === true ? { ...turn, timeMs: null } : turn, known, payload, part, draft);
    const parent = findParent(turn);
    if (payload === undefined || (known === undefined && store.ledger.isWithdrawn(turn.key))) {
      nameTurn(turn, parent);
      return null;
    }
    if (parent !== null && turn.parent !== null) {
      const whole = complete(turn.parent, parent, turn.place ?? 'at', { payload, payloadHash: turn.payloadHash });
      if (whole !== undefined) {
        nameTurn(turn, whole);
        draft.toldMore = true;
        return whole;
      }
    }
    const { payloadHash } = turn;
    const timeMs = turn.timeMs ?? parent?.timeMs ?? 0;
    const prepared = prepareTurn({ parent, timeMs, ...ITEM_PAYLOAD, payload, payloadHash });
    const again = findUnnamed(prepared, parent);
    if (again !== undefined) draft.differing++;
    const placed = again ?? add(prepared, parent?.conversation ?? (prepared.hash as string as ConversationId));
    nameTurn(turn, placed);
    draft.toldMore = true;
    // behind a first turn that was left out: what is said of that one is said of this
    if (parent === null && turn.parent !== null) {
      if (find(turn.parent) === null) standing.batch.keys.set(turn.parent, placed);
      else waitFor(turn.parent, placed, turn.place ?? 'at');
    }
    return placed;
  };

  /** Its parent may be read later, in this run or in another one. */
  const waitFor = (parent: string, { hash }: Placed, where: LostParent['place']) => {
    anyLost = true;
    standing.batch.lost.set(parent, [...(standing.batch.lost.get(parent) ?? []), { parent, turn: hash, place: where }]);
  };

  /** Joins what waited for one of these keys. */
  const joinLost = (keys: Iterable<string>) => {
    if (!anyLost) return;
    for (const key of keys) {
      for (const { turn, place: where } of [...(standing.batch.lost.get(key) ?? []), ...store.ledger.listLost(key)]) {
        const root = turnOf(turn);
        const named = find(key);
        if (root === undefined || named === undefined || named === null || standing.batch.found.has(turn)) continue;
        if (named.conversation === root.conversation || standing.isMoved(turn)) continue;
        const payload = payloadOf(turn);
        const whole = payload && complete(key, named, where, { payload, payloadHash: root.payloadHash });
        if (whole !== undefined) {
          standing.batch.moved.set(turn, whole);
          moveBelow(root, whole, placer.grafting);
          placer.takeOver(root, whole);
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
      if (blob.framed === true) {
        store.putBlobFrame(blobHash(blob.hash), blob.bytes);
        continue;
      }
      const hash = store.putBlob(blob.bytes);
      if (hash !== blob.hash) throw new BlobMismatchError(path, blob.hash, hash);
    }
    const draft = part.fresh ? new Draft() : (drafts.get(path) ?? new Draft(source.before));
    draft.startPart();
    for (const { turn, redactions, findings } of part.fired) {
      const payload = part.turns[turn]?.payloadHash;
      if (payload !== undefined) noteRedacted(standing.batch.redacted, { payload, redactions, findings });
    }
    for (const turn of part.turns) {
      const placed = place(turn, part, draft);
      if (placed === null) continue;
      touch(placed.conversation);
      draft.addTurn(placed);
      flushWhenFull();
    }
    for (const [alias, key] of part.aliases) {
      const placed = find(key);
      if (placed !== undefined && placed !== null) nameAliases([alias], placed);
    }
    joinLost(walkKeys(part));
    if (draft.tellsAnew) placer.tellAnew(part.turns);
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
      return standing.batch.joinedFrom(before) ?? before;
    });
    standing.batch.rows.push(rowOf(path, importer, part, draft));
    for (const { conversation } of draft.contributions.values()) touch(conversation);
    if (standing.batch.bytes >= SOFT_BATCH_BYTES || standing.batch.rows.length >= BATCH_ROWS) flush();
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

/** A commit is bounded in payload bytes and in turns: memory, and what a crash can cost. */
const BATCH_BYTES = 8 * 1024 * 1024;
const BATCH_TURNS = 4096;
/** At a source's end a commit may come sooner: writing then goes on beside reading, and no conversation is split. */
const SOFT_BATCH_BYTES = 2 * 1024 * 1024;
const BATCH_ROWS = 256;
