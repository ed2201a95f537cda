/** Goes back by a count of prompts, as agents do that name no record to go back to. */
/** The turn before each prompt is remembered; what comes next stands behind the one that was gone back to. */

import type { Building, PromptMark } from '../assembly/building.ts';
import { type AgentRecord, type Draft, MAIN } from '../record.ts';

/** The session's chain stands where it stood before its last `prompts` prompts. More than there are: above all. */
export function rewindPrompts(building: Building, prompts: number): void {
  for (let i = 0; i < prompts && building.prompts !== null; i++) {
    building.rewound = building.prompts.before;
    building.prompts = building.prompts.earlier;
  }
}

/** Id of the turn that was gone back to, once; undefined when the newest turn is where the agent is. */
export function takeRewound(building: Building): string | null | undefined {
  const { rewound } = building;
  building.rewound = undefined;
  return rewound;
}

/** `parent`: key of the turn before. */
export function rememberPrompt(building: Building, record: AgentRecord, draft: Draft, parent: string | null): void {
  if (draft.kind !== 'prompt' || record.chain !== MAIN) return;
  const before = parent === null ? null : parent.slice(building.rules.agent.length + 1);
  building.prompts = { before, earlier: building.prompts };
}

/** Newest first. */
export function listPrompts(prompts: PromptMark | null): readonly (string | null)[] {
  const list: (string | null)[] = [];
  for (let mark = prompts; mark !== null; mark = mark.earlier) list.push(mark.before);
  return list;
}

export function promptsOf(list: readonly (string | null)[]): PromptMark | null {
  let prompts: PromptMark | null = null;
  for (const before of list.toReversed()) prompts = { before, earlier: prompts };
  return prompts;
}
