/** Links sub-agents with the calls that started them, whatever form their records have. */
/** Own files, sidechain records and inline progress must end in the same turns, and each side may know only half. */

import { decodeUtf8 } from '../../../base/bytes.ts';
import { isJsonObject, type JsonObject, type JsonValue, parseJson } from '../../../base/json.ts';
import type { Item } from '../../../model/item.ts';
import { agentAlias, toolAlias } from './place.ts';
import { type ChainRecord, objectOf, safeId, textOf } from './records.ts';
import type { Agent, AgentCall, Conversation, Session } from './session.ts';
import { startsAgent } from './tools.ts';
import { hash48 } from './tree.ts';

/** Name of the chain of a sub-agent. */
export function agentChain(agentId: string): string {
  return `agent:${agentId}`;
}

/**
 * The sub-agent's record inside an `agent_progress` record, as it would stand in the sub-agent's own file; undefined when
 * there is none or when that file exists and is read by itself.
 */
export function findInlineRecord(session: Session, record: ChainRecord): JsonObject | undefined {
  const data = objectOf(record.raw.data);
  const agentId = safeId(data?.agentId);
  const message = objectOf(data?.message);
  const uuid = textOf(message?.uuid);
  if (agentId === undefined || message === undefined || uuid === undefined) return undefined;
  const toolCall = textOf(record.raw.parentToolUseID);
  if (toolCall !== undefined) setLink(session, agentId, toolCall, record.session);
  if (hasOwnFile(session, record.session, agentId)) return undefined;
  const agent = session.agents.get(agentId);
  if (agent?.last === uuid) return undefined;
  setAgent(session, agentId, { last: uuid });
  return {
    ...copyOf(record.raw, ['cwd', 'sessionId', 'version', 'gitBranch']),
    ...copyOf(message, ['type', 'message', 'uuid', 'timestamp', 'toolUseResult', 'requestId', 'isMeta']),
    parentUuid: agent?.last ?? null,
    isSidechain: true,
    agentId,
  };
}

/** Remembers the calls of a message that start sub-agents. Yields their ids. */
export function noteCalls(session: Session, item: Item): readonly string[] {
  const found: AgentCall[] = [];
  for (const part of item.parts) {
    if (part.type !== 'tool_call' || !startsAgent(part.name)) continue;
    const input = isJsonObject(part.arguments) ? part.arguments : {};
    found.push({
      id: part.id,
      description: (textOf(input.description) ?? '').toWellFormed().slice(0, 160),
      prompt: hash48((textOf(input.prompt) ?? '').trim()),
    });
  }
  if (found.length > 0) session.calls = [...session.calls, ...found].slice(-256);
  return found.map((call) => call.id);
}

/** A call and a sub-agent belong together: the ledger learns it, once. */
export function linkAgent(session: Session, agentId: string, toolCall: string, sessionId: string | undefined): void {
  // Any tool's text may look like a sub-agent's: only a call that starts one is believed.
  if (session.calls.some((call) => call.id === toolCall)) setLink(session, agentId, toolCall, sessionId);
}

function setLink(session: Session, agentId: string, toolCall: string, sessionId: string | undefined): void {
  const known = session.agents.get(agentId);
  if (known?.toolCall !== toolCall) setAgent(session, agentId, { toolCall });
  if (known?.linked === true || sessionId === undefined) return;
  setAgent(session, agentId, { linked: true });
  session.aliases.push([agentAlias(sessionId, agentId), toolAlias(toolCall)]);
}

/** Chains of sub-agents that a call started: they end with the call's result. */
export function chainsOfCall(session: Session, toolCall: string): readonly string[] {
  const chains: string[] = [];
  for (const id of session.agentsOfCall.get(toolCall) ?? []) chains.push(agentChain(id));
  const asked = session.calls.find((call) => call.id === toolCall)?.prompt;
  if (asked !== undefined) for (const chain of session.openSides.get(asked) ?? []) chains.push(chain);
  return chains;
}

