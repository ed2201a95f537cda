/** Every source's word on every conversation, as the ledger and this run know it. */
/** Heads and meta of a conversation are computed from all of them, whichever source is read now. */

import type { LedgerSource } from '../../archive/archive.ts';
import type { ConversationId } from '../../model/ids.ts';
import { type Contribution, findMemory, type Memory } from './memory.ts';

export interface Words {
  /** What is said of a conversation, by source. */
  list(conversation: ConversationId): readonly Contribution[];
  /** Replaces all that a source said. */
  set(path: string, memory: Memory): void;
  /** Conversations of which a source says that a tool call started them. */
  listStarted(): readonly ConversationId[];
}

export function createWords(sources: Iterable<LedgerSource>): Words {
  const bySource = new Map<string, readonly Contribution[]>();
  const byConversation = new Map<ConversationId, Map<string, Contribution>>();
  const set = (path: string, { contributions }: Memory) => {
    for (const { conversation } of bySource.get(path) ?? []) byConversation.get(conversation)?.delete(path);
    bySource.set(path, contributions);
    for (const word of contributions) {
      const said = byConversation.get(word.conversation) ?? new Map<string, Contribution>();
      byConversation.set(word.conversation, said.set(path, word));
    }
  };
  for (const source of sources) {
    const memory = findMemory(source);
    if (memory !== undefined) set(source.path, memory);
  }
  return {
    list: (conversation) => [...(byConversation.get(conversation)?.values() ?? [])],
    set,
    listStarted: () =>
      [...byConversation]
        .filter(([, said]) => [...said.values()].some((word) => word.startedBy !== undefined))
        .map(([conversation]) => conversation),
  };
}
