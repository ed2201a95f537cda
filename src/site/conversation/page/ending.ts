/** What stands after the last turn: what was held before and after it in its project, its sub-agents, and what it has to do with. */
/** Only conversations that began earlier are related, so that a new one changes no page but that of the one before it. */

import { html, joinHtml, type SafeHtml, text } from '../../../base/html.ts';
import { isoTime, readableDate } from '../../../base/time.ts';
import type { TurnHash } from '../../../model/ids.ts';
import { formatCount, plural, projectName } from '../../render/names.ts';
import { plainTitle } from '../../render/text/plain-title.ts';
import type { LinkModel } from '../../shell/page-model.ts';
import type { Neighbour } from '../../state/neighbours.ts';
import { conversationUrl, projectUrl } from '../../urls.ts';
import type { BranchOutline } from '../../view/outline.ts';
import type { ConversationWork } from '../conversation-work.ts';
import type { ForkLink } from '../fork-ways.ts';
import { parentLink } from '../kin.ts';
import { MOST_DRAWN } from './branch-tree.ts';
import { originOf } from './forks.ts';

interface Around {
  /** Undefined: no project is known. */
  readonly project: LinkModel | undefined;
  readonly before: Neighbour | undefined;
  readonly next: Neighbour | undefined;
}

export interface Ending extends Around {
  readonly related: readonly Related[];
  readonly children: readonly LinkModel[];
  /** Who started it. */
  readonly parent: LinkModel | undefined;
}

interface Related extends Neighbour {
  /** Names of files that both changed: the first of them, and how many there are. */
  readonly names: readonly string[];
  readonly files: number;
  readonly sameBranch: boolean;
}

const MOST_RELATED = 5;
const MOST_NAMES = 3;
const MOST_CHILDREN = 8;
/** Files that others are asked for; those that were changed most. */
const MOST_FILES = 24;
/** Everything is held on these. */
const COMMON_BRANCHES: ReadonlySet<string> = new Set(['', 'main', 'master', 'trunk', 'develop', 'HEAD']);

export function endingOf(work: ConversationWork): Ending {
  const { context, conversation, kin } = work;
  const { earlier, ...around } = aroundOf(work);
  return {
    ...around,
    related: listRelated(context.state.edits, conversation, earlier),
    children: kin.children,
    parent: parentLink(context, conversation),
  };
}

/** What was held around it in its project. */
function aroundOf({ context, conversation }: ConversationWork): Around & { readonly earlier: readonly Neighbour[] } {
  const { neighbours } = context.state.conversations;
  const { id, firstMs, meta } = conversation.summary;
  const { project = '' } = meta;
  const place = { project: meta.parent?.conversation === undefined ? project : '', firstMs, id };
  const earlier = neighbours.listBefore(place);
  return {
    project: project === '' ? undefined : { label: projectName(project), url: projectUrl(project) },
    before: earlier[0],
    next: neighbours.findNext(place),
    earlier,
  };
}

function listRelated(
  edits: ConversationWork['context']['state']['edits'],
  { summary }: ConversationWork['conversation'],
  earlier: readonly Neighbour[],
): readonly Related[] {
  const ids = earlier.map(({ id }) => id);
  const shared = new Map<string, string[]>();
  for (const place of ids.length === 0 ? [] : edits.listOwn(summary.id, MOST_FILES)) {
    for (const id of edits.listSharing(place, ids)) shared.set(id, [...(shared.get(id) ?? []), place.file]);
  }
  const branch = summary.meta.git?.branch ?? '';
  return earlier
    .map((one): Related => {
      const files = shared.get(one.id) ?? [];
      const sameBranch = !COMMON_BRANCHES.has(branch) && one.gitBranch === branch;
      return { ...one, names: [...new Set(files)].slice(0, MOST_NAMES), files: files.length, sameBranch };
    })
    .filter(({ files, sameBranch }) => files > 0 || sameBranch)
    .sort((a, b) => weightOf(b) - weightOf(a))
    .slice(0, MOST_RELATED);
}

/** A branch of their own says as much as two files. */
function weightOf({ files, sameBranch }: Related): number {
  return files + (sameBranch ? 2 : 0);
}

const NOTHING = joinHtml([]);

export function renderEnding({ related, children, parent, ...around }: Ending): SafeHtml {
  const starter = parent === undefined ? NOTHING : listOf('Started by', [renderLink(parent)]);
  const shown = children.slice(0, MOST_CHILDREN).map(renderLink);
  const more = children.length - shown.length;
  const rest = more === 0 ? [] : [html`<li>and ${text(formatCount(more))} more, named above</li>\n`];
  const own = children.length === 0 ? NOTHING : listOf(plural(children.length, 'sub-agent'), [...shown, ...rest]);
  const others = related.length === 0 ? NOTHING : listOf('Related, from before', related.map(renderRelated));
  return frameOf('Around this conversation', [renderAround(around), starter, own, others, renderProject(around)]);
}

