/** Reads Gemini CLI's sessions: JSON Lines or one document below `~/.gemini/tmp/<project>/chats`, sub-agents in a folder of their own. */
/** A message is written anew under its id whenever its calls move; a rewind names what it removes; the kit makes the tree of it. */

import { decodeUtf8 } from '../../base/bytes.ts';
import { canonicalJson, type JsonObject, type JsonValue } from '../../base/json.ts';
import { parseTime } from '../../base/time.ts';
import type { NoteKind, Part, ToolCallResponsePart } from '../../model/item.ts';
import type { Format } from '../kit/format.ts';
import type { ImportedBlob, Importer } from '../kit/importer.ts';
import { googleParts, googleUsage, itemParts, toolCallPart, toolResponsePart } from '../kit/items/google-content.ts';
import { objectOf, objectsOf, textOf } from '../kit/items/values.ts';
import type { Reading } from '../kit/reading.ts';
import { type AgentRecord, type Draft, MAIN } from '../kit/record.ts';
import { readSession } from '../kit/session.ts';

export const geminiCli: Importer = {
  id: 'gemini-cli',
  name: 'Gemini CLI',
  roots: (home) => [`${home}/.gemini/tmp`],
  matchesPath: (path) => /(?:^|[\\/])chats[\\/](?:session-[^\\/]*\.jsonl?|[^\\/]+[\\/][^\\/]+\.jsonl)$/.test(path),
  list: 'messages',
  detect: (head) => /^\uFEFF?\s*\{\s*"sessionId":\s*"[^"]{1,256}",\s*"projectHash":\s*"/.test(head),
  peek: (head) => {
    const session = /"sessionId":\s*"([\w-]{1,128})"/.exec(head)?.[1];
    return session === undefined ? {} : { session };
  },
  read: (input) => readSession(input, format),
};

type State = {
  readonly session: string | null;
  readonly title: string | null;
  readonly cwd: string | null;
  readonly isAgent: boolean;
  /** The first message that a rewind removed: what comes next goes another way from where it stood. */
  readonly rewound: string | null;
};

const format: Format<State> = {
  rules: { agent: 'gemini-cli', tree: 'given' },
  document: { head: (session) => session },
  start: { session: null, title: null, cwd: null, isAgent: false, rewound: null },
  take: takeValue,
  describe: ({ session, title, isAgent }, _conversation, { input }) => {
    const above = isAgent ? /[\\/]chats[\\/]([^\\/]{1,256})[\\/][^\\/]+$/.exec(input.path)?.[1] : undefined;
    return {
      meta: { ...(title === null ? {} : { title }), ...(above === undefined ? {} : { parent: { session: above } }) },
      ...(isAgent && session !== null ? { startedBy: agentKey(session) } : {}),
    };
  },
};

/** Key under which the turn that started a sub-agent is found. */
const agentKey = (session: string) => `gemini-cli:agent:${session}`;

function takeValue(state: State, value: JsonObject, reading: Reading): State {
  const target = textOf(value.$rewindTo);
  if (target !== undefined) return rewind(state, target, reading);
  const update = objectOf(value.$set);
  if (update !== undefined) {
    reading.count('update');
    // the model's own view of its past, which gets shorter: what was said stands above it, all but the summary
    const view = objectsOf(update.messages);
    if (view.length > 0) reading.count('view of the model');
    return takeAll(learn(state, update, reading), view.filter(isSummary), reading);
  }
  if (typeof value.id === 'string') return takeMessage(state, value, value.id, reading);
  if (typeof value.sessionId === 'string') {
    reading.count('header');
    return takeAll(learn(state, value, reading), objectsOf(value.messages), reading);
  }
  reading.unknown(textOf(value.type)?.slice(0, 40) ?? 'record');
  return state;
}

function takeAll(state: State, messages: readonly JsonObject[], reading: Reading): State {
  let next = state;
  for (const message of messages) {
    if (typeof message.id === 'string') next = takeMessage(next, message, message.id, reading);
    else reading.count('message without id');
  }
  return next;
}

