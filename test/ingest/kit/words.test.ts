import { describe, expect, it } from 'vitest';
import { isJsonObject, type JsonObject } from '../../../src/base/json.ts';
import { GIVEN_UP_MS, QUIET_MS } from '../../../src/ingest/kit/assembly/builder.ts';
import type { Format } from '../../../src/ingest/kit/format.ts';
import type { ImportedTurn, SourceInput, SourceOutput } from '../../../src/ingest/kit/importer.ts';
import type { Reading } from '../../../src/ingest/kit/reading.ts';
import { type AgentRecord, type Draft, MAIN } from '../../../src/ingest/kit/record.ts';
import { readSession } from '../../../src/ingest/kit/session.ts';

/** One line of a made session of an agent that gives no ids: one member says what it is. */
interface Line {
  readonly at?: number;
  readonly scope?: string;
  readonly typed?: string;
  readonly doubt?: string;
  readonly said?: string;
  readonly start?: string;
  readonly answers?: string;
  readonly ends?: string;
  readonly started?: string;
  readonly back?: number;
  readonly close?: true;
}

function recordOf({ at, scope = 'a' }: Line, reading: Reading): Omit<AgentRecord, 'kind'> {
  const base = { id: '', scope, parent: undefined, chain: MAIN, line: reading.line, drafts: [], ends: false };
  return { ...base, timeMs: at ?? null, facts: { session: 's', sinceMs: 5 } };
}

function takeLine(line: Line, reading: Reading): void {
  const base = recordOf(line, reading);
  const prompt = (content: string): Draft => ({
    kind: 'prompt',
    item: { role: 'user', parts: [{ type: 'text', content }] },
  });
  if (line.typed !== undefined) reading.take({ ...base, kind: 'prompt', drafts: [prompt(line.typed)] });
  if (line.doubt !== undefined) {
    const typed = reading.next?.typed === 'yes';
    const note: Draft = { kind: 'note', item: { ...prompt(line.doubt).item, role: 'system', note: 'context' } };
    reading.take({ ...base, kind: typed ? 'prompt' : 'event', drafts: [typed ? prompt(line.doubt) : note] });
  }
  if (line.said !== undefined || line.start !== undefined) {
    const part = line.start === undefined ? ({ type: 'text', content: line.said ?? '' } as const) : call(line.start);
    reading.take({ ...base, kind: 'message', message: { group: 'm', adds: true, parts: [part] } });
  }
  if (line.answers !== undefined) {
    const part = { type: 'tool_call_response', id: line.answers, response: 'ok', status: 'ok' } as const;
    reading.take({ ...base, kind: 'result', drafts: [{ kind: 'response', item: { role: 'tool', parts: [part] } }] });
  }
  if (line.ends !== undefined) reading.endCall(line.ends, { exit_code: 2, failed: true, diff: 'd' });
  if (line.started !== undefined) reading.nameCall(line.started, `started/${line.started}`);
  if (line.back !== undefined) {
    reading.endChain(MAIN);
    reading.rewind(line.back);
  }
  if (line.close === true) reading.endChain(MAIN);
}

const call = (id: string) => ({ type: 'tool_call', id, name: 'spawn', arguments: {}, tool: 'task' }) as const;

const format: Format<{ readonly seen: number }> = {
  rules: { agent: 'made', tree: 'given', named: 'by words', startsAgent: (tool) => tool === 'spawn' },
  start: { seen: 0 },
  waits: (_, value) => value.doubt !== undefined,
  take: ({ seen }, value, reading) => {
    takeLine(value as unknown as Line, reading);
    return { seen: seen + 1 };
  },
};

const bytesOf = (lines: readonly Line[]) => Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));

function read(bytes: Uint8Array, more: Partial<SourceInput> = {}): SourceOutput {
  const base = { path: 's.jsonl', from: 0, firstLine: 1, settle: false, readBeside: () => undefined };
  return readSession({ ...base, ...more, bytes: bytes.subarray(more.from ?? 0) }, format);
}

/** All turns of reads that end at `cut` and at the end. */
function readCut(
  bytes: Uint8Array,
  cut: number,
): { readonly turns: readonly ImportedTurn[]; readonly last: SourceOutput } {
  const first = read(bytes.subarray(0, cut));
  const state: unknown = JSON.parse(JSON.stringify(first.state));
  const from = first.consumed;
  const more =
    from === 0 ? {} : { from, firstLine: first.nextLine, state: isJsonObject(state) ? state : ({} as JsonObject) };
  const last = read(bytes, { ...more, settle: true });
  const known = new Set(first.turns.map(({ key }) => key));
  return { turns: [...first.turns, ...last.turns.filter(({ key }) => !known.has(key))], last };
}

const words = ({ item }: ImportedTurn) =>
  item.parts.map((part) => (part.type === 'text' ? part.content : part.type)).join('+');
const named = (turns: readonly ImportedTurn[], key: string | null | undefined) => {
  const found = turns.find((turn) => turn.key === key);
  return found === undefined ? undefined : words(found);
};

