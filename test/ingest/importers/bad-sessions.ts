/** Sessions of both agents that are made to cost much, at any size. */
/** What a real session has a few of, each of these has by the thousand. */

type Line = Readonly<Record<string, unknown>>;

/** Lines of a session with about `n` records. */
export type BadSession = (n: number) => readonly Line[];

const time = (i: number) => new Date(1_790_000_000_000 + i * 1000).toISOString();
const times = <T>(n: number, make: (i: number) => T): readonly T[] =>
  Array.from({ length: Math.ceil(n) }, (_, i) => make(i));

const record = (i: number, parent: string | null, type: string, more: Line = {}): Line => ({
  type,
  uuid: `u${i}`,
  parentUuid: parent,
  isSidechain: false,
  sessionId: 's1',
  timestamp: time(i),
  ...more,
});
const prompt = (i: number, parent: string | null, more: Line = {}) =>
  record(i, parent, 'user', { message: { role: 'user', content: `prompt ${i}` }, ...more });
const answer = (i: number, parent: string | null, more: Line = {}, id = `m${i}`) =>
  record(i, parent, 'assistant', {
    message: {
      id,
      role: 'assistant',
      model: 'x',
      stop_reason: 'end_turn',
      content: [{ type: 'text', text: `answer ${i}` }],
    },
    ...more,
  });
const call = (i: number, parent: string | null, id: string, tool: string, tool_id: string): Line =>
  record(i, parent, 'assistant', {
    message: {
      id,
      role: 'assistant',
      model: 'x',
      content: [{ type: 'tool_use', id: tool_id, name: tool, input: { prompt: `do ${i}` } }],
    },
  });
const result = (i: number, parent: string | null, tool_id: string, more: Line = {}): Line =>
  record(i, parent, 'user', {
    message: { role: 'user', content: [{ type: 'tool_result', tool_use_id: tool_id, content: 'done' }] },
    ...more,
  });
const start = [prompt(0, null), answer(1, 'u0')];

