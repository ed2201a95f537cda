/** Who may see a conversation, and which tags it carries: the rules of `content/site.json` applied to a summary. */
/** Pure, and the only place that decides: pages, feeds, search and replica all ask here. Anything unknown is private. */

import type { ConversationSummary, Visibility } from './conversation.ts';
import type { PublishRule, SiteConfig } from './site-config.ts';

/** `public` only when the last rule that fits says so. A sub-agent or a fork never inherits it. */
export function visibilityOf(summary: ConversationSummary, config: Pick<SiteConfig, 'publish' | 'tags'>): Visibility {
  const tags = tagsOf(summary, config);
  const rule = config.publish.findLast((candidate) => fitsRule(candidate, summary, tags));
  return rule?.visibility === 'public' ? 'public' : 'private';
}

/** The conversation's own tags and those that the configuration adds: sorted, each once. */
export function tagsOf(summary: ConversationSummary, config: Pick<SiteConfig, 'tags'>): readonly string[] {
  const added = config.tags.filter((rule) => fits(rule, summary)).flatMap((rule) => rule.add);
  return [...new Set([...(summary.meta.tags ?? []), ...added])].sort();
}

function fitsRule(rule: PublishRule, summary: ConversationSummary, tags: readonly string[]): boolean {
  return fits(rule, summary) && (rule.tag === undefined || tags.some((tag) => fitsPattern(rule.tag, tag)));
}

interface Pattern {
  readonly agent?: string;
  readonly project?: string;
  readonly conversation?: string;
}

function fits(rule: Pattern, summary: ConversationSummary): boolean {
  return (
    fitsPattern(rule.agent, summary.meta.agent) &&
    fitsPattern(rule.project, summary.meta.project) &&
    fitsId(rule.conversation, summary.id)
  );
}

function fitsPattern(pattern: string | undefined, value: string | undefined): boolean {
  if (pattern === undefined) return true;
  if (value === undefined) return false;
  return pattern.endsWith('*') ? value.startsWith(pattern.slice(0, -1)) : value === pattern;
}

/** Fewer than 8 digits could mean a conversation that nobody meant: they fit nothing. */
function fitsId(digits: string | undefined, id: string): boolean {
  if (digits === undefined) return true;
  return digits.length >= 8 && id.startsWith(digits.toLowerCase());
}
