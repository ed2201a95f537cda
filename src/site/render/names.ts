/** How conversations, agents and projects are called on pages. */
/** Plain text: control characters, Markdown and line breaks are gone, so that it may stand anywhere. */

import type { ConversationSummary } from '../../model/conversation.ts';
import { shortId } from '../../model/ids.ts';
import { plainTitle } from './text/plain-title.ts';

export function titleOf(summary: ConversationSummary): string {
  const given = plainTitle(summary.meta.title ?? '', 120);
  if (given !== '') return given;
  const first = plainTitle(summary.firstPrompt, 120);
  return first === '' ? `Conversation ${shortId(summary.id)}` : first;
}

/** An importer's id as a name: `claude-code` is Claude Code, `gemini-cli` is Gemini CLI. */
export function agentName(agent: string): string {
  if (!/^[a-z]+(?:-[a-z]+)*$/.test(agent)) return plainTitle(agent, 60) || 'Unknown agent';
  const words = agent.split('-').map((word) => (word === 'cli' ? 'CLI' : word.charAt(0).toUpperCase() + word.slice(1)));
  return plainTitle(words.join(' '), 60);
}

export function projectName(project: string): string {
  return plainTitle(project, 80) || 'Unnamed';
}

/** `1,234` in every locale. */
export function formatCount(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 turn`, `2 turns` */
export function plural(count: number, one: string): string {
  return `${formatCount(count)} ${one}${count === 1 ? '' : 's'}`;
}
