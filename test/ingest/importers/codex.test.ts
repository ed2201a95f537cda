import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { codex } from '../../../src/ingest/importers/codex.ts';
import type { ImportedTurn } from '../../../src/ingest/kit/importer.ts';
import { decodeItem, encodeItem } from '../../../src/model/item.ts';
import { fixture, lines, pathTo, read, readInSteps, record, said } from './codex-read.ts';

const samples = process.env.TURNPRESS_SAMPLES;
const session = (id: string) =>
  record('session_meta', { id, timestamp: '2026-03-01T09:00:00.000Z', cwd: '/home/dev/orchard' });
const prompt = (text: string) =>
  record('response_item', { type: 'message', role: 'user', content: [{ type: 'input_text', text }] });
const event = (message: string) => record('event_msg', { type: 'user_message', message });
const prompts = (turns: readonly ImportedTurn[]) => turns.filter((turn) => turn.item.role === 'user').map(said);

/** The turn that says `text`; a test without it must fail. */
function turnSaying(turns: readonly ImportedTurn[], text: string): ImportedTurn {
  const found = turns.find((turn) => said(turn).includes(text));
  if (found === undefined) throw new Error(`no turn says ${text}`);
  return found;
}

describe('what a rollout says', () => {
  const { turns, problems, conversations } = read(fixture('basic.jsonl'));

  test('injected texts are foldable context and only what was typed is a prompt', () => {
    expect(turns.slice(0, 2).map(({ item }) => [item.role, item.note])).toEqual([
      ['system', 'context'],
      ['system', 'context'],
    ]);
    expect(prompts(turns)).toEqual(['Why does the apple test fail?']);
  });

  test('consecutive items of the model are one message with the usage that was counted after it', () => {
    const { item } = turnSaying(turns, 'I will run the test');
    expect(item.parts.map((part) => part.type)).toEqual(['reasoning', 'text', 'tool_call', 'tool_call']);
    expect(item.model).toBe('gpt-5.4');
    expect(item.usage).toEqual({
      input_tokens: 1000,
      output_tokens: 50,
      cache_read_input_tokens: 800,
      reasoning_tokens: 20,
    });
  });

  test('a repeated token count is counted once', () => {
    const sum = turns.reduce((total, { item }) => total + (item.usage?.output_tokens ?? 0), 0);
    expect(sum).toBe(50 + 60 + 70 + 30);
  });

  test('the header of a shell output and a packed output become fields', () => {
    expect(turnSaying(turns, 'FAIL').item.parts).toEqual([
      {
        type: 'tool_call_response',
        id: 'call_a',
        response: '\u001b[31mFAIL\u001b[0m apple\n',
        status: 'error',
        exit_code: 1,
        duration_ms: 1500,
      },
    ]);
    expect(turnSaying(turns, '"export const apple = 1').item.parts[0]).toMatchObject({
      exit_code: 0,
      duration_ms: 200,
      status: 'ok',
    });
  });

  test('a patch brings its unified diff, files in the order of their paths', () => {
    expect(turnSaying(turns, 'Success.').item.parts[0]).toMatchObject({
      status: 'ok',
      diff: `--- a/home/dev/code/orchard/apple.ts
+++ b/home/dev/code/orchard/apple.ts
@@ -1 +1 @@
-export const apple = 1;
+export const apple = 2;
--- /dev/null
+++ b/home/dev/code/orchard/pear.ts
@@ -0,0 +1,1 @@
+export const pear = 1;
`,
    });
  });

  test('each tool has the kind of what it does', () => {
    const kinds = turns.flatMap(({ item }) =>
      item.parts.flatMap((part) => (part.type === 'tool_call' ? [[part.name, part.tool]] : [])),
    );
    expect(kinds).toEqual([
      ['exec_command', 'shell'],
      ['shell', 'shell'],
      ['apply_patch', 'edit'],
      ['web_search', 'fetch'],
      ['view_image', 'read'],
      ['mcp__notes__find', 'mcp'],
      ['update_plan', 'todo'],
    ]);
  });

  test('an interrupted call is cancelled and a failed MCP call is an error', () => {
    expect(turnSaying(turns, 'aborted by user').item.parts[0]).toMatchObject({ status: 'cancelled' });
    expect(turnSaying(turns, 'no notes').item.parts[0]).toMatchObject({ status: 'error', duration_ms: 1000 });
  });

  test('a broken line and unknown kinds are named with their line and nothing else is lost', () => {
    expect(problems.map(({ code, line }) => [code, line])).toEqual([
      ['BROKEN_LINE', 19],
      ['UNKNOWN_RECORD', 35],
      ['UNKNOWN_RECORD', 35],
    ]);
    expect(turnSaying(turns, 'What is this?').item.note).toBe('notice');
    expect(said(turns.at(-1) as ImportedTurn)).toBe('Fixed: the apple was 1, it is 2 now.');
  });

  test('nothing encrypted is kept', () => {
    expect(JSON.stringify(turns)).not.toContain('gAAAA');
  });

  test('meta holds agent, version, models, project, folder and git without credentials', () => {
    expect(conversations[0]?.meta).toEqual({
      agent: 'codex',
      agent_version: '0.142.0',
      sessions: ['019c0000-0000-7000-8000-000000000001'],
      models: ['gpt-5.4'],
      project: 'orchard',
      cwd: '/home/dev/code/orchard',
      git: {
        remote: 'https://git.example.org/dev/orchard.git',
        branch: 'main',
        commit: '0123456789abcdef0123456789abcdef01234567',
      },
      started: '2026-03-01T09:00:00.000Z',
      updated: '2026-03-01T09:00:34.000Z',
    });
  });
});

