/** Reads Claude Code's sessions: JSON Lines below `~/.claude/projects`, sub-agents' files, web session documents. */
/** The importer's row; its parts stand beside it, the tree is the kit's. */

import type { JsonObject } from '../../base/json.ts';
import { parseTime } from '../../base/time.ts';
import { textOf as wordsOf } from '../kit/assembly/told.ts';
import type { Format } from '../kit/format.ts';
import type { ImportedBlob, Importer } from '../kit/importer.ts';
import type { Reading } from '../kit/reading.ts';
import { MAIN } from '../kit/record.ts';
import { readSession } from '../kit/session.ts';
import { agentChain, findFileAgent, noteCalls, onResult, takeInline } from './claude-code/agents.ts';
import { recordOf } from './claude-code/entries.ts';
import { describeConversation, onTitleOrLink } from './claude-code/meta.ts';
import { commandDraft, readQueuedPrompt } from './claude-code/prompts.ts';
import { isClientCommand, onQueueOperation, onTypedPrompt, queuedId } from './claude-code/queue.ts';
import {
  blocksOf,
  type ChainRecord,
  contentOf,
  findChainRecord,
  kindOf,
  objectOf,
  textOf,
} from './claude-code/records.ts';
import { resultText } from './claude-code/results.ts';
import { type ClaudeState, EMPTY, type QueuedPrompt } from './claude-code/state.ts';
import { findAgentId, startsAgent } from './claude-code/tools.ts';

export const claudeCode: Importer = {
  id: 'claude-code',
  name: 'Claude Code',
  roots: (home, env) => [`${env.CLAUDE_CONFIG_DIR || `${home}/.claude`}/projects`],
  matchesPath: (path) => {
    const name = path.split(/[\\/]/).at(-1) ?? '';
    if (name.endsWith('.jsonl')) return name !== 'journal.jsonl' && name !== 'history.jsonl';
    return (
      name.endsWith('.json') && !/(?:^|\.)(?:meta|metadata|package|package-lock|tsconfig|settings)\.json$/.test(name)
    );
  },
  list: 'loglines',
  detect: (head) => CHAIN_RECORD.test(head) || LONE_RECORD.test(head) || WEB_SESSION.test(head),
  peek: (head) => {
    const sessions = [...head.matchAll(/"sessionId":\s*"([\w-]{1,128})"/g)].map((match) => match[1]);
    const [session, resumed] = [sessions[0], sessions.find((id) => id !== sessions[0])];
    if (session === undefined) return {};
    // what a resumed session copied has been given other times: its origin tells it first
    if (resumed !== undefined) return { session: resumed, after: session };
    const agent = /"isSidechain":\s*true[^\n]*?"agentId":\s*"([\w-]{1,128})"/.exec(head.split('\n', 1)[0] ?? '')?.[1];
    return agent === undefined ? { session } : { session: `${session}/agent-${agent}`, after: session };
  },
  read: (input) => readSession(input, format),
};

