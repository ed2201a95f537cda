import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import { messageLine } from '../../../src/ingest/importers/claude-code/messages.ts';
import { findDiff, toolKind } from '../../../src/ingest/importers/claude-code/tools.ts';
import { joinParts } from '../../../src/ingest/kit/items/parts.ts';
import { Ledger, read } from './claude-code-reading.ts';

const text = (content: string): JsonObject => ({ type: 'text', text: content });
const call = (id: string, input: JsonObject = {}): JsonObject => ({ type: 'tool_use', id, name: 'Bash', input });

function join(...lines: readonly (readonly JsonObject[])[]) {
  return joinParts(lines.map((content) => messageLine({ content }, 'm', () => undefined).parts));
}

describe('joining the lines of a message', () => {
  const whole = [
    { type: 'text', content: 'One, two' },
    { type: 'tool_call', id: 'a', name: 'Bash', arguments: { command: 'ls' }, tool: 'shell' },
  ];

  it('ends in the same parts when lines add, repeat and grow', () => {
    const done = call('a', { command: 'ls' });
    expect(join([text('One, two')], [done])).toEqual(whole);
    expect(join([text('One')], [text('One, two')], [text('One, two'), call('a')], [text('One, two'), done])).toEqual(
      whole,
    );
    expect(join([text('One, two')], [text('One, two')], [done], [done])).toEqual(whole);
    expect(join([text('One, two'), done], [text('One, two')])).toEqual(whole);
  });

  it('keeps blocks of one kind that differ', () => {
    expect(join([text('One')], [text('Two')], [call('a')], [call('b')])).toHaveLength(4);
  });
});

describe('tools', () => {
  it('have kinds by what they do', () => {
    const kinds = Object.entries({
      Bash: 'shell',
      Read: 'read',
      Write: 'write',
      MultiEdit: 'edit',
      NotebookEdit: 'edit',
      LS: 'search',
      WebFetch: 'fetch',
      Agent: 'task',
      TodoWrite: 'todo',
      TaskUpdate: 'todo',
      mcp__garden__water: 'mcp',
      Weave: 'other',
      constructor: 'other',
    });
    for (const [name, kind] of kinds) expect(toolKind(name), name).toBe(kind);
  });

  it('make a diff from /dev/null for a new file, and none without hunks', () => {
    const hunk = { oldStart: 0, oldLines: 0, newStart: 1, newLines: 1, lines: ['+seed'] };
    expect(findDiff({ type: 'create', filePath: 'a\nb.md', structuredPatch: [hunk] })).toBe(
      '--- /dev/null\n+++ a b.md\n@@ -0,0 +1,1 @@\n+seed\n',
    );
    expect(findDiff({ filePath: 'a.md', structuredPatch: [] })).toBeUndefined();
    expect(findDiff({ filePath: 'a.md', structuredPatch: [{ lines: 'x' }] })).toBeUndefined();
  });
});

describe('what the agent was shown of files', () => {
  it('is kept: attached files, and files that changed under its hands', () => {
    const attach = (uuid: string, parentUuid: string, attachment: JsonObject) =>
      JSON.stringify({
        parentUuid,
        isSidechain: false,
        sessionId: 's',
        type: 'attachment',
        uuid,
        timestamp: '2026-01-01T00:00:01Z',
        attachment,
      });
    const prompt = {
      parentUuid: null,
      isSidechain: false,
      sessionId: 's',
      type: 'user',
      uuid: 'a',
      timestamp: '2026-01-01T00:00:00Z',
      message: { role: 'user', content: 'look' },
    };
    const file = {
      type: 'file',
      filename: '/x/notes.md',
      content: { type: 'text', file: { filePath: '/x/notes.md', content: 'seeds' } },
    };
    const lines = [
      JSON.stringify(prompt),
      attach('b', 'a', file),
      attach('c', 'b', { type: 'edited_text_file', filename: 'beds.md', snippet: '1 rows' }),
      attach('d', 'c', { type: 'task_reminder', content: 'x' }),
    ];
    const output = read('s.jsonl', { bytes: Buffer.from(`${lines.join('\n')}\n`), alone: true });
    expect(new Ledger().add(output).outline()).toEqual([
      'a <- root user: look',
      'b <- a system/context: Attached: /x/notes.md\n\nseeds',
      'c <- b system/context: Changed since it was read: beds.md\n\n1 rows',
    ]);
    expect(output.records).toMatchObject({ 'attachment:file': 1, 'attachment:task_reminder': 1 });
  });
});

describe('rungs of the fork ladder that no fixture shows', () => {
  type Row = readonly [uuid: string, parent: string | null, type: string, content: unknown, more?: object];

  function forksOf(...rows: readonly Row[]): readonly string[] {
    const lines = rows.map(([uuid, parentUuid, type, content, more], n) =>
      JSON.stringify({
        parentUuid,
        isSidechain: false,
        sessionId: 's',
        type,
        uuid,
        timestamp: new Date(Date.UTC(2026, 0, 1, 0, 0, n)).toISOString(),
        message: { id: `m${uuid}`, role: type, content },
        ...more,
      }),
    );
    return new Ledger().add(read('s.jsonl', { bytes: Buffer.from(`${lines.join('\n')}\n`), alone: true })).forks();
  }

  it('a prompt beside a finished answer goes another way', () => {
    const start: readonly Row[] = [
      ['a', null, 'user', 'one'],
      ['b', 'a', 'assistant', [call('t')]],
      ['c', 'b', 'user', [{ type: 'tool_result', tool_use_id: 't', content: 'x' }]],
      ['d', 'c', 'assistant', [text('done')]],
    ];
    expect(forksOf(...start, ['e', 'c', 'user', 'two'])).toEqual(['c']);
  });

  it('a prompt beside unfinished work, a second answer, and a queued prompt do not', () => {
    const start: readonly Row[] = [
      ['a', null, 'user', 'one'],
      ['b', 'a', 'assistant', [call('t')]],
    ];
    expect(forksOf(...start, ['p', 'a', 'user', 'two'], ['q', 'p', 'assistant', [text('ok')]])).toEqual([]);
    expect(forksOf(...start, ['r', 'a', 'assistant', [text('again')]])).toEqual([]);
    const queued = { attachment: { type: 'queued_command', prompt: 'and two' } };
    expect(forksOf(...start, ['d', 'b', 'assistant', [text('done')]], ['e', 'b', 'attachment', null, queued])).toEqual(
      [],
    );
  });

  it('an unanswered prompt that was typed anew keeps its own branch', () => {
    expect(
      forksOf(
        ['a', null, 'user', 'one'],
        ['b', 'a', 'assistant', [text('done')]],
        ['c', 'b', 'user', 'two, misspelt'],
        ['d', 'b', 'user', 'two'],
      ),
    ).toEqual(['b']);
  });

  it('a prompt behind a hook record that hangs beside the next record does not', () => {
    expect(
      forksOf(
        ['a', null, 'user', 'one'],
        ['b', 'a', 'assistant', [text('done')]],
        ['h', 'b', 'progress', null],
        ['s', 'b', 'system', null, { subtype: 'turn_duration' }],
        ['c', 'h', 'user', 'two'],
        ['d', 'c', 'assistant', [text('done too')]],
      ),
    ).toEqual([]);
  });
});