function isSummary({ type, content }: JsonObject): boolean {
  return type === 'user' && googleParts(content).some(({ text }) => textOf(text)?.includes('<state_snapshot>'));
}

function learn(state: State, { sessionId, summary, directories, kind }: JsonObject, reading: Reading): State {
  const isAgent = kind === undefined ? state.isAgent : kind === 'subagent';
  const folder = Array.isArray(directories) ? textOf(directories[0] as JsonValue) : undefined;
  return {
    session: textOf(sessionId)?.slice(0, 256) ?? state.session,
    title: textOf(summary)?.toWellFormed().replace(/\s+/g, ' ').trim().slice(0, 300) || state.title,
    cwd: state.cwd ?? folder ?? readProjectRoot(reading, isAgent) ?? null,
    isAgent,
    rewound: state.rewound,
  };
}

/** The project's folder, which newer clients write beside the folder of sessions. */
function readProjectRoot({ input }: Reading, isAgent: boolean): string | undefined {
  const bytes = input.readBeside(isAgent ? '../../.project_root' : '../.project_root');
  return bytes === undefined ? undefined : decodeUtf8(bytes).trim().slice(0, 4096) || undefined;
}

function rewind(state: State, target: string, reading: Reading): State {
  reading.count('rewind');
  reading.endChain(MAIN);
  if (reading.isKnown(target)) return { ...state, rewound: target };
  reading.report('UNKNOWN_REWIND', 'a rewind to a message that is not in the file: what follows goes on from here');
  return state;
}

type Base = Omit<AgentRecord, 'kind' | 'id' | 'drafts'> & { readonly blobs: ImportedBlob[] };

function takeMessage(state: State, message: JsonObject, id: string, reading: Reading): State {
  const type = textOf(message.type)?.slice(0, 40) ?? 'message';
  reading.count(type);
  const { session, cwd, rewound } = state;
  const base: Base = {
    parent: undefined,
    chain: MAIN,
    timeMs: parseTime(message.timestamp) ?? null,
    line: reading.line,
    blobs: [],
    facts: { ...(session === null ? {} : { session }), ...(cwd === null ? {} : { cwd }) },
    ...(rewound === null ? {} : { beside: rewound }),
  };
  const goesOn = rewound === null ? state : { ...state, rewound: null };
  if (type === 'gemini') {
    takeAnswer(message, id, base, reading);
    return goesOn;
  }
  if (!NOTES.has(type)) reading.unknown(type);
  const drafts = type === 'user' ? takePrompt(message, base, reading) : noteOf(type, message, base.blobs);
  const kind = drafts[0] === undefined ? 'nothing' : drafts[0].kind === 'prompt' ? 'prompt' : 'event';
  reading.take({ ...base, kind, id, drafts });
  return drafts.length === 0 ? state : goesOn;
}

const NOTES: ReadonlyMap<string, NoteKind> = new Map([
  ['user', 'context'],
  ['info', 'notice'],
  ['warning', 'notice'],
  ['error', 'error'],
]);

function noteOf(type: string, message: JsonObject, blobs: ImportedBlob[]): readonly Draft[] {
  const parts = itemParts(googleParts(message.content), blobs);
  const compaction = parts.some((part) => part.type === 'text' && part.content.startsWith('Chat history compressed'));
  return notes(compaction ? 'compaction' : (NOTES.get(type) ?? 'notice'), parts);
}

function notes(note: NoteKind, parts: readonly Part[]): readonly Draft[] {
  return parts.length === 0 ? [] : [{ kind: 'note', item: { role: 'system', parts, note } }];
}

