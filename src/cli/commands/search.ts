/** `turnpress search`: full text over everything that was ever kept, offline. */
/** Each hit names its turn, so that `turnpress show` continues from there. */

import { join } from 'node:path';
import type { ArchiveReader, SearchQuery } from '../../archive/archive.ts';
import { openToRead } from '../archive.ts';
import type { CommandOptions } from '../command.ts';
import type { Context } from '../context.ts';
import { countOf } from '../counts.ts';
import { EXIT, UsageError } from '../errors.ts';
import type { FoundPlace } from '../following/everywhere.ts';
import { type Found, searchArchive } from '../following/found.ts';
import { checkNames, checkRole } from '../known-names.ts';
import { holdMemory } from '../memory.ts';
import { cleanText, oneLine, wrapText } from '../terminal.ts';

export async function run(context: Context, args: readonly string[], options: CommandOptions): Promise<number> {
  checkRole(options.role);
  holdMemory(); // the first search reads everything
  const archive = openToRead(context);
  try {
    const query = queryOf(args.join(' '), options);
    const places = options.everywhere === true ? await searchAll(context, archive, query) : [ownPlace(archive, query)];
    const found = places.flatMap((place) => place.found.map((each) => ({ place, each })));
    context.printJson(
      found.map(({ place: { kind, name }, each }) =>
        options.everywhere === true ? { from: kind, ...(kind === 'copy' && { copy: name }), ...each.json } : each.json,
      ),
    );
    for (const place of places) {
      if (options.everywhere === true && place.found.length > 0) context.print(headingOf(context, place));
      for (const group of Map.groupBy(place.found, (each) => each.within).values()) show(context, group);
    }
    if (found.length === 0) checkNames(archive, options);
    if (found.length === 0) context.log.info(`nothing found for "${query.text}"`);
    const unread = places.some(({ failed }) => failed === true);
    return unread || found.some(({ each }) => each.damaged) ? EXIT.damaged : EXIT.done;
  } finally {
    archive.close();
  }
}

function queryOf(text: string, options: CommandOptions): SearchQuery {
  return {
    text,
    ...textOption('agent', options),
    ...textOption('project', options),
    ...textOption('model', options),
    ...textOption('role', options),
    ...textOption('tag', options),
    ...(options.since === undefined ? {} : { sinceMs: dayOf(options.since, '--since') }),
    ...(options.until === undefined ? {} : { untilMs: dayOf(options.until, '--until') + DAY_MS - 1 }),
    limit: options.limit === undefined ? 20 : countOf(options.limit, '--limit'),
  };
}

function ownPlace(archive: ArchiveReader, query: SearchQuery): FoundPlace {
  return { kind: 'own', name: '', found: searchArchive(archive, query) };
}

/** The reader is loaded only where it is searched. */
async function searchAll(context: Context, archive: ArchiveReader, query: SearchQuery): Promise<readonly FoundPlace[]> {
  return (await import('../following/everywhere.ts')).searchEverywhere(context, archive, query);
}

/** Where they are from, and which command goes on from there. */
function headingOf({ style, shown, archiveDir }: Context, { kind, name }: FoundPlace): string {
  if (kind === 'own') return style.dim('this archive: turnpress show <id>');
  if (kind === 'feeds') return style.dim('feeds: turnpress read <number>');
  const dir = shown(join(archiveDir, 'private', 'replicas', name));
  return style.dim(`the copy of ${name}: turnpress show <id> --archive ${dir}`);
}

/** A title once, and below it the places in it, best first. */
function show({ print, style, columns }: Context, group: readonly Found[]): void {
  for (const [i, { id, title, facts, own, snippet }] of group.entries()) {
    if (i === 0) print(`${style.bold(oneLine(title, columns - 30))}  ${style.dim(cleanText(joinFacts(facts)))}`);
    print(`${style.yellow(id)} ${style.dim(cleanText(joinFacts(own)))}`);
    print(marked(wrapText(snippet.replace(/\s+/g, ' '), columns, '  '), style.mark));
  }
  print('');
}

function joinFacts(facts: readonly string[]): string {
  return facts.filter((fact) => fact !== '').join(' · ');
}

const DAY_MS = 86_400_000;

function textOption(
  name: 'agent' | 'project' | 'model' | 'role' | 'tag',
  options: CommandOptions,
): Record<string, string> {
  const value = options[name];
  return typeof value === 'string' ? { [name]: value } : {};
}

function dayOf(value: string | boolean, option: string): number {
  const ms =
    typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value) ? Date.parse(`${value}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(ms)) throw new UsageError(`${option} takes a date like 2026-01-31, not "${value}"`);
  return ms;
}

function marked(text: string, mark: (text: string) => string): string {
  return text.replace(/\ue000([^\ue001]*)\ue001/g, (_, word: string) => mark(word)).replace(/[\ue000\ue001]/g, '');
}
