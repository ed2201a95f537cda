/** What one source says of its conversations while it is read: facts, what redaction did, where the agent is. */
/** Grows part by part, and goes on from what an earlier run remembers of the source. */

import type { ConversationId } from '../../model/ids.ts';
import type { Counts } from '../../secrets/secrets.ts';
import type { ImportedConversation } from '../kit/importer.ts';
import type { Fired, ReadPart, ReadTurn } from '../read/read-part.ts';
import type { Placed, Row } from './commit.ts';
import { type Contribution, emptyContribution, joinWords, type Memory, type TailTurn } from './memory.ts';
import { addCounts, greatest, growMeta } from './meta.ts';

/** A source's word on its conversations, growing part by part. */
export class Draft {
  contributions: Map<ConversationId, Contribution>;
  /** Turns that say something else under a key that is known. */
  differing = 0;
  /** This part has said something that was not known. */
  toldMore = false;
  /** This part tells turns that are known with an earlier time, or others between them. */
  tellsAnew = false;
  /** Turns of the part before that had counts: what follows `consumed` is read, and said, again. */
  private before: Map<string, TailTurn>;
  private tail = new Map<string, TailTurn>();
  /** What was counted before the source was rewritten: what was taken out of the stored turns then is still out of them. */
  private readonly counted: ReadonlyMap<ConversationId, Contribution>;

  /** `memory`: what goes on. `rewritten`: what was known of a source that is read from its start. */
  constructor(memory?: Memory, rewritten?: Memory) {
    this.counted = new Map(rewritten?.contributions.map((each) => [each.conversation, each]));
    this.contributions = new Map(memory?.contributions.map((each) => [each.conversation, each]));
    this.before = new Map(memory?.tail.map((each) => [each.key, each]));
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
    if (this.tail.size === 0) return;
    this.before = this.tail;
    this.tail = new Map();
  }

  addTurn(
    { key, aliases }: Pick<ReadTurn, 'key' | 'aliases'>,
    { conversation }: Placed,
    fired: Fired | undefined,
  ): void {
    const word = this.contributions.get(conversation) ?? emptyContribution(conversation);
    const [redactions, findings] = [fired?.redactions ?? NONE, fired?.findings ?? NONE];
    const again = this.takeBefore([key, ...aliases]);
    if (fired !== undefined) this.tail.set(key, { key, redactions, findings });
    if (fired === undefined && again.length === 0 && this.contributions.has(conversation)) return;
    const less = (counts: Counts, each: Counts) => addCounts(counts, each, -1);
    this.contributions.set(conversation, {
      ...word,
      redactions: addCounts(again.map((each) => each.redactions).reduce(less, word.redactions), redactions),
      findings: addCounts(again.map((each) => each.findings).reduce(less, word.findings), findings),
    });
  }

  /** What was counted of a turn under any of its names, once: lines of a message may have been read without its first. */
  private takeBefore(keys: readonly string[]): readonly TailTurn[] {
    if (this.tail.size === 0 && this.before.size === 0) return [];
    return keys.flatMap((key) => {
      const known = this.tail.get(key) ?? this.before.get(key);
      this.tail.delete(key);
      this.before.delete(key);
      return known ?? [];
    });
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

  /** A message that waits for its end may have been said by an earlier run, and is not in this one. */
  private openTail(waiting: boolean): ReadonlyMap<string, TailTurn> {
    if (this.tail.size === 0) return this.before;
    return waiting ? new Map([...this.before, ...this.tail]) : this.tail;
  }

  private withCounted(word: Contribution): Contribution {
    const before = this.counted.get(word.conversation);
    if (before === undefined) return word;
    const redactions = greatest([before.redactions, word.redactions]);
    return { ...word, redactions, findings: greatest([before.findings, word.findings]) };
  }

  memory(part: ReadPart): Memory {
    return {
      state: part.state,
      nextLine: part.nextLine,
      waiting: part.waiting,
      contributions: [...this.contributions.values()].map((word) => this.withCounted(word)),
      tail: part.consumed >= part.size ? [] : [...this.openTail(part.waiting > 0).values()],
    };
  }
}

const NONE: Counts = {};

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