/** What a person typed, and behind it what the client put there for the model (files that were named, words of hooks). */
function takePrompt(message: JsonObject, base: Base, reading: Reading): readonly Draft[] {
  const content = googleParts(message.content);
  for (const { functionResponse } of content) {
    const answer = objectOf(functionResponse);
    const call = textOf(answer?.id);
    if (answer !== undefined && call !== undefined) takeResponse(toolResponsePart(call, answer), base, reading);
  }
  const said = itemParts(content, base.blobs);
  if (isSummary(message)) return notes('compaction', said);
  const shown = itemParts(googleParts(message.displayContent), base.blobs).map(canonicalJson);
  const isTyped = (part: Part) =>
    shown.length > 0 ? shown.includes(canonicalJson(part)) : part.type !== 'text' || !CLIENT_WORDS.test(part.content);
  const typed = said.filter(isTyped);
  const prompt: readonly Draft[] = typed.length === 0 ? [] : [{ kind: 'prompt', item: { role: 'user', parts: typed } }];
  return [
    ...prompt,
    ...notes(
      'context',
      said.filter((part) => !typed.includes(part)),
    ),
  ];
}

const CLIENT_WORDS = /^\s*<(?:session_context|hook_context)>/;

/** A message of the model and the answers to its calls: both come again, with more in them, until all calls have ended. */
function takeAnswer(message: JsonObject, id: string, base: Base, reading: Reading): void {
  const { model } = message;
  const tokens = objectOf(message.tokens);
  const thoughts = objectsOf(message.thoughts).flatMap(({ subject, description }): Part | [] => {
    const title = textOf(subject)?.trim();
    const content = [title ? `**${title}**` : '', textOf(description)?.trim() ?? ''].filter(Boolean).join('\n\n');
    return content === '' ? [] : { type: 'reasoning', content };
  });
  const content = googleParts(message.content).filter(({ thought }) => thought !== true || thoughts.length === 0);
  const calls = objectsOf(message.toolCalls);
  const inline = objectsOf(content.map(({ functionCall }) => functionCall ?? null));
  const untold = inline.filter((call) => !calls.some((told) => told.id === call.id));
  const parts = [...thoughts, ...itemParts(content, base.blobs), ...[...calls, ...untold].map(toolCallPart)];
  reading.take({
    ...{ ...base, kind: 'message', id, drafts: [], ...(reading.isKnown(id) ? { replaces: true } : {}) },
    message: {
      ...{ group: id, whole: true, parts },
      ...(typeof model === 'string' ? { model } : {}),
      ...(tokens === undefined ? {} : { usage: googleUsage(tokens) }),
    },
  });
  for (const call of calls) takeCall(call, id, base, reading);
}

function takeCall(call: JsonObject, message: string, base: Base, reading: Reading): void {
  const id = textOf(call.id);
  const agent = textOf(call.agentId);
  if (agent !== undefined) reading.alias(agentKey(agent), `gemini-cli:${message}`);
  const status = STATUS.get(textOf(call.status) ?? '');
  if (id === undefined || status === undefined) return;
  const told = objectsOf(googleParts(call.result ?? []).map(({ functionResponse }) => functionResponse ?? null));
  const diff = textOf(objectOf(call.resultDisplay)?.fileDiff);
  const start = diff?.search(/^--- /m) ?? -1;
  const part = toolResponsePart(id, told[0] ?? { response: { output: call.resultDisplay ?? '' } });
  const failed = status === 'ok' ? part.status : status;
  takeResponse(
    { ...part, status: failed, ...(diff === undefined || start < 0 ? {} : { diff: diff.slice(start) }) },
    base,
    reading,
  );
}

const STATUS: ReadonlyMap<string, ToolCallResponsePart['status']> = new Map([
  ['success', 'ok'],
  ['error', 'error'],
  ['cancelled', 'cancelled'],
]);

/** Known by its call: some clients write it as the user's as well. */
function takeResponse(part: ToolCallResponsePart, { beside: _, ...base }: Base, reading: Reading): void {
  const id = `${base.facts?.session ?? ''}/${part.id}`;
  const drafts: readonly Draft[] = [{ kind: 'response', item: { role: 'tool', parts: [part] } }];
  reading.take({ ...base, kind: 'result', id, drafts, ...(reading.isKnown(id) ? { replaces: true } : {}) });
}