/** A chain was opened: one of a sub-agent that has no id is found by what it was asked. */
export function noteSide(session: Session, chain: string): void {
  const asked = askedOf(session, chain);
  if (asked === undefined) return;
  const same = session.openSides.get(asked) ?? new Set();
  session.openSides.set(asked, same.add(chain));
}

/** The chain was closed. */
export function forgetSide(session: Session, chain: string): void {
  const asked = askedOf(session, chain);
  if (asked !== undefined) session.openSides.get(asked)?.delete(chain);
}

function askedOf(session: Session, chain: string): number | undefined {
  const index = chain.startsWith('side:') ? session.chains.get(chain) : undefined;
  return index === undefined ? undefined : session.conversations.get(index)?.asked;
}

/** What is known of the call that started a sub-agent's conversation. */
export function describeAgent(
  session: Session,
  conversation: Conversation,
): { readonly toolCall: string | undefined; readonly description: string | undefined } {
  const agentId = conversation.chain.startsWith('agent:') ? conversation.chain.slice(6) : undefined;
  const meta = agentId !== undefined && agentId === session.fileAgent ? readMetaFile(session, agentId) : {};
  const toolCall =
    meta.toolCall ??
    (agentId === undefined ? undefined : session.agents.get(agentId)?.toolCall) ??
    session.calls.findLast((call) => call.prompt === conversation.asked)?.id;
  const called = session.calls.find((call) => call.id === toolCall);
  return { toolCall, description: meta.description ?? (called?.description || undefined) };
}

function hasOwnFile(session: Session, sessionId: string | undefined, agentId: string): boolean {
  const known = session.hasFile.get(agentId);
  if (known !== undefined) return known;
  const { readBeside } = session.input;
  const own = /([^\\/]+)\.jsonl?$/.exec(session.input.path)?.[1];
  const folders = new Set([own, safeId(sessionId)].filter((name) => name !== undefined));
  let found = readBeside(`agent-${agentId}.jsonl`) !== undefined;
  for (const folder of folders) found ||= readBeside(`${folder}/subagents/agent-${agentId}.jsonl`) !== undefined;
  session.hasFile.set(agentId, found);
  return found;
}

function readMetaFile(
  session: Session,
  agentId: string,
): { readonly toolCall?: string; readonly description?: string } {
  const bytes = session.input.readBeside(`agent-${agentId}.meta.json`);
  if (bytes === undefined) return {};
  let value: JsonValue;
  try {
    value = parseJson(decodeUtf8(bytes));
  } catch (error) {
    const message = `agent-${agentId}.meta.json beside it is ${(error as Error).message}`;
    session.problems.push({ code: 'BROKEN_META', file: session.input.path, message });
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

function setAgent(session: Session, agentId: string, change: Partial<Agent>): void {
  const before = session.agents.get(agentId) ?? { linked: false };
  const after = { ...before, ...change };
  session.agents.set(agentId, after);
  if (after.toolCall === before.toolCall) return;
  if (before.toolCall !== undefined) session.agentsOfCall.get(before.toolCall)?.delete(agentId);
  noteAgent(session.agentsOfCall, agentId, after);
}

/** Makes a sub-agent known by its call. */
export function noteAgent(agentsOfCall: Map<string, Set<string>>, agentId: string, { toolCall }: Agent): void {
  if (toolCall === undefined) return;
  const same = agentsOfCall.get(toolCall) ?? new Set();
  agentsOfCall.set(toolCall, same.add(agentId));
}

function copyOf(from: JsonObject, names: readonly string[]): JsonObject {
  const out: Record<string, JsonValue> = {};
  for (const name of names) {
    const value = from[name];
    if (value !== undefined) out[name] = value;
  }
  return out;
}

/** Key under which a sub-agent's conversation finds the turn that started it. */
export function startedByKey(
  toolCall: string | undefined,
  sessionId: string,
  agentId: string | undefined,
): string | undefined {
  if (toolCall !== undefined) return toolAlias(toolCall);
  return agentId === undefined ? undefined : agentAlias(sessionId, agentId);
}
