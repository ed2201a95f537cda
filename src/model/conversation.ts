/** All turns that share a root: heads, meta, and the summary that lists need. */
/** Pure data. Meta is stored as the payload of a meta record, JCS JSON; the last one wins, whole. */

import type { ConversationId, TurnHash } from './ids.ts';

/** A named pointer to a turn. `main`, or `b-<first 8 digits of the first turn that is only on it>`. */
export interface Head {
  readonly name: string;
  readonly turn: TurnHash;
  /** Time of the turn it points to, milliseconds. */
  readonly timeMs: number;
}

export const MAIN_HEAD = 'main';

/** `private` unless a rule of the configuration says `public`. Anything unknown is private. */
export type Visibility = 'private' | 'public';

/** Where a sub-agent's conversation was started from. */
export interface ParentLink {
  /** The agent's id of the session that started it. */
  readonly session: string;
  /** Id of the tool call that started it. */
  readonly tool_call?: string;
  /** Filled in once the parent is in the archive. */
  readonly conversation?: ConversationId;
  readonly turn?: TurnHash;
}

/** The JSON that a meta record names. Every member is optional; unknown members are kept. Times are ISO 8601. */
export interface Meta {
  readonly title?: string;
  /** Importer id: `claude-code`, `codex`. */
  readonly agent?: string;
  readonly agent_version?: string;
  /** Sorted. */
  readonly models?: readonly string[];
  /** Short name of the project: the last segment of the working directory, or of the git remote. */
  readonly project?: string;
  /** Working directory, home shortened to `~`. */
  readonly cwd?: string;
  /** Every working directory it was held in, sorted, where there was more than one. */
  readonly folders?: readonly string[];
  readonly git?: { readonly remote?: string; readonly branch?: string; readonly commit?: string };
  /** Session ids that contributed, sorted. */
  readonly sessions?: readonly string[];
  /** Present on a sub-agent's conversation. */
  readonly parent?: ParentLink;
  /** Session that this one was forked from, when it is not in the same log. */
  readonly fork_of?: string;
  /**
   * The conversation that took this one over: its beginning was read after it, and all its turns stand there again. It is no
   * longer shown.
   */
  readonly joined?: ConversationId;
  readonly tags?: readonly string[];
  readonly started?: string;
  readonly updated?: string;
  /** What redaction replaced before hashing: rule name to count. Never values. */
  readonly redactions?: Readonly<Record<string, number>>;
  /** Findings that were left in place because they are doubtful: rule name to count. They block a public build. */
  readonly findings?: Readonly<Record<string, number>>;
  /** Pull requests, issues: links worth showing. */
  readonly links?: readonly string[];
}

/** A conversation whose turns all stand in another one now. */
export interface TakenOver {
  readonly id: ConversationId;
  /** Undefined: its log is gone, and what it said of itself with it. */
  readonly meta?: Meta;
}

/** What lists, feeds and searches know of a conversation without reading its log. From the index. */
export interface ConversationSummary {
  readonly id: ConversationId;
  /** The archive that it was pulled from and belongs to; undefined: this one. */
  readonly origin?: string;
  /** Records in the log, of all kinds. */
  readonly size: number;
  /** RFC 6962 root of the log at that size, lowercase hex: changes when anything in the log does. */
  readonly rootHash: string;
  /** By name, without retired ones: those other than `main` that point to the first turn while another head is left. */
  readonly heads: readonly Head[];
  readonly meta: Meta;
  readonly turns: number;
  readonly prompts: number;
  readonly toolCalls: number;
  /** Sum of `usage` over all turns, each counted once. */
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Text of the first prompt, at most 200 characters, one line. */
  readonly firstPrompt: string;
  /** Time of the oldest and the newest turn, milliseconds. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** Turns that a tombstone took back. */
  readonly withheld: number;
  /** A meta of this conversation was taken back: what is written from then on has no free words in it. */
  readonly metaWithheld: boolean;
  /** The conversations that it took over, by id: what keeps one of them private keeps all of this one private. Undefined: none. */
  readonly tookOver?: readonly TakenOver[];
  /** Damage found when it was last read: undefined when none is known. */
  readonly damage?: string;
}

/**
 * Without the heads that were retired. A log cannot lose a name; a branch that has become part of another one has its head put
 * on the conversation's first turn, where no branch can end. So heads other than `main` that point to `root` are left out, as
 * long as one is left.
 */
export function listLiveHeads(heads: readonly Head[], root: ConversationId): readonly Head[] {
  const live = heads.filter((head) => head.name === MAIN_HEAD || head.turn !== root);
  return live.length === 0 ? heads : live;
}

/** The branch that pages show first: `main`, else the newest head. Undefined for a conversation without heads. */
export function findMainHead(heads: readonly Head[]): Head | undefined {
  return heads.find((head) => head.name === MAIN_HEAD) ?? heads.toSorted((a, b) => b.timeMs - a.timeMs)[0];
}