const SESSION: readonly Line[] = [
  { typed: 'plant', at: 10 },
  { said: 'yes' },
  { said: 'yes' },
  { start: 'c1' },
  { answers: 'c1' },
  { ends: 'c1' },
  { close: true },
  { started: 'c1' },
  { typed: 'paint' },
  { doubt: 'a tag' },
  { typed: 'yes' },
  { ends: 'c2' },
  { answers: 'c2' },
  { back: 2 },
  { typed: 'water', scope: 'b' },
];

describe('turns that are named by their words', () => {
  const { turns, conversations } = read(bytesOf(SESSION), { settle: true });

  it('have the same names in a copy with other times, as far as it is equal', () => {
    const copy = SESSION.map((line) => ({ ...line, at: 99, ...(line.typed === 'paint' ? { typed: 'paint it' } : {}) }));
    const keys = read(bytesOf(copy), { settle: true }).turns.map(({ key }) => key);
    const same = turns.map(({ key }) => keys.includes(key));
    expect(turns.map(words)).toEqual([
      ...['plant', 'yes+yes+tool_call', 'tool_call_response', 'paint', 'a tag', 'yes', 'tool_call_response', 'water'],
    ]);
    expect(same).toEqual([true, true, true, false, false, false, false, true]);
    expect(new Set(turns.map(({ key }) => key)).size).toBe(turns.length);
    expect(turns[0]?.key).toMatch(/^made:a\/0\/prompt\/[0-9a-f]{16}$/);
  });

  it('say what was told of an answer before it and after it', () => {
    const told = { status: 'error', exit_code: 2, diff: 'd' };
    expect(turns[2]?.item.parts[0]).toMatchObject(told);
    expect(turns[6]?.item.parts[0]).toMatchObject(told);
  });

  it('go back by a count of prompts, and the conversation stands there before anything follows', () => {
    // the last two prompts are `a tag` and `yes`: what comes next stands behind `paint`
    expect(named(turns, turns.at(-1)?.parent)).toBe('paint');
    const back = read(bytesOf(SESSION.slice(0, -1)), { settle: true });
    expect(named(back.turns, back.conversations[0]?.current)).toBe('paint');
    expect(conversations[0]?.current).toBe(turns.at(-1)?.key);
  });

  it('begin another conversation when everything was gone back', () => {
    const { turns: two, conversations: both } = read(bytesOf([{ typed: 'one' }, { back: 9 }, { typed: 'two' }]));
    expect(two.map(({ parent }) => parent)).toEqual([null, null]);
    expect(both.map(({ meta }) => meta.fork_of)).toEqual([undefined, 's']);
    expect(two[0]?.timeMs).toBe(5);
  });

  it('are found by what their calls started, told before they are whole or after', () => {
    const early = read(bytesOf([{ start: 'c1' }, { started: 'c1' }, { started: 'c1' }, { close: true }]));
    expect(early.turns.map(({ aliases }) => aliases)).toEqual([['made:started/c1']]);
    expect(turns[1]?.aliases).toEqual(['made:started/c1']);
    expect(read(bytesOf([{ typed: 'x' }, { started: 'c9' }])).aliases).toEqual([]);
    const work = Array.from({ length: 80 }, (_, i) => ({ typed: `and ${i}` }));
    const begun: readonly Line[] = [{ start: 'c1' }, { close: true }, ...work];
    const long = bytesOf([...begun, { started: 'c1' }]);
    const { last } = readCut(long, bytesOf(begun).length);
    expect(last.aliases).toEqual([['made:started/c1', read(long, { settle: true }).turns[0]?.key]]);
  });

  it('are the same wherever the session is cut', () => {
    const bytes = bytesOf(SESSION);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const pieces = readCut(bytes, cut);
      expect(
        pieces.turns.map(({ key, parent, item }) => [key, parent, item]),
        `cut at ${cut}`,
      ).toEqual(turns.map(({ key, parent, item }) => [key, parent, item]));
      expect(pieces.last.conversations, `cut at ${cut}`).toEqual(conversations);
    }
  });

  it('wait for the value that tells what they are, and for their end, until nobody can be at work', () => {
    const doubt = bytesOf([{ typed: 'x' }, { doubt: 'a tag' }]);
    expect(read(doubt)).toMatchObject({ waiting: 1, consumed: doubt.indexOf(10) + 1, turns: [{}] });
    const open = bytesOf([{ typed: 'x' }, { said: 'more' }]);
    for (const bytes of [doubt, open]) {
      expect(read(bytes, { quietMs: QUIET_MS }).turns).toHaveLength(1);
      const last = read(bytes, { quietMs: GIVEN_UP_MS });
      expect(last).toMatchObject({ waiting: 0, consumed: bytes.length, turns: [{}, {}] });
      expect(last.turns.some(({ provisional }) => provisional)).toBe(false);
    }
  });
});
