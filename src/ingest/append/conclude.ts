/** What one conversation's heads and meta have to be, from its turns and from what its sources say. */
/** Computed from the whole, never from what a run happened to read, so the order of runs does not show. */

import { canonicalJson } from '../../base/json.ts';
import { MAIN_HEAD, type Meta } from '../../model/conversation.ts';
import type { ConversationId, TurnHash } from '../../model/ids.ts';
import { findCopies } from './branches/copies.ts';
import { changedHeads, computeHeads, type HeadPointer, type TreeTurn } from './branches/heads.ts';
import { findSuperseded } from './branches/superseded.ts';
import type { Contribution } from './memory.ts';
import { findNewest, isOrphaned, mergeMeta, storedSource, withWordsOf } from './meta.ts';
import { keepHidden } from './meta-marks.ts';
import { sumRedacted } from './redacted.ts';
import type { IngestStore, StoredConversation } from './store.ts';

/** What is read of an archive, and of what is about to be committed to it. */
export type ConversationView = Pick<IngestStore, 'listTurns' | 'readPayloads' | 'findTurn'> & {
  readonly ledger: Pick<
    IngestStore['ledger'],
    'findKey' | 'findMoved' | 'findJoined' | 'listJoined' | 'listSourcesOf' | 'isUnnamed' | 'listRedacted'
  >;
};

/** What has to be appended so that a conversation's heads and meta are what its turns and sources say. */
export interface Changes {
  readonly conversation: ConversationId;
  readonly heads: readonly HeadPointer[];
  readonly meta?: Meta;
  readonly timeMs: number;
}

/** `words`: what all sources say of the conversation. Undefined: nothing has to be appended. */
export function findChanges(
  store: ConversationView,
  stored: StoredConversation,
  words: readonly Contribution[],
): Changes | undefined {
  const turns = store.listTurns(stored.id);
  const moved = new Set(findMovedEnds(store, turns));
  const standing = moved.size === 0 ? turns : turns.filter(({ hash }) => !moved.has(hash));
  const { leaves, wholes } = findSuperseded(store, standing);
  const nothingNew = new Set([...leaves, ...findCopies(standing, wholes)]);
  const isUnnamed = store.ledger.isUnnamed(stored.id);
  const current = currentOf(stored, words, isUnnamed);
  const heads = computeHeads(standing, current && (store.ledger.findMoved(current) ?? current), nothingNew);
  const joined = store.ledger.findJoined(stored.id);
  // where native ids were lost the archive's own word stands beside those of sources: they may be cut off, or read by other rules
  const told = isUnnamed ? [...words, storedSource(stored.meta)] : words;
  const shown = standing.filter(({ hash }) => !nothingNew.has(hash));
  const redacted = sumRedacted(
    store.ledger,
    shown.map(({ payloadHash }) => payloadHash),
  );
  const said = keepHidden(mergeMeta(told, stored.meta, redacted), [stored.meta, ...words.map((word) => word.meta)]);
  const merged = withLink(store, stored.id, joined === undefined ? said : { ...said, joined }, words);
  // what was taken back once is not said again by the next run: of words only those stay that were left
  const meta = stored.metaWithheld ? withWordsOf(stored.meta, merged) : merged;
  const changed = changedHeads(stored.id, stored.heads, heads);
  const same = canonicalJson(meta) === canonicalJson(stored.meta);
  if (changed.length === 0 && same) return undefined;
  return {
    conversation: stored.id,
    heads: changed,
    ...(same ? {} : { meta }),
    timeMs: turns.reduce((latest, turn) => Math.max(latest, turn.timeMs), 0),
  };
}

/** Ends of branches that stand elsewhere now, up to where something else goes on: asked only where there are branches. */
function findMovedEnds({ ledger }: ConversationView, turns: readonly TreeTurn[]): readonly TurnHash[] {
  const children = new Map<TurnHash, number>();
  for (const { parent } of turns) if (parent !== null) children.set(parent, (children.get(parent) ?? 0) + 1);
  const ends = turns.filter(({ hash }) => !children.has(hash));
  if (ends.length < 2) return [];
  const byHash = new Map(turns.map((turn) => [turn.hash, turn]));
  const moved: TurnHash[] = [];
  for (const end of ends) {
    for (let at: TreeTurn | undefined = end; at !== undefined && (children.get(at.hash) ?? 0) === 0; ) {
      const into = ledger.findMoved(at.hash);
      if (into === undefined || into === at.hash || !byHash.has(into)) break;
      moved.push(at.hash);
      if (at.parent === null) break;
      children.set(at.parent, (children.get(at.parent) ?? 1) - 1);
      at = byHash.get(at.parent);
    }
  }
  return moved;
}

/**
 * Where the agent is: the word of the newest source, or the archive's own when it knows of a session that no source names. Where native
 * ids were lost that one stands against whatever knows nothing newer: a copy that was cut off, an end that is not sure yet.
 */
function currentOf(
  stored: StoredConversation,
  words: readonly Contribution[],
  isUnnamed: boolean,
): TurnHash | undefined {
  const main = stored.heads.find((head) => head.name === MAIN_HEAD);
  const said = words.filter((word) => word.asOfMs > 0 || word.current !== undefined);
  if (main === undefined || !(isUnnamed || isOrphaned(words, stored.meta))) return findNewest(said)?.current;
  return findNewest([{ ...storedSource(stored.meta), current: main.turn }, ...said])?.current;
}

/** Fills in where a sub-agent was started, when that turn is in the archive, and is not one of its own. */
function withLink(store: ConversationView, id: ConversationId, meta: Meta, words: readonly Contribution[]): Meta {
  if (meta.parent === undefined) return meta;
  const starter = findStarter(store, id, words);
  return starter === undefined ? meta : { ...meta, parent: { ...meta.parent, ...starter } };
}

/** The turn that holds the tool call which started this sub-agent. */
function findStarter(store: ConversationView, id: ConversationId, words: readonly Contribution[]) {
  const keys = [...new Set(words.flatMap((word) => word.startedBy ?? []))].sort();
  for (const key of keys) {
    const hash = store.ledger.findKey(key);
    const turn = hash === undefined ? undefined : store.findTurn(hash);
    if (turn !== undefined && turn.conversation !== id) return { conversation: turn.conversation, turn: turn.hash };
  }
  return undefined;
}

/** Heads and metas for one commit. */
export function recordsOf(changes: readonly Changes[]) {
  return {
    heads: changes.flatMap(({ conversation, heads }) => heads.map((head) => ({ conversation, ...head }))),
    metas: changes.flatMap(({ conversation, meta, timeMs }) =>
      meta === undefined ? [] : [{ conversation, meta, timeMs }],
    ),
  };
}
