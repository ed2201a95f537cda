/** Reads a session by the word of one agent's format: values in, turns and meta out. */
/** Lines, documents, broken lines, growth, counts and states are the same for all agents and live here; a format only knows its JSON. */

import { isJsonObject, type JsonObject, type JsonValue } from '../../base/json.ts';
import { isoTime } from '../../base/time.ts';
import type { Meta } from '../../model/conversation.ts';
import {
  chainOf,
  closeAsked,
  closeChain,
  endBuilding,
  GIVEN_UP_MS,
  isKnown,
  isSettled,
  markSettled,
  openBuilding,
  QUIET_MS,
  takeRecord,
} from './builder.ts';
import { type Building, type Conversation, count, keyOf, type Rules } from './building.ts';
import { sortNames } from './history.ts';
import type { ImportedConversation, SourceInput, SourceOutput } from './importer.ts';
import type { JsonLine } from './json-lines.ts';
import { breakCycles } from './place.ts';
import { findProject } from './project.ts';
import { type AgentRecord, type CallEnd, MAIN } from './record.ts';
import { openSource } from './source.ts';
import { newestBranch } from './tree.ts';
import { argueCall, endCall, nameCall } from './words/held.ts';
import { rewindPrompts } from './words/rewind.ts';

/**
 * One agent's format. `S` is what it has to remember from record to record: plain JSON, never changed in place, so that what
 * it was at any line is still there when reading goes on from that line in another run.
 */
export interface Format<S> {
  readonly rules: Rules;
  /** What it remembers before the first record. */
  readonly start: S;
  /** Takes the next value and hands its records to `reading`. Returns what it remembers from then on. */
  readonly take: (state: S, value: JsonObject, reading: Reading) => S;
  /** What this value means is told by the next one (`reading.next`): at the end of a source that may grow it waits. */
  readonly waits?: (state: S, value: JsonObject) => boolean;
  /** Values of a source that is one document. Undefined: this agent writes none, the document is its only value. */
  readonly listDocument?: (value: JsonValue) => readonly JsonValue[];
  /** Session that has to be read before this one, as far as is known. */
  readonly after?: (state: S) => string | undefined;
  /** What it says of a conversation that was touched, beside what its records' facts say. */
  readonly describe?: (state: S, conversation: Conversation, reading: Reading) => Described;
}

export interface Described {
  readonly meta?: Meta;
  /** Key of the turn whose tool call started this sub-agent: `reading.toolKey`. */
  readonly startedBy?: string;
}

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

/** Never throws for bad input. An importer's `read` is this with its format. */
export function readSession<S extends JsonValue>(input: SourceInput, format: Format<S>): SourceOutput {
  const before = input.from === 0 ? undefined : input.state;
  const opened = openBuilding(format.rules, {
    ...input,
    ...(before?.tree === undefined ? {} : { state: before.tree }),
  });
  if (opened === undefined || (input.from > 0 && before?.format === undefined)) return startAgain(input);
  const desk = openDesk(input, opened);
  const source = openSource(input);
  if (source.kind === 'broken') {
    const message = 'a JSON document that does not end, or is broken; it is read again when the file changes';
    // somebody may be writing it: only one that has come to rest is a problem
    if (input.settle || (input.quietMs ?? 0) >= QUIET_MS) desk.reading.report('BROKEN_DOCUMENT', message);
    return outputOf(desk, format, format.start, { consumed: 0, nextLine: 1, state: {}, waiting: 1 });
  }
  let state = before === undefined ? format.start : (before.format as S);
  const take = (line: JsonLine, next: unknown) => {
    desk.at(line.line, next);
    if (isJsonObject(line.value)) state = format.take(state, line.value, desk.reading);
    else desk.reading.count('not a record');
  };
  if (source.kind === 'document') {
    const values = format.listDocument?.(source.value as JsonValue) ?? [source.value];
    for (const [i, value] of values.entries()) {
      take({ value, offset: 0, line: i + 1, nth: 0, of: 1 }, values[i + 1]);
    }
    const waiting = endBuilding(desk.building, input);
    return outputOf(desk, format, state, { consumed: 0, nextLine: 1, state: {}, waiting });
  }
  let safe = markAt(desk.building, state, input.from, input.firstLine);
  const lines = source.walk((problem) => desk.building.problems.push(problem));
  let step = lines.next();
  let held: JsonLine | undefined;
  while (step.done !== true) {
    const { nth, offset, line } = step.value;
    const next = lines.next();
    if (next.done === true && !isLastWord(input, format.rules) && waits(format, state, step.value)) held = step.value;
    // the first record of a line may end what was open and open something itself: reading can start again between the two
    desk.building.onSettled =
      nth > 0
        ? undefined
        : () => {
            safe = markAt(desk.building, state, offset, line);
          };
    if (held === undefined) take(step.value, next.done === true ? undefined : next.value.value);
    step = next;
  }
  desk.building.onSettled = undefined;
  if (format.rules.named === 'by words' && isLastWord(input, format.rules)) endBuilding(desk.building, input);
  if (held !== undefined) {
    if (held.nth === 0 && isSettled(desk.building)) safe = markAt(desk.building, state, held.offset, held.line);
  } else if (isSettled(desk.building)) safe = markAt(desk.building, state, step.value.consumed, step.value.nextLine);
  // The state is made before the end is guessed at: what follows it is not settled.
  const end = { consumed: safe.offset, nextLine: safe.line, state: { tree: safe.tree(), format: safe.format } };
  const waiting = endBuilding(desk.building, input) + (held === undefined ? 0 : 1);
  return outputOf(desk, format, state, { ...end, waiting });
}

