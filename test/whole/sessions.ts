/** Sessions as Claude Code and Codex write them, one record a line, with any field open to the test. */
/** Ids and times count up, so equal calls give equal files. */

import { createHash } from 'node:crypto';

type Record_ = Readonly<Record<string, unknown>>;

export interface ClaudeSession {
  readonly id: string;
  /** A chain record after the last one; returns its uuid. */
  chain(type: string, record: Record_): string;
  prompt(content: unknown, more?: Record_): string;
  /** One complete message of the model. */
  answer(content: unknown, message?: Record_): string;
  result(toolUse: string, content: unknown, more?: Record_, block?: Record_): string;
  /** A record that is not of the chain. */
  loose(record: Record_): void;
  text(): string;
}

export interface ClaudeFacts {
  readonly cwd?: string;
  readonly gitBranch?: string;
  readonly version?: string;
  /** Further members of every chain record. */
  readonly more?: Record_;
}

const START = Date.UTC(2026, 0, 2, 3, 0, 0);

/** `name` decides the session's id and its place in time. */
export function claudeSession(name: string, facts: ClaudeFacts = {}): ClaudeSession {
  const id = uuid(`claude ${name}`);
  const start = START + (Number.parseInt(id.slice(0, 4), 16) % 20_000) * 60_000;
  const lines: string[] = [];
  let last: string | null = null;
  let n = 0;
  const chain = (type: string, record: Record_): string => {
    n++;
    const own = uuid(`claude ${name} ${n}`);
    lines.push(
      JSON.stringify({
        parentUuid: last,
        isSidechain: false,
        userType: 'external',
        cwd: facts.cwd ?? '/srv/code/orchard',
        sessionId: id,
        version: facts.version ?? '2.1.33',
        gitBranch: facts.gitBranch ?? 'main',
        type,
        uuid: own,
        timestamp: new Date(start + n * 1000).toISOString(),
        ...facts.more,
        ...record,
      }),
    );
    last = own;
    return own;
  };
  return {
    id,
    chain,
    prompt: (content, more = {}) => chain('user', { message: { role: 'user', content }, ...more }),
    answer: (content, message = {}) =>
      chain('assistant', {
        message: {
          id: `msg_${n}`,
          role: 'assistant',
          model: 'claude-example-1',
          content,
          stop_reason: 'end_turn',
          usage: { input_tokens: 3, output_tokens: 5 },
          ...message,
        },
        requestId: `req_${n}`,
      }),
    result: (toolUse, content, more = {}, block = {}) =>
      chain('user', {
        message: { role: 'user', content: [{ type: 'tool_result', tool_use_id: toolUse, content, ...block }] },
        ...more,
      }),
    loose: (record) => {
      lines.push(JSON.stringify(record));
    },
    text: () => `${lines.join('\n')}\n`,
  };
}

export interface CodexSession {
  readonly id: string;
  record(type: string, payload: Record_): void;
  prompt(text: string): void;
  say(text: string): void;
  call(id: string, name: string, args: unknown, more?: Record_): void;
  output(id: string, output: unknown): void;
  text(): string;
}

export function codexSession(name: string, meta: Record_ = {}): CodexSession {
  const id = uuid(`codex ${name}`);
  const start = START + (Number.parseInt(id.slice(0, 4), 16) % 20_000) * 60_000;
  const lines: string[] = [];
  const record = (type: string, payload: Record_): void => {
    lines.push(JSON.stringify({ timestamp: new Date(start + lines.length * 1000).toISOString(), type, payload }));
  };
  const item = (payload: Record_): void => record('response_item', payload);
  record('session_meta', {
    id,
    timestamp: new Date(start).toISOString(),
    cwd: '/srv/code/orchard',
    originator: 'codex-tui',
    cli_version: '0.142.0',
    source: 'cli',
    ...meta,
  });
  return {
    id,
    record,
    prompt(text) {
      item({ type: 'message', role: 'user', content: [{ type: 'input_text', text }] });
      record('event_msg', { type: 'user_message', message: text, images: [] });
    },
    say(text) {
      record('event_msg', { type: 'agent_message', message: text });
      item({ type: 'message', role: 'assistant', content: [{ type: 'output_text', text }] });
    },
    call: (call, tool, args, more = {}) =>
      item({
        type: 'function_call',
        name: tool,
        arguments: typeof args === 'string' ? args : JSON.stringify(args),
        call_id: call,
        ...more,
      }),
    output: (call, output) => item({ type: 'function_call_output', call_id: call, output }),
    text: () => `${lines.join('\n')}\n`,
  };
}

/** Where Claude Code would keep it, below a home. */
export function claudePath(session: string, project = '-srv-work-orchard'): string {
  return `home/.claude/projects/${project}/${session}.jsonl`;
}

export function codexPath(session: string): string {
  return `home/.codex/sessions/2026/01/02/rollout-2026-01-02T03-00-00-${session}.jsonl`;
}

/** An id that looks like one, from a name. */
export function uuid(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
