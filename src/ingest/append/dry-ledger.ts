/** What a dry run remembers of sources, over the ledger of an archive that stays as it is. */
/** It answers as the ledger would after the run: a source of which a conversation is not there says nothing. */

import type { Ledger, LedgerSource, LostParent, RedactedPayload, StartedConversation } from '../../archive/archive.ts';
import type { ConversationId, PayloadHash, TurnHash } from '../../model/ids.ts';
import { listRedacted, noteRedacted } from './redacted.ts';

export function createDryLedger(stored: Ledger, hasConversation: (id: ConversationId) => boolean): Ledger {
  const own = new Map<string, LedgerSource>();
  const byConversation = new Map<ConversationId, Set<string>>();
  const keys = new Map<string, { readonly turn: TurnHash; readonly provisional: boolean }>();
  const moved = new Map<TurnHash, TurnHash>();
  const joined = new Map<ConversationId, ConversationId>();
  const lost = new Map<TurnHash, LostParent>();
  const found = new Set<TurnHash>();
  const redacted = new Map<PayloadHash, RedactedPayload>();
  const isHere = (source: LedgerSource) => source.conversations.every(hasConversation);

  function* walk(sources: Iterable<LedgerSource>): Generator<LedgerSource> {
    for (const source of sources) if (!own.has(source.path)) yield source;
    for (const source of own.values()) if (isHere(source)) yield source;
  }

  function* walkStarted(): Generator<StartedConversation> {
    yield* stored.walkStarted();
    for (const source of own.values()) yield* source.started ?? [];
  }

  const record = (source: LedgerSource): void => {
    for (const id of own.get(source.path)?.conversations ?? []) byConversation.get(id)?.delete(source.path);
    own.set(source.path, source);
    for (const id of source.conversations)
      byConversation.set(id, (byConversation.get(id) ?? new Set()).add(source.path));
  };

  return {
    findSource: (path) => {
      const source = own.get(path);
      return source === undefined ? stored.findSource(path) : isHere(source) ? source : undefined;
    },
    *walkUnfinished() {
      for (const source of walk(stored.walkUnfinished())) if (source.unfinished === true) yield source;
    },
    listSourcesOf: (id) => [
      ...stored.listSourcesOf(id).filter(({ path }) => !own.has(path)),
      ...[...(byConversation.get(id) ?? [])].flatMap((path) => own.get(path) ?? []).filter(isHere),
    ],
    *walkSeen() {
      for (const seen of stored.walkSeen()) if (!own.has(seen.path)) yield seen;
      for (const source of own.values()) if (isHere(source)) yield source;
    },
    walkStarted,
    // what the run would change is not in the rows that tell
    walkUnlinked: walkStarted,
    findKey: (key) => {
      const turn = keys.get(key)?.turn ?? stored.findKey(key);
      return turn === undefined ? undefined : (follow(moved, turn) ?? turn);
    },
    isProvisional: (key) => keys.get(key)?.provisional ?? stored.isProvisional(key),
    isWithdrawn: (key) => stored.isWithdrawn(key),
    findMoved: (turn) => {
      const before = stored.findMoved(turn);
      return follow(moved, before ?? turn) ?? before;
    },
    findJoined: (id) => {
      const before = stored.findJoined(id);
      return follow(joined, before ?? id) ?? before;
    },
    listJoined: (id) => {
      const own = [...joined.keys()].filter((each) => follow(joined, each) === id);
      return [...new Set([id, ...own].flatMap((each) => [each, ...stored.listJoined(each)]))]
        .filter((each) => each !== id)
        .sort();
    },
    listLost: (parent) => {
      const own = [...lost.values()].filter((each) => each.parent === parent);
      return [...stored.listLost(parent), ...own].filter(({ turn }) => !found.has(turn));
    },
    isUnnamed: (id) => stored.isUnnamed(id),
    listUnnamed: (firstMs) => stored.listUnnamed(firstMs),
    hasLost: () => lost.size > 0 || stored.hasLost(),
    listRedacted: (payloads) => listRedacted(stored, redacted, payloads),
    record(update) {
      for (const source of update.sources ?? []) record(source);
      for (const { key, turn, provisional = false } of update.keys ?? []) keys.set(key, { turn, provisional });
      for (const { turn, into } of update.moved ?? []) moved.set(turn, into);
      for (const each of update.redacted ?? []) noteRedacted(redacted, each);
      for (const { conversation, into } of update.joined ?? []) joined.set(conversation, into);
      for (const each of update.lost ?? []) lost.set(each.turn, each);
      for (const turn of update.found ?? []) {
        found.add(turn);
        lost.delete(turn);
      }
    },
  };
}

/** Where the last of its steps leads; undefined for one that has none. */
function follow<T>(steps: ReadonlyMap<T, T>, from: T): T | undefined {
  const seen = new Set<T>();
  let at = steps.get(from);
  for (let next = at; next !== undefined && !seen.has(next); next = steps.get(next)) {
    at = next;
    seen.add(next);
  }
  return at;
}
