/** What was taken and not committed, and its commit: turns together with the heads and meta that follow from them. */
/** One commit for both, because each conversation in a commit costs its own fsyncs. */

import {
  DamageError,
  type LedgerSource,
  type LostParent,
  type PreparedTurn,
  type RedactedPayload,
} from '../../archive/archive.ts';
import type { ConversationId, PayloadHash, TurnHash } from '../../model/ids.ts';
import type { LoggedTurn } from '../../model/turn.ts';
import { type Changes, type ConversationView, findChanges, recordsOf } from './conclude.ts';
import type { Memory } from './memory.ts';
import { listRedacted } from './redacted.ts';
import type { Counters } from './report.ts';
import type { IngestStore, StoredConversation } from './store.ts';
import { createWords } from './words.ts';

/** A turn and where it stands. */
export interface Placed {
  readonly hash: TurnHash;
  readonly depth: number;
  readonly timeMs: number;
  readonly conversation: ConversationId;
}

/** A source that was read to its end. */
export type Row = Omit<LedgerSource, 'state' | 'started' | 'unfinished'> & { readonly memory: Memory };

/** Filled while sources are read. */
export class Batch {
  readonly turns = new Map<TurnHash, { readonly prepared: PreparedTurn; readonly conversation: ConversationId }>();
  /** `null`: the key means a turn that was left out and that had no parent. */
  readonly keys = new Map<string, Placed | null>();
  readonly rows: Row[] = [];
  /** Keys of turns whose end was not seen. */
  readonly provisional = new Set<string>();
  /** Turns that stand elsewhere now. */
  readonly moved = new Map<TurnHash, Placed>();
  readonly joined = new Map<ConversationId, ConversationId>();
  /** First turns whose parent is not known, by that. */
  readonly lost = new Map<string, LostParent[]>();
  readonly found = new Set<TurnHash>();
  readonly redacted = new Map<PayloadHash, RedactedPayload>();
  /** Conversations to look at although no source of this batch was read to its end. */
  readonly changed = new Set<ConversationId>();
  bytes = 0;
  /** Turns that were taken more than once. */
  repeated = 0;

  add(prepared: PreparedTurn, conversation: ConversationId): void {
    if (this.turns.has(prepared.hash)) this.repeated++;
    else {
      this.turns.set(prepared.hash, { prepared, conversation });
      this.bytes += prepared.payload.length;
    }
  }

  /** Where a turn went in this batch, however often it moved. */
  movedFrom(turn: TurnHash): TurnHash | undefined {
    let at: TurnHash | undefined;
    for (let into = this.moved.get(turn); into !== undefined && into.hash !== at; into = this.moved.get(at))
      at = into.hash;
    return at;
  }

  /** The conversation that took one over in this batch, after all that took over each other. */
  joinedFrom(conversation: ConversationId): ConversationId | undefined {
    let at: ConversationId | undefined;
    for (let into = this.joined.get(conversation); into !== undefined && into !== at; into = this.joined.get(at))
      at = into;
    return at;
  }

  isEmpty(): boolean {
    return this.turns.size === 0 && this.keys.size === 0 && this.rows.length === 0 && this.changed.size === 0;
  }
}

/**
 * Commits a batch: its turns, and heads and meta of the conversations whose sources were read to their end. A conversation
 * that is damaged and takes nothing is told as a problem and returned; the others are committed without it.
 */
