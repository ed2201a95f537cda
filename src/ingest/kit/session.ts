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
  isKnown,
  isSettled,
  markSettled,
  openBuilding,
  takeRecord,
} from './builder.ts';
import { type Building, type Conversation, count, keyOf, type Rules } from './building.ts';
import { sortNames } from './history.ts';
import type { ImportedConversation, SourceInput, SourceOutput } from './importer.ts';
import type { JsonLine } from './json-lines.ts';
import { breakCycles } from './place.ts';
import { findProject } from './project.ts';
import type { AgentRecord } from './record.ts';
import { openSource } from './source.ts';
import { newestBranch } from './tree.ts';

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
  /** Values of a source that is one document. Undefined: this agent writes none, the document is its only value. */
  readonly listDocument?: (value: JsonValue) => readonly JsonValue[];
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
    desk.reading.report(
      'BROKEN_DOCUMENT',
      'a JSON document that does not end, or is broken; it is read again when the file changes',
    );
    return outputOf(desk, format, format.start, { consumed: 0, nextLine: 1, state: {}, waiting: 1 });
  }
  let state = before === undefined ? format.start : (before.format as S);
  const take = (line: JsonLine) => {
    desk.at(line.line);
    if (isJsonObject(line.value)) state = format.take(state, line.value, desk.reading);
    else desk.reading.count('not a record');
  };
  if (source.kind === 'document') {
    const values = format.listDocument?.(source.value as JsonValue) ?? [source.value];
    for (const [i, value] of values.entries()) take({ value, offset: 0, line: i + 1, nth: 0, of: 1 });
    const waiting = endBuilding(desk.building, input);
    return outputOf(desk, format, state, { consumed: 0, nextLine: 1, state: {}, waiting });
  }
  let safe = markAt(desk.building, state, input.from, input.firstLine);
  const lines = source.walk((problem) => desk.building.problems.push(problem));
  let step = lines.next();
  for (; step.done !== true; step = lines.next()) {
    const { nth, offset, line } = step.value;
    // the first record of a line may end what was open and open something itself: reading can start again between the two
    desk.building.onSettled =
      nth > 0
        ? undefined
        : () => {
            safe = markAt(desk.building, state, offset, line);
          };
    take(step.value);
  }
  desk.building.onSettled = undefined;
  if (isSettled(desk.building)) safe = markAt(desk.building, state, step.value.consumed, step.value.nextLine);
  // The state is made before the end is guessed at: what follows it is not settled.
  const end = { consumed: safe.offset, nextLine: safe.line, state: { tree: safe.tree(), format: safe.format } };
  const waiting = endBuilding(desk.building, input);
  return outputOf(desk, format, state, { ...end, waiting });
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
  at(line: number): void;
}

function openDesk(input: SourceInput, building: Building): Desk {
  let line = input.firstLine;
  const unknown = new Map<string, { line: number; count: number }>();
  const reading: Reading = {
    input,
    get line() {
      return line;
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
    at: (next) => {
      line = next;
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
  return {
    turns: [...replacements, ...turns],
    conversations,
    blobs: [...blobs.values()],
    aliases,
    ...end,
    problems,
    records,
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
  for (const index of [...building.touched].sort((a, b) => a - b)) {
    const conversation = building.conversations.get(index);
    if (conversation === undefined) continue;
    const branch = newestBranch(building.tree, index);
    const current = branch === undefined ? undefined : building.tree.branches.get(branch)?.tipKey;
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
