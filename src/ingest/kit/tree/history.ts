/** Lists and maps that remember what they were. */
/** A safe point is taken at nearly every record and asked for once: taking it must cost nothing, however much is known. */

/** The list and the map below both keep the former value of each place that changed. */
interface Change<K, V> {
  readonly key: K;
  /** Undefined: there was none. */
  readonly before: V | undefined;
}

/** In the order in which its keys came. */
export class HistoryMap<K, V> implements Iterable<readonly [K, V]> {
  private readonly values: Map<K, V>;
  private changes: Change<K, V>[] = [];

  constructor(entries: Iterable<readonly [K, V]> = []) {
    this.values = new Map(entries);
  }

  get size(): number {
    return this.values.size;
  }

  get(key: K): V | undefined {
    return this.values.get(key);
  }

  set(key: K, value: V): void {
    this.changes.push({ key, before: this.values.get(key) });
    this.values.set(key, value);
  }

  delete(key: K): void {
    this.changes.push({ key, before: this.values.get(key) });
    this.values.delete(key);
  }

  [Symbol.iterator](): Iterator<readonly [K, V]> {
    return this.values.entries();
  }

  /** A name for how it is now, until `forget`. */
  mark(): number {
    return this.changes.length;
  }

  /** As it was when the mark was given. */
  at(mark: number): ReadonlyMap<K, V> {
    const past = new Map(this.values);
    for (let i = this.changes.length - 1; i >= mark; i--) {
      const change = this.changes[i];
      if (change === undefined) continue;
      if (change.before === undefined) past.delete(change.key);
      else past.set(change.key, change.before);
    }
    return past;
  }

  /** Nobody will ask for an earlier mark. */
  forget(): void {
    if (this.changes.length > 0) this.changes = [];
  }
}

/** A list that only grows, whose entries are replaced. */
export class HistoryList<T> implements Iterable<T> {
  private readonly values: HistoryMap<number, T>;

  constructor(values: readonly T[] = []) {
    this.values = new HistoryMap(values.entries());
  }

  get length(): number {
    return this.values.size;
  }

  get(index: number): T | undefined {
    return this.values.get(index);
  }

  set(index: number, value: T): void {
    this.values.set(index, value);
  }

  push(value: T): void {
    this.values.set(this.values.size, value);
  }

  *[Symbol.iterator](): Iterator<T> {
    for (const [, value] of this.values) yield value;
  }

  mark(): number {
    return this.values.mark();
  }

  at(mark: number): readonly T[] {
    return [...this.values.at(mark).values()];
  }

  forget(): void {
    this.values.forget();
  }
}

/** Names in the order in which they came: a set that is shared and only grows, and how many of it count. */
export interface Names {
  readonly known: Set<string>;
  readonly count: number;
}

export function newNames(names: readonly string[] = []): Names {
  return { known: new Set(names), count: names.length };
}

/** With one more; the same when it was there. */
export function addName(names: Names, name: string): Names {
  if (names.known.has(name)) return names;
  return { known: names.known.add(name), count: names.count + 1 };
}

/** In the order in which they came. */
export function listNames(names: Names): readonly string[] {
  return [...names.known].slice(0, names.count);
}

export function sortNames(names: Names): readonly string[] {
  return [...listNames(names)].sort();
}
