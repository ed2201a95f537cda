/** What a dry run remembers of sources, over the ledger of an archive that stays as it is. */
/** It answers as the ledger would after the run: a source of which a conversation is not there says nothing. */

import type { Ledger, LedgerSource, StartedConversation } from '../../archive/archive.ts';
import type { ConversationId, TurnHash } from '../../model/ids.ts';

export function createDryLedger(stored: Ledger, hasConversation: (id: ConversationId) => boolean): Ledger {
  const own = new Map<string, LedgerSource>();
  const byConversation = new Map<ConversationId, Set<string>>();
  const keys = new Map<string, TurnHash>();
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
    walkSources: () => walk(stored.walkSources()),
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
    listSources: () => [...walk(stored.walkSources())],
    findKey: (key) => keys.get(key) ?? stored.findKey(key),
    record(update) {
      for (const source of update.sources ?? []) record(source);
      for (const { key, turn } of update.keys ?? []) keys.set(key, turn);
    },
  };
}
