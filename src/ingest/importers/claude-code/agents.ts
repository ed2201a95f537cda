/** Links sub-agents with the calls that started them, whatever form their records have. */
/** Own files, sidechain records and inline progress must end in the same turns, and each side may know only half. */

import { decodeUtf8 } from '../../../base/bytes.ts';
import { isJsonObject, type JsonObject, type JsonValue, parseJson } from '../../../base/json.ts';
import type { Item } from '../../../model/item.ts';
import type { Conversation } from '../../kit/assembly/building.ts';
import type { SourceInput } from '../../kit/importer.ts';
import type { Reading } from '../../kit/reading.ts';
import { hash48 } from '../../kit/tree/tree.ts';
import { type ChainRecord, objectOf, safeId, textOf } from './records.ts';
import { type Agent, type AgentCall, type ClaudeState, MOST } from './state.ts';
import { startsAgent } from './tools.ts';

/** Name of the chain of a sub-agent. */
export function agentChain(agentId: string): string {
  return `agent:${agentId}`;
}

/** Id of the sub-agent whose own file this is. */
export function findFileAgent(path: string): string | undefined {
  return /(?:^|[\\/])agent-([\w-]{1,128})\.jsonl$/.exec(path)?.[1];
}

/**
 * The sub-agent's record inside an `agent_progress` record, as it would stand in the sub-agent's own file; undefined when
 * there is none or when that file holds it and is read by itself.
 */
export function takeInline(
  state: ClaudeState,
  record: ChainRecord,
  reading: Reading,
): { readonly state: ClaudeState; readonly inline?: JsonObject } {
  const data = objectOf(record.raw.data);
  const agentId = safeId(data?.agentId);
  const message = objectOf(data?.message);
  const uuid = textOf(message?.uuid);
  if (agentId === undefined || message === undefined || uuid === undefined) return { state };
  const toolCall = textOf(record.raw.parentToolUseID);
  let next = toolCall === undefined ? state : setLink(state, agentId, toolCall, record.session, reading);
  const last = findAgent(next, agentId)?.last;
  if (last === uuid) return { state: next };
  next = setAgent(next, agentId, { last: uuid });
  if (listOwn(reading.input, record.session, agentId).has(uuid)) return { state: next };
  const inline = {
    ...copyOf(record.raw, ['cwd', 'sessionId', 'version', 'gitBranch']),
    ...copyOf(message, ['type', 'message', 'uuid', 'timestamp', 'toolUseResult', 'requestId', 'isMeta']),
    parentUuid: last ?? null,
    isSidechain: true,
    agentId,
  };
  return { state: next, inline };
}

/** Remembers the calls of a message that start sub-agents. */
export function noteCalls(state: ClaudeState, parts: Item['parts']): ClaudeState {
  let { calls } = state;
  for (const part of parts) {
    if (part.type !== 'tool_call' || !startsAgent(part.name)) continue;
    const input = isJsonObject(part.arguments) ? part.arguments : {};
    const call = {
      id: part.id,
      description: (textOf(input.description) ?? '').toWellFormed().slice(0, 160),
      prompt: hash48((textOf(input.prompt) ?? '').trim()),
    };
    // a line may be told again, with more of the call in it
    calls = [...calls.filter(({ id }) => id !== call.id), call].slice(-MOST);
  }
  return calls === state.calls ? state : { ...state, calls };
}

/** A result ends the sub-agents that its call started, and may name one of them. */
export function onResult(
  state: ClaudeState,
  toolCall: string,
  agentId: string | undefined,
  session: string | undefined,
  reading: Reading,
): ClaudeState {
  // Any tool's text may look like a sub-agent's: only a call that starts one is believed.
  const call = state.calls.find(({ id }) => id === toolCall);
  const next =
    agentId === undefined || call === undefined ? state : setLink(state, agentId, toolCall, session, reading);
  if (call === undefined) return next;
  for (const agent of next.agents) if (agent.toolCall === toolCall) reading.endChain(agentChain(agent.id));
  reading.endAsked(call.prompt);
  return next;
}

