/** How conversations, agents and projects are called on pages. */
/** Plain text: control characters, Markdown and line breaks are gone, so that it may stand anywhere. */

import type { ConversationSummary } from '../../model/conversation.ts';
import { tellingTitle } from '../../model/facts/title.ts';
import { shortId } from '../../model/ids.ts';
import { plainTitle } from './text/plain-title.ts';
import { stripTerminal } from './text/terminal.ts';
import { spellHidden } from './text/visible-text.ts';

export function titleOf(summary: Pick<ConversationSummary, 'meta' | 'firstPrompt' | 'id'>): string {
  return plainTitle(tellingTitle(summary), 120) || `Conversation ${shortId(summary.id)}`;
}

/** An importer's id as a name: `claude-code` is Claude Code, `gemini-cli` is Gemini CLI. */
export function agentName(agent: string): string {
  if (!/^[a-z]+(?:-[a-z]+)*$/.test(agent)) return plainTitle(agent, 60) || 'Unknown agent';
  const words = agent.split('-').map((word) => (word === 'cli' ? 'CLI' : word.charAt(0).toUpperCase() + word.slice(1)));
  return plainTitle(words.join(' '), 60);
}

/** One line of a name in which every sign counts, a file's or a tool's: nothing is taken for Markdown, what hides is spelt out. */
export function plainName(name: string, max = 400): string {
  return spellHidden(stripTerminal(name.slice(0, max).toWellFormed()).replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')).trim();
}

export function modelName(model: string): string {
  return plainTitle(model, 80) || 'Unnamed';
}

export function projectName(project: string): string {
  return plainTitle(project, 80) || 'Unnamed';
}

/** `1,234` in every locale. */
export function formatCount(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `950`, `12,400`, `3.4 million`, `1.2 billion`: what is read at a glance. */
export function formatShort(count: number): string {
  if (count < 1e6) return formatCount(count);
  const [unit, name] = count < 1e9 ? [1e6, 'million'] : [1e9, 'billion'];
  const value = count / unit;
  return `${value < 100 ? (Math.floor(value * 10) / 10).toFixed(1).replace(/\.0$/, '') : formatCount(Math.floor(value))} ${name}`;
}

/** `1 turn`, `2 turns` */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}
