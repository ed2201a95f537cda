/** What every command is given: where things are, how to speak, and the clock. */
/** Commands read no environment and print nothing by themselves, so tests can run them in a folder of their own. */

import { basename, dirname, join, resolve } from 'node:path';
import type { Log, Problem, Progress } from '../base/log.ts';
import { silentProgress } from '../base/log.ts';
import { dropAllButColours } from '../base/terminal-codes.ts';
import { createProgressBar } from './progress-bar.ts';
import { cleanText, createStyle, type Style } from './terminal.ts';

/** The options that every command has. */
export interface GlobalOptions {
  readonly archive?: string;
  readonly output?: string;
  readonly config?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly strict?: boolean;
  readonly trust?: boolean;
}

/** The process as the commands see it. */
export interface World {
  readonly cwd: string;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: { write(text: string): unknown; readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: { write(text: string): unknown; readonly isTTY?: boolean };
  readonly now: () => number;
  /** Asks the person at the terminal and gives what was typed, or undefined at its end. Absent: nobody is there to ask. */
  readonly ask?: (question: string) => Promise<string | undefined>;
  /** `release` is called when a signal ends the process; what is returned forgets it. Absent: nobody signals. */
  readonly hold?: (release: () => void) => () => void;
}

export interface Context {
  readonly world: World;
  readonly archiveDir: string;
  /** The private site: everything, for its owner. */
  readonly outputDir: string;
  /** The public site; the same folder only when `--output` names one. */
  readonly publicDir: string;
  readonly configFile: string;
  /** The configuration was named on the command line: it must be there. */
  readonly configNamed: boolean;
  /** Folder of the authored part: where the configuration file stands. */
  readonly contentDir: string;
  readonly json: boolean;
  readonly strict: boolean;
  readonly style: Style;
  readonly columns: number;
  readonly log: Log;
  readonly progress: Progress;
  /** The archive's index was found to be damaged and cannot be made anew now: the logs are read instead. */
  readonly indexIsBroken: boolean;
  /** The owner says that this folder is theirs: its `private/` is believed, and its templates may run. */
  readonly trust: boolean;
  /** Archives that the command opened to write. */
  readonly writes: Set<string>;
  /** Problems that were reported so far. */
  readonly problems: Problem[];
  /** One line (or block) of the result, on stdout. Nothing with --json. */
  print(text: string): void;
  /** The result for programs, on stdout. Nothing without --json. */
  printJson(value: unknown): void;
  /** The same for a list, one by one and each on its line, so that a list of any length is printed as it is read. */
  printJsonList(values: Iterable<unknown>): void;
  /** A path as the person would type it. */
  shown(path: string): string;
}

export function createContext(world: World, options: GlobalOptions, indexIsBroken = false): Context {
  const json = options.json === true;
  const quiet = options.quiet === true;
  const archiveDir = resolve(world.cwd, options.archive ?? 'archive');
  const configFile = resolve(world.cwd, options.config ?? join('content', 'site.json'));
  const problems: Problem[] = [];
  const coloured = world.stdout.isTTY === true && world.env.NO_COLOR === undefined;
  const style = createStyle(coloured);
  const say = (line: string) => world.stderr.write(`${cleanText(line)}\n`);
  return {
    world,
    archiveDir,
    outputDir: resolve(world.cwd, options.output ?? '_private'),
    publicDir: resolve(world.cwd, options.output ?? '_site'),
    configFile,
    configNamed: options.config !== undefined,
    contentDir: dirname(configFile),
    json,
    strict: options.strict === true,
    style,
    // a terminal that was never told its size says 0
    columns: Math.min(world.stdout.columns || 100, 120),
    problems,
    indexIsBroken,
    trust: options.trust === true,
    writes: new Set(),
    log: {
      info: (message) => {
        if (!quiet) say(message);
      },
      detail: (message) => {
        if (options.verbose) say(message);
      },
      problem: (problem) => {
        problems.push(problem);
        if (options.verbose) say(problemLine(problem));
      },
    },
    progress: quiet || json || world.stderr.isTTY !== true ? silentProgress : createProgressBar(),
    print: (text) => {
      // whatever a command shows of a name, a path or a turn: nothing but our colours reaches the terminal
      if (!json) world.stdout.write(`${coloured ? dropAllButColours(text) : cleanText(text)}\n`);
    },
    printJson: (value) => {
      if (json) world.stdout.write(`${escapeUnseen(JSON.stringify(value, undefined, 2))}\n`);
    },
    printJsonList: (values) => {
      if (!json) return;
      let before = '[\n  ';
      for (const value of values) {
        world.stdout.write(before + escapeUnseen(JSON.stringify(value)));
        before = ',\n  ';
      }
      world.stdout.write(before.startsWith('[') ? '[]\n' : '\n]\n');
    },
    shown: (path) => {
      const here = resolve(world.cwd);
      return path.startsWith(`${here}/`) ? path.slice(here.length + 1) : path === here ? basename(here) : path;
    },
  };
}

/** JSON leaves in clear what a terminal may obey or hide: C1 controls and bidi. As escapes they mean the same to a program. */
function escapeUnseen(json: string): string {
  return json.replace(
    /[\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** `file:line: message (CODE)` */
export function problemLine(problem: Problem): string {
  const place =
    problem.file === undefined ? '' : `${problem.file}${problem.line === undefined ? '' : `:${problem.line}`}: `;
  const times = problem.count !== undefined && problem.count > 1 ? ` (${problem.count} times)` : '';
  return cleanText(`${place}${problem.message}${times} [${problem.code}]`);
}
