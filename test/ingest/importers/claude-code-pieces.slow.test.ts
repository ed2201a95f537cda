import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { SourceOutput } from '../../../src/ingest/kit/importer.ts';
import { fixture, key, Ledger, listFixtures, plainIds, read } from './claude-code-reading.ts';

/** Everything that must not depend on how a file was cut. */
function standing(ledger: Ledger, last: SourceOutput): unknown {
  return {
    turns: Object.fromEntries([...ledger.turns].sort(([a], [b]) => (a < b ? -1 : 1))),
    consumed: last.consumed,
    nextLine: last.nextLine,
    waiting: last.waiting,
    state: last.state,
  };
}

/** Reads a file up to each cut in turn, every time from where the time before had to stop. */
function readInPieces(path: string, bytes: Buffer, cuts: readonly number[]): { ledger: Ledger; last: SourceOutput } {
  const ledger = new Ledger();
  let last = read(path, { quietMs: 0, end: cuts[0] ?? bytes.length, bytes });
  ledger.add(last);
  for (const end of [...cuts.slice(1), bytes.length]) {
    last = read(path, { quietMs: 0, end, bytes, before: last });
    ledger.add(last);
  }
  return { ledger, last };
}

function expectSamePieces(path: string, bytes: Buffer, cuts: readonly number[]): void {
  const whole = read(path, { quietMs: 0, bytes });
  const expected = standing(new Ledger().add(whole), whole);
  const pieces = readInPieces(path, bytes, cuts);
  expect(standing(pieces.ledger, pieces.last), `${path} cut at ${cuts.join(', ')}`).toEqual(expected);
  for (const conversation of pieces.last.conversations) expect(whole.conversations).toContainEqual(conversation);
  const growing = new Ledger();
  for (const end of cuts) growing.add(read(path, { quietMs: 0, end, bytes }));
  growing.add(whole);
  expect(standing(growing, whole), `${path} growing to ${cuts.join(', ')}`).toEqual(expected);
}

/** A small generator with a fixed seed, so that a failure can be repeated. */
function* numbers(seed: number): Generator<number, never> {
  let state = seed;
  for (;;) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    yield state / 0x7fff_ffff;
  }
}

function lineEnds(bytes: Buffer): readonly number[] {
  const ends: number[] = [];
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) ends.push(at + 1);
  return ends;
}

describe('reading in pieces gives the turns, the state and the meta of the whole', () => {
  const sources = listFixtures().filter((path) => path.endsWith('.jsonl') && !path.endsWith('pretty.jsonl'));

  it.each(sources)('at every line of %s, one cut at a time and all at once', (path) => {
    const bytes = readFileSync(path);
    const ends = lineEnds(bytes);
    for (const end of ends) expectSamePieces(path, bytes, [end]);
    expectSamePieces(path, bytes, ends);
  });

  it.each(sources)('inside the lines of %s', (path) => {
    const bytes = readFileSync(path);
    const random = numbers(7);
    for (let round = 0; round < 25; round++) {
      const cuts = Array.from({ length: 1 + (round % 4) }, () => Math.floor(random.next().value * bytes.length));
      expectSamePieces(
        path,
        bytes,
        cuts.sort((a, b) => a - b),
      );
    }
  });

  const corpus = process.env.TURNPRESS_CORPUS;
  it.skipIf(corpus === undefined)(
    'at random places of every session of TURNPRESS_CORPUS (skipped when it is unset)',
    () => {
      const random = numbers(11);
      const files = globSync(`${corpus}/**/*.jsonl`);
      expect(files.length).toBeGreaterThan(0);
      for (const path of files) {
        const bytes = readFileSync(path);
        const cuts = Array.from({ length: 4 }, () => Math.floor(random.next().value * bytes.length));
        expectSamePieces(
          path,
          bytes,
          cuts.sort((a, b) => a - b),
        );
      }
    },
    300_000,
  );
});

describe('what is held back', () => {
  it('waits for the end of a message whose last block is a tool call, with its results', () => {
    const output = read(fixture('waiting.jsonl'), { quietMs: 0 });
    expect(new Ledger().add(output).outline()).toEqual(['1 <- root user: Dig']);
    expect(output.waiting).toBe(1);
    expect(output.nextLine).toBe(2);
  });

  it('takes it as it stands when asked to settle', () => {
    const output = read(fixture('waiting.jsonl'), { settle: true });
    expect(new Ledger().add(output).outline()).toEqual([
      '1 <- root user: Dig',
      '2 <- 1 assistant: (Where?) | Bash[shell toolu_1]',
      '4 <- 2 tool: toolu_1 ok: dug',
    ]);
    expect(output.waiting).toBe(0);
  });

  it('takes it as it stands, and as such, when nobody has written for ten minutes and its calls are answered', () => {
    const minutes = (n: number) => read(fixture('waiting.jsonl'), { quietMs: n * 60_000 });
    expect([minutes(9).turns.length, minutes(10).turns.length]).toEqual([1, 3]);
    expect(minutes(10).turns.map((turn) => turn.provisional)).toEqual([undefined, true, true]);
    expect(minutes(10).consumed).toBe(minutes(9).consumed);
  });

  it('waits a day for the answer to a call', () => {
    const bytes = readFileSync(fixture('waiting.jsonl'));
    const end = lineEnds(bytes)[2] ?? 0;
    const hours = (n: number) => read(fixture('waiting.jsonl'), { bytes, end, quietMs: n * 3_600_000 });
    expect([hours(23).waiting, hours(24).waiting]).toEqual([1, 0]);
  });

  it('holds a message whose line says how it stopped, because every line of newer clients does', () => {
    const path = fixture('parallel-tools.jsonl');
    const bytes = readFileSync(path);
    const textLine = lineEnds(bytes)[4] ?? 0;
    const first = read(path, { end: textLine, bytes, quietMs: 0 });
    expect(first.turns.map((turn) => plainIds(turn.key))).toEqual([key(1)]);
    const second = read(path, { bytes, before: first });
    expect(plainIds(second.turns[0]?.key ?? '')).toBe(key(2));
    expect(second.turns[0]?.item.parts.map((part) => part.type)).toEqual([
      'reasoning',
      'text',
      'tool_call',
      'tool_call',
    ]);
  });

  it('keeps the state under one percent of a long session', () => {
    const line = (n: number) =>
      `${JSON.stringify({
        parentUuid: n === 0 ? null : `u${n - 1}`,
        isSidechain: false,
        sessionId: 's',
        type: 'user',
        uuid: `u${n}`,
        timestamp: new Date(Date.UTC(2026, 0, 1) + n * 1000).toISOString(),
        message: { role: 'user', content: 'x'.repeat(4000) },
      })}\n`;
    const bytes = Buffer.from(Array.from({ length: 2000 }, (_, n) => line(n)).join(''));
    const output = read('long.jsonl', { bytes, alone: true });
    expect(output.turns).toHaveLength(2000);
    expect(JSON.stringify(output.state).length).toBeLessThan(bytes.length / 100);
  });
});
