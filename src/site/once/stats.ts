/** `/stats/`: what was done and what it took, in numbers: for the whole site, and for each project. */
/** Drawn only when a number changed; the same numbers as `turnpress stats`. */

import { html, joinHtml, type SafeHtml, text } from '../../base/html.ts';
import { readableDate } from '../../base/time.ts';
import type { BuildContext } from '../conversation/context.ts';
import { type Numbers, readNumbers, type Week } from '../lists/numbers.ts';
import { renderWork } from '../lists/work-facts.ts';
import { formatCount, formatShort, plural } from '../render/names.ts';
import { contentHash } from '../state/keys.ts';
import type { KnownList } from '../state/lists.ts';
import { WHOLE } from '../state/work/tallies.ts';
import { conversationUrl, outputPath, pages, projectStatsUrl } from '../urls.ts';

const OWNER = 'stats';
const MOST_TOOLS = 16;
/** Raised when a drawing of the same numbers changes. */
const DRAWING = '3';

type Charts = typeof import('../lists/bar-chart.ts');

export async function buildStats(context: BuildContext): Promise<void> {
  const { state, output } = context;
  output.take(OWNER);
  const projects = state.lists.listOf('project');
  await buildPage(context, undefined, projects);
  for (const project of projects) await buildPage(context, project, []);
}

async function buildPage(
  context: BuildContext,
  project: KnownList | undefined,
  projects: readonly KnownList[],
): Promise<void> {
  const { state, output, frame, options } = context;
  const { prices, currency } = options.config;
  const numbers = readNumbers(state, project?.url ?? WHOLE, prices);
  const model = frame.page({
    ...{
      template: 'list.njk',
      width: 'wide',
      url: project === undefined ? pages.stats : projectStatsUrl(project.name),
    },
    title: project === undefined ? 'Numbers' : `Numbers of ${project.title}`,
    description: `What ${plural(numbers.conversations, 'conversation')} took`,
    crumbs: project === undefined ? [] : [{ label: 'Numbers', url: pages.stats }],
    tiles:
      projects.length === 0
        ? []
        : [
            {
              ...{ heading: 'By project', more: { label: '', url: '' } },
              items: projects.map(({ name, title, members }) => ({
                ...{ url: projectStatsUrl(name), label: title, glyph: '', bars: '' },
                facts: [plural(members, 'conversation')],
              })),
            },
          ],
    empty: numbers.turns === 0 ? 'Nothing was done here yet.' : '',
  });
  const work = project === undefined ? renderWork(context, WHOLE, numbers.conversations) : html``;
  const path = outputPath(model.url);
  const key = contentHash(JSON.stringify([frame.key, DRAWING, model, numbers, work, currency]));
  if (!output.declare(path, OWNER, key)) return;
  // the library that finds scales takes longer to load than a small build takes
  const charts = await import('../lists/bar-chart.ts');
  context.defer(context.writePage(model, joinHtml([work, ...drawingsOf(charts, numbers, currency)])));
}

function drawingsOf(charts: Charts, numbers: Numbers, currency: string): readonly SafeHtml[] {
  if (numbers.turns === 0) return [];
  const { renderColumns, renderRows } = charts;
  const { weeks, tools, hours } = numbers;
  const weekly = (parts: (week: Week) => readonly number[]) =>
    weeks.map((week, i) => ({ label: week.day, tick: tickOf(weeks, i), parts: parts(week) }));
  const failed = tools.reduce((sum, tool) => sum + tool.failed, 0);
  return [
    html`<div class="charts">\n`,
    renderColumns({
      ...{ id: 'weeks', title: 'Conversations begun', of: 'Week', note: '', series: ['conversations'] },
      bars: weekly((week) => [week.conversations]),
    }),
    renderColumns({
      ...{ id: 'tokens', title: 'Tokens', of: 'Week', note: tokenNote(numbers) },
      series: ['output', 'new input', 'into a cache', 'from a cache'],
      bars: weekly(({ out, fresh, written, cached }) => [out, fresh, written, cached]),
    }),
    renderColumns({
      ...{
        id: 'hours',
        title: 'Hours of the day',
        of: 'Hour (UTC)',
        note: 'When people wrote prompts; UTC',
        series: ['prompts'],
      },
      bars: hours.map((n, hour) => ({
        label: `${hour}:00`,
        tick: hour % 3 === 0 ? String(hour) : '',
        parts: [n],
      })),
    }),
    tools.length === 0
      ? html``
      : renderRows({
          ...{ id: 'tools', title: 'Tools', of: 'Tool', series: ['went well', 'failed'] },
          note: `${plural(failed, 'call')} of ${formatCount(tools.reduce((sum, tool) => sum + tool.calls, 0))} failed${tools.length > MOST_TOOLS ? `; ${plural(tools.length - MOST_TOOLS, 'other tool')}` : ''}`,
          bars: tools
            .slice(0, MOST_TOOLS)
            .map(({ name, calls, failed: bad }) => ({ label: name, tick: '', parts: [calls - bad, bad] })),
        }),
    html`</div>\n`,
    renderModels(charts, numbers, currency),
    renderLongest(charts, numbers),
  ];
}

function tokenNote({ tokens }: Numbers): string {
  const input = tokens.fresh + tokens.cached + tokens.written;
  const part = input === 0 ? '' : `, ${Math.round((100 * tokens.cached) / input)} % of the input from a cache`;
  return `${formatShort(tokens.out)} out, ${formatShort(input)} in${part}`;
}

function renderModels({ renderTable }: Charts, { models, cost }: Numbers, currency: string): SafeHtml {
  if (models.length === 0) return html``;
  const heads = [
    'Model',
    'Output',
    'New input',
    'Into a cache',
    'From a cache',
    ...(cost === undefined ? [] : [currency]),
  ];
  const rows = models.map(({ model, out, fresh, written, cached, cost: own }) => [
    html`${text(model)}`,
    ...[out, fresh, written, cached].map((n) => html`${text(formatCount(n))}`),
    ...(cost === undefined ? [] : [html`${text(own === undefined ? 'no price' : own.toFixed(2))}`]),
  ]);
  const sum =
    cost === undefined
      ? html``
      : html`<p class="soft">${text(`${cost.toFixed(2)} ${currency} for the models that have a price`)}</p>\n`;
  return html`<section class="table-block"><h2 id="models">Models</h2>
${sum}${renderTable(heads, rows)}</section>
`;
}

function renderLongest({ renderTable }: Charts, { longest }: Numbers): SafeHtml {
  const rows = longest.map(({ id, title, turns, firstMs }) => [
    html`<a href="${text(conversationUrl(id))}">${text(title)}</a>`,
    html`${text(formatCount(turns))}`,
    html`${text(readableDate(firstMs))}`,
  ]);
  return html`<section class="table-block"><h2 id="longest">Longest conversations</h2>
${renderTable(['Conversation', 'Turns', 'Begun'], rows)}</section>
`;
}

/** The month, below its first week. */
function tickOf(weeks: readonly Week[], at: number): string {
  const [day = '', before = ''] = [weeks[at]?.day, weeks[at - 1]?.day];
  // a month of which only the end is shown has no room for its name
  if (before === '' ? Number(day.slice(8)) > 14 : day.slice(0, 7) === before.slice(0, 7)) return '';
  return readableDate(Date.parse(day)).split(' ')[1] ?? '';
}
