/** After the last turn: links of sub-agents to the turns that started them, in this run or in earlier ones. */
/** Apart from the commits, because the starting turn may be read after the sub-agent, or in another run. */

import { DamageError, type LedgerSource, type StartedConversation } from '../../archive/archive.ts';
import type { ConversationId } from '../../model/ids.ts';
import type { Appender } from './append.ts';
import { type Changes, findChanges, recordsOf } from './conclude.ts';
import type { IngestStore } from './store.ts';
import { createWords } from './words.ts';

/**
 * Makes links that can be made now and moves those whose turn has moved; appends only what differs. Then marks the sources that
 * this run, or one that was cut off, left unfinished.
 */
export function finishLinks(store: IngestStore, appender: Pick<Appender, 'touch'>): void {
  const words = createWords(store.ledger);
  const waiting = new Set<ConversationId>();
  for (const source of store.ledger.walkUnfinished()) for (const id of source.conversations) waiting.add(id);
  for (const started of store.ledger.walkUnlinked())
    if (linkHasMoved(store, started)) waiting.add(started.conversation);
  let changes: Changes[] = [];
  const flush = () => {
    appendSound(store, changes);
    changes = [];
  };
  for (const id of [...waiting].sort()) {
    const stored = store.findConversation(id);
    if (stored === undefined) continue;
    appender.touch(id);
    const change = findChanges(store, stored, words(id));
    if (change !== undefined) changes.push(change);
    if (changes.length >= BATCH) flush();
  }
  flush();
  markFinished(store);
}

/** A conversation that is damaged takes nothing, and holds up no other: opening it has said so already. */
function appendSound(store: IngestStore, changes: readonly Changes[]): void {
  if (changes.length === 0) return;
  try {
    store.append({ turns: [], ...recordsOf(changes) });
  } catch (error) {
    if (!(error instanceof DamageError)) throw error;
    if (changes.length > 1) for (const change of changes) appendSound(store, [change]);
  }
}

/** In pages: what is recorded meanwhile has no place any more in the walk that finds the next. */
function markFinished({ ledger }: IngestStore): void {
  let page: LedgerSource[] = [];
  const flush = () => {
    if (page.length > 0) ledger.record({ sources: page });
    page = [];
  };
  for (const source of ledger.walkUnfinished()) {
    page.push({ ...source, unfinished: false });
    if (page.length >= BATCH) flush();
  }
  flush();
}

/** Only the key is looked up: what sources say of the conversation is read when it has to be made anew. */
function linkHasMoved(store: IngestStore, { conversation, startedBy }: StartedConversation): boolean {
  const turn = store.ledger.findKey(startedBy);
  return turn !== undefined && store.findConversation(conversation)?.meta.parent?.turn !== turn;
}

/** Conversations of one commit, sources of one transaction. */
const BATCH = 256;
