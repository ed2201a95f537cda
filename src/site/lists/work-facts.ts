/** What was done in all, or in one project: the year, the sums, the files that many conversations changed. */
/** Bodies of list pages; every number is a sum that the state keeps up, so a page costs the same at any size. */

import { html, joinHtml, type SafeHtml, text } from '../../base/html.ts';
import { isoDate, readableDate } from '../../base/time.ts';
import type { BuildContext } from '../conversation/context.ts';
import { formatCount, formatShort, plural, projectName } from '../render/names.ts';
import type { FilePlace } from '../state/work/edits.ts';
import { WHOLE } from '../state/work/tallies.ts';
import { filesUrl } from '../urls.ts';
import { barsOf, type Day, renderStrip, startOfWeeks, startOfYear } from './activity.ts';
import { fileAddress, pathOf } from './file-paths.ts';

/** Weeks of the bars beside a project's name. */
const WEEKS = 26;
const MOST_FILES = 10;

/** Day of the newest turn on the site: where every drawing ends, so that nothing changes with the clock. */
export function lastDay({ state }: BuildContext): string | undefined {
  return state.tallies.listDays(WHOLE, 'turn').at(-1)?.day;
}

/** The year and the sums of a scope. Empty: nothing was done. `more`: where all numbers are. */
export function renderWork(context: BuildContext, scope: string, conversations: number, more = ''): SafeHtml {
  const { tallies } = context.state;
  const last = tallies.listDays(scope, 'turn').at(-1)?.day;
  if (last === undefined) return html``;
  const days = tallies.listDays(scope, 'turn', startOfYear(last));
  return joinHtml([renderStrip(days, last, 'turn'), renderSums(context, scope, conversations, more)]);
}

/** The year of a list of which only the conversations are counted: those that began on each day. Empty: none did. */
export function renderStarts({ state }: BuildContext, list: string): SafeHtml {
  const newest = state.lists.listStarts(list, 0).at(-1);
  if (newest === undefined) return html``;
  const last = isoDate(newest);
  const days = Map.groupBy(state.lists.listStarts(list, Date.parse(startOfYear(last))), isoDate);
  return renderStrip(
    [...days].map(([day, { length: n }]) => ({ day, n })),
    last,
    'conversation',
  );
}

/** The bars of a project's card. */
export function barsOfScope({ state }: BuildContext, scope: string, last: string | undefined): string {
  if (last === undefined) return '';
  const days: readonly Day[] = state.tallies.listDays(scope, 'turn', startOfWeeks(last, WEEKS));
  return barsOf(days, last, WEEKS);
}

function renderSums({ state }: BuildContext, scope: string, conversations: number, more: string): SafeHtml {
  const { tallies, edits } = state;
  const sum = (...kinds: readonly Parameters<typeof tallies.sum>[1][]): number =>
    kinds.reduce((all, kind) => all + tallies.sum(scope, kind), 0);
  const whole = scope === WHOLE;
  const sums: readonly (readonly [string, number])[] = [
    ['conversations', conversations],
    ['prompts', sum('prompt')],
    ['turns', sum('turn')],
    ['tool calls', sum('tool')],
    ...(whole ? ([['files changed', edits.countFiles()]] as const) : []),
    ['active days', tallies.listDays(scope, 'turn').length],
    ['tokens', sum('fresh', 'cached', 'written', 'out')],
  ];
  const shown = sums.filter(([, n]) => n > 0);
  const link = html`<p class="more-of"><a href="${text(more)}">All numbers</a></p>\n`;
  return html`<div><dl class="sums">
${shown.map(([label, n]) => html`<div><dt>${text(label)}</dt><dd>${text(formatShort(n))}</dd></div>\n`)}</dl>
${more === '' ? html`` : link}</div>
`;
}

/** Files that most conversations changed, of a project or of all. Empty: none was. */
export function renderBusiestFiles({ state }: BuildContext, project?: string): SafeHtml {
  const busiest = state.edits.listBusiest(project, MOST_FILES);
  if (busiest.length === 0) return html``;
  const rows = busiest.map((each) => {
    const facts = `${plural(each.conversations, 'conversation')}, ${plural(each.edits, 'prompt')}, last ${readableDate(each.lastMs)}`;
    return html`<li>${renderFileLink(state, each)} <span class="soft">${ofProject(each, project)}${text(facts)}</span></li>\n`;
  });
  const all = formatCount(state.edits.countFiles(project));
  const link = html`<p><a href="${text(filesUrl(project ?? ''))}">All ${text(all)} changed files</a></p>\n`;
  return html`<section class="busiest">
<h2 id="files">Files most worked on</h2>
<ol>
${rows}</ol>
${project === undefined ? html`` : link}</section>
`;
}

/** Its path leads to what was done to it. */
export function renderFileLink(state: BuildContext['state'], place: FilePlace): SafeHtml {
  return html`<a class="path" href="${text(fileAddress(state, place))}">${text(pathOf(place.folder, place.file))}</a>`;
}

/** On a page that is not one project's own (`shown`) a file's project is said before its facts. */
export function ofProject({ project }: FilePlace, shown: string | undefined): SafeHtml {
  return shown === undefined && project !== '' ? html`${text(projectName(project))} · ` : html``;
}
