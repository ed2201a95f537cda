/** A world for commands: a folder of its own, streams that remember, a clock that stands still. */
/** Commands run in-process; what a person would read is in `out` and `err`. */

import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { World } from '../../src/cli/context.ts';
import { runProgram } from '../../src/cli/program.ts';

export interface Terminal {
  readonly folder: string;
  /** Runs one command line and returns its exit code. Output is fresh for each run. */
  run(...argv: string[]): Promise<number>;
  /** From now on somebody sits there and types these lines, one for each question, then ends the input. */
  answer(...lines: readonly string[]): void;
  /** Questions of the last run. */
  questions(): readonly string[];
  out(): string;
  err(): string;
  json(): unknown;
  /** The clock stands still but for this. */
  wait(ms: number): void;
  close(): void;
}

export function openTerminal(env: Readonly<Record<string, string>> = {}): Terminal {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'turnpress-cli-')));
  let passed = 0;
  let out = '';
  let err = '';
  let lines: string[] | undefined;
  let questions: string[] = [];
  const ask = async (question: string): Promise<string | undefined> => {
    questions.push(question);
    return lines?.shift();
  };
  const world: World = {
    cwd: folder,
    home: join(folder, 'home'),
    env,
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
    now: () => Date.UTC(2026, 0, 2, 3, 4, 5) + passed,
  };
  return {
    folder,
    run: (...argv) => {
      out = '';
      err = '';
      questions = [];
      return runProgram(lines === undefined ? world : { ...world, ask }, argv, '0.0.0');
    },
    answer: (...typed) => {
      lines = [...typed];
    },
    questions: () => questions,
    out: () => out,
    err: () => err,
    json: () => JSON.parse(out) as unknown,
    wait: (ms) => {
      passed += ms;
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}