/** Behind the last turn of a branch: back to where it left, the ways that others took there, those that left it; then what is around all of it. */
export function renderBranchEnding(work: ConversationWork, branch: BranchOutline, fork: TurnHash): SafeHtml {
  const { kin, branches } = work;
  const { url, last, other } = originOf(work, branch, fork);
  const back = renderWay('before', html`Back to the fork${text(last === undefined ? '' : ', after')}`, {
    label: last ?? 'Where it left',
    url,
  });
  const way = other === undefined ? NOTHING : renderWay('next', html`The other way went on`, other);
  const siblings = kin.forksAfter(fork).filter(({ name }) => name !== branch.head.name);
  // a new conversation makes the pages of these again
  const around = branches.length > MOST_DRAWN ? undefined : aroundOf(work);
  return frameOf('Around this branch', [
    html`<ul class="ways">\n${[back, way]}</ul>\n`,
    renderForks('Others that left there', siblings),
    renderForks('Branches that left this one', kin.forksFrom(branch.head.name)),
    ...(around === undefined ? [] : [renderAround(around), renderProject(around)]),
  ]);
}

/** Where a branch has no turns of its own: what went on behind its last one. */
export function renderWaysOn({ kin }: ConversationWork, end: TurnHash): SafeHtml {
  return frameOf('Around this branch', [renderForks('Branches that went on from there', kin.forksAfter(end))]);
}

function frameOf(label: string, parts: readonly SafeHtml[]): SafeHtml {
  return parts.every((part) => part === '')
    ? NOTHING
    : html`<nav class="ending-links" aria-label="${text(label)}">\n${parts}</nav>\n`;
}

function renderAround({ project, before, next }: Around): SafeHtml {
  if (before === undefined && next === undefined) return NOTHING;
  const place = project === undefined ? '' : ` in ${project.label}`;
  const ways = [renderHeld('before', `Before${place}`, before), renderHeld('next', `Next${place}`, next)];
  return html`<ul class="ways">\n${ways}</ul>\n`;
}

function renderProject({ project }: Around): SafeHtml {
  return project === undefined
    ? NOTHING
    : html`<p><a href="${text(project.url)}">All conversations in ${text(project.label)}</a></p>\n`;
}

function renderHeld(className: string, label: string, to: Neighbour | undefined): SafeHtml {
  if (to === undefined) return NOTHING;
  return renderWay(className, html`${text(label)} \u00b7 ${renderDay(to)}`, {
    label: to.title,
    url: conversationUrl(to.id),
  });
}

function renderWay(className: string, what: SafeHtml, { label, url }: LinkModel): SafeHtml {
  return html`<li class="${text(className)}"><a href="${text(url)}"><small>${what}</small>\n<span>${text(label)}</span></a></li>\n`;
}

function renderForks(heading: string, forks: readonly ForkLink[]): SafeHtml {
  const items = forks.map(({ label, url, ending }) => {
    const end = ending === '' ? NOTHING : html` <small>${text(ending)}</small>`;
    return html`<li><a href="${text(url)}">${text(label)}</a>${end}</li>\n`;
  });
  return items.length === 0 ? NOTHING : listOf(heading, items);
}

function renderRelated(one: Related): SafeHtml {
  const { names, files, sameBranch } = one;
  const named = files > names.length ? [...names, '\u2026'] : names;
  const why = [
    ...(sameBranch ? [`branch ${plainTitle(one.gitBranch, 60)}`] : []),
    ...(files === 0 ? [] : [`${plural(files, 'same file', 'same files')}: ${named.join(', ')}`]),
  ].join(' \u00b7 ');
  return html`<li><a href="${text(conversationUrl(one.id))}">${text(one.title)}</a> <small>${renderDay(one)} \u00b7 ${text(why)}</small></li>\n`;
}

function renderDay({ firstMs }: Neighbour): SafeHtml {
  return html`<time datetime="${text(isoTime(firstMs))}">${text(readableDate(firstMs))}</time>`;
}

function renderLink({ label, url }: LinkModel): SafeHtml {
  return html`<li><a href="${text(url)}">${text(label)}</a></li>\n`;
}

function listOf(heading: string, items: readonly SafeHtml[]): SafeHtml {
  return html`<section>\n<h2>${text(heading)}</h2>\n<ul>\n${items}</ul>\n</section>\n`;
}
