/** The real command line in a folder of its own: `node bin/turnpress.js`, and the same in-process where many runs are needed. */
/** Its home holds hand-made sessions of Claude Code and Codex, so that `turnpress ingest` finds them as it would a person's. */

import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openTerminal, type Terminal } from '../cli/world.ts';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Place {
  readonly folder: string;
  readonly archive: string;
  /** Where the public site goes, and where the private one does. */
  readonly site: string;
  readonly privateSite: string;
  readonly home: string;
  /** What the environment of the program holds. */
  readonly environment: Readonly<Record<string, string>>;
  /** Starts the program as a person would. */
  turnpress(...argv: string[]): Promise<Ran>;
  /** Somebody sits at the terminal of `inside` and types these lines. */
  answer(...lines: readonly string[]): void;
  /** What `inside` asked last. */
  questions(): readonly string[];
  /** The same commands without a process of their own. */
  inside(...argv: string[]): Promise<Ran>;
  write(path: string, text: string | Uint8Array): void;
  /** `content/site.json` from these members. */
  configure(config: object): void;
  close(): void;
}

const BIN = join(import.meta.dirname, '..', '..', 'bin', 'turnpress.js');

export function openPlace(env: Readonly<Record<string, string>> = {}): Place {
  const terminal: Terminal = openTerminal(env);
  const { folder } = terminal;
  const home = join(folder, 'home');
  mkdirSync(home);
  const environment = { ...env, HOME: home, ...ownEnvironment() };
  const write = (path: string, text: string | Uint8Array): void => {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  };
  return {
    folder,
    home,
    archive: join(folder, 'archive'),
    site: join(folder, '_site'),
    privateSite: join(folder, '_private'),
    environment,
    turnpress: (...argv) => start(argv, folder, environment),
    answer: terminal.answer,
    questions: terminal.questions,
    async inside(...argv) {
      const code = await terminal.run(...argv);
      return { code, out: terminal.out(), err: terminal.err() };
    },
    write,
    configure: (config) => write('content/site.json', JSON.stringify({ url: 'https://turns.example.org/', ...config })),
    close: () => terminal.close(),
  };
}

/** Programs are found where ours are; what Node compiles for one test is not compiled again for the next. */
function ownEnvironment(): Record<string, string> {
  const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env;
  return { PATH, NODE_COMPILE_CACHE };
}

function start(argv: readonly string[], cwd: string, env: Record<string, string>): Promise<Ran> {
  const child = spawn(process.execPath, [BIN, ...argv], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? -1, out, err }));
  });
}
