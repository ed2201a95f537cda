/** What a format may do and ask while its records are taken. */
/** One desk for one source: it knows the line that is read, and passes what is said on to the builder. */

import { isJsonObject, type JsonObject, type JsonValue } from '../../base/json.ts';
import { chainOf, closeAsked, closeChain, isKnown, takeRecord } from './assembly/builder.ts';
import { type Building, count, keyOf } from './assembly/building.ts';
import type { SourceInput } from './importer.ts';
import type { AgentRecord, CallEnd } from './record.ts';
import { argueCall, endCall, nameCall } from './words/held.ts';
import { rewindPrompts } from './words/rewind.ts';

/** What a format does with a record, and what it may ask. */
export interface Reading {
  readonly input: SourceInput;
  /** Line of the value, for problems and records. */
  readonly line: number;
  /** The value that follows; undefined at the end of the source. */
  readonly next: JsonObject | undefined;
  take(record: AgentRecord): void;
  /** What is open in a chain has ended. */
  endChain(chain: string): void;
  /** The same for the chains of sub-agents whose first words have this hash (`hash48`). */
  endAsked(asked: number): void;
  /** The chain in which an id stands; undefined for one that is not known. */
  chainOf(id: string): string | undefined;
  /** Whether this source named the id before; very old ids are forgotten. */
  isKnown(id: string): boolean;
  /** Key under which the turn with a tool call is found, whichever source holds it. */
  toolKey(toolCall: string): string;
  /** Makes a key mean what another one means: the ledger learns it. */
  alias(alias: string, key: string): void;
  /** The agent went back before its last prompts: what comes next stands where the first of them stood. For turns named by words. */
  rewind(prompts: number): void;
  /** How often this name was asked for before, in this run and in earlier ones. */
  timesBefore(name: string): number;
  /** What another record tells of the answer to a call: the one that waits gets it, else the next that comes. */
  endCall(call: string, end: CallEnd): void;
  /** The arguments of a call whose message waits, when they are told later. */
  argueCall(call: string, args: JsonValue): void;
  /** The turn with a call that starts a sub-agent is found by this id as well. */
  nameCall(call: string, id: string): void;
  count(kind: string): void;
  report(code: string, message: string): void;
  /** A record of a kind that this version does not know: counted and named, once for each kind. */
  unknown(kind: string): void;
}

export interface Desk {
  readonly building: Building;
  readonly reading: Reading;
  readonly unknown: ReadonlyMap<string, { readonly line: number; readonly count: number }>;
  at(line: number, next: unknown): void;
}

export function openDesk(input: SourceInput, building: Building): Desk {
  let line = input.firstLine;
  let next: JsonObject | undefined;
  const unknown = new Map<string, { line: number; count: number }>();
  const reading: Reading = {
    input,
    get line() {
      return line;
    },
    get next() {
      return next;
    },
    take: (record) => {
      takeRecord(building, record);
      building.onSettled = undefined;
    },
    endChain: (chain) => closeChain(building, chain),
    endAsked: (asked) => closeAsked(building, asked),
    chainOf: (id) => chainOf(building, id),
    isKnown: (id) => isKnown(building, id),
    toolKey: (toolCall) => keyOf(building, `tool:${toolCall}`),
    alias: (alias, key) => {
      building.aliases.push([alias, key]);
    },
    rewind: (prompts) => {
      building.onSettled = undefined;
      rewindPrompts(building, prompts);
    },
    timesBefore: (name) => {
      // @NOTE: a mark of this line would count the name again when the line is read again
      building.onSettled = undefined;
      const times = building.times.get(name) ?? 0;
      building.times.set(name, times + 1);
      return times;
    },
    endCall: (call, end) => {
      building.onSettled = undefined;
      endCall(building, call, end);
    },
    argueCall: (call, args) => argueCall(building, call, args),
    nameCall: (call, id) => {
      building.onSettled = undefined;
      nameCall(building, call, id);
    },
    count: (kind) => count(building, kind),
    report: (code, message) => {
      building.problems.push({ code, file: input.path, line, message });
    },
    unknown: (kind) => {
      const known = unknown.get(kind);
      if (known !== undefined) known.count += 1;
      else if (unknown.size < MOST_UNKNOWN) unknown.set(kind, { line, count: 1 });
    },
  };
  return {
    building,
    reading,
    unknown,
    at: (here, following) => {
      line = here;
      next = isJsonObject(following) ? following : undefined;
    },
  };
}

/** Kinds that are named one by one. */
const MOST_UNKNOWN = 100;