export const badClaudeSessions: Readonly<Record<string, BadSession>> = {
  'prompts with the same parent': (n) => [...start, ...times(n, (i) => prompt(i + 2, 'u1'))],
  'prompts and answers with the same parent': (n) => [
    ...start,
    ...times(n, (i) => (i % 2 === 0 ? prompt(i + 2, 'u1') : answer(i + 2, 'u1'))),
  ],
  'answers with the same parent': (n) => [...start, ...times(n, (i) => answer(i + 2, 'u1'))],
  'rewinds to the first answer': (n) => [
    ...start,
    ...times(n, (i) => (i % 2 === 0 ? prompt(i + 2, 'u1') : answer(i + 2, `u${i + 1}`))),
  ],
  'rewinds each deeper': (n) => [
    ...start,
    ...times(n, (i) => (i % 2 === 0 ? prompt(i + 2, i < 4 ? 'u1' : `u${i - 1}`) : answer(i + 2, `u${i + 1}`))),
  ],
  'rewinds, then work at the first answer': (n) => [
    ...start,
    ...times(n / 2, (i) => (i % 2 === 0 ? prompt(i + 2, 'u1') : answer(i + 2, `u${i + 1}`))),
    ...times(n / 2, (i) => record(i + n, 'u1', 'system', { subtype: 'informational', content: `note ${i}` })),
  ],
  'first prompts': (n) => times(n, (i) => (i % 2 === 0 ? prompt(i, null) : answer(i, `u${i - 1}`))),
  'records with a lost parent': (n) => [...start, ...times(n, (i) => prompt(i + 2, `lost${i}`))],
  'records with a lost parent of other sessions': (n) => [
    ...start,
    ...times(n, (i) => prompt(i + 2, `lost${i}`, { sessionId: `s${i}` })),
  ],
  'parents after their children': (n) => times(n, (i) => prompt(n - i, i === n - 1 ? null : `u${n - i - 1}`)),
  'sessions in one conversation': (n) => [
    ...start,
    ...times(n, (i) => answer(i + 2, `u${i + 1}`, { sessionId: `s${(i * 7919) % n}` })),
  ],
  'models in one conversation': (n) => [
    ...start,
    ...times(n, (i) =>
      record(i + 2, `u${i + 1}`, 'assistant', {
        message: { id: `m${i}`, model: `model ${(i * 7919) % n}`, content: [{ type: 'text', text: 'a' }] },
      }),
    ),
  ],
  'lines of one message': (n) => [prompt(0, null), ...times(n, (i) => call(i + 1, `u${i}`, 'm', 'Bash', `t${i}`))],
  'texts of one message': (n) => [prompt(0, null), ...times(n, (i) => answer(i + 1, `u${i}`, {}, 'm'))],
  'blocks without an id in one message': (n) => [
    prompt(0, null),
    ...times(n, (i) =>
      record(i + 1, `u${i}`, 'assistant', {
        message: {
          id: 'm',
          model: 'x',
          content: [{ type: 'web_search_tool_result', tool_use_id: `t${i}`, content: [] }],
        },
      }),
    ),
  ],
  'sub-agents with their results': (n) => [
    prompt(0, null),
    ...times(n, (i) =>
      i % 2 === 0
        ? call(i + 1, `u${i}`, `m${i}`, 'Task', `t${i}`)
        : result(i + 1, `u${i}`, `t${i - 1}`, { toolUseResult: { agentId: `a${i}` } }),
    ),
  ],
  'inline progress of many agents': (n) => [
    prompt(0, null),
    call(1, 'u0', 'm', 'Task', 't'),
    ...times(n, (i) =>
      record(i + 2, 'u1', 'progress', {
        parentToolUseID: 't',
        data: {
          type: 'agent_progress',
          agentId: `a${i}`,
          message: { type: 'user', uuid: `p${i}`, timestamp: time(i), message: { role: 'user', content: `do ${i}` } },
        },
      }),
    ),
  ],
  'inline progress, then results': (n) => [...badInline(n / 2), ...times(n / 2, (i) => result(i + n, 'u1', `t${i}`))],
  'open side chains and results': (n) => [
    prompt(0, null),
    call(1, 'u0', 'm', 'Task', 't'),
    ...times(n / 2, (i) => answer(i + 2, null, { isSidechain: true })),
    ...times(n / 2, (i) => result(i + n, 'u1', 't')),
  ],
  'side chains without a parent': (n) => [
    ...start,
    ...times(n / 2, (i) => prompt(i + 2, null, { isSidechain: true })),
    ...times(n / 2, (i) => answer(i + n, `gone${i}`, { isSidechain: true })),
  ],
  'commands beside rewound prompts': (n) => [
    ...start,
    prompt(2, 'u1'),
    ...times(n, (i) =>
      record(i + 3, 'u0', 'user', { message: { role: 'user', content: `<command-name>/x${i}</command-name>` } }),
    ),
  ],
  'bookkeeping with a lost parent': (n) => [
    ...start,
    ...times(n / 2, (i) => prompt(i + 2, 'u1')),
    ...times(n / 2, (i) => record(i + n, `lost${i}`, 'system', { subtype: 'turn_duration' })),
  ],
  'queue operations': (n) => [
    ...start,
    ...times(n, (i) => ({
      type: 'queue-operation',
      operation: i % 2 === 0 ? 'enqueue' : 'remove',
      content: `later ${i - (i % 2)}`,
      timestamp: time(i),
      sessionId: 's1',
    })),
  ],
  'records of unknown kinds': (n) => [...start, ...times(n, (i) => ({ type: `kind ${i}`, value: i }))],
  summaries: (n) => [...start, ...times(n, (i) => ({ type: 'summary', leafUuid: 'u1', summary: `about ${i}` }))],
};

function badInline(n: number): readonly Line[] {
  return badClaudeSessions['inline progress of many agents']?.(n) ?? [];
}

const wrap = (i: number, type: string, payload: Line): Line => ({ timestamp: time(i), type, payload });
const item = (i: number, payload: Line) => wrap(i, 'response_item', payload);
const event = (i: number, payload: Line) => wrap(i, 'event_msg', payload);
const header = wrap(0, 'session_meta', { id: '0199a213-81c0-7800-8aa1-bbab2a035a53', timestamp: time(0), cwd: '/x' });
const user = (i: number) =>
  item(i, { type: 'message', role: 'user', content: [{ type: 'input_text', text: `prompt ${i}` }] });
const said = (i: number) =>
  item(i, { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: `answer ${i}` }] });
const tool = (i: number, name = 'shell') => item(i, { type: 'function_call', name, arguments: '{}', call_id: `c${i}` });
const output = (i: number, id: string, text = 'done') =>
  item(i, { type: 'function_call_output', call_id: id, output: text });

