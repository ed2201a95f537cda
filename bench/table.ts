/** Rows of a result and how they are printed. */
/** Markdown, so that a run can be pasted into docs/benchmarks.md as it is. */

export interface Row {
  readonly what: string;
  readonly value: string;
  readonly note: string;
}

export function rowOf(what: string, value: string, note = ''): Row {
  return { what, value, note };
}

export function printTable(title: string, rows: readonly Row[]): string {
  return [
    `### ${title}`,
    '',
    '| what | measured | |',
    '| --- | ---: | --- |',
    ...rows.map((row) => `| ${row.what} | ${row.value} | ${row.note} |`),
    '',
  ].join('\n');
}
