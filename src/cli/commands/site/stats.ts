/** `turnpress stats`: what was done and what it took, in the terminal: the numbers of the site's `/stats/`. */
/** Counted by the last build of the private site, so nothing is read again. */

import { join } from 'node:path';
import { plural } from '../../../model/counts.ts';
import { type Numbers, readSiteNumbers } from '../../../site/site.ts';
import { exitFor, openToRead } from '../../archive.ts';
import type { CommandOptions } from '../../command.ts';
import { readConfig } from '../../config.ts';
import type { Context } from '../../context.ts';
import { countOf } from '../../counts.ts';
import { UsageError } from '../../errors.ts';
import { checkNames } from '../../known-names.ts';
import { oneLine, padEnd } from '../../terminal.ts';

const BAR = 30;

export async function run(context: Context, _args: readonly string[], options: CommandOptions): Promise<number> {
  const { prices, currency } = readConfig(context.configFile, context.configNamed);
  const project = typeof options.project === 'string' ? options.project : undefined;
  const limit = options.limit === undefined ? 10 : countOf(options.limit, '--limit');
  const archive = openToRead(context);
  try {
    if (project !== undefined) checkNames(archive, options);
    const found = await readSiteNumbers(archive, {
      cacheDir: join(context.archiveDir, 'private', 'cache'),
      outputDir: context.outputDir,
      ...{ project, prices },
    });
    if (found === undefined) throw new UsageError('nothing is counted yet: "turnpress build" does it');
    context.printJson(found.numbers);
    if (!context.json) show(context, found.numbers, currency, limit);
    if (!found.current) context.log.info('something came since the last build: "turnpress build" counts it');
    return exitFor(archive, false);
  } finally {
    archive.close();
  }
}

function show(context: Context, numbers: Numbers, currency: string, limit: number): void {
  const { style } = context;
  const head = (title: string): void => context.print(`\n${style.bold(title)}`);
  const { conversations, prompts, turns, activeDays, tokens, cost } = numbers;
  const amount = cost === undefined ? '' : ` · ${cost.toFixed(2)} ${currency}`;
  const all = [plural(conversations, 'conversation'), plural(prompts, 'prompt'), plural(turns, 'turn')];
  context.print(`${[...all, plural(activeDays, 'active day')].join(' · ')}${amount}`);
  const input = tokens.fresh + tokens.cached + tokens.written;
  context.print(`tokens: ${count(tokens.out)} out, ${count(input)} in, of which ${count(tokens.cached)} from a cache`);
  if (numbers.models.length > 0) head('Models');
  for (const { model, out, fresh, cached, written, cost: own } of take(numbers.models, limit)) {
    const price = own === undefined ? '' : `, ${own.toFixed(2)} ${currency}`;
    context.print(`${padEnd(oneLine(model, 36), 36)} ${count(out)} out, ${count(fresh + cached + written)} in${price}`);
  }
  if (numbers.tools.length > 0) head('Tools');
  const most = numbers.tools[0]?.calls ?? 1;
  for (const { name, calls, failed } of take(numbers.tools, limit)) {
    const bad = failed === 0 ? '' : style.red(` ${count(failed)} failed`);
    context.print(`${padEnd(oneLine(name, 24), 24)} ${bar(calls, most)} ${count(calls)}${bad}`);
  }
  if (prompts > 0) head('Prompts by hour (UTC)');
  const busiest = Math.max(1, ...numbers.hours);
  for (const [hour, n] of numbers.hours.entries())
    if (n > 0) context.print(`${String(hour).padStart(2, '0')}:00 ${bar(n, busiest)} ${count(n)}`);
  if (numbers.longest.length > 0) head('Longest conversations');
  for (const { id, title, turns: own } of take(numbers.longest, limit))
    context.print(
      `${style.yellow(id.slice(0, 16))} ${padEnd(plural(own, 'turn'), 12)} ${oneLine(title, context.columns - 31)}`,
    );
}

/** 0: all of them. */
function take<Row>(rows: readonly Row[], limit: number): readonly Row[] {
  return limit === 0 ? rows : rows.slice(0, limit);
}

function bar(n: number, most: number): string {
  return '█'.repeat(Math.max(1, Math.round((n / most) * BAR)));
}

function count(n: number): string {
  return n.toLocaleString('en');
}