/** What is known of the call that started a sub-agent's conversation. */
export function describeAgent(
  state: ClaudeState,
  conversation: Conversation,
  reading: Reading,
): { readonly toolCall: string | undefined; readonly description: string | undefined } {
  const agentId = agentOf(conversation);
  const own = agentId !== undefined && agentId === findFileAgent(reading.input.path);
  const meta = own ? readMetaFile(reading, agentId) : {};
  const toolCall =
    meta.toolCall ??
    (agentId === undefined ? undefined : findAgent(state, agentId)?.toolCall) ??
    state.calls.findLast((call) => call.prompt === conversation.asked)?.id;
  const called: AgentCall | undefined = state.calls.find((call) => call.id === toolCall);
  return { toolCall, description: meta.description ?? (called?.description || undefined) };
}

export function agentOf(conversation: Conversation): string | undefined {
  return conversation.chain.startsWith('agent:') ? conversation.chain.slice(6) : undefined;
}

/** Key under which the turn that started a sub-agent is found by the sub-agent's id. */
export function agentKey(sessionId: string, agentId: string): string {
  return `claude-code:agent:${sessionId}:${agentId}`;
}

/** A call and a sub-agent belong together: the ledger learns it, once. */
function setLink(
  state: ClaudeState,
  agentId: string,
  toolCall: string,
  session: string | undefined,
  reading: Reading,
): ClaudeState {
  const known = findAgent(state, agentId);
  const next = known?.toolCall === toolCall ? state : setAgent(state, agentId, { toolCall });
  if (known?.linked === true || session === undefined) return next;
  reading.alias(agentKey(session, agentId), reading.toolKey(toolCall));
  return setAgent(next, agentId, { linked: true });
}

function findAgent({ agents }: ClaudeState, id: string): Agent | undefined {
  return agents.findLast((agent) => agent.id === id);
}

function setAgent(state: ClaudeState, id: string, change: Partial<Agent>): ClaudeState {
  const { agents } = state;
  const at = agents.findLastIndex((agent) => agent.id === id);
  const agent = { id, linked: false, ...agents[at], ...change };
  return { ...state, agents: at === -1 ? [...agents, agent].slice(-MOST) : agents.with(at, agent) };
}

/** Ids of the records in the sub-agent's own file, when it stands beside the session; read once in each reading. */
function listOwn(input: SourceInput, sessionId: string | undefined, agentId: string): ReadonlySet<string> {
  const seen = ownFiles.get(input) ?? new Map<string, ReadonlySet<string>>();
  ownFiles.set(input, seen);
  const known = seen.get(agentId);
  if (known !== undefined) return known;
  const own = /([^\\/]+)\.jsonl?$/.exec(input.path)?.[1];
  const folders = new Set([own, safeId(sessionId)].filter((name) => name !== undefined));
  const places = [
    `agent-${agentId}.jsonl`,
    ...[...folders].map((folder) => `${folder}/subagents/agent-${agentId}.jsonl`),
  ];
  const ids = new Set<string>();
  for (const place of places) {
    const bytes = input.readBeside(place);
    if (bytes === undefined) continue;
    for (const [, id] of decodeUtf8(bytes).matchAll(/"uuid":\s*"([^"]{1,256})"/g)) if (id !== undefined) ids.add(id);
  }
  seen.set(agentId, ids);
  return ids;
}

const ownFiles = new WeakMap<SourceInput, Map<string, ReadonlySet<string>>>();

function readMetaFile(
  reading: Reading,
  agentId: string,
): { readonly toolCall?: string; readonly description?: string } {
  const bytes = reading.input.readBeside(`agent-${agentId}.meta.json`);
  if (bytes === undefined) return {};
  let value: JsonValue;
  try {
    value = parseJson(decodeUtf8(bytes));
  } catch (error) {
    reading.report('BROKEN_META', `agent-${agentId}.meta.json beside it is ${(error as Error).message}`);
    return {};
  }
  const facts = objectOf(value);
  const toolCall = textOf(facts?.toolUseId) ?? textOf(facts?.toolUseID);
  const description = textOf(facts?.description)?.toWellFormed().slice(0, 160);
  return {
    ...(toolCall === undefined ? {} : { toolCall }),
    ...(description === undefined ? {} : { description }),
  };
}

function copyOf(from: JsonObject, names: readonly string[]): JsonObject {
  const out: Record<string, JsonValue> = {};
  for (const name of names) {
    const value = from[name];
    if (value !== undefined) out[name] = value;
  }
  return out;
}
