/** Who may see a conversation, and which tags it carries: the rules of `content/site.json` applied to a summary. */
/** Pure, and the only place that decides: pages, feeds, search and replica all ask here. Anything unknown is private. */

import type { ConversationSummary, Visibility } from './conversation.ts';
import { isIn, listPlaces, type Place, parseProject } from './place.ts';
import type { PublishRule, SiteConfig } from './site-config.ts';

type Rules = Pick<SiteConfig, 'publish' | 'tags'>;

/**
 * `public` only when it is so for every place in which it was held: when the last rule that fits there says so. A sub-agent or a fork
 * never inherits it.
 */
export function visibilityOf(summary: ConversationSummary, config: Rules): Visibility {
  const places = explainVisibility(summary, config);
  return places.every(({ visibility }) => visibility === 'public') ? 'public' : 'private';
}

export interface PlaceVisibility {
  readonly place: Place;
  readonly visibility: Visibility;
  /** Number of the rule in `publish` that decided; undefined: none fits. */
  readonly rule?: number;
}

/** What the rules say for each place in which it was held, at least one. */
export function explainVisibility(summary: ConversationSummary, config: Rules): readonly PlaceVisibility[] {
  return listPlaces(summary.meta).map((place) => {
    const tags = tagsAt(summary, config, [place]);
    const rule = config.publish.findLastIndex((candidate) => fitsRule(candidate, summary, place, tags));
    if (rule === -1) return { place, visibility: 'private' };
    return { place, rule, visibility: config.publish[rule]?.visibility === 'public' ? 'public' : 'private' };
  });
}

/** The conversation's own tags and those that the configuration adds for all places in which it was held: sorted, each once. */
export function tagsOf(summary: ConversationSummary, config: Pick<SiteConfig, 'tags'>): readonly string[] {
  return tagsAt(summary, config, listPlaces(summary.meta));
}

function tagsAt(
  summary: ConversationSummary,
  config: Pick<SiteConfig, 'tags'>,
  places: readonly Place[],
): readonly string[] {
  const added = config.tags.filter((rule) => places.every((place) => fits({ ...rule, strict: true }, summary, place)));
  return [...new Set([...(summary.meta.tags ?? []), ...added.flatMap((rule) => rule.add)])].sort();
}

/** A rule that keeps something private fits wherever it may be meant, one that makes public only where it must be. */
function fitsRule(rule: PublishRule, summary: ConversationSummary, place: Place, tags: readonly string[]): boolean {
  const strict = rule.visibility === 'public';
  return (
    fits({ ...rule, strict }, summary, place) &&
    (rule.tag === undefined || tags.some((tag) => fitsPattern(rule.tag, tag)))
  );
}

interface Pattern {
  readonly agent?: string;
  readonly project?: string;
  readonly conversation?: string;
  readonly tag?: string;
  readonly strict: boolean;
}

function fits(rule: Pattern, summary: ConversationSummary, place: Place): boolean {
  const { agent, project, conversation, tag, strict } = rule;
  if ([agent, project, conversation, tag].every((matcher) => matcher === undefined)) return !strict;
  return (
    fitsPattern(agent, summary.meta.agent) && fitsProject(project, place, strict) && fitsId(conversation, summary.id)
  );
}

function fitsProject(project: string | undefined, place: Place, strict: boolean): boolean {
  if (project === undefined) return true;
  const pattern = parseProject(project);
  if (strict && pattern.kind === 'name') return false;
  const unknown = place.folder === undefined || (pattern.kind === 'remote' && place.remote === undefined);
  return isIn(place, pattern) || (!strict && unknown);
}

function fitsPattern(pattern: string | undefined, value: string | undefined): boolean {
  if (pattern === undefined) return true;
  if (value === undefined) return false;
  return pattern.endsWith('*') ? value.startsWith(pattern.slice(0, -1)) : value === pattern;
}

/** `*` is every conversation. Fewer than 8 digits could mean a conversation that nobody meant: they fit nothing. */
function fitsId(digits: string | undefined, id: string): boolean {
  if (digits === undefined) return true;
  return digits === '*' || (digits.length >= 8 && id.startsWith(digits.toLowerCase()));
}
