/** What has to be remembered from record to record of a Claude Code session. */
/** Plain JSON that is replaced, never changed in place: what it was at any line is still there when reading goes on from it. */

/** A call that starts a sub-agent. */
export type AgentCall = {
  readonly id: string;
  readonly description: string;
  /** Hash of the prompt, to know the sub-agent by it. */
  readonly prompt: number;
};

/** A sub-agent that was seen inline or named by a result. */
export type Agent = {
  readonly id: string;
  readonly toolCall?: string;
  /** uuid of its last inline record. */
  readonly last?: string;
  readonly linked: boolean;
};

/** A prompt that was typed while the agent worked. */
export type QueuedPrompt = {
  readonly text: string;
  readonly time: string;
  readonly session: string;
};

export type ClaudeState = {
  /** Newest last. */
  readonly agents: readonly Agent[];
  readonly calls: readonly AgentCall[];
  readonly queue: readonly QueuedPrompt[];
  /** Prompts that were taken for the one that left the queue, where several could have been meant. */
  readonly guessed: readonly string[];
  readonly custom: string | null;
  readonly ai: string | null;
  /** [leaf uuid, text], newest last. */
  readonly summaries: readonly (readonly [string, string])[];
  readonly links: readonly string[];
};

export const EMPTY: ClaudeState = {
  agents: [],
  calls: [],
  queue: [],
  guessed: [],
  custom: null,
  ai: null,
  summaries: [],
  links: [],
};

/** Of what is remembered by name or in a list the newest are kept. */
export const MOST = 256;
