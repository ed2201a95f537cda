/** Holds back sources whose parents are not known yet, and says when to read them again. */
/** A copy of a session's end joins its beginning whichever of the two is read first. Only keys are held, never what was said. */

import type { ReadPart } from '../read/read-part.ts';
import type { Appender } from './append.ts';
import type { PlannedSource } from './plan.ts';

export interface Deferred {
  /** Takes a part now; when its source's first part names unknown parents, only its keys are noted. True: it was taken. */
  take(source: PlannedSource, part: ReadPart): boolean;
  /** The source could not be read to its end: it is not held back any more. */
  drop(source: PlannedSource): void;
  /**
   * What was held back, to be read once more and taken: each when all that holds its parents was. Parents that stand nowhere
   * are lost beginnings. Ask for the next one when the one before has been taken.
   */
  walk(): Generator<PlannedSource>;
}

interface Held {
  readonly source: PlannedSource;
  readonly keys: Set<string>;
  /** Parents that are neither its own nor known. */
  readonly missing: Set<string>;
}

export function deferSources(appender: Pick<Appender, 'take' | 'isKnown'>, mostKeys = MOST_KEYS): Deferred {
  const held = new Map<PlannedSource, Held>();
  const begun = new Set<PlannedSource>();
  let keys = 0;
  return {
    take(source, part) {
      let known = held.get(source);
      // what is not held starts a conversation that is joined when its beginning comes
      if (known === undefined && (begun.has(source) || keys >= mostKeys || !missesParents(part, appender))) {
        appender.take(source, part);
        if (part.last) begun.delete(source);
        else begun.add(source);
        return true;
      }
      known ??= { source, keys: new Set(), missing: new Set() };
      held.set(source, known);
      const before = known.keys.size;
      noteKeys(known, part, appender);
      keys += known.keys.size - before;
      return false;
    },
    drop(source) {
      held.delete(source);
      begun.delete(source);
    },
    walk: () => walkInOrder([...held.values()], appender),
  };
}

function missesParents(part: ReadPart, appender: Pick<Appender, 'isKnown'>): boolean {
  const missing = new Set<string>();
  noteKeys({ keys: new Set(), missing }, part, appender);
  return missing.size > 0;
}

function noteKeys(
  { keys, missing }: Omit<Held, 'source'>,
  part: ReadPart,
  { isKnown }: Pick<Appender, 'isKnown'>,
): void {
  for (const { key, parent, otherwise, aliases } of part.turns) {
    // one that has another place to go waits for nobody
    if (parent !== null && otherwise === undefined && !keys.has(parent) && !isKnown(parent)) missing.add(parent);
    keys.add(key);
    for (const alias of aliases) keys.add(alias);
  }
}

/** Each when its missing parents are known or stand nowhere; of sources that wait for each other, the first goes on alone. */
function* walkInOrder(held: readonly Held[], { isKnown }: Pick<Appender, 'isKnown'>): Generator<PlannedSource> {
  const holders = new Map<string, number>();
  for (const { keys } of held) for (const key of keys) holders.set(key, (holders.get(key) ?? 0) + 1);
  const waiting = new Map<string, Held[]>();
  const left = new Map<Held, number>();
  for (const each of held) {
    const awaited = [...each.missing].filter((key) => !isKnown(key) && holders.has(key));
    left.set(each, awaited.length);
    for (const key of awaited) {
      const others = waiting.get(key);
      if (others === undefined) waiting.set(key, [each]);
      else others.push(each);
    }
  }
  const ready = held.filter((each) => left.get(each) === 0);
  const done = new Set<Held>();
  const take = function* (each: Held): Generator<PlannedSource> {
    if (done.has(each)) return;
    done.add(each);
    yield each.source;
    for (const key of each.keys) {
      for (const other of waiting.get(key) ?? []) {
        const more = (left.get(other) ?? 0) - 1;
        left.set(other, more);
        if (more === 0) ready.push(other);
      }
      waiting.delete(key);
    }
  };
  for (const first of held) {
    for (let each = ready.pop(); each !== undefined; each = ready.pop()) yield* take(each);
    yield* take(first);
  }
  for (let each = ready.pop(); each !== undefined; each = ready.pop()) yield* take(each);
}

/** Keys that are held at the most, all sources together: some hundred bytes each. */
const MOST_KEYS = 500_000;