export function commitBatch(store: IngestStore, batch: Batch, counters: Counters): ReadonlySet<ConversationId> {
  const lost = new Set<ConversationId>();
  const guarded = <T>(conversation: ConversationId, work: () => T): T | undefined => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof DamageError)) throw error;
      lost.add(conversation);
      counters.problem({ code: 'CONVERSATION_DAMAGED', file: conversation, message: `took nothing: ${error.message}` });
      return undefined;
    }
  };
  const view = viewOf(store, batch);
  const words = createWords(view.ledger, batch.rows);
  const ready = new Set([...batch.rows.flatMap((row) => row.conversations), ...batch.changed]);
  const changes = [...ready].flatMap((id) => guarded(id, () => findChanges(view, view.stored(id), words(id))) ?? []);
  const append = (turns: readonly PreparedTurn[], chosen: readonly Changes[]) => {
    if (turns.length === 0 && chosen.length === 0) return;
    const result = store.append({ turns, ...recordsOf(chosen) });
    counters.turns(result.newTurns, result.knownTurns);
  };
  counters.turns(0, batch.repeated);
  const turns = [...batch.turns.values()];
  try {
    append(
      turns.map(({ prepared }) => prepared),
      changes,
    );
  } catch (error) {
    if (!(error instanceof DamageError)) throw error;
    const alone = Map.groupBy(turns, (turn) => turn.conversation);
    for (const id of new Set([...alone.keys(), ...ready])) {
      const own = (alone.get(id) ?? []).map(({ prepared }) => prepared);
      guarded(id, () =>
        append(
          own,
          changes.filter((change) => change.conversation === id),
        ),
      );
    }
  }
  return lost;
}

/** The archive as it will be when the batch's turns are in it. */
function viewOf(
  store: IngestStore,
  batch: Batch,
): ConversationView & { stored(id: ConversationId): StoredConversation } {
  const added = Map.groupBy(batch.turns.values(), (turn) => turn.conversation);
  return {
    stored: (id) => store.findConversation(id) ?? { id, heads: [], meta: {}, metaWithheld: false, prompts: 0, size: 0 },
    findTurn: (hash) => {
      const turn = batch.turns.get(hash as TurnHash);
      return turn === undefined ? store.findTurn(hash) : loggedOf(turn.prepared, turn.conversation);
    },
    listTurns: (id) => {
      const stored = store.findConversation(id) === undefined ? [] : store.listTurns(id);
      const known = new Set(stored.map((turn) => turn.hash));
      const fresh = (added.get(id) ?? []).filter(({ prepared }) => !known.has(prepared.hash));
      return [...stored, ...fresh.map(({ prepared }) => loggedOf(prepared, id))];
    },
    readPayloads: (turns) => {
      const stored = store.readPayloads(turns.filter((turn) => !batch.turns.has(turn.hash)));
      let next = 0;
      return turns.map((turn) => {
        const fresh = batch.turns.get(turn.hash);
        if (fresh !== undefined) return { status: 'present', bytes: fresh.prepared.payload };
        return stored[next++] ?? { status: 'damaged', file: '', problem: 'not read' };
      });
    },
    ledger: {
      findKey: (key) => {
        const turn = batch.keys.get(key)?.hash ?? store.ledger.findKey(key);
        return turn === undefined ? undefined : (batch.movedFrom(turn) ?? turn);
      },
      findMoved: (turn) => {
        const before = store.ledger.findMoved(turn);
        return batch.movedFrom(before ?? turn) ?? before;
      },
      findJoined: (id) => {
        const before = store.ledger.findJoined(id);
        return batch.joinedFrom(before ?? id) ?? before;
      },
      listJoined: (id) => {
        const own = [...batch.joined.keys()].filter((from) => batch.joinedFrom(from) === id);
        return [...new Set([id, ...own].flatMap((each) => [each, ...store.ledger.listJoined(each)]))].filter(
          (each) => each !== id,
        );
      },
      listSourcesOf: (id) => store.ledger.listSourcesOf(id),
      isUnnamed: (id) => store.ledger.isUnnamed(id),
      listRedacted: (payloads) => listRedacted(store.ledger, batch.redacted, payloads),
    },
  };
}

/** Its position is not known before the commit, and nothing here asks for it. */
function loggedOf({ payload, ...turn }: PreparedTurn, conversation: ConversationId): LoggedTurn {
  return { ...turn, rawLength: payload.length, conversation, position: -1 };
}
