import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../../src/base/json.ts';
import type { Format } from '../../../../src/ingest/kit/format.ts';
import type { SourceInput, SourceOutput } from '../../../../src/ingest/kit/importer.ts';
import { type AgentRecord, MAIN } from '../../../../src/ingest/kit/record.ts';
import { readSession } from '../../../../src/ingest/kit/session.ts';

/** One line of a made session. `of`: a line of the model message of that name. */
interface Line {
  readonly id: string;
  readonly on?: string | null;
  readonly beside?: string;
  readonly at: number;
  readonly say?: string;
  readonly of?: string;
  readonly call?: string;
  readonly answers?: string;
  readonly note?: string;
  readonly replaces?: boolean;
  readonly books?: true;
}

function recordOf(line: Line, lineNumber: number): AgentRecord {
  const text = { type: 'text', content: line.say ?? line.note ?? '' } as const;
  const base = {
    id: line.id,
    parent: line.on,
    chain: MAIN,
    timeMs: line.at,
    line: lineNumber,
    ...(line.beside === undefined ? {} : { beside: line.beside }),
    ...(line.replaces === true ? { replaces: true } : {}),
    facts: { session: 's' },
  };
  if (line.books === true) return { ...base, kind: 'nothing', drafts: [] };
  if (line.of !== undefined) {
    const call = { type: 'tool_call', id: line.call ?? '', name: 'Sh', arguments: {}, tool: 'shell' } as const;
    const parts = line.call === undefined ? [text] : [call];
    return { ...base, kind: 'message', drafts: [], message: { group: line.of, parts, whole: line.replaces === true } };
  }
  if (line.answers !== undefined) {
    const part = { type: 'tool_call_response', id: line.answers, response: 'ok', status: 'ok' } as const;
    return { ...base, kind: 'result', drafts: [{ kind: 'response', item: { role: 'tool', parts: [part] } }] };
  }
  if (line.note !== undefined) {
    const item = { role: 'system', parts: [text], note: 'notice' } as const;
    return { ...base, kind: 'event', drafts: [{ kind: 'note', item }] };
  }
  return { ...base, kind: 'prompt', drafts: [{ kind: 'prompt', item: { role: 'user', parts: [text] } }] };
}

function formatOf(tree: 'ladder' | 'given'): Format<{ readonly seen: number }> {
  return {
    rules: { agent: 'made', tree },
    start: { seen: 0 },
    take: ({ seen }, value: JsonObject, reading) => {
      reading.take(recordOf(value as unknown as Line, reading.line));
      return { seen: seen + 1 };
    },
  };
}

function read(
  lines: readonly Line[],
  more: Partial<SourceInput> = {},
  tree: 'ladder' | 'given' = 'ladder',
): SourceOutput {
  const bytes = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const from = more.from ?? 0;
  return readSession(
    {
      path: 's.jsonl',
      firstLine: 1,
      settle: false,
      readBeside: () => undefined,
      ...more,
      from,
      bytes: bytes.subarray(from),
    },
    formatOf(tree),
  );
}

const outline = (output: SourceOutput): readonly string[] =>
  output.turns.map(({ key, parent, item }) => {
    const said = item.parts.map((part) => ('content' in part ? part.content : 'id' in part ? part.id : '')).join(' ');
    return `${key.slice(5)} <- ${parent?.slice(5) ?? 'root'} ${item.role}: ${said}`;
  });

/** Two calls of one message, its lines and their answers, and what follows. */
const WORK: readonly Line[] = [
  { id: 'p', on: null, at: 1, say: 'do' },
  { id: 'a', on: 'p', at: 2, of: 'm', say: 'I will' },
  { id: 'b', on: 'a', at: 3, of: 'm', call: 't1' },
  { id: 'r', on: 'b', at: 4, answers: 't1' },
  { id: 'c', on: 'b', at: 5, of: 'm', call: 't2' },
  { id: 's', on: 'c', at: 6, answers: 't2' },
  { id: 'n', on: 's', at: 7, note: 'hook' },
  { id: 'd', on: 'n', at: 8, of: 'm2', say: 'Done' },
];

const WHOLE = [
  'p <- root user: do',
  'a <- p assistant: I will t1 t2',
  'r <- a tool: t1',
  's <- r tool: t2',
  'n <- s system: hook',
  'd <- n assistant: Done',
];