describe('structure', () => {
  test('after a rollback the next prompt hangs where the abandoned ones did, and those stay', () => {
    const { turns, conversations } = read(fixture('rollback.jsonl'));
    expect(prompts(turns)).toEqual(['Plant a tree', 'Now paint it', 'Blue, please', 'Water it instead']);
    expect(turnSaying(turns, 'Water it instead').parent).toBe(turnSaying(turns, 'Planted an oak').key);
    expect(turnSaying(turns, 'Now paint it').parent).toBe(turnSaying(turns, 'Planted an oak').key);
    const current = pathTo(turns, conversations[0]?.current);
    expect(prompts(current)).toEqual(['Plant a tree', 'Water it instead']);
  });

  test('a rollback that is the last record moves where the agent is and adds no turn', () => {
    const all = Buffer.from(fixture('rollback.jsonl')).toString('utf8').split('\n');
    const at = all.findIndex((line) => line.includes('thread_rolled_back'));
    const { turns, conversations } = read(Buffer.from(`${all.slice(0, at + 1).join('\n')}\n`));
    expect(turns.at(-1) && said(turns.at(-1) as ImportedTurn)).toBe('Painted it blue.');
    expect(conversations[0]?.current).toBe(turnSaying(turns, 'Planted an oak').key);
  });

  test('a rollback of more turns than there are goes back before the first prompt', () => {
    const { turns, conversations } = read(
      lines(
        session('s'),
        prompt('one'),
        event('one'),
        record('event_msg', { type: 'thread_rolled_back', num_turns: 4e9 }),
      ),
    );
    expect(turns).toHaveLength(1);
    expect(conversations[0]?.current).toBeUndefined();
  });

  test('a new first prompt after everything was rolled back is a conversation of its own, of the same session', () => {
    const { turns, conversations } = read(
      lines(
        session('s'),
        prompt('one'),
        event('one'),
        record('event_msg', { type: 'thread_rolled_back', num_turns: 1 }),
        prompt('another way'),
        event('another way'),
      ),
    );
    expect(turns.map((turn) => turn.parent)).toEqual([null, null]);
    expect(conversations.map((each) => each.turn)).toEqual(turns.map((turn) => turn.key));
    expect(conversations.map((each) => each.meta.sessions)).toEqual([['s'], ['s']]);
    expect(conversations.map((each) => each.meta.fork_of)).toEqual([undefined, 's']);
    expect(conversations.map((each) => each.current)).toEqual([undefined, turns[1]?.key]);
  });

  test('a fork with its parent shares the keys of the copied part, although its times are new', () => {
    const parent = read(fixture('fork-parent.jsonl'));
    const child = read(fixture('fork-child.jsonl'));
    const known = new Set(parent.turns.map((turn) => turn.key));
    const own = child.turns.filter((turn) => !known.has(turn.key));
    expect(own.map(said)).toEqual(['Peel them', 'Peeled all seven.']);
    expect(own[0]?.parent).toBe(turnSaying(parent.turns, 'Seven pears.').key);
    expect(child.turns[0]?.timeMs).not.toBe(parent.turns[0]?.timeMs);
  });

  test('a fork names its parent, in what it says and in what is looked up before reading', () => {
    const bytes = fixture('fork-child.jsonl');
    const parent = '019c0000-0000-7000-8000-000000000003';
    expect(read(bytes)).toMatchObject({ after: parent, conversations: [{ meta: { fork_of: parent } }] });
    expect(codex.peek?.(Buffer.from(bytes).toString('utf8'))).toEqual({
      session: '019c0000-0000-7000-8000-000000000004',
      after: parent,
    });
  });

  test('a fork without its parent is whole', () => {
    const { turns } = read(fixture('fork-child.jsonl'));
    expect(turns[0]?.parent).toBeNull();
    expect(prompts(turns)).toEqual(['Count the pears', 'Peel them']);
  });

  test('a copy that differs in one output keeps its own turn from there on', () => {
    const text = Buffer.from(fixture('fork-child.jsonl')).toString('utf8').replace('Output:\\n7\\n', 'Output:\\n8\\n');
    const known = new Set(read(fixture('fork-parent.jsonl')).turns.map((turn) => turn.key));
    const own = read(Buffer.from(text)).turns.filter((turn) => !known.has(turn.key));
    expect(own.map(said)).toEqual(['"8\\n"', 'Seven pears.', 'Peel them', 'Peeled all seven.']);
  });

  test('a fork of a session without turn ids shares its keys too', () => {
    const parent = [session('p'), prompt('one'), event('one'), prompt('two'), event('two')];
    const child = [
      { ...session('c'), payload: { id: 'c', forked_from_id: 'p' } },
      ...parent,
      prompt('three'),
      event('three'),
    ];
    const keys = read(lines(...parent)).turns.map((turn) => turn.key);
    expect(
      read(lines(...child))
        .turns.map((turn) => turn.key)
        .slice(0, 2),
    ).toEqual(keys);
  });

  test('a turn id that comes back gives new keys', () => {
    const turn = (id: string) => record('turn_context', { turn_id: id });
    const again = [prompt('again'), event('again')];
    const { turns } = read(lines(session('s'), turn('a'), ...again, turn('b'), ...again, turn('a'), ...again));
    expect(new Set(turns.map(({ key }) => key)).size).toBe(3);
  });

  test('a prompt that only its event tells is kept, and one told by both is one', () => {
    expect(
      prompts(
        read(lines(session('s'), event('first'), prompt('second'), event('second'), event('third'), prompt('third')))
          .turns,
      ),
    ).toEqual(['first', 'second', 'third']);
  });

  test('a sub-agent is a conversation of its own part, linked to the call that started it', () => {
    const parent = read(fixture('subagent-parent.jsonl'));
    const child = read(fixture('subagent-child.jsonl'));
    expect(child.turns.map(said)).toEqual(['Look at the roof', 'No holes.']);
    expect(child.turns[0]?.parent).toBeNull();
    const [conversation] = child.conversations;
    expect(conversation?.meta.parent).toEqual({ session: '019c0000-0000-7000-8000-000000000005' });
    expect(conversation?.meta.fork_of).toBeUndefined();
    const caller = parent.turns.find((turn) => turn.aliases.includes(conversation?.startedBy ?? ''));
    expect(caller && said(caller)).toContain('spawn_agent');
    expect(caller?.aliases).toEqual([conversation?.startedBy]);
    expect(parent.aliases).toEqual([]);
  });

  test('the start of a sub-agent is linked when only the output of the call names it, in a later read too', () => {
    const all = Buffer.from(fixture('subagent-parent.jsonl')).toString('utf8').split('\n');
    const bytes = Buffer.from(all.filter((line) => !line.includes('collab_agent_spawn_end')).join('\n'));
    const alias = 'codex:started/019c0000-0000-7000-8000-000000000006';
    expect(read(bytes).turns.filter((turn) => turn.aliases.includes(alias))).toHaveLength(1);
  });

  test('a compaction is a note with its summary, and repeats no message', () => {
    const { turns, conversations } = read(fixture('compaction.jsonl'));
    expect(turns.filter((turn) => turn.item.note === 'compaction').map(said)).toEqual(['A story was begun.']);
    expect(prompts(turns)).toEqual(['Write a long story']);
    expect(conversations[0]?.meta.models).toEqual(['gpt-5.4', 'gpt-5.5']);
    expect(turns.at(-1)?.item.model).toBe('gpt-5.5');
  });

  test('an abort is a note, and the prompt after it is one although it looks like markup', () => {
    const { turns, waiting } = read(fixture('abort.jsonl'));
    expect(turns.filter((turn) => turn.item.note === 'interrupt')).toHaveLength(1);
    expect(prompts(turns)).toEqual(['Build the barn', '<b>Build</b> the barn, but smaller']);
    expect(waiting).toBe(1);
  });
});

