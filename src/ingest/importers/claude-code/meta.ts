/** What a Claude Code source says about its conversations beside the facts of their records: titles, links, who started them. */
/** Collected while reading; written out once for every conversation that a run touched. */

import type { JsonObject } from '../../../base/json.ts';
import type { Conversation } from '../../kit/assembly/building.ts';
import type { Described } from '../../kit/format.ts';
import type { Reading } from '../../kit/reading.ts';
import { MAIN } from '../../kit/record.ts';
import { agentKey, agentOf, describeAgent } from './agents.ts';
import { textOf } from './records.ts';
import { type ClaudeState, MOST } from './state.ts';

/** Takes a record that names the session or a pull request; undefined for any other. */
export function onTitleOrLink(state: ClaudeState, value: JsonObject): ClaudeState | undefined {
  switch (value.type) {
    case 'custom-title':
      return { ...state, custom: textOf(value.customTitle) ?? textOf(value.title) ?? state.custom };
    case 'ai-title':
      return { ...state, ai: textOf(value.aiTitle) ?? textOf(value.title) ?? state.ai };
    case 'summary': {
      const leaf = textOf(value.leafUuid);
      const text = textOf(value.summary);
      if (leaf === undefined || text === undefined) return state;
      const summary = [leaf.slice(0, 64), text.slice(0, MAX_TITLE)] as const;
      return { ...state, summaries: [...state.summaries, summary].slice(-64) };
    }
    case 'pr-link': {
      const url = textOf(value.prUrl);
      const usable = url !== undefined && /^https?:\/\/[^\s<>"]{1,500}$/.test(url) && !state.links.includes(url);
      return usable ? { ...state, links: [...state.links, url].slice(-MOST) } : state;
    }
    default:
      return undefined;
  }
}

export function describeConversation(state: ClaudeState, conversation: Conversation, reading: Reading): Described {
  if (conversation.chain === MAIN) {
    const title = findTitle(state, reading);
    const links = state.links.length === 0 ? {} : { links: state.links };
    return { meta: { ...(title === undefined ? {} : { title: cleanLine(title) }), ...links } };
  }
  const { session } = conversation;
  if (session === undefined) return {};
  const agentId = agentOf(conversation);
  const { toolCall, description } = describeAgent(state, conversation, reading);
  const byAgent = agentId === undefined ? undefined : agentKey(session, agentId);
  const startedBy = toolCall === undefined ? byAgent : reading.toolKey(toolCall);
  return {
    meta: {
      ...(description === undefined ? {} : { title: cleanLine(description) }),
      parent: { session, ...(toolCall === undefined ? {} : { tool_call: toolCall }) },
    },
    ...(startedBy === undefined ? {} : { startedBy }),
  };
}

const MAX_TITLE = 300;

/** A person's title before the agent's before a summary, which counts only when its leaf is in this source. */
function findTitle({ custom, ai, summaries }: ClaudeState, reading: Reading): string | undefined {
  return custom ?? ai ?? summaries.findLast(([leaf]) => reading.chainOf(leaf) !== undefined)?.[1];
}

function cleanLine(text: string): string {
  return text.toWellFormed().replace(/\s+/g, ' ').trim().slice(0, MAX_TITLE);
}