/** Whether nothing more is expected. What is named by its words must not be told too early: it waits until nobody can be at work. */
function isLastWord({ settle, quietMs = 0 }: SourceInput, { named }: Rules): boolean {
  return settle || (named === 'by words' && quietMs >= GIVEN_UP_MS);
}

function waits<S>(format: Format<S>, state: S, { value }: JsonLine): boolean {
  return isJsonObject(value) && format.waits?.(state, value) === true;
}

/** Where reading could start again: the newest line at which nothing was open. */
function markAt<S>(building: Building, format: S, offset: number, line: number) {
  return { offset, line, format, tree: markSettled(building) };
}

/** The state is of another version: nothing is taken, and the source is read from its start. */
function startAgain(input: SourceInput): SourceOutput {
  const message = 'state of the earlier read is of another version; the file is read from its start';
  const problems = [{ code: 'STALE_STATE', file: input.path, message }];
  const nothing = { turns: [], conversations: [], blobs: [], aliases: [], records: {}, waiting: 0 };
  return { ...nothing, consumed: 0, nextLine: 1, state: {}, problems };
}

interface Desk {
  readonly building: Building;
  readonly reading: Reading;
  readonly unknown: ReadonlyMap<string, { readonly line: number; readonly count: number }>;
  at(line: number, next: unknown): void;
}

function openDesk(input: SourceInput, building: Building): Desk {
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

type End = Pick<SourceOutput, 'consumed' | 'nextLine' | 'state' | 'waiting'>;

function outputOf<S>({ building, reading, unknown }: Desk, format: Format<S>, state: S, end: End): SourceOutput {
  breakCycles(building);
  const conversations = listConversations(building, format, state, reading);
  for (const [kind, { line, count: n }] of unknown) {
    const message = `records of the unknown kind "${kind.toWellFormed()}" were counted and left out`;
    building.problems.push({ code: 'UNKNOWN_RECORD', file: building.path, line, message, count: n });
  }
  const { turns, replacements, blobs, aliases, problems, records } = building;
  const after = format.after?.(state);
  return {
    turns: [...replacements, ...turns],
    conversations,
    blobs: [...blobs.values()],
    aliases,
    ...end,
    problems,
    records,
    ...(after === undefined ? {} : { after }),
  };
}

/** The conversations that this run touched, in the order in which they began. */
function listConversations<S>(
  building: Building,
  format: Format<S>,
  state: S,
  reading: Reading,
): readonly ImportedConversation[] {
  const out: ImportedConversation[] = [];
  const main = building.chains.get(MAIN);
  const byWords = building.rules.named === 'by words';
  // a rewind, or a title, may come without a turn
  if (main !== undefined && byWords) building.touched.add(main);
  for (const index of [...building.touched].sort((a, b) => a - b)) {
    const conversation = building.conversations.get(index);
    if (conversation === undefined) continue;
    const branch = newestBranch(building.tree, index);
    const tip = branch === undefined ? undefined : building.tree.branches.get(branch)?.tipKey;
    const current = index === main ? placeOf(building, tip) : byWords && conversation.chain === MAIN ? undefined : tip;
    const described = format.describe?.(state, conversation, reading) ?? {};
    out.push({
      turn: conversation.first,
      meta: { ...metaOf(format.rules.agent, conversation), ...described.meta },
      ...(current === undefined || current === '' ? {} : { current }),
      asOfMs: conversation.updatedMs ?? building.newestMs,
      ...(described.startedBy === undefined ? {} : { startedBy: described.startedBy }),
    });
  }
  return out;
}

/** Key of the turn where the session's chain stands; `tip`: its newest one. */
function placeOf(building: Building, tip: string | undefined): string | undefined {
  const { rewound } = building;
  if (rewound === undefined) return tip;
  return rewound === null ? undefined : keyOf(building, rewound);
}

function metaOf(agent: string, conversation: Conversation): Meta {
  const { version, cwd, gitBranch, forkOf, startedMs, updatedMs } = conversation;
  const project = cwd === undefined ? undefined : findProject(cwd);
  const models = sortNames(conversation.models).map((model) => model.toWellFormed());
  const folders = sortNames(conversation.folders);
  const sessions = sortNames(conversation.sessions).map((id) => id.toWellFormed());
  return {
    agent,
    ...(version === undefined ? {} : { agent_version: version.toWellFormed() }),
    ...(models.length === 0 ? {} : { models }),
    ...(project === undefined ? {} : { project }),
    ...(cwd === undefined ? {} : { cwd: cwd.toWellFormed() }),
    ...(folders.length < 2 ? {} : { folders }),
    ...(gitBranch === undefined ? {} : { git: { branch: gitBranch.toWellFormed() } }),
    ...(sessions.length === 0 ? {} : { sessions }),
    ...(forkOf === undefined ? {} : { fork_of: forkOf }),
    ...(startedMs === undefined ? {} : { started: isoTime(startedMs) }),
    ...(updatedMs === undefined ? {} : { updated: isoTime(updatedMs) }),
  };
}