describe('records that come apart or together', () => {
  const { turns } = read(fixture('seams.jsonl'));

  test('a count that is repeated while the next message is written belongs to none', () => {
    const message = turnSaying(turns, 'On to the gate.');
    expect(message.item.parts.map((part) => part.type)).toEqual(['reasoning', 'text', 'tool_call']);
    expect(message.item.usage?.output_tokens).toBe(6);
  });

  test('a patch that ends after the count of its message still brings its diff', () => {
    expect(turnSaying(turns, 'Success.').item.parts[0]).toMatchObject({
      diff: '--- a/fence.txt\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-old\n\\ No newline at end of file\n',
    });
  });

  test('a header that says more than is known stays in the text', () => {
    expect(turnSaying(turns, 'creak').item.parts[0]).toMatchObject({
      response: 'Process running with session ID 7\nOutput:\ncreak',
    });
  });

  test('records that share a line are all taken', () => {
    expect(prompts(turns)).toEqual(['Mend the fence', 'And the door?', 'Again', 'Mend the fence']);
    expect(turnSaying(turns, 'mend door').item.usage?.output_tokens).toBe(8);
  });
});

describe('images', () => {
  const { turns, blobs, problems } = read(fixture('image.jsonl'));

  test('a picture in a prompt and in an output is a blob, without the tags around it', () => {
    const first = turns[0];
    expect(first?.item.parts.map((part) => part.type)).toEqual(['blob', 'text']);
    expect(first?.item.parts[0]).toMatchObject({ mime_type: 'image/png', modality: 'image', hash: blobs[0]?.hash });
    expect(turns[2]?.item.parts.map((part) => part.type)).toEqual(['tool_call_response', 'blob']);
  });

  test('what is no image by its bytes is reported and left out', () => {
    expect(problems.map(({ code, line }) => [code, line])).toEqual([['BAD_IMAGE', 7]]);
  });
});

