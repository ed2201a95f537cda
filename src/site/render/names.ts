/** How conversations, agents and projects are called on pages. */
/** Plain text: control characters, Markdown and line breaks are gone, so that it may stand anywhere. */

import type { ConversationSummary } from '../../model/conversation.ts';
import { shortId } from '../../model/ids.ts';
import { plainTitle } from './text/plain-title.ts';

const AGENTS: Readonly<Record<string, string>> = { 'claude-code': 'Claude Code', codex: 'Codex' };

export function titleOf(summary: ConversationSummary): string {
  const given = plainTitle(summary.meta.title ?? '', 120);
  if (given !== '') return given;
  const first = plainTitle(summary.firstPrompt, 120);
  return first === '' ? `Conversation ${shortId(summary.id)}` : first;
}

export function agentName(agent: string): string {
  return Object.hasOwn(AGENTS, agent) ? (AGENTS[agent] ?? agent) : plainTitle(agent, 60) || 'Unknown agent';
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
