/** Filters that name something the archive does not have: said, with what there is, instead of "nothing found". */
/** Asked only when nothing was found, because it looks at every conversation. */

import type { ArchiveReader } from '../archive/archive.ts';
import type { CommandOptions } from './command.ts';
import { UsageError } from './errors.ts';
import { findSimilar } from './similar.ts';

const ROLES = ['user', 'assistant', 'tool', 'system'];

/** Throws UsageError for a role that no turn can have. */
export function checkRole(role: string | boolean | undefined): void {
  if (typeof role !== 'string' || ROLES.includes(role)) return;
  throw unknown('role', role, ROLES);
}

/** Throws UsageError for the first filter that no conversation has. `--model` and `--tag` are looked for in meta only. */
export function checkNames(archive: ArchiveReader, options: CommandOptions): void {
  for (const name of ['agent', 'project', 'model', 'tag'] as const) {
    const typed = options[name];
    if (typeof typed !== 'string') continue;
    const there = new Set<string>();
    for (const { meta } of archive.walkConversations()) {
      const values = { agent: [meta.agent], project: [meta.project], model: meta.models, tag: meta.tags }[name];
      for (const value of values ?? []) if (value !== undefined) there.add(value);
    }
    if (![...there].some((value) => value.toLowerCase() === typed.toLowerCase()))
      throw unknown(name, typed, [...there].sort());
  }
}

function unknown(name: string, typed: string, there: readonly string[]): UsageError {
  const like = findSimilar(typed, there);
  const listed = `${there.slice(0, MOST).join(', ')}${there.length > MOST ? ` and ${there.length - MOST} more` : ''}`;
  const known = there.length === 0 ? `no conversation has a ${name}` : `there are: ${listed}`;
  return new UsageError(
    `there is no ${name} "${typed}"; ${like === undefined ? known : `did you mean "${like}"? ${known}`}`,
    {
      [name]: typed,
    },
  );
}

const MOST = 20;
