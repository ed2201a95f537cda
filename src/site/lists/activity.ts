/** How busy days were, drawn: a year as a strip of squares, and some weeks as a row of bars; the strip with its table. */
/** SVG made of paths, one for each tone: no scripts, few elements, and colours that the style sheet gives. */

import { html, joinHtml, type SafeHtml, text } from '../../base/html.ts';
import { readableDate } from '../../base/time.ts';
import { formatCount, plural } from '../render/names.ts';

export interface Day {
  /** `2026-01-02`, UTC. */
  readonly day: string;
  readonly n: number;
}

const DAY_MS = 86_400_000;
const WEEKS = 53;
/** A square and the gap behind it. */
const [CELL, STEP] = [11, 14];
const [TOP, LEFT] = [16, 28];
const WIDTH = LEFT + WEEKS * STEP;
const TONES = 4;
const WEEK_DAYS = ['Mon', 'Wed', 'Fri'];

/** The first day of the year that ends with the week of `last`: a Monday. */
export function startOfYear(last: string): string {
  return dayOf(mondayOf(last) - (WEEKS - 1) * 7 * DAY_MS);
}

/** `days`: of that year, oldest first. `what`: a word for one thing that is counted. */
export function renderStrip(days: readonly Day[], last: string, what: string): SafeHtml {
  const first = Date.parse(startOfYear(last));
  const marks = quarters(days.map(({ n }) => n));
  const squares = Array.from({ length: TONES + 1 }, () => '');
  const counts = new Map(days.map(({ day, n }) => [day, n]));
  for (let ms = first; ms <= Date.parse(last); ms += DAY_MS) {
    const at = Math.round((ms - first) / DAY_MS);
    const n = counts.get(dayOf(ms)) ?? 0;
    const tone = n === 0 ? 0 : 1 + marks.filter((mark) => n > mark).length;
    squares[tone] += `M${LEFT + Math.floor(at / 7) * STEP} ${TOP + (at % 7) * STEP}h${CELL}v${CELL}h-${CELL}z`;
  }
  const size = { width: WIDTH, height: TOP + 7 * STEP };
  const total = days.reduce((sum, { n }) => sum + n, 0);
  const label = `${plural(total, what)} on ${plural(days.length, 'day')} in the year to ${readableDate(Date.parse(last))}`;
  return html`<figure class="strip">
<div class="strip-frame"><svg viewBox="0 0 ${text(size.width)} ${text(size.height)}" width="${text(size.width)}" height="${text(size.height)}" role="img" aria-label="${text(label)}">${joinHtml(
    [
      ...squares.map((path, tone) =>
        path === '' ? html`` : html`<path class="tone-${text(tone)}" d="${text(path)}"/>`,
      ),
      ...monthNames(first, Date.parse(last)),
      ...WEEK_DAYS.map((name, i) => html`<text x="0" y="${text(TOP + i * 2 * STEP + 9)}">${text(name)}</text>`),
    ],
  )}</svg></div>
${tableOf(days, what)}<figcaption>${text(label)}</figcaption>
</figure>
`;
}

/** A bar for each of the last weeks, as the path of a drawing that is `BARS_VIEW` large. */
export function barsOf(days: readonly Day[], last: string, weeks: number): string {
  const sums = new Array<number>(weeks).fill(0);
  const end = mondayOf(last) + 7 * DAY_MS;
  for (const { day, n } of days) {
    const week = weeks - Math.ceil((end - Date.parse(day)) / (7 * DAY_MS));
    if (week >= 0 && week < weeks) sums[week] = (sums[week] ?? 0) + n;
  }
  const most = Math.max(1, ...sums);
  const width = BARS_VIEW.width / weeks;
  return sums
    .map((n, i) => {
      if (n === 0) return '';
      const height = round(Math.max(1.5, Math.sqrt(n / most) * BARS_VIEW.height));
      return `M${round(i * width)} ${BARS_VIEW.height}v-${height}h${round(width - 1)}v${height}z`;
    })
    .join('');
}

const BARS_VIEW = { width: 130, height: 28 } as const;

/** Day on which the weeks of `barsOf` begin. */
export function startOfWeeks(last: string, weeks: number): string {
  return dayOf(mondayOf(last) - (weeks - 1) * 7 * DAY_MS);
}

/** Above which a day is of the second, third and fourth tone. */
function quarters(counts: readonly number[]): readonly number[] {
  const sorted = counts.toSorted((a, b) => a - b);
  return [0.25, 0.5, 0.75].map((part) => sorted[Math.floor(part * (sorted.length - 1))] ?? 0);
}

function* monthNames(first: number, last: number): Generator<SafeHtml> {
  let known = '';
  let free = 0;
  for (let ms = first; ms <= last; ms += 7 * DAY_MS) {
    const month = dayOf(ms).slice(0, 7);
    const x = LEFT + Math.round((ms - first) / DAY_MS / 7) * STEP;
    // the first week may be a month's last one
    if (month !== known && x >= free && Number(dayOf(ms).slice(8)) <= 14) {
      const name = readableDate(ms).split(' ')[1] ?? '';
      // what begins with the last week has no room behind it
      yield x + 2 * STEP > WIDTH
        ? html`<text x="${text(WIDTH)}" y="10" text-anchor="end">${text(name)}</text>`
        : html`<text x="${text(x)}" y="10">${text(name)}</text>`;
      free = x + 2 * STEP;
    }
    known = month;
  }
}

function tableOf(days: readonly Day[], what: string): SafeHtml {
  const months = Map.groupBy(days, ({ day }) => day.slice(0, 7));
  const rows = [...months].map(([month, own]) => {
    const sum = own.reduce((all, { n }) => all + n, 0);
    return html`<tr><th scope="row">${text(month)}</th><td>${text(formatCount(sum))}</td><td>${text(own.length)}</td></tr>\n`;
  });
  return html`<details class="as-table"><summary>As a table</summary>
<table><thead><tr><th scope="col">Month</th><th scope="col">${text(`${what}s`)}</th><th scope="col">Active days</th></tr></thead>
<tbody>
${rows}</tbody></table></details>
`;
}

/** Its Monday, in milliseconds; UTC. */
export function mondayOf(day: string): number {
  const ms = Date.parse(day);
  return ms - ((new Date(ms).getUTCDay() + 6) % 7) * DAY_MS;
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
