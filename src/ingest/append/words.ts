/** Every source's word on a conversation, as the ledger has it and as this commit will leave it. */
/** Heads and meta of a conversation are computed from all of them, whichever source is read now. Asked for one conversation at a time. */

import type { Ledger } from '../../archive/archive.ts';
import type { ConversationId } from '../../model/ids.ts';
import { type Contribution, findMemory, joinWords, type Memory } from './memory.ts';

/** What is said of one conversation, by source. */
export type Words = (conversation: ConversationId) => readonly Contribution[];

/** `fresh`: sources of which the ledger does not know yet what they say now. */
export function createWords(
  ledger: Pick<Ledger, 'listSourcesOf' | 'listJoined' | 'findMoved'>,
  fresh: readonly { readonly path: string; readonly memory: Memory }[] = [],
): Words {
  const paths = new Set(fresh.map(({ path }) => path));
  const said = Map.groupBy(
    fresh.flatMap(({ path, memory }) => memory.contributions.map((word) => ({ path, word }))),
    ({ word }) => word.conversation,
  );
  return (conversation) => {
    const bySource = new Map<string, Contribution>();
    for (const id of [conversation, ...ledger.listJoined(conversation)]) {
      const known = ledger.listSourcesOf(id).filter(({ path }) => !paths.has(path));
      const words = known.flatMap((source) =>
        (findMemory(source)?.contributions ?? []).map((word) => ({ path: source.path, word })),
      );
      for (const { path, word } of [...words, ...(said.get(id) ?? [])]) {
        if (word.conversation !== id) continue;
        const own = id === conversation ? word : takenOver(word, conversation, ledger);
        const before = bySource.get(path);
        bySource.set(path, before === undefined ? own : joinWords(before, own));
      }
    }
    return [...bySource.values()];
  };
}

/** What was said of a conversation that another one took over. */
function takenOver(word: Contribution, conversation: ConversationId, ledger: Pick<Ledger, 'findMoved'>): Contribution {
  const { current, ...rest } = word;
  const moved = current === undefined ? undefined : ledger.findMoved(current);
  return { ...rest, conversation, ...(moved === undefined ? {} : { current: moved }) };
}
