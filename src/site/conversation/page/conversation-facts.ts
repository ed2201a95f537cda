/** What stands above a conversation: agent, project, models, times, counts, links to its kin. */
/** Only facts that the archive's index knows; a page that shows them is made again when one changes. */

import { isoTime, readableTime } from '../../../base/time.ts';
import { tellingWords } from '../../../model/facts/title.ts';
import { agentName, plural, projectName } from '../../render/names.ts';
import { plainTitle } from '../../render/text/plain-title.ts';
import { glyphOf } from '../../shell/glyphs.ts';
import type { FactModel, LinkModel, ListItemModel } from '../../shell/page-model.ts';
import { agentUrl, conversationUrl, projectUrl, tagUrl } from '../../urls.ts';
import type { VisibleConversation } from '../context.ts';

type Value = FactModel['values'][number];

/** What is private is the rule on the private site, and what may be published the exception. */
export function badgesOf(conversation: VisibleConversation): readonly string[] {
  return [
    ...(conversation.open ? ['public'] : []),
    ...(conversation.note?.hidden === true ? ['hidden'] : []),
    ...(conversation.summary.meta.parent === undefined ? [] : ['sub-agent']),
    ...(conversation.summary.damage === undefined ? [] : ['damaged']),
  ];
}

export function tagLinks(tags: readonly string[]): readonly LinkModel[] {
  return tags.map((tag) => ({ label: plainTitle(tag, 60) || 'tag', url: tagUrl(tag) }));
}

export function factsOf(conversation: VisibleConversation, parent: LinkModel | undefined): readonly FactModel[] {
  const { summary } = conversation;
  const { meta } = summary;
  const facts: FactModel[] = [
    { label: 'Agent', values: meta.agent === undefined ? [] : [linked(agentName(meta.agent), agentUrl(meta.agent))] },
    {
      label: 'Project',
      values: meta.project === undefined ? [] : [linked(projectName(meta.project), projectUrl(meta.project))],
    },
    { label: 'Branch', values: meta.git?.branch === undefined ? [] : [plain(plainTitle(meta.git.branch, 80))] },
    { label: 'Started by', values: parent === undefined ? [] : [linked(parent.label, parent.url)] },
    { label: 'Started', values: [time(summary.firstMs)] },
    { label: 'Last turn', values: [time(summary.lastMs)] },
  ];
  return facts.filter((fact) => fact.values.length > 0);
}

/** A conversation in a list. `outcome`: how it ended, in a sentence; it stands below a title that says what was asked. */
export function listItemOf(conversation: VisibleConversation, children: number, outcome: string): ListItemModel {
  const { summary, title } = conversation;
  const { meta } = summary;
  const first = plainTitle(tellingWords(summary.firstPrompt), 200);
  const repeated = first.startsWith(title.replace(/…$/, '')) || title.startsWith(first.replace(/…$/, ''));
  return {
    url: conversationUrl(summary.id),
    title,
    summary: plainTitle(conversation.note?.summary ?? '', 300) || (repeated ? outcome : first),
    badges: badgesOf(conversation),
    glyph: meta.agent === undefined ? '' : glyphOf(meta.agent),
    iso: isoTime(summary.lastMs),
    date: readableTime(summary.lastMs),
    facts: [
      ...(meta.agent === undefined ? [] : [{ label: agentName(meta.agent), url: agentUrl(meta.agent) }]),
      ...(meta.project === undefined ? [] : [{ label: projectName(meta.project), url: projectUrl(meta.project) }]),
      { label: plural(summary.prompts, 'prompt'), url: '' },
      { label: plural(summary.turns, 'turn'), url: '' },
      ...(summary.heads.length > 1 ? [{ label: plural(summary.heads.length, 'branch', 'branches'), url: '' }] : []),
      ...(children > 0 ? [{ label: plural(children, 'sub-agent'), url: '' }] : []),
    ],
    tags: tagLinks(conversation.tags),
  };
}

function plain(text: string): Value {
  return { text, url: '', iso: '' };
}

function linked(text: string, url: string): Value {
  return { text, url, iso: '' };
}

function time(ms: number): Value {
  return { text: readableTime(ms), url: '', iso: isoTime(ms) };
}
