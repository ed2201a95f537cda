/** The parts of one message, joined from the lines that an agent wrote of it. */
/** A message may have any number of lines: each new part finds the one that it repeats or continues without a look at all. */

import { canonicalJson, isJsonObject } from '../../../base/json.ts';
import type { Part } from '../../../model/item.ts';

/** All parts of lines that repeat or continue each other, in the order in which they began. */
export function joinParts(lines: readonly (readonly Part[])[]): readonly Part[] {
  const [first, ...rest] = lines;
  if (rest.length === 0) return first ?? [];
  const joined = new JoinedParts();
  for (const line of lines) joined.join(line);
  return joined.list;
}

class JoinedParts {
  private parts: Part[] = [];
  /** By what a part could be known again: where parts with it stand, or stood. Made when a second line comes. */
  private places: Places | undefined;

  get list(): readonly Part[] {
    return this.parts;
  }

  /** A line whose parts start with the known ones (text may have grown) is cumulative; anything else adds what is new. */
  join(line: readonly Part[]): void {
    const { parts } = this;
    if (parts.length === 0 || (line.length >= parts.length && parts.every((part, i) => continues(part, line[i])))) {
      this.parts = [...line];
      this.places = undefined;
      return;
    }
    this.places ??= placesOf(parts);
    for (const part of line) {
      const at = this.findPlace(this.places, part);
      if (at === undefined) {
        addPlace(this.places, part, parts.length);
        parts.push(part);
      } else if (sizeOf(part) >= sizeOf(parts[at])) {
        addPlace(this.places, part, at);
        parts[at] = part;
      }
    }
  }

  /** The first part that has the same id or that this one continues. */
  private findPlace(places: Places, part: Part): number | undefined {
    let first: number | undefined;
    for (const key of keysToFind(places, part)) {
      for (const at of places.byKey.get(key) ?? []) {
        if (first !== undefined && at >= first) continue;
        const other = this.parts[at];
        if (other !== undefined && continues(other, part)) {
          first = at;
          break;
        }
      }
    }
    return first;
  }
}

interface Places {
  readonly byKey: Map<string, Set<number>>;
  /** Lengths of the texts, by the kind of part: a text continues any that it begins with. */
  readonly lengths: Map<string, Set<number>>;
}

function placesOf(parts: readonly Part[]): Places {
  const places: Places = { byKey: new Map(), lengths: new Map() };
  for (const [at, part] of parts.entries()) addPlace(places, part, at);
  return places;
}

function addPlace(places: Places, part: Part, at: number): void {
  const text = saidIn(part);
  if (text === undefined) addTo(places.byKey, nameOf(part), at);
  else {
    addTo(places.lengths, part.type, text.length);
    addTo(places.byKey, textKey(part, text), at);
  }
}

function keysToFind(places: Places, part: Part): readonly string[] {
  const text = saidIn(part);
  if (text === undefined) return [nameOf(part)];
  const lengths = [...(places.lengths.get(part.type) ?? [])].filter((length) => length <= text.length);
  return lengths.map((length) => textKey(part, text.slice(0, length)));
}

const textKey = (part: Part, text: string) => `said ${part.type} ${text}`;

/** What tells a part without growing text from others: its id, else all of it. */
function nameOf(part: Part): string {
  return 'id' in part ? `id ${part.type} ${part.id}` : `json ${canonicalJson(part)}`;
}

function addTo<T>(map: Map<string, Set<T>>, key: string, value: T): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, new Set([value]));
  else known.add(value);
}

/** Text of a part that grows from line to line; undefined for the other kinds. */
function saidIn(part: Part): string | undefined {
  return part.type === 'text' || part.type === 'reasoning' ? part.content : undefined;
}

/** Whether `next` is `part` itself or `part` grown. */
function continues(part: Part, next: Part | undefined): boolean {
  if (next === undefined || next.type !== part.type) return false;
  const before = saidIn(part);
  return before === undefined ? nameOf(part) === nameOf(next) : (saidIn(next) ?? '').startsWith(before);
}

function sizeOf(part: Part | undefined): number {
  if (part === undefined) return 0;
  const text = saidIn(part);
  if (text !== undefined) return text.length;
  return part.type === 'tool_call' && isJsonObject(part.arguments) ? Object.keys(part.arguments).length : 0;
}

/** Whether they say anything. */
export function hasText(parts: readonly Part[]): boolean {
  return parts.some((part) => part.type !== 'text' || part.content.trim() !== '');
}
