/** What the rules of site.json let out: rule by rule, and what is kept in although a rule was meant for it. */
/** For people who want to know before they publish. From the index alone; nothing is looked into. */

import type { ArchiveReader, ConversationSummary } from '../archive/archive.ts';
import { tellingTitle } from '../model/facts/title.ts';
import { type ConversationId, shortId } from '../model/ids.ts';
import type { PublishRule, SiteConfig } from '../model/site-config.ts';
import { explainVisibility, type PlaceVisibility } from '../model/visibility.ts';

export interface VisibilityReport {
  readonly public: number;
  readonly private: number;
  /** One for each rule, in their order. */
  readonly rules: readonly RuleReport[];
  /** Private, although a rule makes some of its places public. The first of them. */
  readonly held: readonly {
    readonly id: ConversationId;
    readonly title: string;
    readonly because: readonly string[];
  }[];
  readonly heldCount: number;
}

export interface RuleReport {
  readonly rule: PublishRule;
  /** Conversations of which it decides at least one place, and those of them that are public. */
  readonly decides: number;
  readonly public: number;
  /** The newest of the public ones. */
  readonly titles: readonly string[];
  /** Where they were held, most often first. */
  readonly places: readonly string[];
}

export function reportVisibility(archive: ArchiveReader, config: SiteConfig): VisibilityReport {
  const rules = config.publish.map((rule) => ({
    rule,
    decides: 0,
    public: 0,
    titles: [] as string[],
    places: new Map<string, number>(),
  }));
  const sums = { public: 0, private: 0, held: 0 };
  const held: VisibilityReport['held'][number][] = [];
  for (const summary of archive.walkConversations({ joined: false })) {
    const said = explainVisibility(summary, config);
    const open = said.every(({ visibility }) => visibility === 'public');
    sums[open ? 'public' : 'private']++;
    for (const number of new Set(said.map(({ rule }) => rule))) {
      const report = number === undefined ? undefined : rules[number];
      if (report === undefined) continue;
      report.decides++;
      if (!open) continue;
      report.public++;
      if (report.titles.length < MOST) report.titles.push(titleOf(summary));
      for (const each of said) if (each.rule === number) count(report.places, nameOf(each));
    }
    if (open || !said.some(({ visibility }) => visibility === 'public')) continue;
    sums.held++;
    const because = said.filter(({ visibility }) => visibility === 'private').map(nameOf);
    if (held.length < MOST) held.push({ id: summary.id, title: titleOf(summary), because });
  }
  const done = rules.map(({ places, ...rest }) => ({
    ...rest,
    places: [...places].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([place]) => place),
  }));
  return { public: sums.public, private: sums.private, rules: done, held, heldCount: sums.held };
}

const MOST = 5;

function titleOf(summary: ConversationSummary): string {
  return tellingTitle(summary) || shortId(summary.id);
}

function nameOf({ place, tookOver }: PlaceVisibility): string {
  const held = [place.folder, place.remote].filter((name) => name !== undefined).join(' of ');
  const where = held || 'a folder that nobody knows';
  return tookOver === undefined ? where : `${where}, as conversation ${shortId(tookOver)}`;
}

function count(places: Map<string, number>, place: string): void {
  places.set(place, (places.get(place) ?? 0) + 1);
}
