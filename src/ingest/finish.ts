/** After the turns: heads, meta and sub-agent links of every conversation that was touched. */
/** Each is computed from the whole conversation and all its sources, never from what this run happened to read. */

import type { LedgerSource } from '../archive/archive.ts';
import { canonicalJson } from '../base/json.ts';
import { MAIN_HEAD, type Meta } from '../model/conversation.ts';
import type { ConversationId, TurnHash } from '../model/ids.ts';
import type { Appender } from './append.ts';
import { changedHeads, computeHeads, type HeadPointer } from './heads.ts';
import { type Contribution, encodeMemory, findMemory, type Memory } from './memory.ts';
import { findNewest, isOrphaned, mergeMeta, storedSource } from './meta.ts';
import type { IngestStore, StoredConversation } from './store.ts';
import { findSuperseded } from './superseded.ts';

/**
 * Brings heads and meta of the touched conversations up to date, and touches those whose sub-agent link can be made or has
 * moved. Appends only what differs. Then marks their sources as finished.
 */
export function finishConversations(store: IngestStore, { touched, touch }: Pick<Appender, 'touched' | 'touch'>): void {
  const sources = store.ledger.listSources().flatMap((source) => {
    const memory = findMemory(source);
    return memory === undefined ? [] : [{ source, memory }];
  });
  const words = Map.groupBy(
    sources.flatMap(({ memory }) => memory.contributions),
    (word) => word.conversation,
  );
  for (const [conversation, said] of words) {
    if (!touched.has(conversation) && linkHasMoved(store, conversation, said)) touch(conversation);
  }
  const batch = createBatch(store);
  for (const conversation of [...touched.keys()].sort()) {
    const stored = store.findConversation(conversation);
    if (stored !== undefined) batch.add(changesOf(store, stored, words.get(conversation) ?? []));
  }
  batch.flush();
  const finished = sources
    .filter(({ memory }) => memory.unfinished)
    .map(({ source, memory }) => settle(source, memory));
  if (finished.length > 0) store.ledger.record({ sources: finished });
}

/** Conversations of sources whose last run did not get to its end. */
export function listUnfinished(sources: Iterable<LedgerSource>): readonly ConversationId[] {
  return [...sources].flatMap((source) => (findMemory(source)?.unfinished === true ? source.conversations : []));
}

interface Changes {
  readonly conversation: ConversationId;
  readonly heads: readonly HeadPointer[];
  readonly meta?: Meta;
  readonly timeMs: number;
}

function changesOf(store: IngestStore, stored: StoredConversation, words: readonly Contribution[]): Changes {
  const turns = store.listTurns(stored.id);
  const heads = computeHeads(turns, currentOf(stored, words), findSuperseded(store, turns));
  const meta = withLink(store, stored.id, mergeMeta(words, stored.meta), words);
  return {
    conversation: stored.id,
    heads: changedHeads(stored.id, stored.heads, heads),
    ...(canonicalJson(meta) === canonicalJson(stored.meta) ? {} : { meta }),
    timeMs: turns.reduce((latest, turn) => Math.max(latest, turn.timeMs), 0),
  };
}

/** Where the agent is: the word of the newest source, or the archive's own when it knows of a session that no source names. */
function currentOf(stored: StoredConversation, words: readonly Contribution[]): TurnHash | undefined {
  const main = stored.heads.find((head) => head.name === MAIN_HEAD);
  const said = words.filter((word) => word.asOfMs > 0 || word.current !== undefined);
  if (main === undefined || !isOrphaned(words, stored.meta)) return findNewest(said)?.current;
  return findNewest([{ ...storedSource(stored.meta), current: main.turn }, ...said])?.current;
}

/** Fills in where a sub-agent was started, when that turn is in the archive, and is not one of its own. */
function withLink(store: IngestStore, id: ConversationId, meta: Meta, words: readonly Contribution[]): Meta {
  if (meta.parent === undefined) return meta;
  const starter = findStarter(store, id, words);
  return starter === undefined ? meta : { ...meta, parent: { ...meta.parent, ...starter } };
}

function findStarter(store: IngestStore, id: ConversationId, words: readonly Contribution[]) {
  const keys = [...new Set(words.flatMap((word) => word.startedBy ?? []))].sort();
  for (const key of keys) {
    const hash = store.ledger.findKey(key);
    const turn = hash === undefined ? undefined : store.findTurn(hash);
    if (turn !== undefined && turn.conversation !== id) return { conversation: turn.conversation, turn: turn.hash };
  }
  return undefined;
}

function linkHasMoved(store: IngestStore, id: ConversationId, words: readonly Contribution[]): boolean {
  if (!words.some((word) => word.startedBy !== undefined)) return false;
  const starter = findStarter(store, id, words);
  return (
    starter !== undefined && store.findConversation(id)?.meta.parent?.turn !== (starter.turn as TurnHash | undefined)
  );
}

/** Collects the changes of many conversations into one commit: every commit costs its own fsyncs. */
function createBatch(store: IngestStore) {
  let changes: Changes[] = [];
  const flush = () => {
    if (changes.length === 0) return;
    store.append({
      turns: [],
      heads: changes.flatMap(({ conversation, heads }) => heads.map((head) => ({ conversation, ...head }))),
      metas: changes.flatMap(({ conversation, meta, timeMs }) =>
        meta === undefined ? [] : [{ conversation, meta, timeMs }],
      ),
    });
    changes = [];
  };
  return {
    flush,
    add(change: Changes) {
      if (change.heads.length > 0 || change.meta !== undefined) changes.push(change);
      if (changes.length >= BATCH) flush();
    },
  };
}

function settle(source: LedgerSource, memory: Memory): LedgerSource {
  return { ...source, state: encodeMemory({ ...memory, unfinished: false }) };
}

/** Conversations of one commit. */
const BATCH = 256;
