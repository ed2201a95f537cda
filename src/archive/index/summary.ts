/** What lists show of a conversation, kept up while its log grows. */
/** The same steps run for an append and for a rebuild from the log, in log order, so both end in the same summary. */

import type { ConversationSummary, Head } from '../../model/conversation.ts';
import { isBareCommand } from '../../model/facts/title.ts';
import type { Item } from '../../model/item.ts';
import { findItem } from '../../model/payload.ts';
import type { Turn } from '../../model/turn.ts';

/** What is counted turn by turn, as a summary shows it, and what its other parts are made of. */
export interface SummaryState
  extends Pick<ConversationSummary, 'turns' | 'prompts' | 'toolCalls' | 'inputTokens' | 'outputTokens' | 'firstPrompt'>,
    Pick<ConversationSummary, 'firstMs' | 'lastMs' | 'withheld' | 'metaWithheld'> {
  /** JCS text of the last meta; empty: none yet, or it was taken back. */
  readonly metaJson: string;
  readonly heads: ReadonlyMap<string, Head>;
}

export const emptySummary: SummaryState = {
  turns: 0,
  prompts: 0,
  toolCalls: 0,
  inputTokens: 0,
  outputTokens: 0,
  firstPrompt: '',
  firstMs: 0,
  lastMs: 0,
  withheld: 0,
  metaWithheld: false,
  metaJson: '',
  heads: new Map(),
};

const PROMPT_LENGTH = 200;

/** With one more turn. `payload` undefined: it is withheld or damaged, and only the turn itself counts. */
export function addTurn(
  state: SummaryState,
  turn: Omit<Turn, 'hash' | 'rawLength'>,
  payload: Uint8Array | undefined,
): SummaryState {
  const grown = {
    ...state,
    turns: state.turns + 1,
    firstMs: state.turns === 0 ? turn.timeMs : Math.min(state.firstMs, turn.timeMs),
    lastMs: state.turns === 0 ? turn.timeMs : Math.max(state.lastMs, turn.timeMs),
  };
  const item = payload === undefined || isToolItem(payload) ? undefined : findItem(turn, payload);
  if (item === undefined) return grown;
  return {
    ...grown,
    prompts: grown.prompts + (item.role === 'user' ? 1 : 0),
    toolCalls: grown.toolCalls + item.parts.reduce((sum, part) => sum + (part.type === 'tool_call' ? 1 : 0), 0),
    inputTokens: grown.inputTokens + count(item.usage?.input_tokens),
    outputTokens: grown.outputTokens + count(item.usage?.output_tokens),
    firstPrompt: item.role === 'user' ? firstOf(grown.firstPrompt, item) : grown.firstPrompt,
  };
}

/** JCS sorts keys, so a tool's item without usage ends in this. It counts for nothing here, and is the bulk of all bytes. */
const TOOL_END = Buffer.from(',"role":"tool"}');

function isToolItem(payload: Uint8Array): boolean {
  return TOOL_END.equals(payload.subarray(Math.max(0, payload.length - TOOL_END.length)));
}

/** A bare command says nothing of the conversation that begins with it, so it gives way to the next prompt with words. */
function firstOf(known: string, item: Item): string {
  if (known !== '' && !isBareCommand(known)) return known;
  return promptText(item) || known;
}

/** One line, at most 200 characters. */
function promptText(item: Item): string {
  const text = item.parts
    .map((part) => (part.type === 'text' && typeof part.content === 'string' ? part.content : ''))
    .join(' ');
  const line = text
    .slice(0, 4 * PROMPT_LENGTH)
    .replace(/\s+/gu, ' ')
    .trim();
  return line.length <= PROMPT_LENGTH
    ? line
    : `${line
        .slice(0, PROMPT_LENGTH - 1)
        .toWellFormed()
        .replace(/\ufffd$/, '')}…`;
}

function count(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;
}