describe('early files', () => {
  test('flat lines give the same kinds of turns, the first at the time of the session', () => {
    const { turns, waiting } = read(fixture('flat.jsonl'));
    expect(turns.map(({ item }) => item.note ?? item.role)).toEqual(['context', 'user', 'assistant', 'tool']);
    expect(prompts(turns)).toEqual(['<ul> renders wrong']);
    expect(turns[0]?.timeMs).toBe(Date.UTC(2025, 6, 1, 8));
    expect(turns[3]?.item.parts[0]).toMatchObject({ exit_code: 2, duration_ms: 13, status: 'error' });
    expect(waiting).toBe(1);
  });

  test('the old document is whole at once', () => {
    const { turns, waiting } = read(fixture('legacy.json'));
    expect(turns.map(({ item }) => item.role)).toEqual(['user', 'assistant', 'tool', 'assistant']);
    expect(waiting).toBe(0);
  });

  test('half of an old document waits, and is a problem only when it has come to rest', () => {
    const half = fixture('legacy.json').subarray(0, 500);
    expect(read(half)).toMatchObject({ turns: [], problems: [], consumed: 0 });
    expect(read(half, { settle: true }).problems.map(({ code }) => code)).toEqual(['BROKEN_DOCUMENT']);
  });
});

describe('hostile input', () => {
  test.each([1.5, -1, 2 ** 53, 1e300])('a count or code of %j makes no item that readers refuse', (number) => {
    const call = { type: 'function_call', call_id: 'c', name: 'shell', arguments: '{"command":["ls"]}' };
    const output = JSON.stringify({ output: 'x', metadata: { exit_code: number, duration_seconds: number } });
    const usage = { input_tokens: number, output_tokens: number, cached_input_tokens: number };
    const { turns } = read(
      lines(
        session('s'),
        prompt('go'),
        record('response_item', call),
        record('event_msg', { type: 'token_count', info: { last_token_usage: usage } }),
        record('event_msg', { type: 'exec_command_end', call_id: 'c', exit_code: number, duration: { secs: number } }),
        record('response_item', { type: 'function_call_output', call_id: 'c', output }),
      ),
      { settle: true },
    );
    expect(turns).toHaveLength(3);
    for (const { item } of turns) expect(decodeItem(encodeItem(item))).toEqual(item);
  });

  test('a value nested too deep is left out with its line, and at the limit it is kept', () => {
    const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
    const line = (levels: number) =>
      Buffer.from(`{"type":"response_item","payload":{"type":"web_search_call","action":${nested(levels)}}}\n`);
    const head = lines(session('s'));
    expect(read(Buffer.concat([head, line(510)]), { settle: true })).toMatchObject({ problems: [], turns: [{}] });
    expect(
      read(Buffer.concat([head, line(511)]), { settle: true }).problems.map(({ code, line: at }) => [code, at]),
    ).toEqual([['TOO_DEEP', 2]]);
    expect(read(Buffer.concat([head, line(200_000)])).problems.map(({ code }) => code)).toEqual(['TOO_DEEP']);
  });

  test('lone surrogates become the replacement character', () => {
    const bytes = Buffer.concat([
      lines(session('s')),
      Buffer.from(
        '{"type":"response_item","payload":{"type":"message","role":"user","content":"a\\ud800b"}}\n{"type":"response_item","payload":{"type":"web_search_call","action":{"\\udc00":["\\ud800"]}}}\n',
      ),
    ]);
    const { turns } = read(bytes, { settle: true });
    expect(turns.map(said)).toEqual(['a\ufffdb', 'web_search({"\ufffd":["\ufffd"]})']);
  });

  test('names that objects inherit are names like any other', () => {
    const call = { type: 'function_call', name: 'constructor', arguments: '{}', call_id: '__proto__' };
    const out = { type: 'function_call_output', call_id: 'toString', output: 'x' };
    const { turns } = read(lines(session('s'), record('response_item', call), record('response_item', out)), {
      settle: true,
    });
    expect(turns.map((turn) => turn.item.parts[0])).toEqual([
      { type: 'tool_call', id: '__proto__', name: 'constructor', arguments: {}, tool: 'other' },
      { type: 'tool_call_response', id: 'toString', response: 'x', status: 'ok' },
    ]);
  });

  test('members of any wrong type never throw', () => {
    const wrong = [null, 1, true, 'x', [], {}, [null], [[1]], { text: 1 }];
    const types = [
      'message',
      'reasoning',
      'function_call',
      'function_call_output',
      'custom_tool_call_output',
      'web_search_call',
      'token_count',
      'user_message',
      'patch_apply_end',
      'thread_rolled_back',
      'turn_aborted',
      'collab_agent_spawn_end',
      'exec_command_end',
      'mcp_tool_call_end',
      'task_started',
    ];
    for (const value of wrong) {
      const members = {
        role: value,
        content: value,
        summary: value,
        name: value,
        arguments: value,
        call_id: value,
        output: value,
        action: value,
        info: value,
        message: value,
        changes: value,
        num_turns: value,
        turn_id: value,
        duration: value,
        result: value,
        started_at: value,
      };
      const records = types.flatMap((type) => [
        record('response_item', { type, ...members }),
        record('event_msg', { type, ...members }),
        record(type, { type, ...members }),
      ]);
      expect(() =>
        read(lines(record('session_meta', { id: value, git: value, source: value, cwd: value }), ...records), {
          settle: true,
        }),
      ).not.toThrow();
      expect(() => read(lines({ type: value, payload: value } as never, value as never))).not.toThrow();
    }
  });

  test('a state of another version asks for a read from the start', () => {
    const bytes = fixture('basic.jsonl');
    const out = read(bytes.subarray(100), { from: 100, firstLine: 2, state: { version: 999 } });
    expect(out).toMatchObject({ consumed: 0, nextLine: 1, turns: [] });
    expect(out.problems.map(({ code }) => code)).toEqual(['STALE_STATE']);
  });
});