function* permutations<T>(values: readonly T[]): Generator<readonly T[]> {
  if (values.length === 0) yield values;
  for (const [i, value] of values.entries()) {
    for (const rest of permutations(values.toSpliced(i, 1))) yield [value, ...rest];
  }
}

describe('a message', () => {
  it('is all its lines, with its answers behind it', () => {
    expect(outline(read(WORK, { settle: true }))).toEqual(WHOLE);
  });

  it('has its answers in the order of their own times, whatever time a copy gives its lines', () => {
    const lines: readonly Line[] = [
      { id: 'p', on: null, at: 1, say: 'do' },
      { id: 'a', on: 'p', at: 2, of: 'm', call: 't1' },
      { id: 'b', on: 'a', at: 3, of: 'm', call: 't2' },
      { id: 's', on: 'b', at: 4, answers: 't2' },
      { id: 'r', on: 'a', at: 5, answers: 't1' },
      { id: 'c', on: 's', at: 6, of: 'm', say: 'so far' },
      { id: 'd', on: 'r', at: 7, of: 'm2', say: 'Done' },
    ];
    const copy = lines.map((line) => (line.of === undefined ? line : { ...line, at: 90 }));
    const expected = [
      'p <- root user: do',
      'a <- p assistant: t1 t2 so far',
      's <- a tool: t2',
      'r <- s tool: t1',
      'd <- r assistant: Done',
    ];
    expect(outline(read(lines, { settle: true }))).toEqual(expected);
    expect(outline(read(copy, { settle: true }))).toEqual(expected);
  });

  it('is the same in whatever order its lines and answers were written', () => {
    const [first, ...rest] = WORK;
    const last = rest.pop();
    if (first === undefined || last === undefined) throw new Error('no lines');
    let tried = 0;
    // a line of the message opens it: what answers it never comes before all of it
    for (const order of permutations(rest)) {
      if (order[0]?.of !== 'm') continue;
      tried++;
      expect(outline(read([first, ...order, last], { settle: true })), order.map(({ id }) => id).join('')).toEqual(
        WHOLE,
      );
    }
    expect(tried).toBe(360);
  });

  it('waits until something of another message follows', () => {
    for (let n = 2; n < WORK.length; n++) {
      const output = read(WORK.slice(0, n));
      expect([n, outline(output), output.waiting]).toEqual([n, WHOLE.slice(0, 1), 1]);
    }
    const whole = read(WORK);
    expect([outline(whole), whole.waiting]).toEqual([WHOLE.slice(0, 5), 1]);
  });

  it('is whole when its calls are answered and nobody wrote for ten minutes, and waits a day for an answer', () => {
    const waiting = (n: number, quietMs: number) => read(WORK.slice(0, n), { quietMs }).waiting;
    expect([waiting(6, 599_999), waiting(6, 600_000)]).toEqual([1, 0]);
    expect([waiting(5, 600_000), waiting(5, 86_399_999), waiting(5, 86_400_000)]).toEqual([1, 1, 0]);
  });

  it('that was taken at a quiet end is said to be provisional, and told again when more has come', () => {
    const early = read(WORK.slice(0, 4), { quietMs: 600_000 });
    expect(early.turns.map(({ provisional }) => provisional ?? false)).toEqual([false, true, true]);
    const late = read(WORK, { settle: true, from: early.consumed, firstLine: early.nextLine, state: early.state });
    expect(outline(late)).toEqual(WHOLE.slice(1));
  });

  it('is cut anywhere and ends the same', () => {
    const size = Buffer.byteLength(WORK.map((line) => `${JSON.stringify(line)}\n`).join(''));
    for (let cut = 0; cut <= size; cut++) {
      const first = cutAt(cut);
      const second = read(WORK, { settle: true, ...resume(first) });
      // one value without a line break may be a document: it is read again as a whole
      const before = first.consumed === 0 ? [] : outline(first);
      expect([...before, ...outline(second)], `cut at ${cut}`).toEqual(WHOLE);
    }
  });

  function cutAt(cut: number): SourceOutput {
    const bytes = Buffer.from(WORK.map((line) => `${JSON.stringify(line)}\n`).join('')).subarray(0, cut);
    const input = { path: 's.jsonl', bytes, from: 0, firstLine: 1, settle: false, readBeside: () => undefined };
    return readSession(input, formatOf('ladder'));
  }

  function resume({ consumed, nextLine, state }: SourceOutput): Partial<SourceInput> {
    return consumed === 0 ? {} : { from: consumed, firstLine: nextLine, state };
  }
});

