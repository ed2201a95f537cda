/** What one source says of its conversations while it is read: facts, and where the agent is. */
/** Grows part by part, and goes on from what an earlier run remembers of the source. */

import type { ConversationId } from '../../model/ids.ts';
import type { ImportedConversation } from '../kit/importer.ts';
import type { ReadPart } from '../read/read-part.ts';
import type { Placed, Row } from './commit.ts';
import { type Contribution, emptyContribution, joinWords, type Memory } from './memory.ts';
import { growMeta } from './meta.ts';

/** A source's word on its conversations, growing part by part. */
export class Draft {
  contributions: Map<ConversationId, Contribution>;
  /** Turns that say something else under a key that is known. */
  differing = 0;
  /** This part has said something that was not known. */
  toldMore = false;
  /** This part tells turns that are known with an earlier time, or others between them. */
  tellsAnew = false;

  /** `memory`: what goes on. */
  constructor(memory?: Memory) {
    this.contributions = new Map(memory?.contributions.map((each) => [each.conversation, each]));
  }

  /** What was said of a conversation that another one took over is said of that one. */
  follow(into: (id: ConversationId) => ConversationId): void {
    const followed = new Map<ConversationId, Contribution>();
    for (const word of this.contributions.values()) {
      const conversation = into(word.conversation);
      const own = { ...word, conversation };
      const before = followed.get(conversation);
      followed.set(conversation, before === undefined ? own : joinWords(before, own));
    }
    this.contributions = followed;
  }

  startPart(): void {
    this.toldMore = false;
    this.tellsAnew = false;
  }

  /** A turn of the conversation was said. */
  addTurn({ conversation }: Placed): void {
    if (!this.contributions.has(conversation)) this.contributions.set(conversation, emptyContribution(conversation));
  }

  addWord(
    conversation: ConversationId,
    said: ImportedConversation,
    current: Placed | null | undefined,
    consumed: number,
  ): void {
    const { current: _, ...word } = this.contributions.get(conversation) ?? emptyContribution(conversation);
    this.contributions.set(conversation, {
      ...word,
      meta: growMeta(word.meta, said.meta),
      asOfMs: Math.max(word.asOfMs, said.asOfMs),
      consumed,
      ...(current?.conversation === conversation ? { current: current.hash } : {}),
      ...(said.startedBy === undefined ? {} : { startedBy: said.startedBy }),
    });
  }

  memory(part: ReadPart): Memory {
    return {
      state: part.state,
      nextLine: part.nextLine,
      waiting: part.waiting,
      contributions: [...this.contributions.values()],
    };
  }
}

/** What the ledger keeps of a source that was read to its end. */
export function rowOf(path: string, importer: string, part: ReadPart, draft: Draft): Row {
  return {
    path,
    importer,
    size: part.size,
    mtimeNs: part.mtimeNs,
    consumed: part.consumed,
    guard: part.guard,
    lookAgainMs: part.lookAgainMs,
    memory: draft.memory(part),
    conversations: [...draft.contributions.keys()],
  };
}