const CHAIN_RECORD = /"isSidechain":\s*(?:true|false)\b/;
const LONE_RECORD =
  /^\uFEFF?\s*\{"type":\s*"(?:summary|file-history-snapshot|queue-operation|custom-title|ai-title|last-prompt|pr-link|permission-mode|agent-name)",\s*"(?:summary|messageId|operation|sessionId|customTitle|aiTitle|lastPrompt|leafUuid|prNumber|mode|permissionMode|agentName)":/;
const WEB_SESSION = /^\uFEFF?\s*\{\s*"loglines":\s*\[/;

const format: Format<ClaudeState> = {
  rules: { agent: 'claude-code', tree: 'ladder', startsAgent },
  start: EMPTY,
  take: takeValue,
  describe: describeConversation,
};

function takeValue(state: ClaudeState, value: JsonObject, reading: Reading): ClaudeState {
  const kind = kindOf(value);
  reading.count(kind);
  const record = findChainRecord(value, reading.line);
  if (record === undefined) return takeLone(state, value, kind, reading);
  if (!CHAIN_TYPES.has(record.type)) reading.unknown(kind);
  const next = takeChainRecord(state, record, reading);
  if (record.type !== 'progress' || objectOf(record.raw.data)?.type !== 'agent_progress') return next;
  const { state: after, inline } = takeInline(next, record, reading);
  const inner = inline === undefined ? undefined : findChainRecord(inline, reading.line);
  return inner === undefined ? after : takeChainRecord(after, inner, reading);
}

/** A record without a uuid: the queue, titles, links, bookkeeping. */
function takeLone(state: ClaudeState, value: JsonObject, kind: string, reading: Reading): ClaudeState {
  if (value.type === 'queue-operation') {
    const { state: next, handed } = onQueueOperation(state, value);
    if (handed !== undefined) takeQueued(handed, reading);
    return next;
  }
  const titled = onTitleOrLink(state, value);
  if (titled === undefined && !BOOKKEEPING.has(kind)) reading.unknown(kind);
  return titled ?? state;
}

function takeChainRecord(state: ClaudeState, chained: ChainRecord, reading: Reading): ClaudeState {
  if (reading.isKnown(chained.uuid)) {
    reading.count('repeated');
    return state;
  }
  const chain = chainOf(chained, reading);
  const record = recordOf(chained, chain, {
    count: reading.count,
    readOutput: (name) => readOutput(chained, name, reading),
  });
  let next = record.message === undefined ? state : noteCalls(state, record.message.parts);
  if (record.kind === 'prompt' && chain === MAIN) {
    const prompt = record.drafts.find((draft) => draft.kind === 'prompt');
    const typed = onTypedPrompt(next, prompt === undefined ? '' : wordsOf(prompt.item));
    next = typed.state;
    if (typed.told) {
      reading.count('queued prompt told before');
      reading.take({ ...record, kind: 'nothing', drafts: [] });
      return next;
    }
  }
  reading.take(record);
  if (record.kind !== 'result') return next;
  const results = contentOf(chained).filter((block) => block.type === 'tool_result');
  const facts = results.length === 1 ? chained.raw.toolUseResult : undefined;
  for (const block of results) {
    const toolCall = textOf(block.tool_use_id);
    if (toolCall === undefined) continue;
    next = onResult(next, toolCall, findAgentId(resultText(block), facts), chained.session, reading);
  }
  return next;
}

/** A prompt that left the queue in the middle of the work: the model saw it before its next message. */
function takeQueued(queued: QueuedPrompt, reading: Reading): void {
  const blobs: ImportedBlob[] = [];
  const command = isClientCommand(queued.text);
  const drafts = command
    ? [commandDraft(queued.text.trim(), undefined)]
    : readQueuedPrompt(blocksOf(queued.text), blobs);
  reading.take({
    kind: command ? 'event' : 'prompt',
    id: queuedId(queued),
    parent: null,
    chain: MAIN,
    timeMs: parseTime(queued.time) ?? null,
    line: reading.line,
    drafts,
    ends: false,
    unless: queued.text.trim(),
    blobs,
    ...(queued.session === '' ? {} : { facts: { session: queued.session } }),
  });
}

function chainOf(record: ChainRecord, reading: Reading): string {
  if (!record.sidechain) return MAIN;
  const agentId = record.agentId ?? findFileAgent(reading.input.path);
  if (agentId !== undefined) return agentChain(agentId);
  const above = record.parent === null ? undefined : reading.chainOf(record.parent);
  return above === undefined || above === MAIN ? `side:${record.parent ?? record.uuid}` : above;
}

/** A large output that the agent kept in a file beside the session. */
function readOutput(record: ChainRecord, name: string, { input }: Reading): Uint8Array | undefined {
  const own = /([^\\/]+)\.jsonl?$/.exec(input.path)?.[1];
  for (const folder of [own, record.session]) {
    const bytes = folder === undefined ? undefined : input.readBeside(`${folder}/tool-results/${name}`);
    if (bytes !== undefined) return bytes;
  }
  return findFileAgent(input.path) === undefined ? undefined : input.readBeside(`../tool-results/${name}`);
}

const CHAIN_TYPES = new Set(['user', 'assistant', 'system', 'progress', 'attachment']);

const BOOKKEEPING = new Set([
  'file-history-snapshot',
  'last-prompt',
  'mode',
  'permission-mode',
  'agent-name',
  'agent-color',
  'agent-setting',
  'continued-in',
  'tag',
  'task-summary',
  'bridge-session',
  'worktree-state',
  'attribution-snapshot',
  'content-replacement',
  'marble-origami-commit',
  'marble-origami-snapshot',
  'speculation-accept',
]);
