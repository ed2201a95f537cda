/** What a person did with entries, as it goes from machine to machine: each choice with its time. */
/** Merging loses nothing and knows no order: of each entry and field the later choice stands. Imports nothing, because browsers run it. */

export interface Choice {
  readonly is: boolean;
  /** Milliseconds since 1970, by the clock where it was made. */
  readonly ms: number;
}

/** A field that nobody decided is absent. */
export interface EntryChoices {
  readonly read?: Choice;
  readonly starred?: Choice;
}

/** Key of an entry → what was chosen. */
export type ReadingState = ReadonlyMap<string, EntryChoices>;

export const READING_FIELDS = ['read', 'starred'] as const;

/** 16 hex digits, made of the feed's address and the entry's id there. */
export const ENTRY_KEY = /^[0-9a-f]{16}$/;

const FORMAT = 'turnpress-reading';
/** A clock that runs ahead decides for this long, and no longer. */
const MOST_AHEAD = 86_400_000;

/** Commutative, associative and idempotent. Two choices of the same millisecond: yes wins. */
export function mergeReading(one: ReadingState, other: ReadingState): ReadingState {
  const merged = new Map(one);
  for (const [key, theirs] of other) {
    const ours = merged.get(key) ?? {};
    const [read, starred] = READING_FIELDS.map((field) => laterChoice(ours[field], theirs[field]));
    merged.set(key, { ...(read && { read }), ...(starred && { starred }) });
  }
  return merged;
}

export function laterChoice(one: Choice | undefined, other: Choice | undefined): Choice | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  if (one.ms !== other.ms) return one.ms > other.ms ? one : other;
  return one.is ? one : other;
}

/** The file that people take from machine to machine; keys sorted. */
export function generateReading(state: ReadingState): string {
  const entries = [...state].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, choices]) => [key, rowOf(choices)]);
  return `${JSON.stringify({ format: FORMAT, version: 1, entries: Object.fromEntries(entries) })}\n`;
}

function rowOf(choices: EntryChoices): object {
  return Object.fromEntries(
    READING_FIELDS.flatMap((field) => {
      const choice = choices[field];
      return choice === undefined ? [] : [[field, [choice.is, choice.ms]]];
    }),
  );
}

/** Undefined: it is no such file. What is wrong in one entry is left out. `nowMs`: no choice counts as later than a day from now. */
export function parseReading(text: string, nowMs: number): ReadingState | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined; // that is the answer: whoever gave it is told so
  }
  const { format, version, entries } = membersOf(value);
  if (format !== FORMAT || version !== 1) return undefined;
  const state = new Map<string, EntryChoices>();
  for (const [key, row] of Object.entries(membersOf(entries))) {
    const members = membersOf(row);
    const [read, starred] = READING_FIELDS.map((field) => choiceOf(members[field], nowMs));
    if (ENTRY_KEY.test(key) && (read ?? starred) !== undefined)
      state.set(key, { ...(read && { read }), ...(starred && { starred }) });
  }
  return state;
}

function choiceOf(value: unknown, nowMs: number): Choice | undefined {
  if (!Array.isArray(value)) return undefined;
  const [is, ms]: readonly unknown[] = value;
  if (typeof is !== 'boolean' || !Number.isSafeInteger(ms) || Number(ms) < 0) return undefined;
  return { is, ms: Math.min(Number(ms), nowMs + MOST_AHEAD) };
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}