export const badCodexSessions: Readonly<Record<string, BadSession>> = {
  'turns of the agent': (n) => [
    header,
    ...times(n, (i) => (i % 2 === 0 ? wrap(i, 'turn_context', { turn_id: `t${i}`, model: 'x' }) : user(i))),
  ],
  models: (n) => [header, ...times(n, (i) => wrap(i, 'turn_context', { model: `model ${(i * 7919) % n}` }))],
  'items of one message': (n) => [header, user(0), ...times(n, (i) => tool(i + 1))],
  'texts of one message': (n) => [header, user(0), ...times(n, (i) => said(i + 1))],
  'outputs after one message': (n) => [
    header,
    user(0),
    ...times(n / 2, (i) => tool(i)),
    ...times(n / 2, (i) => output(i + n, `c${i}`, '{"agent_id":1}')),
  ],
  'outputs after one message, then their ends': (n) => [
    header,
    user(0),
    ...times(n / 3, (i) => tool(i)),
    ...times(n / 3, (i) => output(i + n, `c${i}`)),
    ...times(n / 3, (i) => event(i + 2 * n, { type: 'exec_command_end', call_id: `c${i}`, exit_code: 0 })),
  ],
  'ends without outputs': (n) => [
    header,
    user(0),
    ...times(n, (i) => event(i, { type: 'exec_command_end', call_id: `c${i}`, exit_code: 0 })),
  ],
  'ends before their outputs': (n) => [
    header,
    user(0),
    ...times(n / 2, (i) => event(i, { type: 'exec_command_end', call_id: `c${i}`, exit_code: 0 })),
    ...times(n / 2, (i) => output(i + n, `c${i}`)),
  ],
  'searches of one message': (n) => [
    header,
    user(0),
    ...times(n, (i) =>
      i % 2 === 0 ? item(i, { type: 'web_search_call' }) : event(i, { type: 'web_search_end', query: `query ${i}` }),
    ),
  ],
  'sub-agents': (n) => [
    header,
    user(0),
    ...times(n, (i) =>
      i % 2 === 0
        ? tool(i, 'spawn_agent')
        : event(i, { type: 'collab_agent_spawn_end', call_id: `c${i - 1}`, new_thread_id: `thread ${i}` }),
    ),
  ],
  'sub-agents of one message each': (n) => [
    header,
    user(0),
    ...times(n, (i) =>
      i % 3 === 0
        ? tool(i, 'spawn_agent')
        : i % 3 === 1
          ? event(i, { type: 'token_count', info: { total_token_usage: { total: i }, last_token_usage: {} } })
          : event(i, { type: 'collab_agent_spawn_end', call_id: `c${i - 2}`, new_thread_id: `thread ${i}` }),
    ),
  ],
  'prompts after everything was rolled back': (n) => [
    header,
    ...times(n, (i) => (i % 2 === 0 ? user(i) : event(i, { type: 'thread_rolled_back', num_turns: 1 }))),
  ],
  'rollbacks of much': (n) => [
    header,
    ...times(n, (i) => (i % 3 === 2 ? event(i, { type: 'thread_rolled_back', num_turns: 1 }) : user(i))),
  ],
  'unknown records': (n) => [header, ...times(n, (i) => wrap(i, `kind ${i}`, {}))],
  notices: (n) => [header, ...times(n, (i) => item(i, { type: `kind ${i}`, text: 'a' }))],
};

/** Files that are no clean JSON Lines. */
export const badFiles: Readonly<Record<string, (n: number) => string>> = {
  'values on one line': (n) =>
    start
      .map((line) => JSON.stringify(line))
      .join('')
      .repeat(n / 4),
  'lines of two values': (n) => `${start.map((line) => JSON.stringify(line)).join('')}\n`.repeat(n / 4),
  'broken lines': (n) => '{"type":"user"\n'.repeat(n),
  'broken lines and lost parents': (n) =>
    `${start.map((line) => `${JSON.stringify(line)}\n`).join('')}${'{"a\n'.repeat(n / 2)}${times(n / 2, (i) => `${JSON.stringify(prompt(i + 2, `lost${i}`))}\n`).join('')}`,
  'a broken line of objects': (n) => `${'{"a":'.repeat(n)}\n`,
  'a broken line of open brackets': (n) => `{"a":${'['.repeat(n * 10)}\n`,
  'tiny lines': (n) => '{}\n'.repeat(n * 4),
  'blank lines': (n) => '\n'.repeat(n * 10),
  'NUL bytes': (n) => '\0'.repeat(n * 10),
};
