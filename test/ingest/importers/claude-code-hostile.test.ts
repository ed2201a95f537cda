import { describe, expect, it } from 'vitest';
import { claudeCode } from '../../../src/ingest/importers/claude-code.ts';
import type { SourceOutput } from '../../../src/ingest/kit/importer.ts';
import { encodeItem } from '../../../src/model/item.ts';
import { Ledger, read } from './claude-code-reading.ts';

interface Line {
  readonly uuid: string;
  readonly parent?: string | null;
  readonly type?: string;
  readonly text?: unknown;
  readonly more?: object;
}

function lineOf({ uuid, parent = null, type = 'user', text = uuid, more = {} }: Line, n: number): string {
  const message =
    type === 'assistant'
      ? { id: `msg_${uuid}`, role: type, model: 'claude-example-1', content: text, stop_reason: 'end_turn' }
      : { role: type, content: text };
  return JSON.stringify({
    parentUuid: parent,
    isSidechain: false,
    sessionId: 's',
    type,
    uuid,
    timestamp: new Date(Date.UTC(2026, 0, 1, 0, 0, n)).toISOString(),
    message,
    ...more,
  });
}

function readLines(lines: readonly Line[]): SourceOutput {
  const bytes = Buffer.from(`${lines.map(lineOf).join('\n')}\n`);
  return read('s.jsonl', { bytes, alone: true, settle: true });
}

/** Every parent is null, stands earlier, or is not in the output: what a pipeline relies on. */
function expectTree(output: SourceOutput): void {
  const all = new Set(output.turns.flatMap((turn) => [turn.key, ...turn.aliases]));
  const seen = new Set<string>();
  for (const turn of output.turns) {
    if (turn.parent !== null && all.has(turn.parent)) expect(seen.has(turn.parent), turn.key).toBe(true);
    for (const id of [turn.key, ...turn.aliases]) seen.add(id);
    encodeItem(turn.item);
  }
  expect(new Set(output.turns.map(({ key }) => key)).size).toBe(output.turns.length);
}

