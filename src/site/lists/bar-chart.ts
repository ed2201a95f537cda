/** Bars as SVG: upright ones over time or hours, and rows for names. Each comes with its table. */
/** The one file that knows d3-scale, which finds bands, round maxima and ticks; drawing a rectangle needs no library. */

import { scaleBand, scaleLinear } from 'd3-scale';
import { html, joinHtml, type SafeHtml, text } from '../../base/html.ts';
import { formatCount, formatShort } from '../render/names.ts';

export interface Bar {
  readonly label: string;
  /** Below the axis; empty: none. */
  readonly tick: string;
  /** One number for each series. */
  readonly parts: readonly number[];
}

export interface Chart {
  readonly title: string;
  readonly id: string;
  /** What a bar stands for: the head of the table's first column. */
  readonly of: string;
  readonly series: readonly string[];
  readonly bars: readonly Bar[];
  /** Said below the title; empty: nothing. */
  readonly note: string;
}

const WIDTH = 720;
const HEIGHT = 200;
const MARGIN = { top: 8, right: 4, bottom: 24, left: 64 };
const ROW = 24;
const NAMES = 210;

/** Upright bars, their parts one upon the other. */
export function renderColumns(chart: Chart): SafeHtml {
  const { bars, series } = chart;
  const sums = bars.map(({ parts }) => parts.reduce((sum, n) => sum + n, 0));
  const x = scaleBand<number>()
    .domain(bars.keys())
    .range([MARGIN.left, WIDTH - MARGIN.right])
    .paddingInner(bars.length > 40 ? 0.1 : 0.2);
  const y = scaleLinear()
    .domain([0, Math.max(1, ...sums)])
    .nice(4)
    .range([HEIGHT - MARGIN.bottom, MARGIN.top]);
  const paths = series.map((_, at) =>
    bars
      .map(({ parts }, i) => {
        const n = parts[at] ?? 0;
        if (n === 0) return '';
        const below = parts.slice(0, at).reduce((sum, each) => sum + each, 0);
        const [top, bottom] = [round(y(below + n)), round(y(below))];
        return `M${round(x(i) ?? 0)} ${bottom}V${top}h${round(x.bandwidth())}V${bottom}z`;
      })
      .join(''),
  );
  const lines = y
    .ticks(4)
    .map(
      (tick) =>
        html`<path class="axis" d="M${text(MARGIN.left)} ${text(round(y(tick)))}H${text(WIDTH - MARGIN.right)}"/><text x="${text(MARGIN.left - 6)}" y="${text(round(y(tick)) + 3)}" text-anchor="end">${text(shortTick(tick))}</text>`,
    );
  const ticks = bars.map(({ tick }, i) =>
    tick === ''
      ? html``
      : html`<text x="${text(round((x(i) ?? 0) + x.bandwidth() / 2))}" y="${text(HEIGHT - 5)}" text-anchor="middle">${text(tick)}</text>`,
  );
  return renderFigure(chart, 'chart', WIDTH, HEIGHT, [...lines, ...seriesPaths(paths), ...ticks]);
}

/** A row for each bar, its name before it. */
export function renderRows(chart: Chart): SafeHtml {
  const { bars, series } = chart;
  const height = bars.length * ROW + 4;
  const most = Math.max(1, ...bars.map(({ parts }) => parts.reduce((sum, n) => sum + n, 0)));
  const x = scaleLinear()
    .domain([0, most])
    .range([NAMES, WIDTH - 64]);
  const paths = series.map((_, at) =>
    bars
      .map(({ parts }, i) => {
        const n = parts[at] ?? 0;
        if (n === 0) return '';
        const before = parts.slice(0, at).reduce((sum, each) => sum + each, 0);
        const from = round(x(before));
        return `M${from} ${i * ROW + 5}H${Math.max(from + 1, round(x(before + n)))}v${ROW - 10}H${from}z`;
      })
      .join(''),
  );
  const labels = bars.map(({ label, parts }, i) => {
    const sum = parts.reduce((all, n) => all + n, 0);
    const middle = i * ROW + ROW / 2 + 4;
    return html`<text x="${text(NAMES - 8)}" y="${text(middle)}" text-anchor="end">${text(cut(label))}</text><text x="${text(round(x(sum)) + 6)}" y="${text(middle)}">${text(formatShort(sum))}</text>`;
  });
  return renderFigure(chart, 'chart rows', WIDTH, height, [...seriesPaths(paths), ...labels]);
}

/** A table without a drawing. */
export function renderTable(heads: readonly string[], rows: readonly (readonly SafeHtml[])[]): SafeHtml {
  return html`<div class="scroll-table" role="group" aria-label="${text(`Table by ${(heads[0] ?? '').toLowerCase()}`)}" tabindex="0"><table class="numbers"><thead><tr>${heads.map((head) => html`<th scope="col">${text(head)}</th>`)}</tr></thead>
<tbody>
${rows.map(([name = html``, ...cells]) => html`<tr><th scope="row">${name}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>\n`)}</tbody></table></div>
`;
}

function renderFigure(
  chart: Chart,
  className: string,
  width: number,
  height: number,
  drawn: readonly SafeHtml[],
): SafeHtml {
  const { title, id, of, series, bars, note } = chart;
  const legend =
    series.length < 2
      ? html``
      : html`<ul class="legend">${series.map((name, i) => html`<li class="series-${text(i)}">${text(name)}</li>`)}</ul>\n`;
  const rows = bars
    .filter(({ parts }) => parts.some((n) => n > 0))
    .map(({ label, parts }) => [html`${text(label)}`, ...parts.map((n) => html`${text(formatCount(n))}`)]);
  return html`<figure class="${text(className)}" aria-labelledby="${text(id)}">
<h2 id="${text(id)}">${text(title)}</h2>
${note === '' ? html`` : html`<p class="soft">${text(note)}</p>\n`}${legend}<svg viewBox="0 0 ${text(width)} ${text(height)}" width="${text(width)}" height="${text(height)}" aria-hidden="true">${joinHtml(drawn)}</svg>
<details class="as-table"><summary>As a table</summary>
${renderTable([of, ...series], rows)}</details>
</figure>
`;
}

function seriesPaths(paths: readonly string[]): readonly SafeHtml[] {
  return paths.map((path, i) => (path === '' ? html`` : html`<path class="series-${text(i)}" d="${text(path)}"/>`));
}

function shortTick(n: number): string {
  if (n >= 1e9) return `${round(n / 1e9)} bn`;
  if (n >= 1e6) return `${round(n / 1e6)} m`;
  return n >= 1e4 ? `${round(n / 1e3)} k` : formatCount(n);
}

/** Characters that have room before a row. */
function cut(label: string): string {
  return label.length <= 26 ? label : `${label.slice(0, 25).toWellFormed()}…`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
