import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { geminiCli } from '../../../src/ingest/importers/gemini-cli.ts';
import type { ImportedTurn, SourceOutput } from '../../../src/ingest/kit/importer.ts';
import { readOpened } from './read-opened.ts';

const CHATS = join(import.meta.dirname, '../../fixtures/gemini-cli/example/chats');
const SESSION = '00000000-0000-4000-8000-0000000000a1';
const MAIN = join(CHATS, 'session-2026-01-02T03-04-00000000.jsonl');
const AGENT = join(CHATS, SESSION, '00000000-0000-4000-8000-0000000000a2.jsonl');
const DOCUMENT = join(CHATS, 'session-2026-01-02T03-04-00000003.json');

function read(path: string, bytes: Uint8Array = readFileSync(path), before?: SourceOutput): SourceOutput {
  const from = before?.consumed ?? 0;
  return readOpened(geminiCli, {
    path,
    bytes: bytes.subarray(from),
    from,
    firstLine: before?.nextLine ?? 1,
    ...(before === undefined || from === 0 ? {} : { state: JSON.parse(JSON.stringify(before.state)) }),
    settle: false,
    quietMs: 3_600_000,
    readBeside: (name) => {
      const beside = join(dirname(path), name);
      return existsSync(beside) ? readFileSync(beside) : undefined;
    },
  });
}

const message = (n: number) => `gemini-cli:00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const find = (output: SourceOutput, key: string) => output.turns.find((turn) => turn.key === key);
const lines = (...records: readonly object[]) =>
  Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join(''));
const header = { sessionId: 's1', projectHash: 'x', startTime: '2026-01-02T03:04:05.000Z', kind: 'main' };
const at = (second: number) => `2026-01-02T03:04:${String(second).padStart(2, '0')}.000Z`;

describe('a Gemini CLI session', () => {
  const output = read(MAIN);

  it('has one turn for a message, however often it was written', () => {
    const turn = find(output, message(11));
    expect(turn?.item.parts.map((part) => part.type)).toEqual(['reasoning', 'text', 'tool_call', 'tool_call']);
    expect(turn?.item.usage).toEqual({
      input_tokens: 103,
      output_tokens: 25,
      cache_read_input_tokens: 40,
      reasoning_tokens: 5,
    });
    expect(new Set(output.turns.map(({ key }) => key)).size).toBe(output.turns.length);
  });

  it('has each answer of a tool once, with its status and its diff', () => {
    const answers = output.turns.flatMap(({ item }) => item.parts.filter((part) => part.type === 'tool_call_response'));
    expect(answers.map(({ id, status }) => [id, status])).toEqual([
      ['read_file-1', 'ok'],
      ['run_shell_command-1', 'error'],
      ['write_file-1', 'ok'],
      ['delegate_to_agent-1', 'ok'],
    ]);
    expect(answers[2]?.diff).toMatch(/^--- parser\.test\.ts/);
  });

  it('keeps what a rewind removed as a branch, and goes on beside it', () => {
    expect([find(output, message(16))?.parent, find(output, message(18))?.parent]).toEqual([message(15), message(15)]);
    expect(output.conversations[0]?.current).toBe(message(23));
  });

  it('tells what was typed from what the client put beside it', () => {
    const prompts = output.turns.filter(({ kind }) => kind === 'prompt').map(({ item }) => item.parts[0]);
    expect(prompts.map((part) => part?.type === 'text' && part.content)).toEqual([
      'Add a test for the parser in @parser.ts',
      'Now delete everything',
      'Now document it',
      'Thanks',
    ]);
    expect(find(output, `${message(10)}#1`)?.item).toMatchObject({ role: 'system', note: 'context' });
    expect(output.blobs).toHaveLength(1);
  });

  it('knows its project, its title and who started a sub-agent', () => {
    expect(output.conversations[0]?.meta).toMatchObject({ cwd: '/home/ada/example', title: 'A test for the parser' });
    const [agent] = read(AGENT).conversations;
    expect(agent?.meta.parent).toEqual({ session: SESSION });
    expect(output.aliases).toContainEqual([agent?.startedBy, message(13)]);
  });

  it('names what it does not know, and a broken line', () => {
    expect(output.problems.map(({ code, line }) => [code, line])).toEqual([
      ['BROKEN_LINE', 15],
      ['UNKNOWN_RECORD', 22],
    ]);
  });

  it('says the same in the older form, which is one document', () => {
    const older = read(DOCUMENT);
    expect(older.turns.map(({ kind }) => kind)).toEqual(['prompt', 'call', 'response', 'note', 'prompt', 'answer']);
    expect(older.turns[2]?.item.parts[0]).toMatchObject({ status: 'cancelled' });
  });
});

describe('a Gemini CLI session that grows', () => {
  it('ends in the turns of the whole, wherever it is cut', () => {
    const bytes = readFileSync(MAIN);
    const whole = byKey([read(MAIN)]);
    for (let cut = 1; cut < bytes.length; cut += 31) {
      const first = read(MAIN, bytes.subarray(0, cut));
      expect(byKey([first, read(MAIN, bytes, first)]), `cut at ${cut}`).toEqual(whole);
    }
  });

  it('says so when a message changes after its end', () => {
    const records = [
      header,
      { id: 'a', type: 'user', timestamp: at(1), content: 'one' },
      { id: 'b', type: 'gemini', timestamp: at(2), content: 'first words' },
      { id: 'c', type: 'user', timestamp: at(3), content: 'two' },
    ];
    const first = read(MAIN, lines(...records));
    const changed = { id: 'b', type: 'gemini', timestamp: at(2), content: 'last words' };
    const second = read(MAIN, lines(...records, changed), first);
    const turn = find(second, 'gemini-cli:b');
    expect(turn).toMatchObject({ replaces: true, item: { parts: [{ content: 'last words' }] } });
    expect(find(read(MAIN, lines(...records, changed)), 'gemini-cli:b')).toMatchObject({
      item: { parts: [{ content: 'last words' }] },
    });
  });

  it('goes on where it stands when a rewind names what is not there', () => {
    const output = read(
      MAIN,
      lines(
        header,
        { id: 'a', type: 'user', timestamp: at(1), content: 'one' },
        { $rewindTo: 'nowhere' },
        { id: 'b', type: 'user', timestamp: at(2), content: 'two' },
      ),
    );
    expect(find(output, 'gemini-cli:b')?.parent).toBe('gemini-cli:a');
    expect(output.problems.map(({ code }) => code)).toEqual(['UNKNOWN_REWIND']);
  });

  it('starts another conversation when its first prompt is taken back', () => {
    const records = [
      header,
      { id: 'a', type: 'user', timestamp: at(1), content: 'one' },
      { $rewindTo: 'a' },
      { id: 'b', type: 'user', timestamp: at(2), content: 'two' },
    ];
    const output = read(MAIN, lines(...records));
    expect(output.turns.map(({ key, parent }) => [key, parent])).toEqual([
      ['gemini-cli:a', null],
      ['gemini-cli:b', null],
    ]);
  });
});

/** The newest telling of each turn. */
function byKey(outputs: readonly SourceOutput[]): Readonly<Record<string, Pick<ImportedTurn, 'parent' | 'item'>>> {
  return Object.fromEntries(
    outputs.flatMap(({ turns }) => turns.map(({ key, parent, item }) => [key, { parent, item }] as const)),
  );
}
