import { existsSync, globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { claudeCode } from '../../../src/ingest/importers/claude-code.ts';
import type { Item, ToolCallResponsePart } from '../../../src/model/item.ts';
import { encodeItem } from '../../../src/model/item.ts';
import {
  fixture,
  key,
  Ledger,
  listFixtures,
  OTHER_SESSION,
  outlineOf,
  plainIds,
  read,
  SESSION,
} from './claude-code-reading.ts';

function itemOf(name: string, id: string): Item {
  const item = new Ledger().add(read(fixture(name))).turns.get(id)?.item;
  if (item === undefined) throw new Error(`${name} has no turn ${id}`);
  return item;
}

function responseOf(name: string, id: string): ToolCallResponsePart {
  const part = itemOf(name, id).parts[0];
  if (part?.type !== 'tool_call_response') throw new Error(`${id} is no tool response`);
  return part;
}

describe('messages and tools', () => {
  it('joins the lines of a message, with results in call order behind it and no branch', () => {
    const ledger = new Ledger().add(read(fixture('parallel-tools.jsonl')));
    expect(ledger.outline()).toEqual([
      '1 <- root user: Count the trees and the rows',
      '2 <- 1 assistant: (Two counts.) | I will count both. | Bash[shell toolu_1] | Bash[shell toolu_2]',
      '5 <- 2 tool: toolu_1 ok: 12 trees.txt',
      '7 <- 5 tool: toolu_2 error: Exit code 2\nwc: rows.txt: missing',
      '8 <- 7 assistant: Read[read toolu_3] | Grep[search toolu_4]',
      '10 <- 8 tool: toolu_4 ok: Found 1 file',
      '11 <- 10 assistant: Twelve trees, four rows.',
      '12 <- 11 tool: toolu_3 ok: row 1',
      '14 <- 12 user: Thank you',
      '15 <- 14 assistant: You are welcome.',
    ]);
    expect(ledger.forks()).toEqual([]);
  });

  it('takes model, stop reason and the usage of the line with most output tokens, and drops signatures', () => {
    const item = itemOf('parallel-tools.jsonl', key(2));
    expect(item.usage).toEqual({ input_tokens: 10, output_tokens: 20, cache_read_input_tokens: 7 });
    expect(item.model).toBe('claude-example-1');
    expect(item.parts[0]).toEqual({ type: 'reasoning', content: 'Two counts.' });
    expect(itemOf('parallel-tools.jsonl', key(11)).finish_reason).toBe('end_turn');
  });

  it('records exit code and duration where the session has them', () => {
    expect(responseOf('parallel-tools.jsonl', key(7))).toMatchObject({ status: 'error', exit_code: 2 });
    expect(responseOf('parallel-tools.jsonl', key(10)).duration_ms).toBe(12);
    expect(responseOf('commands.jsonl', key(11)).status).toBe('cancelled');
  });

  it('keeps an edit as a unified diff and never the file it was made in', () => {
    expect(responseOf('queued.jsonl', key(5)).diff).toBe(
      '--- /home/dev/orchard/lawn.md\n+++ /home/dev/orchard/lawn.md\n@@ -1,1 +1,2 @@\n grass\n+edge\n',
    );
    expect(JSON.stringify(read(fixture('queued.jsonl')))).not.toContain('SECRET WHOLE FILE');
  });

  it('makes every id of a message mean its turn, collapsed records included', () => {
    const ledger = new Ledger().add(read(fixture('parallel-tools.jsonl')));
    for (const line of [3, 4, 6]) expect(ledger.resolve(key(line))).toBe(key(2));
    expect(ledger.resolve(key(13))).toBe(key(11));
  });

  it('puts the text of a picture into bytes and leaves what is no picture out', () => {
    const output = read(fixture('image.jsonl'));
    expect(output.blobs).toHaveLength(1);
    expect(new Ledger().add(output).outline()).toContain('1 <- root user: <image/png 67> | What is this?');
    expect(new Ledger().add(output).outline()).toContain('3 <- 2 tool: toolu_1 ok: a picture | <image/png 67>');
    expect(outlineOf('image.jsonl')).toContain('5 <- 4 user: [image that could not be read] | And this?');
  });

  it('reads a large output from the file beside the session', () => {
    expect(responseOf(`slice/${SESSION}.jsonl`, key(3)).response).toBe('line 1\nline 2\nline 3\n');
    const alone = read(fixture(`slice/${SESSION}.jsonl`), { alone: true });
    expect(JSON.stringify(alone.turns)).toContain('Preview:');
  });
});

describe('branches', () => {
  it('makes a branch of each prompt at an old place, a command before it left at the old tip', () => {
    const ledger = new Ledger().add(read(fixture('rewind.jsonl')));
    expect(ledger.outline()).toEqual([
      '1 <- root user: Plan the pruning',
      '2 <- 1 assistant: Which tree?',
      '4 <- 2 user: The apple tree',
      '5 <- 4 assistant: Read[read toolu_1]',
      '6 <- 5 tool: toolu_1 ok: tall',
      '7 <- 6 assistant: Cut the top.',
      '8 <- 2 user: The pear tree',
      '9 <- 8 assistant: Leave it.',
      '11 <- 9 system/command: /model small | Set model to small',
      '13 <- 2 user: The plum tree',
      '14 <- 13 assistant: Next year.',
    ]);
    expect(ledger.forks()).toEqual(['2']);
  });

  it('names the turn where the agent went on as the current one', () => {
    expect(plainIds(read(fixture('rewind.jsonl')).conversations[0]?.current ?? '')).toBe(key(14));
  });

  it('makes a rewind to the first prompt a conversation of its own that says where it comes from', () => {
    const output = read(fixture('rewind-first.jsonl'));
    expect(new Ledger().add(output).outline()).toEqual([
      '1 <- root user: Name the farm',
      '2 <- 1 assistant: Green Hill.',
      '3 <- root user: Name the river',
      '4 <- 3 assistant: Long Water.',
      '5 <- 4 user: And the bridge?',
      '6 <- 5 assistant: Stone Bridge.',
      '7 <- root user: Name the hill',
      '8 <- 7 assistant: Far Hill.',
    ]);
    expect(output.conversations.map(({ meta }) => meta.fork_of)).toEqual([undefined, SESSION, SESSION]);
  });

  it('hangs a rewind where it belongs, however long ago that was read', () => {
    const line = (i: number, parent: number | null) =>
      `${JSON.stringify({
        type: i % 2 === 0 ? 'user' : 'assistant',
        uuid: `u${i}`,
        parentUuid: parent === null ? null : `u${parent}`,
        isSidechain: false,
        sessionId: SESSION,
        timestamp: new Date(1_790_000_000_000 + i).toISOString(),
        message: {
          id: `m${i}`,
          role: i % 2 === 0 ? 'user' : 'assistant',
          stop_reason: 'end_turn',
          content: `said ${i}`,
        },
      })}\n`;
    const old = Array.from({ length: 200 }, (_, i) => line(i, i === 0 ? null : i - 1)).join('');
    const bytes = Buffer.from(old + line(200, 5));
    const first = read('/x/s.jsonl', { end: old.length, bytes });
    const last = read('/x/s.jsonl', { before: first, bytes });
    expect(last.turns.map(({ key, parent }) => [key, parent])).toContainEqual(['claude-code:u200', 'claude-code:u5']);
  });

  it('joins a compaction to its past, or to the tip when its past is not there, and knows what was written again', () => {
    const output = read(fixture('compaction.jsonl'));
    const ledger = new Ledger().add(output);
    expect(ledger.outline()).toEqual([
      '1 <- root user: Draw the map',
      '2 <- 1 assistant: Bash[shell toolu_1]',
      '3 <- 2 tool: toolu_1 ok: drawn',
      '4 <- 3 assistant: The map is drawn.',
      '5 <- 4 system/compaction: This session is being continued. Summary: a map was drawn.',
      '9 <- 5 user: Colour it',
      '10 <- 9 assistant: Coloured.',
      '11 <- 10 system/compaction: This session is being continued. Summary: a map was coloured.',
      '14 <- 11 user: Frame it',
      '15 <- 14 assistant: Framed.',
    ]);
    expect(ledger.resolve(key(7))).toBe(key(3));
    expect(ledger.resolve(key(8))).toBe(key(4));
    expect(output.records.replayed).toBe(2);
  });

  it('gives a resumed copy the same keys, items, times and parents as far as it is a copy', () => {
    const [original, copy] = [SESSION, OTHER_SESSION].map((id) => read(fixture(`resume/${id}.jsonl`)).turns);
    const plain = (turns: typeof original) =>
      turns?.map(({ key, parent, timeMs, item }) => ({ key, parent, timeMs, item }));
    expect(plain(copy)?.slice(0, 4)).toEqual(plain(original)?.slice(0, 4));
    const both = new Ledger()
      .add(read(fixture(`resume/${SESSION}.jsonl`)))
      .add(read(fixture(`resume/${OTHER_SESSION}.jsonl`)));
    expect(both.forks()).toEqual(['4']);
    expect(both.turns.size).toBe(8);
  });
});

describe('prompts and what is none', () => {
  it('tells commands, output, context, hooks, errors and interruptions from typed words', () => {
    expect(outlineOf('commands.jsonl')).toEqual([
      '2 <- root system/command: /clear',
      '4 <- 2 user: Sort the seeds',
      '4#1 <- 4 system/context: <ide_opened_file>The user opened seeds.txt</ide_opened_file> | <system-reminder>Be brief.</system-reminder>',
      '5 <- 4#1 assistant: Sorted.',
      '6 <- 5 system/hook: hook failed: no shovel',
      '8 <- 6 user/command: /water beds',
      '9 <- 8 system/context: Base directory for this skill: /home/dev/.claude/skills/water',
      '10 <- 9 assistant: Bash[shell toolu_1]',
      "11 <- 10 tool: toolu_1 cancelled: The user doesn't want to proceed with this tool use.",
      '12 <- 11 system/interrupt: [Request interrupted by user for tool use]',
      '13 <- 12 system/command: ! ls | seeds.txt',
      '15 <- 13 system/command: /mcp | Dialog dismissed',
      '17 <- 15 system/error: API error 529: Overloaded',
      '18 <- 17 system/notice: While you were away: nothing grew.',
      '20 <- 18 system/command: /exit | See you',
      '22 <- 20 system/notice: No response requested.',
      '23 <- 22 user: Plant them',
      '25 <- 23 system/hook: The ground is wet.',
      '26 <- 25 assistant: Planted.',
    ]);
  });

  it('loses no prompt that was typed while the agent worked, and tells none twice', () => {
    const ledger = new Ledger().add(read(fixture('queued.jsonl')));
    const prompts = ledger.outline().filter((line) => line.includes(' user: '));
    expect(prompts.map((line) => line.replace(/^.* user: /, ''))).toEqual([
      'Mow the lawn',
      'before the rain',
      'mind the hedgehog',
      'and the edges',
      'what about the gate?',
      'rake too',
    ]);
    expect(ledger.forks()).toEqual([]);
  });

  it('counts what it leaves out and names each unknown kind once', () => {
    const output = read(fixture('commands.jsonl'));
    expect(output.records).toMatchObject({ 'user:local-command-caveat': 2, 'attachment:skill_listing': 1, turns: 19 });
    expect(output.problems.map(({ code, line, count }) => [code, line, count])).toEqual([
      ['UNKNOWN_RECORD', 28, 1],
      ['UNKNOWN_RECORD', 29, 1],
    ]);
  });
});

describe('sub-agents', () => {
  const agentTurns = [
    '200 <- root user: Look for snails in the beds',
    '201 <- 200 assistant: Bash[shell toolu_s1]',
    '202 <- 201 tool: toolu_s1 ok: bed1 bed2',
    '203 <- 202 assistant: Two beds, no snails.',
  ];

  it('reads the same turns from own files, sidechain records and inline progress', () => {
    const own = new Ledger().add(read(fixture(`nested/${SESSION}/subagents/agent-a1b2c3.jsonl`)));
    expect(own.outline()).toEqual(agentTurns);
    expect(outlineOf('sibling/agent-a1b2c3.jsonl')).toEqual(agentTurns);
    for (const name of ['sidechain/session.jsonl', 'progress/session.jsonl']) {
      const inline = outlineOf(name);
      for (const line of agentTurns) expect(inline, name).toContain(line);
      expect(inline).toContain('4 <- 3 assistant: No snails.');
    }
    const progress = new Ledger().add(read(fixture('progress/session.jsonl')));
    for (const [id, turn] of own.turns) expect(progress.turns.get(id)).toEqual(turn);
  });

  it('links each form to the call that started it', () => {
    const started = (name: string) => read(fixture(name)).conversations.find(({ meta }) => meta.parent !== undefined);
    for (const name of [
      `nested/${SESSION}/subagents/agent-a1b2c3.jsonl`,
      'sidechain/session.jsonl',
      'progress/session.jsonl',
    ]) {
      expect(started(name)?.meta.parent, name).toEqual({ session: SESSION, tool_call: 'toolu_t1' });
      expect(started(name)?.meta.title, name).toBe('Find snails');
    }
    for (const folder of ['nested', 'sibling']) {
      const path =
        folder === 'nested' ? `nested/${SESSION}/subagents/agent-a1b2c3.jsonl` : 'sibling/agent-a1b2c3.jsonl';
      const both = new Ledger().add(read(fixture(`${folder}/${SESSION}.jsonl`))).add(read(fixture(path)));
      expect(both.resolve(started(path)?.startedBy ?? ''), folder).toBe(key(2));
    }
  });

  it('keeps what only the progress holds of a sub-agent that has a file of its own', () => {
    const whole = readFileSync(fixture(`nested/${SESSION}/subagents/agent-a1b2c3.jsonl`), 'utf8');
    const shorter = Buffer.from(`${whole.trimEnd().split('\n').slice(0, -1).join('\n')}\n`);
    const bytes = readFileSync(fixture('progress/session.jsonl'));
    const output = claudeCode.read({
      ...{ path: `/x/${SESSION}.jsonl`, bytes, from: 0, firstLine: 1, settle: true },
      readBeside: (name) => (name.endsWith('agent-a1b2c3.jsonl') ? shorter : undefined),
    });
    const own = new Ledger().add(read(fixture(`nested/${SESSION}/subagents/agent-a1b2c3.jsonl`), { bytes: shorter }));
    const both = own.add(output).outline();
    expect(both).toContain('203 <- 202 assistant: Two beds, no snails.');
    expect(both.filter((line) => line.startsWith('20'))).toHaveLength(4);
  });

  it('leaves inline records aside when the sub-agent has its own file', () => {
    const bytes = readFileSync(fixture('progress/session.jsonl'));
    const path = fixture(`nested/${SESSION}.jsonl`);
    const output = read(path, { bytes });
    expect(output.conversations).toHaveLength(1);
    expect(output.turns).toHaveLength(4);
    expect(read(path, { bytes, alone: true }).conversations).toHaveLength(2);
  });
});

describe('bad input', () => {
  it('goes on after broken lines, names each with its line, and loses no other record', () => {
    const output = read(fixture('broken-line.jsonl'));
    expect(new Ledger().add(output).outline()).toEqual([
      '1 <- root user: Count the hens',
      '2 <- 1 assistant: Five \uFFFD hens',
      '3 <- 2 user: And the geese?',
      '5 <- 3 user: Never mind',
      '6 <- 5 assistant: Two.',
      '7 <- 6 user: A parent of itself',
      '8 <- 7 assistant: Odd.',
    ]);
    expect(output.problems.map(({ code, line, count }) => [code, line, count])).toEqual([
      ['BROKEN_LINE', 3, undefined],
      ['MISSING_PARENT', 4, 2],
      ['BROKEN_LINE', 9, undefined],
    ]);
  });

  it('keeps the parent of a slice that it cannot know, and the second session of a file', () => {
    const output = read(fixture(`slice/${SESSION}.jsonl`));
    expect(plainIds(output.turns[0]?.parent ?? '')).toBe(key(500));
    expect(output.conversations[0]?.meta).toMatchObject({ sessions: [SESSION, OTHER_SESSION], project: 'orchard' });
    expect(output.records['block:redacted_thinking']).toBe(1);
  });

  it('reads a web session and a pretty-printed document like the lines they hold', () => {
    const expected = outlineOf(`resume/${SESSION}.jsonl`).slice(0, 4);
    for (const name of ['web-session.json', 'pretty.jsonl']) {
      expect(outlineOf(name)).toEqual(expected);
      expect(read(fixture(name)).consumed).toBe(0);
    }
  });

  it('reads a document that is cut off as nothing, with one problem', () => {
    const output = read(fixture('pretty.jsonl'), { end: 900 });
    expect(output.turns).toEqual([]);
    expect(output.problems.map(({ code }) => code)).toEqual(['BROKEN_DOCUMENT']);
    expect(output.consumed).toBe(0);
  });

  it('reads an empty file and one with summaries only as no conversation', () => {
    for (const name of ['empty.jsonl', 'summary-only.jsonl']) {
      const output = read(fixture(name));
      expect(output.turns).toEqual([]);
      expect(output.conversations).toEqual([]);
      expect(output.problems).toEqual([]);
    }
  });
});

describe('the row', () => {
  it('detects each fixture by its content, and nothing of another agent', () => {
    for (const path of listFixtures()) {
      const head = readFileSync(path, 'utf8').slice(0, 65_536);
      if (head !== '') expect(claudeCode.detect(head), path).toBe(true);
    }
    for (const head of [
      '',
      '{"timestamp":"2026-01-01T00:00:00Z","type":"session_meta","payload":{"id":"x"}}\n',
      '{"type":"session","id":"x","version":3}\n',
      '{"role":"user","content":"hello"}\n',
      '{"name":"orchard","version":"1.0.0","type":"module"}\n',
    ]) {
      expect(claudeCode.detect(head), head).toBe(false);
    }
  });

  it('looks below the folder that the environment names, else below the home folder', () => {
    expect(claudeCode.roots('/home/dev', {})).toEqual(['/home/dev/.claude/projects']);
    expect(claudeCode.roots('/home/dev', { CLAUDE_CONFIG_DIR: '/opt/claude' })).toEqual(['/opt/claude/projects']);
  });

  it('orders a sub-agent behind its session', () => {
    const head = readFileSync(fixture('sibling/agent-a1b2c3.jsonl'), 'utf8');
    expect(claudeCode.peek?.(head)).toEqual({ session: `${SESSION}/agent-a1b2c3`, after: SESSION });
    expect(claudeCode.peek?.(readFileSync(fixture('rewind.jsonl'), 'utf8'))).toEqual({ session: SESSION });
  });

  it('takes the title of a person before others, and a summary only when its leaf is here', () => {
    expect(read(fixture('commands.jsonl')).conversations[0]?.meta).toMatchObject({
      title: 'Seeds and beds',
      links: ['https://example.org/orchard/pull/7'],
      agent: 'claude-code',
      agent_version: '2.1.33',
      models: ['claude-example-1'],
      git: { branch: 'main' },
      started: '2026-01-02T03:00:03.000Z',
      updated: '2026-01-02T03:00:27.000Z',
    });
    expect(read(fixture('rewind.jsonl')).conversations[0]?.meta.title).toBe('Pruning the pear tree');
  });

  const samples = process.env.TURNPRESS_SAMPLES;
  it.skipIf(samples === undefined)(
    'reads every sample of TURNPRESS_SAMPLES without a crash (skipped when it is unset)',
    () => {
      const files = globSync(`${samples}/claude-code/**/*.jsonl`).filter((path) => existsSync(path));
      expect(files.length).toBeGreaterThan(0);
      for (const path of files) {
        const output = read(path);
        for (const { item } of output.turns) expect(encodeItem(item).length).toBeGreaterThan(0);
        for (const problem of output.problems) expect(problem.file).toBe(path);
        expect(new Ledger().add(output).forks(), path).toEqual([]);
      }
    },
  );
});
