/** Every source's word on a conversation, as the ledger has it and as this commit will leave it. */
/** Heads and meta of a conversation are computed from all of them, whichever source is read now. Asked for one conversation at a time. */

import type { Ledger } from '../../archive/archive.ts';
import type { ConversationId } from '../../model/ids.ts';
import { type Contribution, findMemory, type Memory } from './memory.ts';

/** What is said of one conversation, by source. */
export type Words = (conversation: ConversationId) => readonly Contribution[];

/** `fresh`: sources of which the ledger does not know yet what they say now. */
export function createWords(
  ledger: Pick<Ledger, 'listSourcesOf'>,
  fresh: readonly { readonly path: string; readonly memory: Memory }[] = [],
): Words {
  const paths = new Set(fresh.map(({ path }) => path));
  const said = Map.groupBy(
    fresh.flatMap(({ memory }) => memory.contributions),
    (word) => word.conversation,
  );
  return (conversation) => {
    const known = ledger.listSourcesOf(conversation).filter(({ path }) => !paths.has(path));
    const words = known.flatMap((source) => findMemory(source)?.contributions ?? []);
    return [...words.filter((word) => word.conversation === conversation), ...(said.get(conversation) ?? [])];
  };
}