describe('hostile Claude Code sessions', () => {
  it('breaks a cycle of parents', () => {
    const output = readLines([
      { uuid: 'a', parent: 'b' },
      { uuid: 'b', parent: 'a', type: 'assistant', text: 'x' },
      { uuid: 'c', parent: 'c' },
    ]);
    expectTree(output);
    expect(output.turns[0]?.parent).toBeNull();
    expect(output.problems.map(({ code }) => code)).toContain('PARENT_AFTER_CHILD');
    expect(output.turns).toHaveLength(3);
  });

  it('takes the first of two records with one uuid, and counts the other', () => {
    const output = readLines([
      { uuid: 'a', text: 'first' },
      { uuid: 'a', text: 'second' },
    ]);
    expect(new Ledger().add(output).outline()).toEqual(['a <- root user: first']);
    expect(output.records.repeated).toBe(1);
  });

  it('is a tree whatever the parents are', () => {
    let state = 5;
    const random = (n: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
      return state % n;
    };
    for (let round = 0; round < 200; round++) {
      const lines = Array.from({ length: 30 }, (_, n): Line => {
        const type = ['user', 'assistant', 'progress', 'system'][random(4)] ?? 'user';
        const text =
          type === 'user' && random(3) === 0
            ? [{ type: 'tool_result', tool_use_id: `t${random(9)}`, content: 'r' }]
            : type === 'assistant' && random(2) === 0
              ? [{ type: 'tool_use', id: `t${n}`, name: 'Bash', input: {} }]
              : `text ${n}`;
        const sidechain =
          random(5) === 0 ? { isSidechain: true, ...(random(2) === 0 ? { agentId: `g${random(2)}` } : {}) } : {};
        return { uuid: `u${n}`, parent: random(6) === 0 ? null : `u${random(32)}`, type, text, more: sidechain };
      });
      const output = readLines(lines);
      expectTree(output);
      const prompts = lines
        .filter(({ type, text }) => type === 'user' && typeof text === 'string')
        .map(({ text }) => text);
      const said = output.turns.flatMap(({ item }) => (item.role === 'user' ? item.parts : []));
      for (const text of prompts) expect(said).toContainEqual({ type: 'text', content: text });
    }
  });

  it('survives fields of the wrong kind in every place', () => {
    const wrong: readonly unknown[] = [null, 0, -1, '', 'x', true, [], [null, 1, 'x', {}, [[]]], {}, { type: 5 }];
    const names = [
      'type',
      'subtype',
      'uuid',
      'parentUuid',
      'logicalParentUuid',
      'timestamp',
      'sessionId',
      'agentId',
      'cwd',
      'version',
    ];
    const more = [
      'gitBranch',
      'message',
      'toolUseResult',
      'attachment',
      'data',
      'content',
      'operation',
      'isMeta',
      'isSidechain',
      'summary',
    ];
    const base = {
      type: 'user',
      uuid: 'u',
      parentUuid: null,
      sessionId: 's',
      isSidechain: false,
      timestamp: '2026-01-01T00:00:00Z',
    };
    for (const type of [
      'user',
      'assistant',
      'system',
      'progress',
      'attachment',
      'queue-operation',
      'summary',
      'pr-link',
    ]) {
      for (const name of [...names, ...more]) {
        for (const value of wrong) {
          const record = { ...base, type, message: { role: 'user', content: 'hello' }, [name]: value };
          const bytes = Buffer.from(`${JSON.stringify(record)}\n`);
          expectTree(read('s.jsonl', { bytes, alone: true, settle: true }));
        }
      }
    }
    for (const value of wrong) {
      for (const block of ['text', 'thinking', 'tool_use', 'tool_result', 'image', 'new_kind']) {
        for (const name of [
          'text',
          'thinking',
          'id',
          'name',
          'input',
          'content',
          'tool_use_id',
          'source',
          'is_error',
        ]) {
          for (const type of ['user', 'assistant']) {
            expectTree(readLines([{ uuid: 'u', type, text: [{ type: block, [name]: value }] }]));
          }
        }
      }
    }
  });

  it('replaces arguments that are nested too deep, and keeps the message', () => {
    const deep = `${'['.repeat(5000)}${']'.repeat(5000)}`;
    const line = lineOf(
      { uuid: 'a', type: 'assistant', text: [{ type: 'tool_use', id: 't', name: 'X', input: 'DEEP' }] },
      1,
    );
    const bytes = Buffer.from(`${line.replace('"DEEP"', deep)}\n`);
    const output = read('s.jsonl', { bytes, alone: true, settle: true });
    expectTree(output);
    expect(output.turns[0]?.item.parts[0]).toMatchObject({
      type: 'tool_call',
      arguments: expect.stringContaining('nested'),
    });
  });

  it('keeps a block and a tool of an unknown kind readable', () => {
    const output = readLines([
      {
        uuid: 'a',
        type: 'assistant',
        text: [
          { type: 'hologram', depth: 3 },
          { type: 'tool_use', id: 't', name: 'Weave', input: {} },
        ],
      },
    ]);
    expect(output.turns[0]?.item.parts).toEqual([
      { type: 'text', content: '{"depth":3,"type":"hologram"}' },
      { type: 'tool_call', id: 't', name: 'Weave', arguments: {}, tool: 'other' },
    ]);
    expect(output.records['block:hologram kept as text']).toBe(1);
  });

  it('reads no file outside the folder, whatever a result names', () => {
    const asked: string[] = [];
    for (const name of ['../../etc/passwd', '/etc/passwd', '..\\..\\x', '.ssh', 'a/../../b.txt', 'ok.txt']) {
      const text = [
        {
          type: 'tool_result',
          tool_use_id: 't',
          content: `<persisted-output>\nFull output saved to: ${name}\n</persisted-output>`,
        },
      ];
      const bytes = Buffer.from(`${lineOf({ uuid: name, text }, 1)}\n`);
      claudeCode.read({
        path: '/home/dev/s.jsonl',
        bytes,
        from: 0,
        firstLine: 1,
        settle: false,
        readBeside: (relative) => {
          asked.push(relative);
          return undefined;
        },
      });
    }
    expect(asked.length).toBeGreaterThan(0);
    for (const path of asked) expect(path).toMatch(/^s\/tool-results\/[\w-][\w.-]*$/);
  });

  it('reads thousands of rewinds to one place', () => {
    const lines: Line[] = [{ uuid: 'a' }, { uuid: 'b', parent: 'a', type: 'assistant', text: 'x' }];
    for (let n = 0; n < 3000; n++) lines.push({ uuid: `p${n}`, parent: 'b' });
    const output = readLines(lines);
    expect(output.turns).toHaveLength(3002);
    expectTree(output);
  });
});
