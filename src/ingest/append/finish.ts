/** After the last turn: links of sub-agents to the turns that started them, in this run or in earlier ones. */
/** Apart from the commits, because the starting turn may be read after the sub-agent, or in another run. */

import type { ConversationId } from '../../model/ids.ts';
import type { Appender } from './append.ts';
import { type Changes, findChanges, findStarter, recordsOf } from './conclude.ts';
import { encodeMemory, findMemory } from './memory.ts';
import type { IngestStore } from './store.ts';
import type { Words } from './words.ts';

/**
 * Makes links that can be made now and moves those whose turn has moved; appends only what differs. Then marks the sources of
 * `unfinished`, left so by this run or one that was cut off.
 */
export function finishLinks(
  store: IngestStore,
  appender: Pick<Appender, 'touch' | 'listUnfinished'>,
  words: Words,
): void {
  const unfinished = appender.listUnfinished();
  const waiting = new Set(unfinished.flatMap((source) => source.conversations));
  for (const id of words.listStarted()) if (linkHasMoved(store, id, words)) waiting.add(id);
  let changes: Changes[] = [];
  const flush = () => {
    if (changes.length > 0) store.append({ turns: [], ...recordsOf(changes) });
    changes = [];
  };
  for (const id of [...waiting].sort()) {
    const stored = store.findConversation(id);
    if (stored === undefined) continue;
    appender.touch(id);
    const change = findChanges(store, stored, words.list(id));
    if (change !== undefined) changes.push(change);
    if (changes.length >= BATCH) flush();
  }
  flush();
  const finished = unfinished.flatMap((source) => {
    const memory = findMemory(source);
    return memory === undefined ? [] : [{ ...source, state: encodeMemory({ ...memory, unfinished: false }) }];
  });
  if (finished.length > 0) store.ledger.record({ sources: finished });
}

function linkHasMoved(store: IngestStore, id: ConversationId, words: Words): boolean {
  const starter = findStarter(store, id, words.list(id));
  return starter !== undefined && store.findConversation(id)?.meta.parent?.turn !== starter.turn;
}

/** Conversations of one commit. */
const BATCH = 256;