describe('finding sessions', () => {
  test('the folders follow CODEX_HOME', () => {
    expect(codex.roots('/home/dev', {})).toEqual(['/home/dev/.codex/sessions', '/home/dev/.codex/archived_sessions']);
    expect(codex.roots('/home/dev', { CODEX_HOME: '/srv/codex' })).toEqual([
      '/srv/codex/sessions',
      '/srv/codex/archived_sessions',
    ]);
  });

  test.each([
    [
      'a Claude Code line',
      '{"parentUuid":null,"sessionId":"a","type":"user","message":{"role":"user","content":"payload"},"uuid":"b"}',
    ],
    [
      'the stdout stream of codex exec',
      '{"type":"thread.started","thread_id":"a"}\n{"type":"item.completed","item":{}}',
    ],
    ['another JSON document', '{\n  "checkpoint_id": "x",\n  "files": []\n}'],
    ['nothing', ''],
  ])('%s is not Codex', (_, head) => {
    expect(codex.detect(head)).toBe(false);
  });

  test('a slice without its header is still Codex', () => {
    expect(
      codex.detect('{"timestamp":"2026-01-02T03:04:05Z","type":"response_item","payload":{"type":"message"}}'),
    ).toBe(true);
  });

  test('the title comes from the index beside the sessions, its last line about the session', () => {
    const id = '019c0000-0000-7000-8000-000000000001';
    const index = lines(
      { id, thread_name: 'Old name' },
      { id, thread_name: 'Apple hunt' },
      { id: 'other', thread_name: 'No' },
    );
    const readBeside = (path: string) => (path === '../../../../session_index.jsonl' ? index : undefined);
    expect(read(fixture('basic.jsonl'), { readBeside }).conversations[0]?.meta.title).toBe('Apple hunt');
  });
});

describe.skipIf(samples === undefined)('samples (set TURNPRESS_SAMPLES to run)', () => {
  const root = join(samples ?? '', 'codex');
  const files =
    samples === undefined
      ? []
      : readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.jsonl'));

  test.each(files)('%s loses no prompt and no output, and reads the same from any cut', (name) => {
    const bytes = readFileSync(join(root, name));
    const { turns, problems } = read(bytes, { settle: true });
    const raw = bytes
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== '');
    const typed = raw.filter((line) => line.includes('"type":"event_msg"') && line.includes('"type":"user_message"'));
    const outputs = raw.filter((line) => /"type":"(?:function|custom_tool)_call_output"/.test(line));
    expect(turns.filter(({ item }) => item.role === 'user')).toHaveLength(typed.length);
    expect(turns.filter(({ item }) => item.role === 'tool')).toHaveLength(outputs.length);
    expect(typed.length).toBeGreaterThan(0);
    expect(problems).toEqual([]);
    for (let cut = 0; cut < bytes.length; cut += Math.ceil(bytes.length / 60)) {
      expect(readInSteps(bytes, [cut]).turns, `cut at ${cut}`).toEqual(turns);
    }
  });
});
