/** The gate before publishing: looks once more at everything that would become public. */
/** It changes nothing. One finding is enough to stop a public build, which fails closed. */

import type { Item } from '../model/item.ts';
import type { Redactor, StoredFinding } from './secrets.ts';

/** What is found in one turn or one text. Nothing here holds the secret. */
export interface PublishFinding<T> {
  readonly turn: T;
  readonly rule: string;
  readonly count: number;
  /** First characters of the first one: enough to find it, too few to use it. */
  readonly masked: string;
  /** Could be harmless; a person has to say so. */
  readonly doubtful: boolean;
}

/** Turns are looked at in groups, so that memory stays flat. */
const GROUP = 64;

/** Yields one finding for each turn and rule, in the order of the items. `turn` is whatever names it for the caller. */
export async function* scanForPublishing<T>(
  redactor: Redactor,
  items: AsyncIterable<{ readonly turn: T; readonly item: Item }> | Iterable<{ readonly turn: T; readonly item: Item }>,
): AsyncGenerator<PublishFinding<T>> {
  let group: { readonly turn: T; readonly item: Item }[] = [];
  for await (const entry of items) {
    group.push(entry);
    if (group.length < GROUP) continue;
    yield* scanGroup(redactor, group);
    group = [];
  }
  yield* scanGroup(redactor, group);
}

/** The same for strings beside the turns: title, project, working directory, branch, remote, links. */
export async function scanTextsForPublishing<T>(
  redactor: Redactor,
  name: T,
  texts: readonly string[],
): Promise<readonly PublishFinding<T>[]> {
  return summarise(name, await redactor.scanTexts(texts));
}

async function* scanGroup<T>(
  redactor: Redactor,
  group: readonly { readonly turn: T; readonly item: Item }[],
): AsyncGenerator<PublishFinding<T>> {
  const lists = await redactor.scanItems(group.map((entry) => entry.item));
  for (const [i, found] of lists.entries()) {
    const entry = group[i];
    if (entry !== undefined) yield* summarise(entry.turn, found);
  }
}

function summarise<T>(turn: T, found: readonly StoredFinding[]): readonly PublishFinding<T>[] {
  const groups = Map.groupBy(found, (finding) => `${finding.rule} ${finding.doubtful}`);
  return [...groups.values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    return [{ turn, rule: first.rule, count: same.length, masked: first.masked, doubtful: first.doubtful }];
  });
}
