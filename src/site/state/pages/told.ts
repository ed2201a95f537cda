/** What is told of an exchange where its turns are not shown: in the index of prompts, on the cover, at a fork. */
/** Plain data and bounded: it is kept with pages that are not made again. */

import type { TurnHash } from '../../../model/ids.ts';
import type { TokenCounts, ToolKind } from '../../../model/item.ts';

export interface FileChange {
  /** Empty where nobody says. */
  readonly path: string;
  readonly added: number;
  readonly removed: number;
}

export interface Commit {
  /** As git said it, shortened. */
  readonly hash: string;
  readonly subject: string;
}

/** Tokens of one model. */
export interface Tokens extends TokenCounts {
  readonly model: string;
}

export interface Work {
  readonly calls: Readonly<Partial<Record<ToolKind, number>>>;
  readonly failed: number;
  /** The turn that said so first. Absent: none did. */
  readonly firstFailed?: TurnHash;
  readonly files: readonly FileChange[];
  readonly commits: readonly Commit[];
  /** Addresses of pull and merge requests that were opened. */
  readonly requests: readonly string[];
  readonly tokens: readonly Tokens[];
  /** Between one turn and the next, long pauses shortened. */
  readonly workedMs: number;
}

/** An exchange as the index of prompts knows it. */
export interface ToldExchange {
  readonly first: TurnHash;
  /** Number on the way from the root; 0: what stands before the first prompt. */
  readonly number: number;
  /** The prompt in one line. */
  readonly line: string;
  readonly page: string;
  readonly startMs: number;
  readonly endMs: number;
  /** The beginning of the last thing that was answered; empty: nothing was. */
  readonly closing: string;
  readonly work: Work;
}
