/** Sessions with a canary in every place where an agent writes text, one session for each kind of secret. */
/** The same places for both agents wherever both have them; each canary's name says where it stood. */

import { canaryOf, framed, personal, shaped } from './canary.ts';
import { claudePath, claudeSession, codexPath, codexSession } from './sessions.ts';

export interface CanarySessions {
  /** Path below the place → file. */
  readonly files: ReadonlyMap<string, string>;
  /** Canary → kind, agent and place. */
  readonly names: ReadonlyMap<string, string>;
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

type Encode = (text: string) => string;

/** A grey pixel. */
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==';

const middle = (text: string, piece: string): string =>
  text.slice(0, Math.floor(text.length / 2)) + piece + text.slice(Math.floor(text.length / 2));
const each = (text: string, made: (code: number) => string): string =>
  [...text].map((c) => made(c.codePointAt(0) ?? 0)).join('');

/** Ways to write a text so that a plain search does not see it. */
const encodings: Readonly<Record<string, Encode>> = {
  base64: (text) => `data: ${Buffer.from(`value ${text} end of the value`).toString('base64')}`,
  base64url: (text) => Buffer.from(`the value is ${text} and no other`).toString('base64url'),
  hex: (text) => Buffer.from(text).toString('hex'),
  'percent encoding': (text) => `https://host.dev/?q=${each(text, (c) => `%${c.toString(16).padStart(2, '0')}`)}`,
  entities: (text) => each(text, (c) => `&#${c};`),
  'JSON in a string': (text) => JSON.stringify({ output: JSON.stringify({ line: `got ${text}` }) }),
  'unicode escapes': (text) => `"${each(text, (c) => `\\u${c.toString(16).padStart(4, '0')}`)}"`,
  'a zero-width space': (text) => middle(text, '\u200b'),
  'a soft hyphen': (text) => middle(text, '\u00ad'),
  'colour codes': (text) => middle(text, '\u001b[1m\u001b[32m'),
  'two lines': (text) => `a long line that was wrapped by a terminal at its edge  ${middle(text, '\n')}`,
  'two added lines': (text) => `+${middle(text, '\n+')}`,
  'joined literals': (text) => `const value = "${middle(text, '" + "')}";`,
  'UTF-16': (text) => each(text, (c) => `${String.fromCharCode(c)}\u0000`),
};

export function makeCanarySessions(): CanarySessions {
  const files = new Map<string, string>();
  const names = new Map<string, string>();
  const words: string[] = [];
  const env: Record<string, string> = {};
  const kinds = { ...shaped, ...framed, ...personal };
  for (const [kind, make] of Object.entries(kinds)) {
    const at =
      (agent: string) =>
      (where: string): string => {
        const name = `${kind} in ${agent}: ${where}`;
        const canary = canaryOf(name);
        names.set(canary, name);
        if (kind === 'word') words.push(canary);
        if (kind === 'environment') env[`SERVICE_${names.size}_TOKEN`] = canary;
        return make(canary);
      };
    const encoded = kind in shaped || kind === 'word' || kind === 'environment' ? encodings : {};
    claudeFiles(kind, at('claude-code'), encoded, files);
    codexFiles(kind, at('codex'), encoded, files);
  }
  return { files, names, words, env };
}

type At = (where: string) => string;

function claudeFiles(kind: string, at: At, encoded: typeof encodings, files: Map<string, string>): void {
  const s = claudeSession(kind, { cwd: `/srv/code/${at('working directory')}`, gitBranch: `fix/${at('git branch')}` });
  const tool = (id: string, name: string, input: unknown) => s.answer([{ type: 'tool_use', id, name, input }]);
  s.prompt(`Look at the ${kind} thing: ${at('prompt')}`);
  s.answer([
    { type: 'thinking', thinking: `I should not repeat ${at('reasoning')}`, signature: 'c2ln' },
    { type: 'text', text: `Found it.\n\n\`\`\`sh\n${at('code block of an answer')}\n\`\`\`\n` },
    {
      type: 'tool_use',
      id: 'c1',
      name: 'Bash',
      input: { command: `curl -d '${at('command')}' host`, description: at('description') },
    },
  ]);
  s.result('c1', `ok\n${at('tool output')}\n`, {
    toolUseResult: { stdout: at('structured result (dropped)'), stderr: '' },
  });
  tool('c2', 'mcp__notes__put', { deep: { list: [at('nested argument')], [at('argument name')]: 1 } });
  s.result('c2', [
    { type: 'text', text: at('text block of an output') },
    { type: 'other', value: at('other block of an output') },
  ]);
  tool('c3', 'Edit', {
    file_path: `/srv/code/${at('file name')}`,
    old_string: 'a',
    new_string: at('new text of an edit'),
  });
  s.result('c3', 'done', {
    toolUseResult: {
      filePath: `/srv/code/${at('file name of a diff')}`,
      structuredPatch: [{ oldStart: 1, oldLines: 1, newStart: 1, newLines: 2, lines: [' a', `+${at('diff')}`] }],
    },
  });
  tool('c4', at('tool name'), at('argument that is a text'));
  s.result('c4', `Exit code 1\n${at('error of a tool')}`, {}, { is_error: true });
  tool('c5', 'Bash', { command: 'cat log' });
  s.result('c5', '<persisted-output>saved to: tool-results/c5.txt\n</persisted-output>');
  tool('c6', 'TodoWrite', { todos: [{ content: at('todo'), status: 'pending' }] });
  s.result('c6', JSON.stringify({ env: { value: at('JSON in a tool output') } }));
  s.chain('system', { subtype: 'api_error', error: { status: 500, error: { error: { message: at('API error') } } } });
  s.chain('system', { subtype: 'informational', content: at('system notice') });
  s.chain('attachment', { attachment: { type: 'hook_blocking_error', stderr: at('hook output') } });
  s.chain('attachment', { attachment: { type: 'queued_command', prompt: at('queued prompt') } });
  s.prompt(`<command-name>/deploy</command-name><command-args>${at('slash command')}</command-args>`);
  s.prompt(`<local-command-stdout>${at('output of a slash command')}</local-command-stdout>`);
  s.prompt(`<ide_selection>${at('editor context')}</ide_selection>\nGo on.`);
  s.prompt([
    {
      type: 'image',
      title: at('attachment name'),
      source: { type: 'base64', media_type: 'image/png', data: PIXEL },
    },
    { type: 'image', source: { type: 'url', url: `https://host.dev/a.png?key=${at('image address')}` } },
    { type: 'text', text: 'And this?' },
  ]);
  for (const [name, encode] of Object.entries(encoded)) {
    tool(`e-${name}`, 'Bash', { command: `echo ${encode(at(`command with ${name}`))}` });
    s.result(`e-${name}`, encode(at(`tool output with ${name}`)));
  }
  tool('c7', 'Task', {
    prompt: at('prompt for a sub-agent'),
    description: at('description of a sub-agent'),
    subagent_type: 'general',
  });
  s.result('c7', `done\nagentId: a1b2c3`, { toolUseResult: { agentId: 'a1b2c3', content: [] } });
  s.answer([{ type: 'text', text: 'Done.' }], { model: at('model name') });
  s.loose({ type: 'custom-title', customTitle: `About ${at('title')}`, sessionId: s.id });
  if (kind in shaped)
    s.loose({ type: 'pr-link', prUrl: `https://host.dev/pull/1?t=${at('pull request address')}`, sessionId: s.id });
  files.set(claudePath(s.id), s.text());
  files.set(
    claudePath(`${s.id}/tool-results/c5`).replace(/jsonl$/, 'txt'),
    `whole output\n${at('persisted output')}\n`,
  );
  const child = claudeSession(`${kind} child`, { more: { isSidechain: true, agentId: 'a1b2c3', sessionId: s.id } });
  child.prompt(`Do it with ${at('first prompt of a sub-agent')}`);
  child.answer([{ type: 'text', text: `Used ${at('answer of a sub-agent')}` }]);
  files.set(claudePath(`${s.id}/subagents/agent-a1b2c3`), child.text());
  if (kind !== 'home') return;
  // Started in the home itself: its last segment is the person's name.
  const own = claudeSession('at home', { cwd: at('working directory that is the home').replace(/\/code.*/, '') });
  own.prompt('Tidy up here.');
  own.answer([{ type: 'text', text: 'It is tidy.' }]);
  files.set(claudePath(own.id, '-home-somebody'), own.text());
}

function codexFiles(kind: string, at: At, encoded: typeof encodings, files: Map<string, string>): void {
  const s = codexSession(kind, {
    cwd: `/srv/code/${at('working directory')}`,
    git: {
      branch: `fix/${at('git branch')}`,
      repository_url: `https://git.acme.dev/${at('remote')}/app.git`,
      commit_hash: at('commit'),
    },
    cli_version: at('version'),
    base_instructions: { text: at('base instructions (dropped)') },
  });
  s.record('turn_context', { turn_id: 't1', cwd: '/srv/code', model: at('model name') });
  s.record('response_item', {
    type: 'message',
    role: 'developer',
    content: [{ type: 'input_text', text: at('developer message') }],
  });
  s.prompt(`Look at the ${kind} thing: ${at('prompt')}`);
  s.record('response_item', {
    type: 'reasoning',
    summary: [{ type: 'summary_text', text: at('reasoning') }],
    encrypted_content: at('encrypted (dropped)'),
  });
  s.say(`Found ${at('answer')}`);
  s.call('c1', 'exec_command', { cmd: `curl -d '${at('command')}' host` });
  s.output('c1', `Exit code: 1\nWall time: 1.0 seconds\nOutput:\n${at('tool output')}\n`);
  s.call('c2', 'mcp__notes__put', { deep: { list: [at('nested argument')], [at('argument name')]: 1 } });
  s.output('c2', JSON.stringify({ output: at('JSON in a tool output'), metadata: { exit_code: 0 } }));
  s.record('response_item', {
    type: 'custom_tool_call',
    status: 'completed',
    call_id: 'c3',
    name: 'apply_patch',
    input: `*** Begin Patch\n*** Add File: a.ts\n+${at('patch')}\n*** End Patch`,
  });
  s.record('event_msg', {
    type: 'patch_apply_end',
    call_id: 'c3',
    success: true,
    changes: { [`/srv/code/${at('file name of a diff')}`]: { type: 'add', content: `${at('diff')}\n` } },
  });
  s.record('response_item', { type: 'custom_tool_call_output', call_id: 'c3', output: 'Success' });
  s.call('c4', at('tool name'), at('argument that is a text'));
  s.output('c4', [{ type: 'input_text', text: at('text block of an output') }]);
  s.record('response_item', {
    type: 'web_search_call',
    id: 'w1',
    status: 'completed',
    action: { type: 'search', query: at('web search') },
  });
  s.record('event_msg', { type: 'error', message: at('error') });
  s.record('response_item', {
    type: 'agent_message',
    content: [{ type: 'input_text', text: at('message of an agent') }],
  });
  for (const [name, encode] of Object.entries(encoded)) {
    s.call(`e-${name}`, 'shell', { command: ['bash', '-lc', encode(at(`command with ${name}`))] });
    s.output(`e-${name}`, encode(at(`tool output with ${name}`)));
  }
  s.record('response_item', { type: 'future_thing', text: at('record of the future') });
  s.record('compacted', { message: at('compaction'), replacement_history: [] });
  s.prompt('Thank you.');
  s.say('Done.');
  files.set(codexPath(s.id), s.text());
}
