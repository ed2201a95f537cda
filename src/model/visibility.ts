/** Who may see a conversation, and which tags it carries: the rules of `content/site.json` applied to a summary. */
/** Pure, and the only place that decides: pages, feeds, search and replica all ask here. Anything unknown is private. */

import type { ConversationSummary, Visibility } from './conversation.ts';
import type { ConversationId } from './ids.ts';
import { isIn, listPlaces, type Place, parseProject } from './place.ts';
import type { PublishRule, SiteConfig } from './site-config.ts';

type Rules = Pick<SiteConfig, 'publish' | 'tags'>;

/** What rules know a conversation by. */
type Part = Pick<ConversationSummary, 'id' | 'meta'>;

/**
 * `public` only when it is so for every place in which it was held, when the last rule that fits there says so, and for all that
 * it took over: what would have kept that private keeps the whole private. A sub-agent or a fork never inherits it.
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
  /** The part that was held there: a conversation which this one took over. Undefined: this one itself. */
  readonly tookOver?: ConversationId;
}

/** What the rules say for each place in which it was held, at least one, and for each of what it took over. */
export function explainVisibility(summary: ConversationSummary, config: Rules): readonly PlaceVisibility[] {
  const own = explainPart(summary, config);
  if (summary.tookOver === undefined) return own;
  const parts = summary.tookOver.flatMap(({ id, meta = summary.meta }) =>
    explainPart({ id, meta }, config, summary.id).map((said) => ({ ...said, tookOver: id })),
  );
  return [...own, ...parts];
}

/** `whole`: what the part belongs to now. A rule that names it speaks for the part of which no rule speaks. */
function explainPart(part: Part, config: Rules, whole?: ConversationId): readonly PlaceVisibility[] {
  return listPlaces(part.meta).map((place) => {
    let rule = findRule(part, place, config);
    if (rule === -1 && whole !== undefined) rule = findRule({ ...part, id: whole }, place, config);
    if (rule === -1) return { place, visibility: 'private' };
    return { place, rule, visibility: config.publish[rule]?.visibility === 'public' ? 'public' : 'private' };
  });
}

/** The last one that fits; -1: none. */
function findRule(part: Part, place: Place, config: Rules): number {
  return config.publish.findLastIndex((rule) => fitsRule(rule, part, place, config));
}

/** The conversation's own tags and those that the configuration adds for all places in which it was held: sorted, each once. */
export function tagsOf(summary: Part, config: Pick<SiteConfig, 'tags'>): readonly string[] {
  return tagsAt(summary, config, listPlaces(summary.meta), true);
}

/** `strict`: only what must be meant, else also what may be. */
function tagsAt(
  part: Part,
  config: Pick<SiteConfig, 'tags'>,
  places: readonly Place[],
  strict: boolean,
): readonly string[] {
  const added = config.tags.filter((rule) => places.every((place) => fits({ ...rule, strict }, part, place)));
  return [...new Set([...(part.meta.tags ?? []), ...added.flatMap((rule) => rule.add)])].sort();
}

/** A rule that keeps something private fits wherever it may be meant, one that makes public only where it must be. */
function fitsRule(rule: PublishRule, part: Part, place: Place, config: Rules): boolean {
  const strict = rule.visibility === 'public';
  return (
    fits({ ...rule, strict }, part, place) &&
    (rule.tag === undefined || tagsAt(part, config, [place], strict).some((tag) => fitsPattern(rule.tag, tag)))
  );
}

interface Pattern {
  readonly agent?: string;
  readonly project?: string;
  readonly conversation?: string;
  readonly tag?: string;
  readonly strict: boolean;
}

function fits(rule: Pattern, part: Part, place: Place): boolean {
  const { agent, project, conversation, tag, strict } = rule;
  if ([agent, project, conversation, tag].every((matcher) => matcher === undefined)) return !strict;
  const byAgent = fitsPattern(agent, part.meta.agent) || (!strict && part.meta.agent === undefined);
  return byAgent && fitsProject(project, place, strict) && fitsId(conversation, part.id);
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
