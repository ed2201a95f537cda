/** Items that somebody made to cost much: one for every way in which a turn can be long. */
/** Each takes about how many characters it shall have, so that a test can double it. */

import type { JsonValue } from '../../../src/base/json.ts';
import type { Item, Part, ToolKind } from '../../../src/model/item.ts';
import { callPart, item, responsePart, textPart } from './samples.ts';

export const TOOL_KINDS: readonly ToolKind[] = [
  ...(['shell', 'read', 'write', 'edit', 'search', 'fetch', 'task', 'todo', 'mcp', 'other'] as const),
];

/** Members that some kind of tool looks at. */
const NAMES =
  'command cmd description path file_path content prompt url query pattern glob subagent_type todos plan edits old_string new_string patch input subject status message title name items list agent'.split(
    ' ',
  );

function times(n: number, part: (i: number) => Part): readonly Part[] {
  return Array.from({ length: Math.ceil(n) }, (_, i) => part(i));
}

function fill(text: string, n: number): string {
  return text.repeat(Math.ceil(n / text.length));
}

/** A list of `n` numbers, `levels` lists deep. */
function deepList(n: number, levels: number): JsonValue {
  let value: JsonValue = Array.from({ length: n }, () => 1);
  for (let i = 0; i < levels; i++) value = [value];
  return value;
}

function digits(n: number, salt: number): string {
  return Array.from({ length: n }, (_, i) => (i * salt) % 10).join('\n');
}

function members(n: number, value: (i: number) => JsonValue): JsonValue {
  return Object.fromEntries(Array.from({ length: Math.ceil(n) }, (_, i) => [`k${i}`, value(i)]));
}

const answer = (...parts: readonly Part[]): Item => item('assistant', ...parts);
const system = (content: string): Item => ({ ...item('system', textPart(content)), note: 'compaction' });

const TEXTS: Readonly<Record<string, string>> = {
  letters: 'a',
  words: 'word ',
  lines: 'a line\n',
  quotes: "'",
  'hidden characters': '\u200b',
  'a list': '* **a** `b`\n',
  'to-dos': '- [ ] a\n',
  brackets: '[',
  addresses: '<http://a',
  'code of many tokens': `\`\`\`json\n${fill('1,', 120)}\n\`\`\`\n`,
  'terminal codes': '\u001b[1;2;3;4;31;41ma',
  'carriage returns': 'a\r',
  backspaces: 'a\b',
  joiners: 'a\u200d',
  backticks: '`',
};

export const HOSTILE: Readonly<Record<string, (n: number) => Item>> = {
  ...Object.fromEntries(
    Object.entries(TEXTS).flatMap(([name, text]): [string, (n: number) => Item][] => [
      [`a prompt of ${name}`, (n) => item('user', textPart(fill(text, n)))],
      [`output of ${name}`, (n) => item('tool', responsePart(fill(text, n)))],
      [`a summary of ${name}`, (n) => system(fill(text, n))],
    ]),
  ),
  'a wide table': (n) =>
    answer(textPart(`|${fill('a|', n / 100)}\n|${fill('-|', n / 100)}\n${fill('|a\n', Math.min(n / 10, 60_000))}`)),
  reasoning: (n) => answer({ type: 'reasoning', content: fill('a b ', n) }),
  'many texts': (n) => answer(...times(n / 40, () => textPart('a'))),
  'many codes': (n) =>
    answer(...times(n / 3_000, () => textPart(`\`\`\`ts\n${fill(`${fill('a.', 238)}\n`, 3_000)}\`\`\``))),
  'many calls': (n) => answer(...times(n / 80, () => callPart('shell', { command: 'ls' }))),
  'many edits': (n) =>
    answer(...times(n / 200, (i) => callPart('edit', { old_string: `${i}\na`, new_string: 'b\na' }))),
  'many answers': (n) => item('tool', ...times(n / 80, () => responsePart('x'))),
  'a long list as output': (n) => item('tool', responsePart(Array.from({ length: n / 2 }, () => 1))),
  'many text blocks': (n) =>
    item('tool', responsePart(Array.from({ length: n / 30 }, () => ({ type: 'text', text: 'a' })))),
  'deep output': (n) => item('tool', responsePart(deepList(n / 2, 400))),
  'a diff of many lines': (n) => item('tool', responsePart('', { diff: fill('+a\n-b\n', n) })),
  'a diff of one line': (n) => item('tool', responsePart('', { diff: `+${fill('a', n)}` })),
  'a patch': (n) => answer(callPart('edit', `*** Begin Patch\n${fill('*** Update File: a\n+b\n', n)}`)),
  'edits that share little': (n) =>
    answer(
      callPart('edit', {
        edits: Array.from({ length: Math.ceil(n / 3_000) }, (_, i) => ({
          old_string: digits(700, i + 3),
          new_string: digits(700, i + 7),
        })),
      }),
    ),
  'edits of nothing': (n) =>
    answer(callPart('edit', { edits: Array.from({ length: n / 40 }, () => ({ old_string: 'a', new_string: 'b' })) })),
  'one long edit': (n) =>
    answer(callPart('edit', { old_string: fill('a\nb\n', n / 2), new_string: fill('a\nc\n', n / 2) })),
  'a long to-do list': (n) =>
    answer(callPart('todo', { todos: Array.from({ length: n / 40 }, () => ({ content: 'a', status: 'pending' })) })),
  'a command of many words': (n) => answer(callPart('shell', { command: Array.from({ length: n / 4 }, () => "a'") })),
  'deep arguments': (n) => answer(callPart('mcp', { deep: deepList(n / 2, 400) })),
  'many members': (n) =>
    answer(
      callPart(
        'mcp',
        members(n / 12, (i) => i),
      ),
    ),
  'many members of several lines': (n) =>
    answer(
      callPart(
        'mcp',
        members(n / 14, () => 'a\n'),
      ),
    ),
  'a written file': (n) => answer(callPart('write', { file_path: 'a.cpp', content: fill(`${fill('a_', 238)}\n`, n) })),
  'long names': (n) =>
    ({
      role: 'assistant',
      model: fill('m', n),
      finish_reason: fill('length', n),
      parts: [
        { type: 'tool_call', id: '1', name: fill('N', n), tool: fill('x', n), arguments: {} },
        { type: fill('u', n) },
        { type: 'blob', mime_type: fill('b', n), name: fill('c', n), hash: '0', size: 1, modality: 'image' },
        { type: 'uri', uri: `https://${fill('a', n)}`, modality: fill('m', n) },
      ],
    }) as unknown as Item,
  ...Object.fromEntries(
    TOOL_KINDS.flatMap((kind): [string, (n: number) => Item][] => [
      [`${kind} with a long text`, (n) => answer(callPart(kind, fill('a ', n)))],
      [`${kind} with a long list`, (n) => answer(callPart(kind, { list: Array.from({ length: n / 2 }, () => 1) }))],
      [
        `${kind} with every member long`,
        (n) => answer(callPart(kind, Object.fromEntries(NAMES.map((name) => [name, fill('ab\n', n / NAMES.length)])))),
      ],
    ]),
  ),
};