describe('the tree', () => {
  const TALK: readonly Line[] = [
    { id: 'p', on: null, at: 1, say: 'one' },
    { id: 'a', on: 'p', at: 2, of: 'a', say: 'first' },
    { id: 'q', on: 'a', at: 3, say: 'two' },
    { id: 'b', on: 'q', at: 4, of: 'b', say: 'second' },
  ];

  it('has a branch where a prompt stands beside work that went on, and none where a note does', () => {
    const output = read([...TALK, { id: 'n', on: 'a', at: 5, note: 'late' }, { id: 'x', on: 'a', at: 6, say: 'else' }]);
    expect(outline(output).slice(-2)).toEqual(['n <- b system: late', 'x <- a user: else']);
  });

  it('has every branch that the agent itself gives, where the agent gives them', () => {
    const output = read([...TALK, { id: 'c', on: 'q', at: 5, of: 'c', say: 'again' }], { settle: true }, 'given');
    expect(outline(output).slice(-2)).toEqual(['b <- q assistant: second', 'c <- q assistant: again']);
  });

  it('goes another way from where a record stood that a rewind removed', () => {
    const linear = TALK.map(({ on: _, ...line }) => line);
    const output = read(
      [...linear, { id: 'x', beside: 'q', at: 5, say: 'else' }, { id: 'y', at: 6, of: 'y', say: 'so' }],
      {
        settle: true,
      },
      'given',
    );
    expect(outline(output).slice(-3)).toEqual([
      'b <- q assistant: second',
      'x <- a user: else',
      'y <- x assistant: so',
    ]);
  });

  it('asks the archive for a parent that this source does not know', () => {
    const output = read([...TALK, { id: 'x', on: 'elsewhere', at: 5, say: 'else' }]);
    expect(output.turns.at(-1)).toMatchObject({ parent: 'made:elsewhere', place: 'below', otherwise: 'made:b' });
    const slice = read([{ id: 'x', on: 'elsewhere', at: 5, say: 'else' }]);
    expect(slice.turns[0]).toMatchObject({ parent: 'made:elsewhere', place: 'below' });
    expect(slice.turns[0]?.otherwise).toBeUndefined();
  });
});

describe('a change that the agent makes', () => {
  const CHANGED: readonly Line[] = [
    { id: 'p', on: null, at: 1, say: 'one' },
    { id: 'a', on: 'p', at: 2, of: 'a', say: 'draft', replaces: true },
    { id: 'a', on: 'p', at: 2, of: 'a', say: 'final', replaces: true },
    { id: 'q', on: 'a', at: 3, say: 'two' },
    { id: 'a', on: 'p', at: 2, of: 'a', say: 'changed', replaces: true },
  ];

  it('takes the place of what it wrote before, while that waits and after it was put out', () => {
    expect(outline(read(CHANGED.slice(0, 4)))[1]).toBe('a <- p assistant: final');
    expect(outline(read(CHANGED))[1]).toBe('a <- p assistant: changed');
  });

  it('is said so when an earlier run has put it out', () => {
    const first = read(CHANGED.slice(0, 4));
    const second = read(CHANGED, { from: first.consumed, firstLine: first.nextLine, state: first.state });
    expect(second.turns).toMatchObject([{ key: 'made:a', replaces: true, item: { parts: [{ content: 'changed' }] } }]);
  });

  it('is none without its word: the first telling of an id stands', () => {
    const output = read([...CHANGED.slice(0, 1), { id: 'p', on: null, at: 9, say: 'other' }]);
    expect(outline(output)).toEqual(['p <- root user: one']);
    expect(output.records.repeated).toBe(1);
  });
});

describe('bookkeeping that hangs far back', () => {
  it('means its turn for the ledger, too, when that was told in an earlier run', () => {
    const work = Array.from(
      { length: 90 },
      (_, i): Line => ({ id: `p${i}`, on: i === 0 ? null : `p${i - 1}`, at: i, say: `${i}` }),
    );
    const first = read(work);
    const more: readonly Line[] = [
      ...work,
      { id: 'x', on: 'p5', at: 100, books: true },
      { id: 'y', on: 'x', at: 101, say: 'another way' },
    ];
    const state = JSON.parse(JSON.stringify(first.state)) as JsonObject;
    const last = read(more, { from: first.consumed, firstLine: first.nextLine, state });
    expect(last.aliases).toEqual([['made:x', 'made:p5']]);
    expect(outline(last)).toEqual(['y <- x user: another way']);
  });
});
