/** Holds back sources whose parents are not known yet, until all others were taken. */
/** A copy of a session's end joins its beginning whichever of the two is read first. */

import type { ReadPart } from '../read/read-source.ts';
import type { Appender } from './append.ts';
import type { PlannedSource } from './plan.ts';

export interface Deferred {
  /** Takes a part now, or keeps it when its first part names unknown parents. */
  take(source: PlannedSource, part: ReadPart): void;
  /** The source could not be read to its end: what was kept of it is not taken. */
  drop(source: PlannedSource): void;
  /** Takes all that was kept: what others can explain first, then the rest, whose unknown parents are lost beginnings. */
  finish(): void;
}

interface Kept {
  readonly source: PlannedSource;
  readonly parts: ReadPart[];
}

export function deferSources(appender: Appender): Deferred {
  let kept: Kept[] = [];
  const find = (source: PlannedSource) => kept.find((each) => each.source === source);
  const begun = new Set<PlannedSource>();
  const takeAll = ({ source, parts }: Kept) => {
    for (const part of parts) appender.take(source, part);
  };
  return {
    take(source, part) {
      const held = find(source);
      if (held !== undefined) held.parts.push(part);
      else if (begun.has(source) || appender.listUnknownParents(part).length === 0) {
        appender.take(source, part);
        begun.add(source);
      } else kept.push({ source, parts: [part] });
      if (part.last) begun.delete(source);
    },
    drop(source) {
      kept = kept.filter((each) => each.source !== source);
      begun.delete(source);
    },
    finish() {
      while (kept.length > 0) {
        const ready = kept.filter(({ parts }) => parts.every((part) => appender.listUnknownParents(part).length === 0));
        const next = ready.length > 0 ? ready : [chooseBeginning(kept, appender)];
        for (const each of next) takeAll(each);
        kept = kept.filter((each) => !next.includes(each));
      }
    },
  };
}

/** Of sources that all miss something: the first whose missing parents are in none of the others. */
function chooseBeginning(kept: readonly Kept[], appender: Appender): Kept {
  const keys = kept.map(
    ({ parts }) => new Set(parts.flatMap((part) => part.turns.flatMap((turn) => [turn.key, ...turn.aliases]))),
  );
  const isBeginning = ({ parts }: Kept, i: number) =>
    parts.every((part) =>
      appender.listUnknownParents(part).every((parent) => keys.every((others, j) => i === j || !others.has(parent))),
    );
  const chosen = kept.find(isBeginning) ?? kept[0];
  if (chosen === undefined) throw new TypeError('nothing was kept');
  return chosen;
}
