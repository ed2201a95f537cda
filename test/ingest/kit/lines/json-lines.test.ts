import { describe, expect, it } from 'vitest';
import type { Problem } from '../../../../src/base/log.ts';
import { type JsonLinesEnd, walkJsonLines } from '../../../../src/ingest/kit/lines/json-lines.ts';
import { expectLinear } from '../../../base/growth.ts';

interface Walked {
  readonly values: readonly unknown[];
  readonly places: readonly string[];
  readonly end: JsonLinesEnd;
  readonly problems: readonly Problem[];
}

function walk(
  text: string | Uint8Array,
  options: { from?: number; firstLine?: number; maxLine?: number } = {},
): Walked {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  const problems: Problem[] = [];
  const { from = 0, firstLine = 1 } = options;
  const lines = walkJsonLines({ path: 'a.jsonl', bytes, from, firstLine, ...options }, (problem) =>
    problems.push(problem),
  );
  const values: unknown[] = [];
  const places: string[] = [];
  let step = lines.next();
  while (step.done !== true) {
    values.push(step.value.value);
    places.push(`${step.value.offset}:${step.value.line}:${step.value.nth}/${step.value.of}`);
    step = lines.next();
  }
  return { values, places, end: step.value, problems };
}

describe('walking JSON lines', () => {
  it('yields each value with its offset and line', () => {
    const walked = walk('{"a":1}\n\n{"b":2}\r\n');
    expect(walked.values).toEqual([{ a: 1 }, { b: 2 }]);
    expect(walked.places).toEqual(['0:1:0/1', '9:3:0/1']);
    expect(walked.end).toEqual({ consumed: 18, nextLine: 4, partial: false });
  });

  it('counts offsets and lines on from where an earlier run stopped', () => {
    const walked = walk('{"b":2}\n{"c":3}\n', { from: 100, firstLine: 7 });
    expect(walked.places).toEqual(['100:7:0/1', '108:8:0/1']);
    expect(walked.end).toEqual({ consumed: 116, nextLine: 9, partial: false });
  });

  it('takes a last line without a line break when it parses, and stays on that line', () => {
    expect(walk('{"a":1}\n{"b":2}').end).toEqual({ consumed: 15, nextLine: 2, partial: false });
    expect(walk('\n{"c":3}\n', { from: 15, firstLine: 2 }).places).toEqual(['16:3:0/1']);
  });

  it('holds a half-written last line back without calling it a problem', () => {
    const walked = walk('{"a":1}\n{"b":"x');
    expect(walked.values).toEqual([{ a: 1 }]);
    expect(walked.end).toEqual({ consumed: 8, nextLine: 2, partial: true });
    expect(walked.problems).toEqual([]);
  });

  it('holds a last line back that is cut inside a character', () => {
    const bytes = Buffer.from('{"a":"é"}');
    expect(walk(bytes.subarray(0, 7)).end).toEqual({ consumed: 0, nextLine: 1, partial: true });
  });

  it('reads two values of one line, with braces in their strings', () => {
    const walked = walk('{"a":"}{"}{"b":[1,"\\"]"]} {"c":3}\n');
    expect(walked.values).toEqual([{ a: '}{' }, { b: [1, '"]'] }, { c: 3 }]);
    expect(walked.places).toEqual(['0:1:0/3', '0:1:1/3', '0:1:2/3']);
    expect(walked.problems).toEqual([]);
  });

  it('reads the whole value that follows a torn one and names the line', () => {
    const walked = walk('{"a":1}\n{"torn":"abc{"b":2}\n{"c":3}\n');
    expect(walked.values).toEqual([{ a: 1 }, { b: 2 }, { c: 3 }]);
    expect(walked.problems.map(({ code, file, line }) => [code, file, line])).toEqual([['BROKEN_LINE', 'a.jsonl', 2]]);
  });

  it('names a line that cannot be read without repeating its text', () => {
    const secret = ['hunter', '2'].join('');
    const walked = walk(`{"password": ${secret}\n{"a":1}\n`);
    expect(walked.values).toEqual([{ a: 1 }]);
    expect(walked.problems).toHaveLength(1);
    expect(walked.problems[0]?.message).not.toContain(secret);
  });

  it('skips a byte order mark, NUL bytes around and within a line, and blank lines', () => {
    const walked = walk('\uFEFF{"a":1}\n\0\0\0\n{"b"\0:2}\0\0\n  \n{"c":3}\n');
    expect(walked.values).toEqual([{ a: 1 }, { b: 2 }, { c: 3 }]);
    expect(walked.problems).toEqual([]);
  });

  it('reads a line at the limit and reports one past it', () => {
    const line = `{"a":"${'x'.repeat(92)}"}`;
    expect(line).toHaveLength(100);
    expect(walk(`${line}\n`, { maxLine: 100 }).values).toHaveLength(1);
    const over = walk(`${line} \n{"b":2}\n`, { maxLine: 100 });
    expect(over.values).toEqual([{ b: 2 }]);
    expect(over.problems[0]).toMatchObject({ code: 'LINE_TOO_LONG', line: 1 });
  });

  it('gives up on a line of many torn starts, whose cost follows its length', async () => {
    const torn = (starts: number) => () => walk(`${'{"a":'.repeat(starts)}\n{"b":2}\n`);
    const walked = torn(20_000)();
    expect(walked.values).toEqual([{ b: 2 }]);
    expect(walked.problems).toHaveLength(1);
    await expectLinear(torn(5_000), torn(20_000));
  });

  it('ends in the same values wherever the file was cut', () => {
    const bytes = Buffer.from('{"a":"ä"}\n{"b":2}{"c":3}\n\n{"d":"}"}\n{"e":5}');
    const whole = walk(bytes).values;
    expect(whole).toHaveLength(5);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const first = walk(bytes.subarray(0, cut));
      const from = first.end.consumed;
      const rest = walk(bytes.subarray(from), { from, firstLine: first.end.nextLine });
      expect([...first.values, ...rest.values]).toEqual(whole);
      expect(rest.end).toEqual({ consumed: bytes.length, nextLine: 5, partial: false });
    }
  });
});
